"""Nine times the rules: 234 benefits, each copy with ages, amounts, groups and caps of its own."""

from __future__ import annotations

from benchmarks.city_runs import cells_note, run_city
from benchmarks.figures import Figure, Run

ORDER = 50
COPIES = 9


def run(run: Run) -> list[Figure]:
    runs = run_city(run.size, copies=COPIES, rounds=min(3, run.rounds))
    ratio = runs.peer["seconds"] / runs.ours_missing["seconds"]
    benefits = runs.ours["benefits"]
    return [
        Figure(f"benefits_{benefits}", f"{benefits} benefits, {run.size:,} people, with reasons and missing facts", "s",
               runs.ours_missing["seconds"], runs.peer["seconds"], "" if run.quick else ">= 20x",
               None if run.quick else ratio >= 20, threads=2, note=cells_note(runs), details=runs.details)
    ]  # fmt: skip
