"""`songhe decisions check`: every decision of a run of the whole city decided again; whether each byte is the same."""

from __future__ import annotations

from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.errors import SnapshotMissing
from songhe.foundation.access import SYSTEM


def check_decisions(run_id: int | None) -> int:
    """Print a line a run (the one named, or every published run of the whole city that is listed); 1 if any is not the same."""
    published = [brief.id for brief in queries.runs(SYSTEM, limit=1000) if brief.published_at is not None]
    differing = 0
    for number in [run_id] if run_id is not None else sorted(published):
        try:
            found = queries.recompute_run(SYSTEM, run_id=number)
        except SnapshotMissing:
            differing += 1
            print(f"第{number}次核算 快照文件不在了 its snapshot is gone")
            continue
        differing += not found.same
        verdict = "一字不差 the same" if found.same else f"不一样 NOT the same ({found.different} of {found.decisions})"
        print(f"第{found.run_id}次核算 {found.decisions:,} 人 {verdict}")
    return 1 if differing else 0
