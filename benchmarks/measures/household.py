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
ELDER = "an elder lives in each"


def run(run: Run) -> list[Figure]:
    folder = people_folder(VAR, 100_000)
    rulebook = golden_rulebook()
    people = load_people(folder, missing=True)
    chosen = _with_elders(people)
    ours = _time_ours(rulebook, people, chosen, 400 if run.quick else 2_000)
    complete = load_people(folder, missing=False)
    job = {
        "folder": str(folder),
        "rules": str(peer_rules(rulebook, VAR)),
        "households": [_situation(complete, h) for h in chosen[:200]],
    }
    peer = run_peer(job)["seconds"][20:]
    half, worst, theirs = statistics.median(ours), float(np.percentile(ours, 99)), statistics.median(peer)
    details: dict[str, object] = {
        "p50": half,
        "p99": worst,
        "households": len(ours),
        "peer_p50": theirs,
        "peer_p99": float(np.percentile(peer, 99)),
    }
    return [
        Figure("household", f"one household decided and explained, median ({ELDER})", "ms", half * 1e3, theirs * 1e3, ">= 60x",
               theirs / half >= 60, threads=1, note="the peer gives no explanation", details=details),
        Figure("household_p99", "one household decided and explained, 99th percentile", "ms", worst * 1e3, None, "< 1 ms",
               worst < 1e-3, threads=1, details=details),
    ]  # fmt: skip


def _with_elders(people: Population) -> list[int]:
    births = people.persons["birth_date"].values
    oldest = np.minimum.reduceat(births, people.starts)
    return [int(h) for h in np.flatnonzero(oldest < -1160)]


def _time_ours(rulebook: Rulebook, people: Population, chosen: list[int], count: int) -> list[float]:
    inputs = [_household(rulebook, people, household) for household in chosen[: count + 100]]
    times = []
    for household in inputs:
        begun = time.perf_counter()
        explain_household(rulebook, household)
        times.append(time.perf_counter() - begun)
    return times[100:]


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
