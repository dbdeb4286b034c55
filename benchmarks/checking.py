"""How much of what does not fit in the five documents is found: ours beside a hand-made list. Part of `make bench-reading`.

`checking_labels.json` says for each entry of the list (by its number) the code of the finding that tells it and words that must stand in that
finding or at its places; null where nothing of ours tells it. A finding that tells no entry is counted as unlisted: a false alarm, or
something true that the list does not have.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songhe.engines.plan_reading.checking import check_plan

LABELS = Path(__file__).with_name("checking_labels.json")
RECALL, MOST_UNLISTED = 0.40, 1


@dataclass(frozen=True, slots=True)
class Compared:
    """One document: entries of the list that are told, those that are not, severity A among these, and findings that tell none."""

    told: tuple[str, ...]
    missed: tuple[str, ...]
    missed_a: tuple[str, ...]
    unlisted: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        return {
            "told": len(self.told),
            "listed": len(self.told) + len(self.missed),
            "missed": list(self.missed),
            "unlisted": list(self.unlisted),
        }


def listed(file: Path) -> dict[str, str]:
    """Number → severity of every entry of the list."""
    return dict(re.findall(r"^- \*\*(I\d{3}-\d+) \(([ABC])\)", file.read_text(encoding="utf-8"), re.MULTILINE))


def compare(raw: str, doc: str, entries: dict[str, str]) -> Compared:
    """The document's findings beside its entries."""
    labels: dict[str, list[str] | None] = json.loads(LABELS.read_text(encoding="utf-8"))
    found = [
        (finding.code, finding.sentence + finding.computation + "".join(raw[span.start : span.end] for span in finding.places))
        for finding in check_plan(raw)
    ]
    mine = [name for name in entries if name.startswith(f"I{doc}-")]
    wanted = {name: label for name in mine if (label := labels.get(name)) is not None}
    told = [name for name, (code, words) in wanted.items() if any(code == c and words in w for c, w in found)]
    missed = [name for name in mine if name not in told]
    codes = {code for code, _ in wanted.values()}
    unlisted = [code for code, _ in found if code not in codes]
    return Compared(tuple(told), tuple(missed), tuple(name for name in missed if entries[name] == "A"), tuple(unlisted))


def measure(plans: list[Path], file: Path) -> tuple[dict[str, Any], bool]:
    """Prints a line a document and the sum; what to write down, and whether the goals are reached."""
    entries, per_document = listed(file), dict[str, Compared]()
    for plan in plans:
        with plan.open(encoding="utf-8", newline="") as handle:
            per_document[plan.stem] = compare(handle.read(), plan.stem.split("_")[0], entries)
    for name, one in per_document.items():
        print(
            f"{name:16} told {len(one.told)} of {len(one.told) + len(one.missed)}, severity A missed {len(one.missed_a)}, unlisted {len(one.unlisted)}"
        )
    told = sum(len(one.told) for one in per_document.values())
    every = told + sum(len(one.missed) for one in per_document.values())
    print(f"{'all':16} told {told} of {every}")
    shown = {"documents": {name: one.shown() for name, one in per_document.items()}, "told": told, "listed": every}
    good = all(not one.missed_a and len(one.unlisted) <= MOST_UNLISTED for one in per_document.values())
    return shown, bool(every) and told / every >= RECALL and good
