"""What follows the plan: registers of meetings, notices and money, the two lottery shares over the same rows, and the pack's values."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.engines.policy.loading import load_pack, read_pack
from songhe.engines.policy.pack import Pack

PACKS = Path(__file__).resolve().parents[2] / "packs"
FILES = {
    str(path.relative_to(PACKS)): path.read_text()
    for folder in ("national", "qingtongxia")
    for path in (PACKS / folder).rglob("*.yaml")
}
REGISTERS = (
    "joint_meetings", "meeting_decisions", "supervision_notices", "public_comments", "care_projects", "budget_lines", "lottery_lines",
)  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FILES, "qingtongxia")


@pytest.mark.parametrize("name", REGISTERS)
def test_each_register_says_that_its_form_is_assumed(pack: Pack, name: str) -> None:
    register = pack.registers[name]
    assert register.cited.cite.status == "assumed"
    assert register.cited.note


def test_what_waits_has_a_clock(pack: Pack) -> None:
    clocks = {name: {(clock.state, clock.since, clock.days) for clock in pack.registers[name].clocks} for name in REGISTERS}
    assert clocks["meeting_decisions"] == {("open", "due_on", 0), ("doing", "due_on", 0)}
    assert clocks["supervision_notices"] == {("sent", "due_on", 0)}
    assert clocks["public_comments"] == {("open", "received_on", 15)}
    assert pack.registers["public_comments"].field("contact").sensitive is True  # type: ignore[union-attr]


def test_both_lottery_shares_count_the_same_rows_over_their_own_denominators(pack: Pack) -> None:
    one, other = pack.indicators["lottery_share_welfare"], pack.indicators["lottery_share_all"]
    assert one.numerator is not None and other.numerator is not None
    assert {one.numerator.of, other.numerator.of} == {"register:lottery_lines"}
    assert one.denominator is not None and one.denominator.total == "total"
    assert other.denominator is not None and other.denominator.total == "welfare_total"
    assert pack.registers["lottery_lines"].key[-1] == "year"  # the newest year of each level and kind counts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("reminder_days: {title: 提醒, value: -1, source: assumed, note: 试}", "type"),
        ("remind: {title: 提醒, value: 3, source: assumed, note: 试}", "unknown_name"),
    ],
)
def test_a_mistake_in_following_is_found(text: str, code: str) -> None:
    _, findings = read_pack({**FILES, "qingtongxia/following.yaml": text}, "qingtongxia")
    assert [finding.code for finding in findings if finding.file == "qingtongxia/following.yaml"] == [code]
