"""What the packs are held against: rules, targets and tasks labelled by hand in the five plans, and the plans' words as hashes.

The labelled facts and the plans stand beside the repository; `labelled/` keeps what the tests need of them, so that they run
wherever the repository is. After a change of the sources: `python -m tests.packs.reference ../shared`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "labelled"
PACKS = Path(__file__).parents[2] / "packs"
CITIES = {"000": "qingtongxia", "001": "xuchang", "002": "dawukou", "003": "qidong", "004": "weihai"}
WINDOW = 16  # this many Chinese characters in a row are a sentence, not a term
_HASH_BYTES = 5
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_RULE = re.compile(r"^- \*\*(E\d\d) · ([^*]+)\*\*", re.MULTILINE)


def rules() -> dict[str, list[str]]:
    """Every rule of the eligibility catalogue -> the cities whose plan has it."""
    found: dict[str, list[str]] = json.loads((FOLDER / "rules.json").read_text(encoding="utf-8"))
    return found


def rows(name: str) -> list[dict[str, Any]]:
    """The labelled `targets` or `tasks`, each with its `city`."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def plan_windows() -> frozenset[bytes]:
    """A hash of every run of 16 Chinese characters in the five plans."""
    data = (FOLDER / "plan_windows.bin").read_bytes()
    return frozenset(data[at : at + _HASH_BYTES] for at in range(0, len(data), _HASH_BYTES))


def windows(text: str) -> dict[bytes, str]:
    """Hash -> run of 16 Chinese characters of a text, whatever stands between the characters."""
    characters = "".join(_CHINESE.findall(text))
    runs = (characters[at : at + WINDOW] for at in range(len(characters) - WINDOW + 1))
    return {hashlib.blake2b(run.encode(), digest_size=_HASH_BYTES).digest(): run for run in runs}


def main(shared: Path) -> None:
    """Write `labelled/` from the folder of the sources."""
    FOLDER.mkdir(exist_ok=True)
    catalogue = (shared / "requirements" / "eligibility.md").read_text(encoding="utf-8")
    found = {
        rule: [CITIES[doc] for doc in dict.fromkeys(re.findall(r"\b00\d\b", where))] for rule, where in _RULE.findall(catalogue)
    }
    (FOLDER / "rules.json").write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")
    keep = {
        "targets": ("id", "value", "value_max", "unit", "comparator", "deadline", "indicator", "clause"),
        "tasks": ("id", "clause"),
    }
    for name, keys in keep.items():
        lines = []
        for line in (shared / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            kept = {"city": CITIES[row["doc"]]} | {key: row.get(key) for key in keys} | {"responsible": row["responsible"]}
            if name == "tasks":
                kept["deadlines"] = [deadline["date"] for deadline in row["deadlines"]]  # null: every year
            lines.append(json.dumps(kept, ensure_ascii=False))
        (FOLDER / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    hashes: set[bytes] = set()
    for plan in sorted((shared / "plans").glob("*.txt")):
        hashes |= windows(plan.read_text(encoding="utf-8")).keys()
    (FOLDER / "plan_windows.bin").write_bytes(b"".join(sorted(hashes)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
