"""How well plan documents are read: ours beside hand labels, per document and overall. `make bench-reading`.

A task matches by clause; its units by name and part (lead, participating). A target matches where its place overlaps the label's and value,
upper value, unit, comparator and deadline are the same; a figure where its place overlaps and value and unit are. Indicator names are scored
apart. A decoy is taken where a target's own number stands inside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from benchmarks import checking
from songhe.engines.plan_reading.reading import as_data, read_plan

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]
GOALS = {"tasks": 0.98, "units": 0.97, "targets": 0.90, "baselines": 0.90}


@dataclass(slots=True)
class Score:
    """Found and right, found and wrong, not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __iadd__(self, other: Score) -> Score:
        self.right, self.wrong, self.missed = self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        return self

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def shown(self) -> dict[str, float | int]:
        return {"right": self.right, "wrong": self.wrong, "missed": self.missed, "f1": round(self.f1, 4)}


def main() -> int:
    """Prints the table, writes var/bench/reading.json; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.reading")
    parser.add_argument("--plans", type=Path, default=ROOT.parent / "shared" / "plans")
    parser.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "gold")
    parser.add_argument("--findings", type=Path, default=ROOT.parent / "shared" / "requirements" / "inconsistencies.md")
    options = parser.parse_args()
    files = sorted(options.plans.glob("*.txt"))
    if not files:
        print(f"no documents in {options.plans}", file=sys.stderr)
        return 2
    labels = {kind: _rows(options.gold / f"{kind}.jsonl") for kind in ("tasks", "targets", "baselines", "decoys")}
    per_document = {file.stem: _document(file, labels) for file in files}
    overall = {kind: Score() for kind in GOALS}
    for scores, _, _ in per_document.values():
        for kind, score in scores.items():
            overall[kind] += score
    decoys = sum(len(taken) for _, taken, _ in per_document.values())
    names = [alike for _, _, found in per_document.values() for alike in found]
    for name, (scores, taken, _) in per_document.items():
        print(f"{name:16}", *(f"{kind} {score.f1:.3f}" for kind, score in scores.items()), "decoys", len(taken))
    print(
        f"{'all':16}",
        *(f"{kind} {score.f1:.3f}" for kind, score in overall.items()),
        "decoys",
        decoys,
        f"of {len(labels['decoys'])}",
    )
    print(f"indicator names like the label's (ratio >= 0.6): {sum(names)} of {len(names)}")
    checked, fits = checking.measure(files, options.findings) if options.findings.exists() else (None, True)
    _write(
        {name: {k: s.shown() for k, s in scores.items()} for name, (scores, _, _) in per_document.items()},
        overall,
        decoys,
        names,
        checked,
    )
    return 0 if all(overall[kind].f1 >= goal for kind, goal in GOALS.items()) and decoys <= 2 and fits else 1


def _write(
    documents: dict[str, Any], overall: dict[str, Score], decoys: int, names: Sequence[bool], checked: dict[str, Any] | None
) -> None:
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    shown = {
        "figure": "plan reading, F1 against hand labels", "documents": documents, "all": {k: s.shown() for k, s in overall.items()}, "goals": GOALS,
        "decoys_taken": decoys, "names_alike": sum(names), "names": len(names), "checking": checked, "date": dt.date.today().isoformat(),  # noqa: DTZ011
    }  # fmt: skip
    (folder / "reading.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1), encoding="utf-8")


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _document(file: Path, labels: dict[str, list[Row]]) -> tuple[dict[str, Score], list[str], list[bool]]:
    doc = file.stem.split("_")[0]
    with file.open(encoding="utf-8", newline="") as handle:
        raw = handle.read()
    read: Any = as_data(read_plan(raw), raw, doc)
    gold = {kind: [row for row in rows if row["doc"] == doc] for kind, rows in labels.items()}
    tasks, units = _tasks(gold["tasks"], read["tasks"])
    targets, pairs = _placed(gold["targets"], read["targets"], _same_target)
    baselines, _ = _placed(gold["baselines"], read["baselines"], lambda a, b: (a["value"], a["unit"]) == (b["value"], b["unit"]))
    taken = [row["quote"] for row in gold["decoys"] if any(_inside(target, row) for target in read["targets"])]
    names = [SequenceMatcher(None, a["indicator"], b["indicator"], autojunk=False).ratio() >= 0.6 for a, b in pairs]
    return {"tasks": tasks, "units": units, "targets": targets, "baselines": baselines}, taken, names


def _tasks(gold: list[Row], read: list[Row]) -> tuple[Score, Score]:
    ours = {row["clause"]: row for row in read}
    theirs = {row["clause"]: row for row in gold}
    both = [clause for clause in theirs if clause in ours and theirs[clause]["title"] == ours[clause]["title"]]
    units = Score()
    for clause in theirs.keys() & ours.keys():
        a, b = _units(theirs[clause]), _units(ours[clause])
        units += Score(len(a & b), len(b - a), len(a - b))
    return Score(len(both), len(ours) - len(both), len(theirs) - len(both)), units


def _units(row: Row) -> set[tuple[str, str]]:
    return {("lead", name) for name in row["responsible"]} | {("with", name) for name in row["participating"]}


def _same_target(a: Row, b: Row) -> bool:
    return all(a.get(key) == b.get(key) for key in ("value", "value_max", "unit", "comparator", "deadline"))


def _placed(gold: list[Row], read: list[Row], same: Callable[[Row, Row], bool]) -> tuple[Score, list[tuple[Row, Row]]]:
    used: set[int] = set()
    pairs: list[tuple[Row, Row]] = []
    for label in gold:
        fits = (at for at, row in enumerate(read) if at not in used and _overlap(label, row) and same(label, row))
        found = next(fits, None)
        if found is not None:
            used.add(found)
            pairs.append((label, read[found]))
    return Score(len(pairs), len(read) - len(used), len(gold) - len(pairs)), pairs


def _overlap(a: Row, b: Row) -> bool:
    return bool(a["offset"] < b["offset"] + len(b["quote"]) and b["offset"] < a["offset"] + len(a["quote"]))


def _inside(target: Row, decoy: Row) -> bool:
    return target["value"] is not None and _overlap(target, decoy) and f"{target['value']:g}" in decoy["quote"]


if __name__ == "__main__":
    sys.exit(main())
