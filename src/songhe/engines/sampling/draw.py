"""A draw that anybody can repeat: the lot of a key is SHA-256 over the seed and the key, and the lowest lots are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

WHOLE = 1000


def how_many(size: int, *, per_mille: int, at_least: int = 0) -> int:
    """How many of `size` are drawn: the share rounded up, no fewer than `at_least`, no more than there are."""
    if not 0 <= per_mille <= WHOLE or at_least < 0:
        raise ValueError("a share is from 0 to 1000 per mille, a least number not below 0")
    return min(size, max(at_least, -(-size * per_mille // WHOLE)))


def lot(key: str, *, seed: str) -> bytes:
    """The lot of a key under a seed: 32 bytes. The length of the seed stands before it, so that no two pairs read alike."""
    return hashlib.sha256(f"{len(seed)}:{seed}{key}".encode()).digest()


def draw(keys: Iterable[str], *, seed: str, per_mille: int, at_least: int = 0) -> tuple[str, ...]:
    """The drawn keys, lowest lot first. The same keys and seed give the same draw, in whatever order they come; ValueError for a repeated key."""
    named = list(keys)
    if len(set(named)) != len(named):
        raise ValueError("a key is there twice")
    ordered = sorted(named, key=lambda key: (lot(key, seed=seed), key))
    return tuple(ordered[: how_many(len(named), per_mille=per_mille, at_least=at_least)])
