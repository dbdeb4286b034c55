"""Whatever a page does with the plan, another system can do over the API: every door of `plan_tracking` that a page opens, the API opens too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

ONLY_PEOPLE: Mapping[str, str] = {
    "seat_unit": "a token appoints nobody: for which unit an account acts is said by who manages the accounts",
    "consumer_seats": "seats of accounts and systems, for who manages them",
    "seat_of": "seats of accounts and systems, for who manages them",
    "units_of_plan": "the choices of the form that seats an account",
    "letter_to_print": "GET /plan/letters/{entry}/paper prints by foundation.printing, as the page does",
    "reaches": "how a page rounds a number; the API gives the exact one",
    "way": "how a page words a gap; the API gives the number",
}
"""Doors that only pages open, each with the reason."""


def _doors(tier: str) -> Iterator[tuple[str, str]]:
    """Every function of plan_tracking's actions and queries that a file of the tier calls: its name and the file."""
    for path in sorted(Path(settings.ROOT, "src/songhe", tier).rglob("*.py")):
        tree = ast.parse(path.read_text())
        names: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "songhe.contexts.plan_tracking":
                names |= {each.asname or each.name for each in node.names if each.name in ("actions", "queries")}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in names
                and node.attr.islower()
            ):
                yield node.attr, path.name


def test_every_door_that_a_page_opens_has_an_endpoint() -> None:
    pages, api = dict(_doors("web")), {name for name, _ in _doors("api")}
    assert len(pages) > 30
    missing = {name: file for name, file in pages.items() if name not in api and name not in ONLY_PEOPLE}
    assert missing == {}


def test_no_exception_outlives_its_reason() -> None:
    assert set(ONLY_PEOPLE) <= set(dict(_doors("web"))), "no page opens it any more"
    assert not set(ONLY_PEOPLE) & {name for name, _ in _doors("api")}, "the API opens it by now"
