"""Awards (awards.yaml): what facilities and staff are given, written and decided like a benefit, in a rulebook of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from songhe.engines.policy.explaining import explain
from songhe.engines.policy.explanation import Explanation
from songhe.engines.policy.findings import Finding
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.pack import BenefitEntry, Pack
from songhe.engines.policy.resolving import Resolver, resolve
from songhe.engines.policy.rulebook import Rulebook, Variable

ENTITIES = ("facility", "staff")


@dataclass(frozen=True, slots=True)
class AwardDecision:
    """What the rules say of one claim: the award explained, condition by condition; `amount` in fen, None unless it is given."""

    explanation: Explanation
    amount: int | None
    rulebook: Rulebook


def awards_alone(pack: Pack) -> Pack:
    """The pack with its awards where its benefits were, and no groups or caps."""
    return replace(pack, benefits=pack.awards, groups={}, caps={})


def award_rulebook(pack: Pack, as_of: dt.date, entity: str) -> Rulebook:
    """The rules of awards to facilities or to staff for a day; PackInvalid where they cannot be resolved."""
    return resolve(awards_alone(pack), as_of, entity=entity)


def facts_asked(pack: Pack, award: str, as_of: dt.date) -> tuple[Variable, ...]:
    """The facts on which the award can depend that day, in the order of the data dictionary; empty where it is not in force."""
    entry = pack.awards[award]
    rules = award_rulebook(pack, as_of, entry.entity)
    benefit = next((one for one in rules.benefits if one.id == award and one.in_force), None)
    if benefit is None:
        return ()
    nodes = [condition.node for condition in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
    used = {name for node in nodes for name in needed_facts(rules, node).own}
    return tuple(variable for name, variable in rules.variables.items() if name in used)


def decide_award(pack: Pack, award: str, facts: Mapping[str, object], as_of: dt.date) -> AwardDecision:
    """The award decided for one facility or staff member from facts as the data dictionary writes them; what is missing is unknown, never no."""
    rules = award_rulebook(pack, as_of, pack.awards[award].entity)
    asked = HouseholdInput((dict(facts),), {}, (0,), ("",))
    found = next(one for one in explain(rules, asked, 0) if one.benefit == award)
    return AwardDecision(found, found.amount, rules)


def check_awards(pack: Pack, days: tuple[dt.date, ...]) -> Iterator[Finding]:
    """Every award resolves on every day on which something changes, is for facilities or staff, and has a name no benefit has."""
    for entry in pack.awards.values():
        if entry.entity not in ENTITIES:
            at = entry.cited.at
            yield Finding(
                at.file, at.line, "entity", f"奖补“{entry.title}”没有写 for: facility 或 staff", "给人的待遇写在 benefits.yaml"
            )
        if entry.id in pack.benefits:
            at = entry.cited.at
            yield Finding(at.file, at.line, "id", f"已经有待遇叫“{entry.id}”", "请换一个名字")
    yield from _resolved(awards_alone(pack), days)


def _resolved(pack: Pack, days: tuple[dt.date, ...]) -> Iterator[Finding]:
    seen: set[tuple[str, int, str]] = set()
    for entity in ENTITIES:
        for day in days:
            resolver = Resolver(pack, day, entity, {}, {}, {})
            resolver.rulebook()
            for finding in resolver.findings:
                if (finding.file, finding.line, finding.code) not in seen:
                    seen.add((finding.file, finding.line, finding.code))
                    yield finding


def in_force(pack: Pack, as_of: dt.date) -> tuple[BenefitEntry, ...]:
    """The awards that have rules on that day."""
    return tuple(entry for entry in pack.awards.values() if entry.on(as_of) is not None)
