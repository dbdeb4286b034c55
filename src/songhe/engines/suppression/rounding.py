"""A count that everybody may read at any time: in tens, so that who reads it twice does not learn that one person came or went."""

from __future__ import annotations

STEP = 10


def in_tens(count: int, threshold: int) -> int | None:
    """0 for nobody, None for fewer than `threshold` (or than ten), else the count rounded down to tens."""
    if count == 0:
        return 0
    return None if count < max(threshold, STEP) else count // STEP * STEP
