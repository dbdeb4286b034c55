"""The two pieces of arithmetic that back ends could get wrong each in their own way: shares, and aggregates with unknown members."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.engines.policy.tree import AggregateKind, Rounding

Value = int | bool | None


def share(of: int, numerator: int, denominator: int, rounding: Rounding) -> int:
    """`of * numerator / denominator` in whole fen; the sign is put back after rounding the size."""
    whole, rest = divmod(abs(of) * numerator, denominator)
    if rounding is Rounding.UP:
        whole += rest > 0
    elif rounding is Rounding.HALF_UP:
        whole += 2 * rest >= denominator
    return -whole if of < 0 else whole


def aggregate(kind: AggregateKind, members: Sequence[Value], values: Sequence[Value]) -> Value:
    """One household's aggregate; `members` says who counts, unknown propagates (README.md)."""
    if kind is AggregateKind.ALL:
        return kleene_and(
            [None if m is None and v is not True else (m is False or v) for m, v in zip(members, values, strict=True)]
        )
    if kind in (AggregateKind.ANY, AggregateKind.COUNT):
        counted = [
            False if m is False or v is False else (None if m is None or v is None else True)
            for m, v in zip(members, values, strict=True)
        ]
        if kind is AggregateKind.COUNT:
            return None if None in counted else sum(1 for value in counted if value)
        return True if True in counted else None if None in counted else False
    if None in members:
        return None
    if kind is AggregateKind.SIZE:
        return sum(1 for m in members if m)
    held = [v for m, v in zip(members, values, strict=True) if m]
    known = [v for v in held if v is not None]
    if len(known) < len(held):
        return None
    if kind is AggregateKind.SUM:
        return sum(known)
    if not known:
        return None
    return min(known) if kind is AggregateKind.MIN else max(known)


def kleene_and(values: Sequence[Value]) -> Value:
    """False if one is false, else unknown if one is, else true."""
    result: Value = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result
