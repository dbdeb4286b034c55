"""What an explanation says: one benefit for one person, with every condition, fact and clause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from songhe.engines.policy.flipping import DecidesIf, Memory, decides_if
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, ParameterValue, Rulebook, Status


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
    """`result` None is unknown. Beside its fields it says what the condition says: id, text for the result, clause."""

    condition: Condition
    result: bool | None
    values: tuple[ShownFact, ...]
    missing: tuple[MissingFact, ...]

    @property
    def id(self) -> str:
        return self.condition.id

    @property
    def text(self) -> str:
        """The sentence for the result."""
        return self.condition.yes if self.result else self.condition.ask if self.result is None else self.condition.no

    @property
    def cite(self) -> Citation:
        return self.condition.cite

    @property
    def expression(self) -> str:
        """The condition as written in the pack."""
        return self.condition.text

    @property
    def yes(self) -> str:
        return self.condition.yes

    @property
    def no(self) -> str:
        return self.condition.no

    @property
    def ask(self) -> str:
        return self.condition.ask


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


Answered = tuple[bool | None, tuple[ShownFact, ...], tuple[MissingFact, ...]]  # all of ConditionExplained but its condition


@dataclass(frozen=True, slots=True)
class Outline:
    """What explaining needs of a benefit and is the same for everybody.

    `questions` are the conditions, each with the place of its answer among those to all questions of the rulebook; `pick` takes these
    answers out, in order. `mask` has all bits of the conditions.
    """

    benefit: Benefit
    index: int
    paid: bool
    questions: tuple[tuple[Condition, int], ...]
    pick: Callable[[Sequence[Answered]], tuple[Answered, ...]]
    mask: int
    parameters: tuple[ParameterValue, ...]


class Explanation(NamedTuple):
    """One benefit for one person. `amount` is in fen, None unless eligible or provisional for a paid benefit.

    `answers` are those to the benefit's conditions in order (empty where the pack does not apply); `conditions` reads them together.
    """

    outline: Outline
    status: Status
    amount: int | None
    applies: bool | None
    answers: tuple[Answered, ...]
    missing: tuple[MissingFact, ...]
    reduced: Reduced | None
    displaced_by: DisplacedBy | None
    asked: Asked

    @property
    def subject(self) -> Benefit:
        return self.outline.benefit

    @property
    def parameters(self) -> tuple[ParameterValue, ...]:
        return self.outline.parameters

    @property
    def conditions(self) -> tuple[ConditionExplained, ...]:
        """Every condition with its answer."""
        pairs = zip(self.outline.questions, self.answers, strict=False)
        return tuple([ConditionExplained(condition, *answer) for (condition, _), answer in pairs])

    @property
    def benefit(self) -> str:
        """The benefit's id."""
        return self.subject.id

    @property
    def title(self) -> str:
        return self.subject.title

    @property
    def as_of(self) -> dt.date:
        return self.asked.rulebook.as_of

    @property
    def cite(self) -> Citation:
        return self.subject.cite

    @property
    def period(self) -> str:
        return self.subject.period.value

    @property
    def gives(self) -> str:
        return self.subject.gives

    @property
    def where(self) -> str:
        return self.subject.where

    @property
    def decides_if(self) -> tuple[DecidesIf, ...]:
        """For each missing fact, what each of its values would make of the answer; decided again when asked for."""
        if self.status not in (Status.CANNOT_TELL, Status.PROVISIONAL):
            return ()
        facts = [(fact.variable, fact.member_index, fact.member) for fact in self.missing]
        return decides_if(self.asked.rulebook, self.asked.household, self.asked.member, self.benefit, facts, self.asked.memory)


Sources = Mapping[int, Mapping[str, FactSource]]
