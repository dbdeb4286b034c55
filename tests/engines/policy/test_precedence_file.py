"""Whose word counts and what data are used for, as a pack says it: what is wrong is found with file and line."""

from __future__ import annotations

import pytest
from django.conf import settings

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import read_pack

CITY = "dawukou"


def problems(file: str, text: str) -> list[tuple[str, int, str]]:
    """(file, line, code) of what is wrong when the city has this file."""
    _, findings = read_pack({**read_folder(settings.PACKS, CITY), f"{CITY}/{file}": text}, CITY)
    return [(found.file, found.line, found.code) for found in findings if found.severity == "error"]


def test_a_citys_precedence_that_is_right_is_kept_with_its_source() -> None:
    text = "alive: {order: [公安], source: assumed, note: 试}\nneeds_meals: {valid_for_days: 90, source: assumed, note: 试}\n"
    pack, findings = read_pack({**read_folder(settings.PACKS, CITY), f"{CITY}/precedence.yaml": text}, CITY)
    assert [found for found in findings if found.severity == "error"] == []
    assert pack is not None
    assert (pack.lasting["needs_meals"].days, pack.lasting["needs_meals"].expires) == (90, False)
    assert pack.lasting["hospitalised"].days == 60
    assert {entry.cited.cite.status for entry in pack.lasting.values()} == {"assumed"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("alive: {order: [邮局], source: assumed, note: 试}", "unknown_department"),
        ("alive: {order: [公安, 公安], source: assumed, note: 试}", "twice"),
        ("alive: {order: [公安], later: true, source: assumed, note: 试}", "two_rules"),
        ("alive: {valid_for_days: 0, source: assumed, note: 试}", "type"),
        ("alive: {expires: true, source: assumed, note: 试}", "missing_key"),
        ("savings: {valid_for_days: 9, source: assumed, note: 试}", "not_for_households"),
        ("lives: {order: [公安], source: assumed, note: 试}", "unknown_variable"),
        ("alive: {order: [公安]}", "missing_citation"),
        ("alive: {first: [公安], source: assumed, note: 试}", "unknown_key"),
    ],
)
def test_a_citys_precedence_that_is_wrong_is_found_with_its_line(line: str, code: str) -> None:
    assert problems("precedence.yaml", f"# of this city\n{line}\n") == [(f"{CITY}/precedence.yaml", 2, code)]


def test_uses_of_data_are_checked_like_everything_else() -> None:
    good = "x: {title: 试, purpose: 试, departments: [民政], consent: true, source: assumed, note: 试}\n"
    assert problems("data_uses.yaml", good) == []
    wrong = good.replace("民政", "邮局") + "y: {title: 试, departments: [民政], source: assumed, note: 试}\n"
    assert problems("data_uses.yaml", wrong) == [
        (f"{CITY}/data_uses.yaml", 1, "unknown_department"),
        (f"{CITY}/data_uses.yaml", 2, "missing_key"),
    ]
