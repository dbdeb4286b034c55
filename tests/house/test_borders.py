"""Every border between modules is guarded: a planted fault is caught by the contract that is there for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.ROOT
CONTRACTS = ("tiers", "ranks", "doors", "pure", "engines")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package tree with its folders and empty files only, so that every fault found is the planted one."""
    for folder in sorted(path for path in (ROOT / "src" / "songhe").rglob("*") if (path / "__init__.py").exists()):
        if "migrations" not in folder.parts:
            _write(tmp_path / "src" / folder.relative_to(ROOT / "src") / "__init__.py", "")
    _write(tmp_path / "src" / "songhe" / "__init__.py", "")
    for context in tuple(sorted(p.name for p in (ROOT / "src" / "songhe" / "contexts").iterdir() if (p / "apps.py").is_file())):
        for module in ("actions", "queries", "events", "errors", "facts", "words", "models", "access", "listeners"):
            _write(tmp_path / "src" / "songhe" / "contexts" / context / f"{module}.py", "")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    _write(tmp_path / "tools" / "doors_contract.py", (ROOT / "tools" / "doors_contract.py").read_text())
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _broken(tree: Path, files: Mapping[str, str]) -> set[str]:
    """The contracts that are broken once these files are planted."""
    for name, text in files.items():
        _write(tree / "src" / "songhe" / name, text)
    program = (
        "import sys\n"
        "from importlinter.cli import lint_imports\n"
        "kept = {name: lint_imports(limit_to_contracts=(name,), no_cache=True, no_logo=True) == 0 for name in sys.argv[1:]}\n"
        "print(','.join(['verdict', *(name for name in kept if not kept[name])]))\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}"}
    command = [sys.executable, "-c", program, *CONTRACTS]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    verdict, *broken = (done.stdout.strip().splitlines() or [""])[-1].split(",")
    assert verdict == "verdict", done.stdout + done.stderr
    return set(broken)


FAULTS: Mapping[str, tuple[Mapping[str, str], set[str]]] = {
    "a context that knows a page": (
        {"web/street/page.py": "", "web/street/__init__.py": "", "contexts/people/actions.py": "import songhe.web.street.page"},
        {"tiers"},
    ),
    "the foundation knows a context": (
        {"foundation/clock.py": "from songhe.contexts.people import queries"},
        {"tiers"},
    ),
    "a page that knows the API": ({"api/people.py": "", "web/page.py": "import songhe.api.people"}, {"tiers"}),
    "a tier that nobody listed": ({"somewhere/__init__.py": ""}, {"tiers"}),
    "a context that knows one above it": (
        {"contexts/people/queries.py": "from songhe.contexts.entitlements import queries"},
        {"ranks"},
    ),
    "equals that know each other": (
        {"contexts/places/queries.py": "from songhe.contexts.accounts import queries"},
        {"ranks"},
    ),
    "a context without a rank": ({"contexts/newcomer/__init__.py": ""}, {"ranks"}),
    "a page that takes a model": ({"web/page.py": "from songhe.contexts.people import models"}, {"doors"}),
    "a context that takes another's rows": (
        {"contexts/entitlements/queries.py": "from songhe.contexts.people.access import visible_to"},
        {"doors"},
    ),
    "the API takes a context's words": ({"api/page.py": "from songhe.contexts.people import words"}, {"doors"}),
    "an engine that knows Django": ({"engines/policy/rows.py": "from django.db import models"}, {"pure"}),
    "an engine that knows Django round a corner": (
        {"engines/policy/rows.py": "import songhe.basics.rows", "basics/rows.py": "import django"},
        {"pure"},
    ),
    "engines that know each other": (
        {"engines/second/__init__.py": "", "engines/second/part.py": "import songhe.engines.policy"},
        {"engines"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(copy: Path, fault: str) -> None:
    files, contracts = FAULTS[fault]
    assert _broken(copy, files) == contracts


def test_what_is_allowed_is_not_caught(copy: Path) -> None:
    files = {
        "web/page.py": "from songhe.contexts.people import actions, queries, words",
        "api/page.py": "from songhe.contexts.people import errors, events, facts",
        "project/wiring.py": "from songhe.contexts.people import listeners\nimport django",
        "contexts/people/actions.py": "from songhe.contexts.people import models\nfrom songhe.contexts.places import queries",
        "contexts/entitlements/actions.py": "from songhe.contexts.people import facts\nimport songhe.engines.policy",
    }
    assert _broken(copy, files) == set()


def test_this_tree_keeps_every_contract() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
