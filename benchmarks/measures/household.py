"""One household, decided and explained with all reasons, from its facts as JSON."""

from __future__ import annotations

import statistics
import time

import numpy as np

from benchmarks.figures import VAR, Figure, Run
from benchmarks.golden_pack import golden_rulebook, peer_rules
from benchmarks.people import load_people, people_folder
from benchmarks.sides import run_peer
from songhe.engines.policy.encoding import decode
from songhe.engines.policy.explaining import explain_household
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.population import ColumnData, Population
from songhe.engines.policy.rulebook import Rulebook

ORDER = 20


def run(run: Run) -> list[Figure]:
    """Per household the best of some rounds, then median and 99th percentile over households."""
    folder = people_folder(VAR, 100_000)
    rulebook = golden_rulebook()
    complete, missing = (load_people(folder, missing=wanted) for wanted in (False, True))
    chosen = _with_elders(complete)
    count = 300 if run.quick else 1_500
    same, unsure = (_time_ours(rulebook, people, chosen[:count], run.rounds) for people in (complete, missing))
    situations = [_situation(complete, household) for household in chosen[:150]]
    job = {"folder": str(folder), "rules": str(peer_rules(rulebook, VAR)), "households": situations, "rounds": run.rounds}
    untraced = statistics.median(run_peer(job)["seconds"])
    peer = run_peer(job | {"trace": True})["seconds"]
    theirs = statistics.median(peer)
    details: dict[str, object] = {
        "households": count,
        "peer_p50": theirs,
        "peer_p50_without_trace": untraced,
        "peer_p99": float(np.percentile(peer, 99)),
    }
    details |= {"complete_p50": statistics.median(same), "complete_p99": float(np.percentile(same, 99))}
    details |= {"missing_p50": statistics.median(unsure), "missing_p99": float(np.percentile(unsure, 99))}
    made = []
    for name, title, times in (("household", "all facts known", same), ("household_missing", "with missing facts", unsure)):
        half, worst = statistics.median(times), float(np.percentile(times, 99))
        like = name == "household"
        made.append(
            Figure(name, f"one household decided and explained, median, {title}", "ms", half * 1e3, theirs * 1e3,
                   ">= 60x" if like else "", theirs / half >= 60 if like else None, threads=1,
                   note=f"all members; the peer with its trace, all facts known (without trace {untraced * 1e3:.1f} ms)", details=details)
        )  # fmt: skip
        made.append(
            Figure(f"{name}_p99", f"one household decided and explained, 99th percentile, {title}", "ms", worst * 1e3, None,
                   "< 1 ms", worst < 1e-3, threads=1, details=details)
        )  # fmt: skip
    return made


def _with_elders(people: Population) -> list[int]:
    births = people.persons["birth_date"].values
    oldest = np.minimum.reduceat(births, people.starts)
    return [int(h) for h in np.flatnonzero(oldest < -1160)]


def _time_ours(rulebook: Rulebook, people: Population, chosen: list[int], rounds: int) -> list[float]:
    inputs = [_household(rulebook, people, household) for household in chosen]
    best = [float("inf")] * len(inputs)
    for _ in range(rounds + 1):
        for place, household in enumerate(inputs):
            begun = time.perf_counter()
            explain_household(rulebook, household)
            best[place] = min(best[place], time.perf_counter() - begun)
    return best


def _members(people: Population, household: int) -> range:
    last = people.starts[household + 1] if household + 1 < len(people.starts) else people.size
    return range(int(people.starts[household]), int(last))


def _known(column: ColumnData, row: int) -> bool:
    return column.known is None or bool(column.known[row])


def _household(rulebook: Rulebook, people: Population, household: int) -> HouseholdInput:
    rows = _members(people, household)
    persons = tuple(
        {
            name: decode(rulebook.variables[name], column.values[row].item())
            for name, column in people.persons.items()
            if _known(column, row)
        }
        for row in rows
    )
    shared = {
        name: decode(rulebook.variables[name], column.values[household].item())
        for name, column in people.households.items()
        if _known(column, household)
    }
    return HouseholdInput(persons, shared, tuple(int(people.person_id[row]) for row in rows))


def _situation(people: Population, household: int) -> dict[str, object]:
    """The same as OpenFisca reads it."""
    month = "2026-11"
    persons = {
        f"p{row}": {name: {month: column.values[row].item()} for name, column in people.persons.items()} | {"id": {month: row}}
        for row in _members(people, household)
    }
    shared: dict[str, object] = {
        name: {month: min(column.values[household].item(), 2**31 - 1)} for name, column in people.households.items()
    }
    return {"persons": persons, "households": {"h": {"members": list(persons), **shared}}}
