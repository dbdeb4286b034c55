"""Temporary arrays come back from the allocator, not from the kernel.

glibc hands every array of more than 128 KB back to the kernel when it is freed, so each step over a city would touch fresh pages: a third of the
time of an evaluation, and two threads would wait for each other in the kernel. With these settings freed memory is kept for the next step.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_SETTINGS = (  # numbers of malloc.h
    (-3, 2**25),  # M_MMAP_THRESHOLD, the largest that is accepted
    (-1, 2**30),  # M_TRIM_THRESHOLD
    (-8, 1),  # M_ARENA_MAX: threads share what was freed
)


@cache
def reuse_freed_memory() -> bool:
    """Set once for the process; False where the C library has no such settings."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all([bool(mallopt(number, value)) for number, value in _SETTINGS])
