"""Texts of messages: one message long at most, and nothing of a person but what may be said."""

from __future__ import annotations

import pytest

from songhe.basics.surnames import surname_of
from songhe.basics.yaml_parts import Mapping, read_document
from songhe.engines.policy.findings import Finding
from songhe.engines.policy.messages import LONGEST, MessagePlan, units_of
from songhe.engines.policy.messages_file import read_messages
from songhe.engines.policy.sections import Section

HEAD = """
signature: {text: 养老服务, source: assumed, note: 试}
price_li: {value: 45, unit: 厘/条, source: assumed, note: 试}
days_until_visit: {value: 7, unit: 天, source: assumed, note: 试}
texts:
"""


def plan_of(text: str) -> tuple[MessagePlan | None, list[str]]:
    findings: list[Finding] = []
    written = f'{HEAD}  grant_proposed: {{title: 试, text: "{text}", source: assumed, note: 试}}\n'
    part, wrong = read_document("national/messages.yaml", written)
    assert (isinstance(part, Mapping), wrong) == (True, [])
    plan = read_messages([Section(findings, "national/messages.yaml", part, "短信")])  # type: ignore[arg-type]
    return plan, [finding.code for finding in findings]


def test_filled_in_and_counted() -> None:
    plan, wrong = plan_of("{surname}老人：查询码{code}，问{phone}。")
    assert wrong == []
    assert plan is not None
    text = plan.filled("grant_proposed", {"surname": "吴", "code": "ABCDEFGHJK", "phone": "12345"})
    assert (text, units_of(text)) == ("【养老服务】吴老人：查询码ABCDEFGHJK，问12345。", 31)
    assert units_of("𠮷") == 2


@pytest.mark.parametrize(
    ("text", "codes"), [("字" * 64, []), ("字" * 65, ["too_long"]), ("字" * 63 + "{surname}", ["too_long"]), ("{benefit}", ["unknown_name"])]
)  # fmt: skip
def test_too_long_or_too_much_said(text: str, codes: list[str]) -> None:
    assert plan_of(text)[1] == codes


def test_only_what_may_be_said_has_a_place() -> None:
    assert sorted(LONGEST) == ["code", "phone", "surname"]


@pytest.mark.parametrize(
    ("name", "surname"),
    [("吴秀兰", "吴"), ("欧阳玉兰", "欧阳"), ("欧阳", "欧"), ("买买提·艾山", ""), ("John", ""), (" 李 ", "李")],
)
def test_the_surname(name: str, surname: str) -> None:
    assert surname_of(name) == surname
