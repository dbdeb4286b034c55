"""A province's ten million: time and peak memory."""

from __future__ import annotations

from benchmarks.city_runs import cells_note, run_city
from benchmarks.figures import Figure, Run

ORDER = 60
SIZE = 10_000_000


def run(run: Run) -> list[Figure]:
    """Left out of a quick run: the peer needs 5 GB and a minute a round."""
    if run.quick:
        return []
    runs = run_city(SIZE, rounds=min(2, run.rounds))
    ratio = runs.peer["seconds"] / runs.ours_missing["seconds"]
    memory = runs.ours_missing["peak_mb"] / runs.peer["peak_mb"]
    return [
        Figure("batch_10m", "10 million people, with reasons and missing facts", "s", runs.ours_missing["seconds"],
               runs.peer["seconds"], ">= 20x", ratio >= 20, note=cells_note(runs), threads=2, details=runs.details),
        Figure("batch_10m_memory", "10 million people, peak memory of the process", "MB", runs.ours_missing["peak_mb"],
               runs.peer["peak_mb"], "<= half", memory <= 0.5, note="the people's files are mapped and counted", threads=2, details=runs.details),
    ]  # fmt: skip
