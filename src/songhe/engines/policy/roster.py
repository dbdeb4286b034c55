"""The roster of people for basic elderly care: which groups are on it beside those whom a benefit of the public list puts there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from songhe.engines.policy.findings import Finding
from songhe.engines.policy.pack import Pack, RosterGroups
from songhe.engines.policy.rulebook import Benefit, Condition, Definition, Period, Rulebook
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Ref, Type


def read_roster(section: Section) -> RosterGroups:
    """roster.yaml: `everyone` is a definition that all members of a group must fulfil, `groups` name definitions of people."""
    found = RosterGroups(section.text("everyone"), section.texts("groups", required=True), section.at())
    section.done()
    return found


def check_roster(pack: Pack) -> Iterator[Finding]:
    """Every name in roster.yaml is a condition over a person."""
    for name in (*pack.roster.groups, *filter(None, [pack.roster.everyone])):
        entry = pack.definitions.get(name)
        if entry is None or not entry.is_condition or entry.entity != "person":
            at = pack.roster.at
            fix = "请写 definitions.yaml 里关于老年人的条件"
            yield Finding(at.file, at.line, "unknown_definition", f"名录写了没有的对象“{name}”", fix)


def group_rulebook(rules: Rulebook, roster: RosterGroups) -> Rulebook:
    """A rulebook that decides nothing but who belongs to each group: one benefit in kind a group, in the order of roster.yaml.

    Groups whose definition does not hold on the rulebook's date are left out. Whom the rulebook does not speak of is in no group.
    """
    known = {definition.name: definition for definition in rules.definitions}
    everyone = known.get(roster.everyone)
    groups = [known[name] for name in roster.groups if name in known]
    found: list[Benefit] = []
    bit = 0
    for group in groups:
        parts = ([everyone] if everyone is not None else []) + [group]
        conditions = tuple(_condition(part, bit + offset) for offset, part in enumerate(parts))
        bit += len(conditions)
        found.append(Benefit(group.name, group.title, len(found), conditions, None, Period.TIME, group.cite, True))
    return replace(rules, hash=f"{rules.hash}.roster", benefits=tuple(found), groups=(), caps=(), condition_count=bit)


def _condition(part: Definition, bit: int) -> Condition:
    return Condition(part.name, bit, Ref(part.name, Type.BOOL), part.cite, part.text, part.title, f"不属于{part.title}", "")
