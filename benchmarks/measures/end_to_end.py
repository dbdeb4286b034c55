"""From PostgreSQL to stored decisions: snapshot, evaluation, decisions, figures and work items of a whole demo city.

The city is brought in by the importers first, if it is not there yet (`songhe up`, minutes for 青铜峡, up to an hour for 许昌 at full size); that is not
part of the figure. Measured in a fresh process: seconds of `determine_city` and its peak memory (PostgreSQL's own not counted).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from benchmarks.figures import ROOT, Figure, Run

ORDER = 80
PROGRAM = ROOT / ".venv" / "bin" / "songhe"
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
    run = actions.determine_city(SYSTEM, cause="bench", progress=lambda done, total, step: steps.append((step, round(time.perf_counter() - begun, 2))))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "peak_gb": peak, "persons": Run.objects.get(id=run).persons, "steps": steps}))
"""


def bring_in(city: str, scale: str) -> Mapping[str, str]:
    """The city is in the embedded database; the environment that names it."""
    environment = os.environ | {
        "SONGHE_VAR": str(ROOT / "var" / "bench-city"),
        "SONGHE_CITY": city,
        "SONGHE_SCALE": scale,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
    }
    subprocess.run(
        [PROGRAM, "up", "--city", city, "--scale", scale, "--no-serve"], check=True, env=environment, stdout=subprocess.DEVNULL
    )
    return environment


def run(run: Run) -> list[Figure]:
    """One figure a city; a quick run takes a tenth of each and promises nothing."""
    made = []
    for city, seconds, memory in CITIES:
        environment = bring_in(city, "0.1" if run.quick else "1")
        answers = []
        for _ in range(2):
            done = subprocess.run([sys.executable, "-c", MEASURED], check=True, env=environment, capture_output=True, text=True)
            answers.append(json.loads(done.stdout.strip().splitlines()[-1]))
        best = min(answers, key=lambda answer: float(answer["seconds"]))
        met = best["seconds"] <= seconds and (memory is None or best["peak_gb"] <= memory)
        made.append(
            Figure(
                name=f"end_to_end_{city}",
                figure=f"{city}: PostgreSQL to stored decisions, {best['persons']:,} decided",
                unit="s",
                ours=best["seconds"],
                peer=None,
                target="" if run.quick else f"<= {seconds:.0f} s" + (f", <= {memory:.0f} GB" if memory else ""),
                met=None if run.quick else met,
                threads=2,
                note=f"peak {best['peak_gb']:.2f} GB",
                details=best,
            )
        )
    return made
