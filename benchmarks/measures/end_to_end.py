"""From PostgreSQL to stored decisions: snapshot, evaluation, decisions, figures and work items of a whole demo city.

The city's people are laid into the tables first, if they are not there yet (benchmarks/lay_down.py); that is not part of the figure.
Measured in a fresh process: seconds of `determine_city` and its peak memory (PostgreSQL's own not counted).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.figures import ROOT, Figure, Run

ORDER = 80
CITIES = (("qingtongxia", 15.0, None), ("xuchang", 90.0, 4.0))
MEASURED = """
import json, resource, time, django
from songhe.project.command_line import database
with database():
    django.setup()
    from songhe.contexts.entitlements import actions
    from songhe.contexts.entitlements.models import Run
    from songhe.foundation.access import SYSTEM
    steps, begun = [], time.perf_counter()
    def told(done, total, step):
        steps.append((step, round(time.perf_counter() - begun, 2)))
    run = actions.determine_city(SYSTEM, cause="bench", progress=told)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "peak_gb": peak, "persons": Run.objects.get(id=run).persons, "steps": steps}))
"""


def determined(city: str, scale: str, rounds: int = 2) -> dict[str, object]:
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
    answers = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", MEASURED], check=True, env=environment, capture_output=True, text=True)
        answers.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return dict(min(answers, key=lambda answer: float(answer["seconds"])))


def run(run: Run) -> list[Figure]:
    """One figure a city; a quick run takes a twentieth of each and promises nothing."""
    made = []
    for city, seconds, memory in CITIES:
        best = determined(city, "0.05" if run.quick else "1")
        taken, peak = float(str(best["seconds"])), float(str(best["peak_gb"]))
        made.append(
            Figure(
                name=f"end_to_end_{city}",
                figure=f"{city}: PostgreSQL to stored decisions, {best['persons']} people decided",
                unit="s",
                ours=taken,
                peer=None,
                target="" if run.quick else f"<= {seconds:.0f} s" + (f", <= {memory:.0f} GB" if memory else ""),
                met=None if run.quick else taken <= seconds and (memory is None or peak <= memory),
                threads=2,
                note=f"peak {peak:.2f} GB",
                details=best,
            )
        )
    return made
