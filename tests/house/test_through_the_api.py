"""Whatever a page can do, a program can do: an action that a page calls has a caller among the operations of the API, or is named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings

CONTEXTS = ("assessments", "entitlements", "payments", "policy_library", "registers")
FOR_PEOPLE_ONLY: Mapping[str, str] = {
    "entitlements.answer_online": "the person's own answer, on the page that checked code and number; a program confirms or refuses grants",
    "entitlements.note_opened": "who has shown the code on that page has seen the message; nothing that anybody does",
    "entitlements.write_letters": "letters bear a code that opens a person's benefits; it goes onto paper, never to a program",
    "payments.ask_step": "puts a long step into the background for somebody who looks at a page; a program takes the step and waits",
    "payments.begin_run": "the same for the first step; a program calls prepare_payment_run",
    "payments.seat_body": "for which body an account acts is said by the security administrator, as all of who may do what",
    "policy_library.approve_draft": "approving is left to people: a program is no second pair of eyes",
    "policy_library.send_back": "the other answer of those who approve",
    "registers.reveal_field": "no consumer is given the right to sensitive fields in clear",
}
"""Actions without an operation, each with the reason."""


def _called(folder: str) -> Iterator[str]:
    """Every `context.action` that a file below the folder names, through the package or by name."""
    for file in Path(settings.ROOT, "src/songhe", folder).rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        packages: dict[str, str] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("songhe.contexts."):
                continue
            context, _, rest = str(node.module).removeprefix("songhe.contexts.").partition(".")
            for name in node.names:
                if not rest and name.name == "actions":
                    packages[name.asname or name.name] = context
                elif rest == "actions" or rest.startswith("actions."):
                    yield f"{context}.{name.name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in packages:
                yield f"{packages[node.value.id]}.{node.attr}"


def _deeds(folder: str) -> set[str]:
    """The actions among them (a dataclass begins with a capital) of the contexts that decide, grant and pay."""
    return {name for name in _called(folder) if name.split(".")[0] in CONTEXTS and name.split(".")[1][0].islower()}


PAGES, API = _deeds("web"), _deeds("api")


def test_there_is_something_to_compare() -> None:
    assert len(PAGES) > 50
    assert {name.split(".")[0] for name in PAGES} == set(CONTEXTS)


@pytest.mark.parametrize("action", sorted(PAGES))
def test_what_a_page_does_a_program_can_do(action: str) -> None:
    assert action in API or action in FOR_PEOPLE_ONLY, f"{action}: give it an operation, or say here why only people do it"


def test_every_exception_is_still_one() -> None:
    assert set(FOR_PEOPLE_ONLY) <= PAGES, "no page calls these any more: take them off the list"
    assert not set(FOR_PEOPLE_ONLY) & API, "these have an operation by now: take them off the list"
