"""Decide a household that somebody describes, without a name and without keeping anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.entitlements.errors import UnknownFact
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.encoding import EncodingProblem, encode
from songhe.engines.policy.explaining import Explanation, explain_household
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Rulebook
from songhe.foundation import clock

LARGEST_HOUSEHOLD = 30


@dataclass(frozen=True, slots=True)
class AnonymousDecision:
    """What the rules in use say of each person of the household, in the order sent."""

    as_of: dt.date
    pack: str
    pack_version: str
    rulebook_hash: str
    members: tuple[tuple[Explanation, ...], ...]


def _checked(rules: Rulebook, entity: str, given: Mapping[str, object], place: str) -> Mapping[str, object]:
    for name, value in given.items():
        variable = rules.variables.get(name)
        if variable is None or variable.entity != entity:
            raise UnknownFact(f"没有名为“{name}”的情况项。", next_step="请对照数据字典中的名称。", field=f"{place}.{name}")
        if value is None:
            continue
        try:
            encode(variable, value)
        except EncodingProblem as problem:
            raise UnknownFact(f"“{variable.label}”的值不对：{problem}", field=f"{place}.{name}") from problem
    return {name: value for name, value in given.items() if value is not None}


def decide_anonymous(
    persons: Sequence[Mapping[str, object]], household: Mapping[str, object], *, as_of: dt.date | None = None
) -> AnonymousDecision:
    """Every person of the household decided and explained; nothing is stored.

    Facts are as in the data dictionary (dates ISO, money in fen, codes by name); absent or null means unknown.
    Raises UnknownFact for a fact or value that the dictionary does not have.
    """
    if not 1 <= len(persons) <= LARGEST_HOUSEHOLD:
        raise UnknownFact(f"一户应有1至{LARGEST_HOUSEHOLD}人。", field="persons")
    day = as_of or clock.today()
    _, rules = policy.rulebook(day)
    members = tuple(_checked(rules, "person", given, f"persons.{i}") for i, given in enumerate(persons))
    names = tuple(f"第{i}人" for i in range(1, len(members) + 1)) if len(members) > 1 else ("本人",)
    asked = HouseholdInput(members, _checked(rules, "household", household, "household"), tuple(range(len(members))), names)
    return AnonymousDecision(day, rules.pack, rules.version, rules.hash, explain_household(rules, asked))
