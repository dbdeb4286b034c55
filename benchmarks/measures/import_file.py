"""How long a department's file takes from upload to acceptance, matching included: 100,000 rows as csv and as xlsx (a quick run: 10,000).

Each kind in a fresh process and a fresh database; the figure is the second file, about people who are known already. The slower of that and
of the first file, which brings everybody in, must stay within the limit; the same file sent a third time must change nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from benchmarks.figures import ROOT, VAR, Figure, Run

ORDER = 95
LIMIT = 60.0


def run(run: Run) -> list[Figure]:
    """One figure a kind of file; a quick run promises nothing."""
    rows = 10_000 if run.quick else 100_000
    return [_figure(kind, rows, promised=not run.quick) for kind in ("csv", "xlsx")]


def _spoken(part: dict[str, Any], who: str) -> str:
    """Rows a second and the steps' seconds, with the processor time of both sides and how many others wanted a processor at the end."""
    steps = f"upload {part['upload']:.1f} + dry run {part['check']:.1f} + accept {part['accept']:.1f} s"
    used = f"{part['python_cpu'] + part['server_cpu']:.0f} s of processor, load {part['load']:.1f}"
    return f"{who}: {part['rows'] / part['seconds']:,.0f} rows/s ({steps}; {used})"


def _figure(kind: str, rows: int, *, promised: bool) -> Figure:
    folder = VAR / "import"
    shutil.rmtree(folder, ignore_errors=True)
    environment = os.environ | {"SONGHE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "songhe.project.settings"}
    command = [sys.executable, "-m", "benchmarks.import_side", kind, str(rows)]
    try:
        done = subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found["same_file_again"]["households"]:
        raise RuntimeError("the same file sent again changed households")
    slower = max(found["known_people"]["seconds"], found["new_people"]["seconds"])
    known = found["known_people"]
    return Figure(
        name=f"import_file_{kind}",
        figure=f"{kind}: {known['rows']:,} rows from upload to acceptance, the slower of new and known people",
        unit="s",
        ours=slower,
        peer=None,
        target=f"<= {LIMIT:.0f} s" if promised else "",
        met=slower <= LIMIT if promised else None,
        threads=2,
        note=f"{_spoken(found['new_people'], 'new')}; {_spoken(known, 'known')}; peak {found['peak_gb']:.2f} GB",
        details=found,
    )
