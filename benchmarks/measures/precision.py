"""Where float32 yuan and int32 fen decide wrongly: every cell that differs from exact arithmetic."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.figures import VAR, Figure, Run
from benchmarks.golden_pack import golden_rulebook, peer_rules
from benchmarks.people import people_folder
from benchmarks.sides import run_ours, run_peer

ORDER = 70


def run(run: Run) -> list[Figure]:
    folder = people_folder(VAR, run.size)
    rules = peer_rules(golden_rulebook(), VAR)
    made = []
    for money, title in (("int", "int32 fen"), ("float", "float32 yuan")):
        scratch = Path(tempfile.mkdtemp(dir=VAR))
        try:
            run_peer({"folder": str(folder), "rules": str(rules), "money": money, "out": str(scratch)})
            found = run_ours(
                {"folder": str(folder), "missing": False, "copies": 1, "threads": 2, "compare": str(scratch), "money": money}
            )
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        examples = "; ".join(
            f"{e['benefit']} at {e['savings_fen'] / 100:,.2f} yuan: {e['peer']} instead of {e['ours']}"
            for e in found["examples"][:1]
        )
        made.append(
            Figure(f"wrong_cells_{money}", f"wrong cells of {found['cells']:,}, {title}", "cells", 0, found["different"], "0", True,
                   threads=1, note=examples, details=found)
        )  # fmt: skip
    return made
