"""A month's payments of a city of Xuchang's size, from the frozen list to the files for the banks: 200,000 of them (a quick run: 20,000).

In a fresh process and a fresh database. The figure is the sum of freezing (listing, sealing accounts, hashing), checking, approving and
making the bank files; preparing the draft is told beside it. Once more for the twelfth month, with the dues and payments of the eleven before.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from benchmarks.figures import ROOT, VAR, Figure, Run

ORDER = 97
LIMIT = 180.0
EARLIER = 10  # months paid to everybody before the two that are run
STEPS = ("freeze", "check", "approve", "bank_files")


def run(run: Run) -> list[Figure]:
    """The first month, and the twelfth with the dues and payments of eleven before it; a quick run promises nothing."""
    payments = 20_000 if run.quick else 200_000
    return [_figure("payments", payments, 0, run.quick), _figure("payments_12th_month", payments, EARLIER, run.quick)]


def _figure(name: str, payments: int, earlier: int, quick: bool) -> Figure:
    folder = VAR / "payments"
    shutil.rmtree(folder, ignore_errors=True)
    environment = os.environ | {"SONGHE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "songhe.project.settings"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.payments_side", str(payments), str(earlier)]
    try:
        done = subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    seconds = found["seconds"]
    total = sum(seconds[step] for step in STEPS)
    steps = ", ".join(f"{step} {seconds[step]:.1f}" for step in ("prepare", *STEPS))
    return Figure(
        name=name,
        figure=f"{found['payments']:,} payments from freeze to bank file" + (", 12th month" if earlier else ""),
        unit="s",
        ours=total,
        peer=None,
        target="" if quick else f"<= {LIMIT:.0f} s",
        met=None if quick else total <= LIMIT,
        threads=2,
        note=f"{steps} s; {found['python_cpu']:.0f} s of processor in all, peak {found['peak_gb']:.2f} GB, load {found['load']:.1f}",
        details=found,
    )
