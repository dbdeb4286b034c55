"""A city of a million decided with reasons and unknowns."""

from __future__ import annotations

from benchmarks.city_runs import cells_note, run_city
from benchmarks.figures import Figure, Run

ORDER = 10


def run(run: Run) -> list[Figure]:
    runs = run_city(run.size, rounds=run.rounds)
    label = f"{run.size:,} people"
    made = []
    for name, answer, threads, title in (
        ("unknowns", runs.ours_missing, 2, "with reasons and missing facts"),
        ("unknowns_one_thread", runs.ours_one_thread, 1, "with reasons and missing facts"),
        ("complete", runs.ours, 2, "with reasons, all facts known"),
    ):
        ratio = runs.peer["seconds"] / answer["seconds"]
        promised = name == "unknowns" and not run.quick
        made.append(
            Figure(
                name=f"batch_{run.size}_{name}",
                figure=f"{label}, {title}",
                unit="s",
                ours=answer["seconds"],
                peer=runs.peer["seconds"],
                target=">= 12x" if promised else "",
                met=ratio >= 12 if promised else None,
                threads=threads,
                note=cells_note(runs),
                details=runs.details,
            )
        )
    return made
