"""How far two people agree who judged the same by the same steps: Cohen's kappa with quadratic weights.

Fleiss and Cohen 1973: a difference of two steps counts four times one of one step; 1 is full agreement, 0 what chance would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """Kappa over pairs of steps (whole numbers in order); None where it is not defined: no pairs, or everybody always said the same."""
    return kappa_of(Counter(pairs))


def kappa_of(counted: Mapping[tuple[int, int], int]) -> Fraction | None:
    """The same over how often each pair occurs."""
    first, second = Counter[int](), Counter[int]()
    for (one, other), number in counted.items():
        first[one] += number
        second[other] += number
    expected = sum((i - j) ** 2 * n * m for i, n in first.items() for j, m in second.items())
    if expected == 0:
        return None
    found = sum((i - j) ** 2 * number for (i, j), number in counted.items())
    return 1 - Fraction(sum(counted.values()) * found, expected)


def same_share(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """The share of pairs that are the same; None without pairs."""
    return same_of(Counter(pairs))


def same_of(counted: Mapping[tuple[int, int], int]) -> Fraction | None:
    """The same over how often each pair occurs."""
    whole = sum(counted.values())
    return Fraction(sum(number for (i, j), number in counted.items() if i == j), whole) if whole else None
