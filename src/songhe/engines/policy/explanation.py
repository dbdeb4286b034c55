"""What an explanation says: one benefit for one person, with every condition, fact and clause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from songhe.engines.policy.flipping import DecidesIf, Memory, decides_if
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Citation, ParameterValue, Rulebook, Status


@dataclass(frozen=True, slots=True)
class FactSource:
    """Which department stated a fact, and as of which day."""

    department: str
    stated_on: dt.date | None


class ShownFact(NamedTuple):
    """A known fact as a person reads it. `member` is the name of another household member, "" for the person or the household."""

    variable: str
    label: str
    shown: str
    source: str
    stated_on: dt.date | None
    member: str


class MissingFact(NamedTuple):
    """A fact that nobody has stated. `owner` is the department that keeps it; `member_index` is None for the household's own."""

    variable: str
    label: str
    owner: str
    member: str
    member_index: int | None


class ConditionExplained(NamedTuple):
    """`result` None is unknown; `text` is the sentence for the result; `expression` is the condition as written in the pack."""

    id: str
    text: str
    result: bool | None
    values: tuple[ShownFact, ...]
    missing: tuple[MissingFact, ...]
    cite: Citation
    expression: str
    yes: str
    no: str
    ask: str


@dataclass(frozen=True, slots=True)
class Reduced:
    """A cap changed the amount: it was `was` fen before."""

    cap: str
    was: int
    cite: Citation


@dataclass(frozen=True, slots=True)
class DisplacedBy:
    """What is kept instead: another benefit of a group, or the same one for another member; `certain` is False while that is unknown."""

    group: str
    benefit: str
    title: str
    member: str
    certain: bool
    cite: Citation


@dataclass(frozen=True, slots=True)
class Asked:
    """What was decided, kept so that `decides_if` can decide again."""

    household: HouseholdInput = field(repr=False)
    rulebook: Rulebook = field(repr=False, compare=False)
    member: int
    memory: Memory = field(repr=False, compare=False)


class Explanation(NamedTuple):
    """One benefit for one person. `amount` is in fen, None unless eligible or provisional for a paid benefit."""

    benefit: str
    title: str
    status: Status
    amount: int | None
    as_of: dt.date
    applies: bool | None
    conditions: tuple[ConditionExplained, ...]
    missing: tuple[MissingFact, ...]
    parameters: tuple[ParameterValue, ...]
    reduced: Reduced | None
    displaced_by: DisplacedBy | None
    cite: Citation
    period: str
    gives: str
    where: str
    asked: Asked

    @property
    def decides_if(self) -> tuple[DecidesIf, ...]:
        """For each missing fact, what each of its values would make of the answer; decided again when asked for."""
        if self.status not in (Status.CANNOT_TELL, Status.PROVISIONAL):
            return ()
        facts = [(fact.variable, fact.member_index, fact.member) for fact in self.missing]
        return decides_if(self.asked.rulebook, self.asked.household, self.asked.member, self.benefit, facts, self.asked.memory)


Sources = Mapping[int, Mapping[str, FactSource]]
