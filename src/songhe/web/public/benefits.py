"""All benefits of the city, and one page a benefit: who, how much, where, and what document says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import BenefitEntry, BenefitRules, Pack
from songhe.engines.policy.rulebook import Period
from songhe.foundation import clock
from songhe.foundation.errors import NotFound
from songhe.web.access import PageRequest, public
from songhe.web.rules import ParameterHistory, citation_text, mark_of, parameter_history, parameters_used

_PERIODS = {Period.MONTH: "按月发", Period.DAY: "按天计", Period.YEAR: "按年发", Period.TIME: "按次计", Period.ONCE: "只发一次"}


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One line of the list."""

    id: str
    title: str
    gives: str


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition in words, with its clause."""

    sentence: str
    cite: str
    mark: str
    note: str


@dataclass(frozen=True, slots=True)
class BenefitPage:
    """Everything a visitor may read of one benefit. `conditions` is empty for one that a document only announces."""

    id: str
    title: str
    announced: bool
    cash: bool
    gives: str
    period: str
    conditions: tuple[ConditionLine, ...]
    once: str
    histories: tuple[ParameterHistory, ...]
    where: str
    application: str
    since: dt.date | None
    until: dt.date | None
    cite: str
    note: str


def _line(benefit: BenefitEntry, rules: BenefitRules) -> BenefitLine:
    return BenefitLine(benefit.id, benefit.title, rules.gives)


def _conditions(pack: Pack, rules: BenefitRules) -> tuple[ConditionLine, ...]:
    return tuple(
        ConditionLine(entry.yes, citation_text(pack, entry.cited.cite), mark_of(entry.cited), entry.cited.note)
        for entry in rules.who
    )


def benefit_page(pack: Pack, benefit: BenefitEntry, day: dt.date) -> BenefitPage:
    """One benefit as of a day."""
    rules = benefit.on(day)
    cited = rules.cited if rules else benefit.cited
    histories = tuple(parameter_history(pack, used, day) for used in parameters_used(pack, benefit, day))
    return BenefitPage(
        id=benefit.id,
        title=benefit.title,
        announced=benefit.announced,
        cash=benefit.kind == "cash",
        gives=rules.gives if rules else "",
        period=_PERIODS[rules.period] if rules and rules.pay else "",
        conditions=_conditions(pack, rules) if rules else (),
        once=citation_text(pack, benefit.once_cited.cite) if benefit.once_cited else "",
        histories=histories,
        where=rules.where if rules else "",
        application=benefit.application,
        since=benefit.in_force_from,
        until=benefit.in_force_to,
        cite=citation_text(pack, cited.cite),
        note=benefit.cited.note,
    )


@public
def page_benefits(request: PageRequest) -> HttpResponse:
    """Money first, then services, then what documents only announce."""
    pack, day = policy.pack_in_use().pack, clock.today()
    own = [benefit for benefit in pack.benefits.values() if benefit.entity == "person"]
    now = [(benefit, rules) for benefit in own if (rules := benefit.on(day)) is not None]
    found = {
        "section": "benefits",
        "money": [_line(benefit, rules) for benefit, rules in now if rules.pay is not None],
        "services": [_line(benefit, rules) for benefit, rules in now if rules.pay is None],
        "announced": [(benefit.id, benefit.title, benefit.cited.note) for benefit in own if benefit.announced],
        "day": day,
    }
    return render(request, "public/benefits.html", found)


@public
def page_benefit(request: PageRequest, benefit: str) -> HttpResponse:
    """One benefit in plain words. Raises NotFound for one that the pack does not have."""
    pack = policy.pack_in_use().pack
    entry = pack.benefits.get(benefit)
    if entry is None or entry.entity != "person":
        raise NotFound("没有找到这项待遇。", next_step="请从全部待遇里再找一找。")
    found = {"section": "benefits", "benefit": benefit_page(pack, entry, clock.today()), "contact": pack.contact}
    return render(request, "public/benefit.html", found)
