"""Everything that can be said without running the tests, two things at a time: `make check`.

Each line says what was checked and how long it took; what a failed check printed follows at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its name, its command, and what to do when it fails."""

    name: str
    command: Sequence[str]
    remedy: str


STEPS = (
    Step("types", (str(PROGRAMS / "mypy"),), "give the types that it asks for"),
    Step("packs", (str(PROGRAMS / "songhe"), "pack", "check"), "each line names file, line and what to write"),
    Step("form", (str(PROGRAMS / "ruff"), "format", "--check", "--quiet", "."), "make format"),
    Step("lint", (str(PROGRAMS / "ruff"), "check", "--quiet", "."), "make format, then mend by hand what is left"),
    Step("borders", (str(PROGRAMS / "lint-imports"), "--no-cache", "--no-logo"), "see docs/how-to/add-a-context.md"),
    Step(
        "dependencies",
        (str(PROGRAMS / "deptry"), "src", "--no-ansi"),
        "declare in pyproject.toml what is imported, and nothing else",
    ),
    Step("sizes and names", (PYTHON, "tools/budgets.py"), "split the file or the function"),
    Step(
        "migrations",
        (PYTHON, "-W", "ignore::RuntimeWarning", "-m", "django", "makemigrations", "--check", "--dry-run"),
        ".venv/bin/songhe django makemigrations",
    ),
    Step("OpenAPI", (str(PROGRAMS / "songhe"), "api", "schema", "--check"), ".venv/bin/songhe api schema"),
)


def run(step: Step) -> tuple[Step, float, subprocess.CompletedProcess[str]]:
    """The step's outcome and how many seconds it took."""
    begun = time.monotonic()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "songhe.project.settings"}
    done = subprocess.run(step.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return step, time.monotonic() - begun, done


def main() -> int:
    """1 if any check failed."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for step, seconds, done in pool.map(run, STEPS):
            print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {seconds:5.1f} s  {step.name}", flush=True)
            if done.returncode:
                failed.append((step, done))
    for step, done in failed:
        print(f"\n--- {step.name} ---\n{(done.stdout + done.stderr).strip()}\n→ {step.remedy}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
