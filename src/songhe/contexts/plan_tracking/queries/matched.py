"""Which item of one version of a plan is which of another: by words, clause and value. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST = 0.5  # below this two items are not the same
SAME_CLAUSE, SAME_VALUE = 0.15, 0.1

Read = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Matchable:
    """An item as far as matching looks at it."""

    id: int
    kind: str
    clause: str
    read: Read


def pairs(old: Sequence[Matchable], new: Sequence[Matchable]) -> dict[int, int]:
    """new id → old id; each item at most once, only items of the same kind, the most alike first."""
    found: dict[int, int] = {}
    for kind in sorted({item.kind for item in new}):
        found |= _of_one_kind([item for item in old if item.kind == kind], [item for item in new if item.kind == kind])
    return found


def _of_one_kind(old: Sequence[Matchable], new: Sequence[Matchable]) -> dict[int, int]:
    found: dict[int, int] = {}
    left = list(old)
    for item in new:  # the same words in the same clause need no weighing
        same = next((other for other in left if other.clause == item.clause and words_of(other) == words_of(item)), None)
        if same is not None:
            found[item.id] = same.id
            left.remove(same)
    rest = [(item, _pieces(words_of(item))) for item in new if item.id not in found]
    olds = [(item, _pieces(words_of(item))) for item in left]
    scored = [
        (score, -place, -place_old, one.id, other.id)
        for place, (one, mine) in enumerate(rest)
        for place_old, (other, theirs) in enumerate(olds)
        if (score := _score(one, mine, other, theirs)) >= LEAST
    ]
    taken: set[int] = set()
    for _, _, _, one_id, other_id in sorted(scored, reverse=True):
        if one_id not in found and other_id not in taken:
            found[one_id] = other_id
            taken.add(other_id)
    return found


def words_of(item: Matchable) -> str:
    """What the item is about and how it was printed."""
    name = item.read.get("title") or item.read.get("indicator") or ""
    return f"{name}|{item.read.get('quote') or ''}"


def _pieces(words: str) -> frozenset[str]:
    return frozenset(words[place : place + 2] for place in range(len(words) - 1))


def _score(one: Matchable, mine: frozenset[str], other: Matchable, theirs: frozenset[str]) -> float:
    if not mine or not theirs:
        return 0.0
    alike = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    if alike < LEAST - SAME_CLAUSE - SAME_VALUE:
        return 0.0
    same_value = (one.read.get("value"), one.read.get("unit")) == (other.read.get("value"), other.read.get("unit"))
    return alike + SAME_CLAUSE * (one.clause == other.clause) + SAME_VALUE * same_value
