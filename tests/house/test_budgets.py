"""The script that keeps files and functions short finds what is planted."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tools.budgets import FOLDERS, Finding, findings


def _found(root: Path) -> list[Finding]:
    return list(findings(root, FOLDERS))


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _function(name: str, lines: int) -> str:
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(300, []), (301, [False]), (600, [False]), (601, [True])],
)
def test_file_length(tmp_path: Path, lines: int, expected: list[bool]) -> None:
    _write(tmp_path, "src/songhe/basics/money.py", "x = 1\n" * lines)
    assert [finding.hard for finding in _found(tmp_path)] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(40, []), (41, [False]), (80, [False]), (81, [True])],
)
def test_function_length(tmp_path: Path, lines: int, expected: list[bool]) -> None:
    _write(tmp_path, "src/songhe/basics/money.py", _function("count", lines))
    assert [finding.hard for finding in _found(tmp_path)] == expected


@pytest.mark.parametrize(("lines", "expected"), [(25, []), (26, [True])])
def test_a_view_is_shorter_than_other_functions(tmp_path: Path, lines: int, expected: list[bool]) -> None:
    _write(tmp_path, "src/songhe/web/street/people.py", _function("page_person", lines))
    assert [finding.hard for finding in _found(tmp_path)] == expected


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "common/rows.py", "manager.py", "base.py", "misc.py"])
def test_names_that_say_nothing(tmp_path: Path, name: str) -> None:
    _write(tmp_path, f"src/songhe/basics/{name}", "x = 1\n")
    assert [finding.hard for finding in _found(tmp_path)] == [True]


def test_a_context_has_its_files_and_no_others(tmp_path: Path) -> None:
    context = "src/songhe/contexts/people"
    _write(tmp_path, f"{context}/README.md", "people\n")
    for name in ("models.py", "actions/correct_fact.py", "queries.py", "words.py", "migrations/0001_initial.py"):
        _write(tmp_path, f"{context}/{name}", "x = 1\n")
    assert _found(tmp_path) == []
    _write(tmp_path, f"{context}/services.py", "x = 1\n")
    assert [finding.where for finding in _found(tmp_path)] == [f"{context}/services.py"]


def test_a_context_explains_itself_in_under_forty_lines(tmp_path: Path) -> None:
    _write(tmp_path, "src/songhe/contexts/people/models.py", "x = 1\n")
    assert [finding.hard for finding in _found(tmp_path)] == [True]
    _write(tmp_path, "src/songhe/contexts/people/README.md", "line\n" * 40)
    assert [finding.hard for finding in _found(tmp_path)] == [True]
    _write(tmp_path, "src/songhe/contexts/people/README.md", "line\n" * 39)
    assert _found(tmp_path) == []


def test_this_tree_keeps_every_hard_limit() -> None:
    assert [finding for finding in findings(settings.ROOT) if finding.hard] == []
