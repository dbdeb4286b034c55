"""One parameter changed: who gains and loses in a city of a million, from the rulebook to the people."""

from __future__ import annotations

import time

from benchmarks.figures import VAR, Figure, Run
from benchmarks.golden_pack import AS_OF, golden_files, peer_rules
from benchmarks.people import load_people, people_folder
from benchmarks.sides import run_peer
from songhe.engines.policy.bitset import CitySession, evaluate
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Period
from songhe.engines.policy.what_if import people_by_period, what_if

ORDER = 40


def run(run: Run) -> list[Figure]:
    folder = people_folder(VAR, run.size)
    people = load_people(folder, missing=True)
    pack = load_pack(golden_files(), "golden")
    before = resolve(pack, AS_OF)
    session = CitySession(people)
    session.evaluate(before)
    peer = run_peer({"folder": str(folder), "rules": str(peer_rules(before, VAR))})["seconds"]
    made = []
    for name, title, parameter in (
        ("amount", "an amount", "allowance_80"),
        ("savings", "a savings limit", "savings_per_head"),
        ("cap", "a cap", "cash_cap"),
    ):
        times = []
        value = before.parameters[parameter].value
        for step in range(1, 11):
            begun = time.perf_counter()
            after = resolve(pack, AS_OF, parameters={parameter: value + 1_00 * step})
            result = what_if(session, before, after)
            people_by_period(result, Period.MONTH)
            times.append(time.perf_counter() - begun)
        fresh = evaluate(after, people)
        if fresh.totals().tolist() != result.after.totals().tolist() or fresh.counts().tolist() != result.after.counts().tolist():
            raise RuntimeError("the session's answer differs from a fresh run")
        best = min(times)
        made.append(
            Figure(f"what_if_{name}", f"what if {title} changes, {run.size:,} people", "ms", best * 1e3, peer * 1e3, "<= 100 ms",
                   best <= 0.1, threads=2, note="resolve + decide + compare; the peer's reform is a full run",
                   details={"seconds": times, "parameter": parameter})
        )  # fmt: skip
    return made
