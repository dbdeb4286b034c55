"""A hundred people of a million change: their households decided anew, and what that would cost the peer."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.figures import VAR, Figure, Run
from benchmarks.golden_pack import golden_rulebook, peer_rules
from benchmarks.people import load_people, people_folder
from benchmarks.sides import run_peer
from songhe.engines.policy.bitset import evaluate, evaluate_households
from songhe.engines.policy.population import ColumnData, Population

ORDER = 30
CHANGED = 100


def run(run: Run) -> list[Figure]:
    folder = people_folder(VAR, run.size)
    rulebook = golden_rulebook()
    people = load_people(folder, missing=True)
    rng = np.random.default_rng(7)
    rows = np.sort(rng.choice(people.size, CHANGED, replace=False))
    after = _changed(people, rows, rng)
    households = np.unique(np.searchsorted(after.starts, rows, side="right") - 1)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        touched, outcome = evaluate_households(rulebook, after, households)
        status, amount = outcome.status, outcome.amount
        times.append(time.perf_counter() - begun)
    whole = evaluate(rulebook, after)
    if not (np.array_equal(whole.status[touched], status) and np.array_equal(whole.amount[touched], amount)):
        raise RuntimeError("the households decided alone differ from the same in the whole city")
    peer = run_peer({"folder": str(folder), "rules": str(peer_rules(rulebook, VAR))})["seconds"]
    best = min(times)
    return [
        Figure("changed_100", f"{CHANGED} changed of {run.size:,}: their households decided anew", "ms", best * 1e3, peer * 1e3,
               "<= 50 ms", best <= 0.05, threads=1, note="the peer has no partial run: a full one",
               details={"seconds": times, "households": len(households), "people": len(touched)}),
    ]  # fmt: skip


def _changed(people: Population, rows: np.ndarray, rng: np.random.Generator) -> Population:
    grades = np.array(people.persons["ability_grade"].values)
    grades[rows] = rng.integers(0, 5, len(rows))
    known = people.persons["ability_grade"].known
    changed = ColumnData(grades, None if known is None else known | np.isin(np.arange(people.size), rows))
    return Population(people.person_id, people.starts, dict(people.persons) | {"ability_grade": changed}, people.households)
