"""A linkage model: which pairs are looked at, how each field agrees, and what each agreement is worth.

After Fellegi and Sunter: `m` is the share of true pairs that agree in this way, `u` the share of pairs of different people; the weight is
log2(m / u). Conditions are SQL over `a` (the row) and `b` (the known one), in the dialect of DuckDB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Agreement(StrEnum):
    """How a field of two records agrees."""

    EXACT = "exact"
    SOUND = "sound"
    NEAR = "near"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Level:
    """One way to agree; the first whose condition `when` holds counts, "ELSE" holds always.

    `frequency` names a column of the known side that holds how large a share of the people bear the value: it takes the place of `u`, so that
    a rare name says more than a common one.
    """

    name: str
    agreement: Agreement
    when: str
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field: where it says nothing (`missing`), else its levels from the closest to ELSE."""

    field: str
    missing: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a level is worth."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Model:
    """`blocks` are SQL expressions over one record, with `{t}` for its table: pairs that are equal in one of them are looked at.

    `found` is the share of rows that are expected to be somebody known. `least_share` is the smallest share that a frequency may claim.
    `shares` says for each frequency column which column of the known side it counts.
    `guard` is SQL over the levels (l_<field>, by number, -1 where the field says nothing) and the row's columns in `carried`: a pair for which
    it does not hold, or which is one of several about as likely, claims at most `ceiling`.
    """

    blocks: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    worth: Mapping[tuple[str, str], Worth]
    found: float
    least_share: float
    shares: Mapping[str, str] = field(default_factory=dict)
    guard: str = "TRUE"
    carried: tuple[str, ...] = ()
    ceiling: float = 0.9

    def prior_weight(self, people: int) -> float:
        """log2 of the odds that a row and one of so many people, both taken blindly, are the same."""
        share = self.found / people
        return math.log2(share / (1 - share))
