"""All indicators of a whole city counted and stored, by community, town and city; and the rows behind one figure.

The city's people are laid into the tables and decided first, if they are not; that is not part of the figure. Measured in a fresh process:
seconds of `compute_figures` and of the first page of a figure's rows, and the peak memory (PostgreSQL's own not counted).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.figures import ROOT, Figure, Run

ORDER = 85
CITIES = (("qingtongxia", 5.0), ("xuchang", 60.0))
MEASURED = """
import json, resource, time, django
from songhe.project.command_line import database
with database():
    django.setup()
    from songhe.contexts.entitlements import actions as entitlements
    from songhe.contexts.entitlements import queries
    from songhe.contexts.statistics import actions
    from songhe.contexts.statistics import queries as statistics
    from songhe.contexts.statistics.queries import Side
    from songhe.foundation.access import SYSTEM
    if queries.city_snapshot() is None:
        entitlements.determine_city(SYSTEM, cause="bench")
    begun = time.perf_counter()
    made = actions.compute_figures(SYSTEM)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    rows = statistics.figure_rows(SYSTEM, indicator="family_doctor_60", side=Side.DENOMINATOR)
    opened = time.perf_counter() - begun
    begun = time.perf_counter()
    statistics.figures(SYSTEM)
    listed = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "rows_seconds": opened, "list_seconds": listed, "peak_gb": peak, "figures": made.figures,
                      "rows": rows.rows, "persons": queries.city_snapshot().persons}))
"""


def counted(city: str, scale: str, rounds: int = 2) -> dict[str, float]:
    """The best of some runs, each in a process of its own."""
    environment = os.environ | {
        "SONGHE_VAR": str(ROOT / "var" / "bench-city"),
        "SONGHE_CITY": city,
        "SONGHE_SCALE": scale,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
    }
    subprocess.run(
        [sys.executable, "-m", "benchmarks.lay_down", city], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    answers: list[dict[str, float]] = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", MEASURED], check=True, env=environment, capture_output=True, text=True)
        answers.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return min(answers, key=lambda answer: answer["seconds"])


def run(run: Run) -> list[Figure]:
    """One figure a city; a quick run takes a twentieth of each and promises nothing."""
    made = []
    for city, seconds in CITIES:
        best = counted(city, "0.05" if run.quick else "1")
        made.append(
            Figure(
                name=f"indicators_{city}",
                figure=f"{city}: all indicators by community, town and city, {best['persons']:.0f} people",
                unit="s",
                ours=best["seconds"],
                peer=None,
                target="" if run.quick else f"<= {seconds:.0f} s",
                met=None if run.quick else best["seconds"] <= seconds,
                threads=2,
                note=f"{best['figures']:.0f} figures; rows {best['rows_seconds']:.2f} s; peak {best['peak_gb']:.2f} GB",
                details=best,
            )
        )
    return made
