"""How long the server takes to answer the main pages, at 青铜峡's size and at 许昌's: p95 over all pages, in a process of its own.

Measured at Django's door (no network, no gunicorn: they add about a millisecond), templates and queries included, each page once before counting.
The city is laid into the tables and decided first, if it is not there yet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.figures import ROOT, Figure, Run
from benchmarks.measures.end_to_end import CITIES, determined

ORDER = 90
LIMITS = {"qingtongxia": 200.0, "xuchang": 400.0}
ROUNDS = 15
MEASURED = """
import json, sys, time, django
from songhe.project.command_line import database
with database():
    django.setup()
    from django.conf import settings
    from django.test import Client
    settings.ALLOWED_HOSTS = ["*"]
    from songhe.contexts.people.models import Person
    from songhe.contexts.accounts.models import User
    from songhe.contexts.policy_library import queries as policy
    from songhe.project import demonstration, starting
    starting.collect_static()
    demonstration.accounts()
    pack = policy.pack_in_use().pack
    some = str(Person.objects.filter(birth_date__lt="1945-01-01").order_by("id").values_list("public_id", flat=True)[500])
    benefit = next(iter(b for b in pack.benefits.values() if not b.announced)).id
    desks = {
        "city_officer": ["/city/", f"/city/people/{benefit}/eligible/", "/city/policy/", "/city/policy/parameters/", "/city/policy/assumed/", "/city/what-if/",
                         "/city/runs/", f"/city/policy/benefits/{benefit}/", "/street/", "/street/people/?q=zhang", f"/street/people/{some}/"],
        "street_clerk": ["/street/", "/street/people/", "/street/people/?q=li"],
        "system_admin": ["/ops/", "/ops/imports/", "/ops/jobs/"],
        "audit_admin": ["/ops/audit/"],
        "": ["/", "/eligibility/", "/benefits/", f"/benefits/{benefit}/"],
    }
    from songhe.contexts.accounts.models import RoleGrant
    taken = {}
    for role, paths in desks.items():
        client = Client()
        if role:
            client.force_login(User.objects.get(id=RoleGrant.objects.filter(role=role, valid_to=None).order_by("id").values_list("user_id", flat=True)[0]))
        for path in paths:
            for number in range(int(sys.argv[1]) + 1):
                begun = time.perf_counter()
                answer = client.get(path, follow=True)
                if number:
                    taken.setdefault(f"{role or 'public'} {path.replace(some, 'ID')}", []).append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, (path, answer.status_code)
    print(json.dumps(taken))
"""


def p95(values: list[float]) -> float:
    return sorted(values)[max(int(len(values) * 0.95) - 1, 0)]


def run(run: Run) -> list[Figure]:
    """One figure a city; a quick run takes a twentieth of each and promises nothing."""
    made = []
    for city, _, _ in CITIES:
        scale = "0.05" if run.quick else "1"
        determined(city, scale, rounds=1)
        environment = os.environ | {
            "SONGHE_VAR": str(ROOT / "var" / "bench-city"),
            "SONGHE_CITY": city,
            "SONGHE_SCALE": scale,
            "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        }
        command = [sys.executable, "-c", MEASURED, str(ROUNDS)]
        done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
        taken: dict[str, list[float]] = json.loads(done.stdout.strip().splitlines()[-1])
        overall = p95([value for values in taken.values() for value in values])
        slowest = max(taken, key=lambda page: p95(taken[page]))
        made.append(
            Figure(
                name=f"pages_{city}",
                figure=f"{city}: p95 of {len(taken)} pages",
                unit="ms",
                ours=overall,
                peer=None,
                target="" if run.quick else f"<= {LIMITS[city]:.0f} ms",
                met=None if run.quick else overall <= LIMITS[city],
                threads=1,
                note=f"slowest {slowest}: {p95(taken[slowest]):.0f} ms",
                details={page: round(p95(values), 1) for page, values in taken.items()},
            )
        )
    return made
