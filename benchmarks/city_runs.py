"""Both sides over one city, in turns, each round in fresh processes; the best round of each counts."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.figures import VAR
from benchmarks.golden_pack import golden_rulebook, peer_rules
from benchmarks.people import people_folder
from benchmarks.sides import run_ours, run_peer

_console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class CityRuns:
    """Best answers: ours on complete facts and on missing facts (reasons and unknowns in both), and the peer's."""

    ours: dict[str, Any]
    ours_missing: dict[str, Any]
    ours_one_thread: dict[str, Any]
    peer: dict[str, Any]
    comparison: dict[str, Any]
    details: dict[str, object]


def run_city(size: int, *, copies: int = 1, rounds: int = 3) -> CityRuns:
    """Runs and compares; RuntimeError if a cell differs for any reason but the peer's integer width."""
    VAR.mkdir(parents=True, exist_ok=True)
    folder = people_folder(VAR, size)
    rules = peer_rules(golden_rulebook(), VAR)
    scratch = Path(tempfile.mkdtemp(dir=VAR))
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "ours_missing": [], "ours_one_thread": [], "peer": []}
    repeats = 3 if size <= 1_000_000 else 1
    job = {"folder": str(folder), "copies": copies, "threads": 2, "repeats": repeats}
    comparison: dict[str, Any] = {}
    try:
        for number in range(rounds):
            _console.print(f"  {size:,} people, {copies} x rules, round {number + 1} of {rounds}")
            first = number == 0
            peer = {
                "folder": str(folder),
                "rules": str(rules),
                "copies": copies,
                "repeats": repeats,
                "out": str(scratch) if first else None,
            }
            found["peer"].append(run_peer(peer))
            found["ours"].append(run_ours(job | {"missing": False, "compare": str(scratch) if first else None}))
            comparison = comparison or {
                k: found["ours"][0][k] for k in ("cells", "different", "different_with_overflow", "examples")
            }
            found["ours_missing"].append(run_ours(job | {"missing": True}))
            found["ours_one_thread"].append(run_ours(job | {"missing": True, "threads": 1}))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if comparison["different"] != comparison["different_with_overflow"]:
        raise RuntimeError(f"results differ from the peer's without its number width as the reason: {comparison}")
    best = {name: min(answers, key=lambda answer: float(answer["seconds"])) for name, answers in found.items()}
    every = {name: [round(float(answer["seconds"]), 4) for answer in answers] for name, answers in found.items()}
    cpu = {name: min(float(answer["cpu_seconds"]) for answer in answers) for name, answers in found.items()}
    peaks = {name: max(float(answer["peak_mb"]) for answer in answers) for name, answers in found.items()}
    details: dict[str, object] = {"seconds": every, "best_cpu_seconds": cpu, "peak_mb": peaks, "comparison": comparison}
    details |= {"size": size, "benefits": best["ours"]["benefits"], "peer_load_seconds": best["peer"]["load_seconds"]}
    return CityRuns(best["ours"], best["ours_missing"], best["ours_one_thread"], best["peer"], comparison, details)


def cells_note(runs: CityRuns) -> str:
    """The comparison in words."""
    found = runs.comparison
    return f"{found['cells']:,} cells compared, {found['different']} differ, all where the peer's int32 overflows"
