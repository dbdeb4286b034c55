"""Our side of a batch benchmark, in a process of its own: `python -m benchmarks.ours_side job.json`.

job: {folder, missing, copies, threads, repeats, compare}. The clock runs over `evaluate`, from nothing each time, after a warm-up on
2,000 people that loads the compiled primitives; the best of `repeats` counts, on the peer's side too. `compare` is a folder with the peer's arrays.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.golden_pack import golden_rulebook
from benchmarks.people import load_people
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.population import Outcome, Population
from songhe.engines.policy.rulebook import Rulebook

WARM_UP = 2_000
INT32 = 2**31


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rulebook = golden_rulebook(job["copies"])
    people = load_people(Path(job["folder"]), missing=job["missing"])
    few, _ = people.take_households(np.arange(min(WARM_UP, len(people.starts)), dtype=np.int64))
    evaluate(rulebook, few, threads=job["threads"])
    read(people)
    seconds = cpu_seconds = float("inf")
    for _ in range(int(job.get("repeats", 1))):
        outcome = None
        begun, cpu = time.perf_counter(), time.process_time()
        outcome = evaluate(rulebook, people, threads=job["threads"])
        seconds, cpu_seconds = min(seconds, time.perf_counter() - begun), min(cpu_seconds, time.process_time() - cpu)
    assert outcome is not None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer: dict[str, object] = {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak, "benefits": outcome.benefits}
    answer["people_by_status"] = outcome.counts().sum(axis=0).tolist()
    answer["fen"] = int(outcome.totals().sum())
    if job.get("compare"):
        answer |= compare(rulebook, people, outcome, Path(job["compare"]), money=job.get("money", "int"))
    print(json.dumps(answer))


def read(people: Population) -> None:
    """Every page of the mapped files is in memory, as the peer's inputs are before its clock starts."""
    arrays: list[NDArray[Any]] = [people.person_id, people.starts]
    for column in (*people.persons.values(), *people.households.values()):
        arrays += [column.values] if column.known is None else [column.values, column.known]
    for array in arrays:
        int(array.view(np.uint8)[::1024].sum())


def compare(rulebook: Rulebook, people: Population, outcome: Outcome, folder: Path, *, money: str) -> dict[str, object]:
    """How many cells the peer's arrays hold, how many differ, and in how many of those its number type is the reason.

    For int32 the reason must be visible in the facts: savings of 2**31 fen and more, or a mate of such a benefit. For float32
    no reason is looked for here.
    """
    savings: NDArray[Any] = people.households["savings"].values
    rich = np.repeat(savings >= INT32, np.diff(np.append(people.starts, people.size)))
    cells = different = explained = 0
    examples: list[dict[str, object]] = []
    for piece in outcome:
        part = piece.parts[0]
        rows = slice(part.start, part.start + part.size)
        status, amount = piece.status, piece.amount
        for benefit in rulebook.benefits:
            theirs = np.load(folder / f"status-{benefit.index}.npy", mmap_mode="r")[rows]
            wrong = status[:, benefit.index] != theirs
            cells += part.size
            path = folder / f"amount-{benefit.index}.npy"
            if path.exists():
                fen = np.load(path, mmap_mode="r")[rows]
                if money == "float":
                    fen = np.rint(np.asarray(fen, dtype=np.float64) * 100).astype(np.int64)
                wrong = wrong | (amount[:, benefit.index] != fen)
                cells += part.size
            different += int(wrong.sum())
            explained += int((wrong & rich[rows]).sum())
            for row in np.flatnonzero(wrong)[: 3 - len(examples)]:
                place = int(np.searchsorted(people.starts, part.start + row, side="right") - 1)
                examples.append({"benefit": benefit.id, "savings_fen": int(savings[place]), "ours": int(status[row, benefit.index]),
                                 "peer": int(theirs[row])})  # fmt: skip
    return {"cells": cells, "different": different, "different_with_overflow": explained, "examples": examples}


if __name__ == "__main__":
    main()
