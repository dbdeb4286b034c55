"""The city desk's first screen: people and money by town and benefit, each number open to its rows."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import CityFigures
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.city.figures_shown import GIVEN, benefit_table, grid, map_of, monthly_fen, period_of, title_of, town_table
from songhe.web.exports import export
from songhe.web.lists import Filter, chosen
from songhe.web.words import CHIPS, PERIOD_UNITS, STATUS_KEYS


def _benefits(found: CityFigures) -> tuple[tuple[str, str], ...]:
    pack = policy.pack_in_use().pack
    present = {figure.benefit for figure in found.figures if figure.status is not Status.NOT_IN_FORCE}
    return tuple((name, entry.title) for name, entry in pack.benefits.items() if name in present)


@desk(Right.SEE_FIGURES)
def page_overview(request: PageRequest) -> HttpResponse:
    """The latest run's figures in the actor's areas; one benefit by town on a map beside its list."""
    pack, area = policy.pack_in_use().pack, chosen_area(request)
    found = entitlements.figures(request.actor, area_path=area)
    options = _benefits(found)
    benefit = chosen(request.GET, "benefit", options) or (options[0][0] if options else "")
    table, towns = benefit_table(pack, found, area), town_table(pack, found, benefit)
    names, lines = grid(pack, found, table)
    shown = {
        "found": found,
        "filters": (Filter("benefit", "看哪一项待遇", benefit, "choice", options, any="第一项"), _area(request)),
        "whole": request.actor.may(Right.WHAT_IF),
        "given": _people(found, GIVEN),
        "unsure": _people(found, (Status.CANNOT_TELL,)),
        "monthly": fen_to_yuan(monthly_fen(pack, found)),
        "benefit": {"id": benefit, "title": title_of(pack, benefit), "paid": period_of(pack, benefit) is not None},
        "table": table,
        "towns": towns,
        "map": map_of(towns, found),
        "grid": {"towns": names, "lines": lines},
    }
    return render(request, "city/overview.html", shown)


def _area(request: PageRequest) -> Filter:
    whole = area_filter(request, Right.SEE_FIGURES)
    towns = tuple((path, label) for path, label in whole.options if not label.startswith("　"))
    return Filter("area", "镇街", whole.value, "choice", towns, any="全部")


def _people(found: CityFigures, statuses: tuple[Status, ...]) -> int:
    return sum(figure.persons for figure in found.figures if figure.status in statuses)


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """Every figure of the area: town, benefit, answer, people, money."""
    pack, area = policy.pack_in_use().pack, chosen_area(request)
    found = entitlements.figures(request.actor, area_path=area)
    names = town_names()
    rows = [
        (
            names[figure.area_path].name if figure.area_path in names else figure.area_path,
            title_of(pack, figure.benefit),
            CHIPS[STATUS_KEYS[figure.status]].word,
            figure.persons,
            fen_to_yuan(figure.amount) if figure.status in GIVEN and period_of(pack, figure.benefit) else "",
            _unit(figure.benefit),
        )
        for figure in found.figures
    ]
    header = ("镇街", "待遇", "结果", "人数", "金额", "单位")
    return export(request, title=f"人数和金额（截至{found.as_of}）", header=header, rows=rows, area_path=area)


def _unit(benefit: str) -> str:
    period = period_of(policy.pack_in_use().pack, benefit)
    return PERIOD_UNITS[period] if period else ""
