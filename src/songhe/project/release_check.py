"""`songhe release check`: every release counted again from its own snapshot; whether each byte is the same."""

from __future__ import annotations

from songhe.contexts.statistics import queries
from songhe.foundation.access import SYSTEM


def check_releases() -> int:
    """Print a line a release; 1 if any is not the same."""
    differing = 0
    for brief in queries.releases(SYSTEM):
        found = queries.recompute(SYSTEM, release_id=brief.id)
        differing += not found.same
        verdict = "一字不差 the same" if found.same else "不一样 NOT the same"
        print(f"{brief.year} 第{brief.id}号 {brief.sha256[:16]} {verdict}")
    return 1 if differing else 0
