"""How long files and functions may be, and which names they may not have. No file is exempt.

python3 tools/budgets.py [folder ...]      exit code 1 if a hard limit is passed; soft limits are told
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("src/songhe", "tests", "tools", "benchmarks")
FILE_SOFT, FILE_HARD = 300, 600
FUNCTION_SOFT, FUNCTION_HARD = 40, 80
VIEW_HARD = 25
CONTEXT_README = 40
VIEW_PREFIXES = ("page_", "part_", "submit_")
FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"})
CONTEXT_NAMES = frozenset(
    {
        "words",
        "errors",
        "events",
        "models",
        "access",
        "actions",
        "queries",
        "facts",
        "listeners",
        "migrations",
        "apps",
        "__init__",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One limit that is passed; a hard one fails the check."""

    where: str
    what: str
    hard: bool


def findings(root: Path, folders: tuple[str, ...] = FOLDERS) -> Iterator[Finding]:
    """Every limit that the files below the folders pass."""
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            where = file.relative_to(root).as_posix()
            if "migrations" not in file.parts and "node_modules" not in file.parts:
                yield from _of_names(where, file)
                yield from _of_file(where, file.read_text())
    yield from _of_contexts(root)


def _of_names(where: str, file: Path) -> Iterator[Finding]:
    for name in (file.stem, file.parent.name):
        if name in FORBIDDEN_NAMES:
            yield Finding(where, f"the name “{name}” says nothing; name it after what it holds", True)


def _of_file(where: str, text: str) -> Iterator[Finding]:
    lines = text.count("\n")
    if lines > FILE_SOFT:
        yield Finding(where, f"{lines} lines; {FILE_SOFT} is the aim, {FILE_HARD} the limit", lines > FILE_HARD)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_function(where, node)


def _of_function(where: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    place = f"{where}:{node.lineno}"
    if "/web/" in where and not where.startswith("tests/") and node.name.startswith(VIEW_PREFIXES):
        if length > VIEW_HARD:
            yield Finding(place, f"the view {node.name} has {length} lines; {VIEW_HARD} is the limit", True)
    elif length > FUNCTION_SOFT:
        text = f"{node.name} has {length} lines; {FUNCTION_SOFT} is the aim, {FUNCTION_HARD} the limit"
        yield Finding(place, text, length > FUNCTION_HARD)


def _of_contexts(root: Path) -> Iterator[Finding]:
    for context in sorted((root / "src/songhe/contexts").glob("*/")):
        where = context.relative_to(root).as_posix()
        if context.name.startswith("__"):
            continue
        for entry in sorted(context.iterdir()):
            known = entry.stem in CONTEXT_NAMES or entry.name in {"README.md", "__pycache__"}
            if not known:
                yield Finding(f"{where}/{entry.name}", "a context has no such file; see docs/how-to/add-a-context.md", True)
        readme = context / "README.md"
        if not readme.exists():
            yield Finding(where, "a context says in README.md what it is, who may act, what always holds", True)
        elif (length := readme.read_text().count("\n")) >= CONTEXT_README:
            yield Finding(f"{where}/README.md", f"{length} lines; under {CONTEXT_README} is the limit", True)


def main(arguments: list[str]) -> int:
    """Print what was found; 1 if any limit is passed."""
    found = list(findings(ROOT, tuple(arguments) or FOLDERS))
    for finding in found:
        if finding.hard or "--soft" in arguments:
            print(f"{finding.where}: {finding.what}")
    soft = sum(not finding.hard for finding in found)
    print(f"{soft} files or functions are longer than the aim, {len(found) - soft} pass a limit")
    return 1 if len(found) > soft else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
