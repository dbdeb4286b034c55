"""`python -m benchmarks.linkage.speed JOB.json`: how long `link` takes and how much memory its process needs, in a process of its own.

The job names two Arrow files and how often; the first run, with everything still to be loaded, is told apart.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from pyarrow import feather

from songhe.engines.matching import LinkSettings, link


def main(job: dict[str, object]) -> None:
    rows, known = (feather.read_table(str(job[name])) for name in ("rows", "known"))
    settings, taken, worked = LinkSettings(link_at=0.99, review_at=0.3), [], []
    for _ in range(int(str(job["rounds"])) + 1):
        begun, before = time.perf_counter(), time.process_time()
        found = link(rows, known, settings=settings)
        taken.append(time.perf_counter() - begun)
        worked.append(time.process_time() - before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        json.dumps(
            {
                "first": taken[0],
                "seconds": min(taken[1:]),
                "cpu_seconds": min(worked[1:]),
                "all": taken,
                "peak_gb": peak,
                "pairs": found.num_rows,
            }
        )
    )


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
