"""A decision as every page shows it: the answer first, then conditions, what would change it, how to object."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueShown:
    """One fact that a condition looked at, with the household member if it is not the person's own."""

    label: str
    shown: str
    source: str = ""
    stated_on: dt.date | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """One condition: `result` is yes, no or unknown; `sentence` says it in words; `mark` is assumed, unverified or empty."""

    sentence: str
    result: str
    values: tuple[ValueShown, ...]
    cite: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ParameterShown:
    """A parameter that the amount or a condition used."""

    title: str
    shown: str
    cite: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One benefit for one person. `status` is a key of words.CHIPS; `amount` is "120.00" or empty, `unit` "元/月"."""

    benefit: str
    title: str
    status: str
    tone: str
    amount: str
    unit: str
    answer: str
    next_steps: tuple[str, ...]
    conditions: tuple[ConditionShown, ...]
    changes: tuple[str, ...]
    parameters: tuple[ParameterShown, ...]
    where: str
    objection: str
    cite: str
    amount_mark: str = ""
    as_of: dt.date | None = None
