"""A pack resolved for one date: what the back ends evaluate and what a stored decision refers to by hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from songhe.engines.policy.tree import Node, Type


class Status(IntEnum):
    """The answer for one person and one benefit; the numbers are stored."""

    NOT_ELIGIBLE = 0
    ELIGIBLE = 1
    CANNOT_TELL = 2
    DISPLACED = 3  # another benefit of an exclusive group is kept instead
    OTHER_MEMBER = 4  # once per household: granted to another member
    PROVISIONAL = 5  # eligible, but an unknown benefit of the same group or cap could change it
    NOT_IN_FORCE = 6


class Period(StrEnum):
    MONTH = "month"
    DAY = "day"
    YEAR = "year"
    TIME = "time"  # each time a service is used
    ONCE = "once"


class UnknownMate(StrEnum):
    """What an exclusive group or cap does when a benefit that would come first is unknown."""

    HOLD = "hold"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class Variable:
    """One entry of the data dictionary. `values` are the codes in stored order, with Chinese labels."""

    name: str
    type: Type
    entity: str  # person | household | facility | staff
    label: str
    owner: str  # department role that owns the fact
    unit: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    sensitive: bool = False
    ask: str | None = None  # the public questionnaire's question


@dataclass(frozen=True, slots=True)
class Citation:
    document: str
    clause: str
    status: str = "stated"  # stated | assumed | unverified


@dataclass(frozen=True, slots=True)
class Definition:
    """A named condition or value. `reading` names the chosen reading where the text is ambiguous."""

    name: str
    title: str
    node: Node
    cite: Citation
    text: str  # the expression as written in the pack
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a benefit. `bit` is its place in the stored masks, unique in the rulebook."""

    id: str
    bit: int
    node: Node
    cite: Citation
    text: str
    yes: str
    no: str
    ask: str


@dataclass(frozen=True, slots=True)
class Benefit:
    """`amount` is None for a benefit in kind. `first_by` orders members where it is given once per household."""

    id: str
    title: str
    index: int  # its place in stored status and amount arrays
    conditions: tuple[Condition, ...]
    amount: Node | None
    period: Period
    cite: Citation
    in_force: bool
    first_by: tuple[str, ...] = ()
    gives: str = ""  # what is given, in Chinese
    where: str = ""  # where to go, in Chinese


@dataclass(frozen=True, slots=True)
class ExclusiveGroup:
    """`keep` is "highest" (amount; ties by order) or "first" (order of `among`, benefit indexes)."""

    id: str
    keep: str
    among: tuple[int, ...]
    unknown_mate: UnknownMate
    cite: Citation


@dataclass(frozen=True, slots=True)
class Cap:
    """The sum over `among` may not pass `total`; the last listed are reduced first."""

    id: str
    total: Node
    among: tuple[int, ...]
    unknown_mate: UnknownMate
    cite: Citation


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter's value in force on the rulebook's date; money in fen. `source` is stated, assumed or unverified."""

    name: str
    title: str
    value: int
    type: Type
    unit: str
    cite: Citation
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A pack resolved for `as_of`. `hash` covers the resolved content: equal hashes decide equally."""

    pack: str
    version: str
    hash: str
    as_of: dt.date
    entity: str
    members: Node  # who counts in household aggregates
    applies_to: Node  # whom this pack speaks of; others get no decision
    variables: Mapping[str, Variable]
    definitions: tuple[Definition, ...]  # in order of evaluation
    benefits: tuple[Benefit, ...]
    groups: tuple[ExclusiveGroup, ...]
    caps: tuple[Cap, ...]
    parameters: Mapping[str, ParameterValue]
    condition_count: int
