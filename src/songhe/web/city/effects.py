"""The effect of a change in the shapes of a page: people and money before and after, by benefit and town, who gains and loses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import TownEffect, WhatIf
from songhe.contexts.entitlements.queries.what_if import ChangedPerson
from songhe.contexts.people import queries as people
from songhe.engines.policy.rulebook import Period
from songhe.foundation.access import Actor
from songhe.web.areas import town_names
from songhe.web.words import PERIOD_UNITS


@dataclass(frozen=True, slots=True)
class BenefitShown:
    """One benefit before and after; differences are after minus before."""

    title: str
    unit: str
    people_before: int
    people_after: int
    people_more: int
    fen_before: int
    fen_after: int
    fen_more: int
    gain: int
    lose: int

    @property
    def paid(self) -> bool:
        """Whether money is given at all."""
        return bool(self.fen_before or self.fen_after)


@dataclass(frozen=True, slots=True)
class EffectShown:
    """What a change would do; `changed` counts answers, `people` is the beginning of the list with the id outside."""

    found: WhatIf
    benefits: tuple[BenefitShown, ...]
    towns: tuple[tuple[str, TownEffect, int], ...]
    people: tuple[tuple[ChangedPerson, str], ...]
    fen_before: int
    fen_after: int
    fen_more: int
    gain: int
    lose: int


def effect(
    actor: Actor, *, parameters: Mapping[str, str] | None = None, readings: Mapping[str, str] | None = None,
    definitions: Mapping[str, str] | None = None,
) -> EffectShown:  # fmt: skip
    """The comparison, as of today, over the latest city run's people. Nothing is stored."""
    found = entitlements.what_if(actor, parameters=parameters, readings=readings, definitions=definitions)
    monthly = [each for each in found.benefits if each.period is Period.MONTH]
    before, after = sum(each.fen_before for each in monthly), sum(each.fen_after for each in monthly)
    names = town_names()
    known = people.people_by_id(actor, person_ids=[person.person_id for person in found.people])
    return EffectShown(
        found=found,
        benefits=tuple(
            BenefitShown(
                each.title, PERIOD_UNITS[each.period], each.people_before, each.people_after, each.people_after - each.people_before,
                each.fen_before, each.fen_after, each.fen_after - each.fen_before, each.gain, each.lose,
            )
            for each in found.benefits
        ),
        towns=tuple(
            (names[town.area_path].name if town.area_path in names else town.area_path, town, town.fen_after - town.fen_before)
            for town in found.towns
        ),
        people=tuple((person, known[person.person_id].public_id) for person in found.people if person.person_id in known),
        fen_before=before, fen_after=after, fen_more=after - before,
        gain=sum(each.gain for each in found.benefits), lose=sum(each.lose for each in found.benefits),
    )  # fmt: skip
