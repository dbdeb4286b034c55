"""The roster of people for basic elderly care: how many stand on it by which rule, who they are, who left and why. At the city and the street desk."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import ROSTER_KIND_LABELS, ROSTER_STATE_LABELS, RosterKind, RosterLine, RosterState
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

TITLE = "基本养老服务对象名录"


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One line of the list: the entry, and its person as far as the actor may see them."""

    entry: RosterLine
    brief: PersonBrief | None


def _desk_of(request: PageRequest) -> str:
    """The desk at which the page is opened: it keeps its reader there."""
    return "street" if request.path.startswith("/street/") else "city"


@desk(Right.SEE_DECISIONS)
def page_roster(request: PageRequest) -> HttpResponse:
    """How many people stand on the roster, by rule and by town."""
    counts = entitlements.roster_counts(request.actor, area_path=chosen_area(request))
    names = town_names()
    here = _desk_of(request)
    found = {
        "counts": counts,
        "kinds": [
            (ROSTER_KIND_LABELS[kind], [tally for tally in counts.by_rule if tally.rule and tally.rule.kind is kind])
            for kind in RosterKind
        ],
        "towns": [(names[tally.area_path].name if tally.area_path in names else "", tally) for tally in counts.by_town],
        "filters": (area_filter(request, Right.SEE_DECISIONS),),
        "list_page": f"{here}:roster_list",
        "census": "street:census" if request.actor.may(Right.SEE_PEOPLE) else "",
        "section": f"{here}:registers",
    }
    return render(request, "city/roster.html", found)


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    rules = [
        (rule.name, rule.title if rule.in_use else f"{rule.title}（已停）") for rule in entitlements.roster_rules(request.actor)
    ]
    states = [(str(state), ROSTER_STATE_LABELS[state]) for state in RosterState]
    return (
        area_filter(request, Right.SEE_DECISIONS),
        Filter("rule", "因为哪一项", chosen(request.GET, "rule", rules), "choice", rules, any="全部项目"),
        Filter("state", "在册情况", chosen(request.GET, "state", states), "choice", states, any="现在在册（含待核实）"),
    )


def _fetch(request: PageRequest, after: str | None, limit: int = 50) -> Page[RosterLine]:
    area, rule, state = (item.value for item in _filters(request))
    return entitlements.roster(request.actor, area_path=area, rule=rule, state=state, after=after, limit=limit)


def _shown(request: PageRequest, entries: tuple[RosterLine, ...]) -> list[ShownEntry]:
    may = request.actor.may(Right.SEE_PEOPLE)
    known = people.people_by_id(request.actor, person_ids=sorted({entry.person_id for entry in entries})) if may else {}
    return [ShownEntry(entry, known.get(entry.person_id)) for entry in entries]


@desk(Right.SEE_DECISIONS)
def page_list(request: PageRequest) -> HttpResponse:
    """The entries: each person once for every rule that puts them on the roster."""
    page, filters, here = _fetch(request, request.GET.get("after")), _filters(request), _desk_of(request)
    found = {
        "page": page,
        "lines": _shown(request, page.items),
        "filters": filters,
        "left": filters[2].value == RosterState.LEFT,
        "total": _total(request, filters),
        "cleared": request.path if any(item.value for item in filters) else "",
        "roster_page": f"{here}:roster",
        "export_page": f"{here}:roster_export",
        "section": f"{here}:registers",
    }
    return render(request, "city/roster_list.html", found)


def _total(request: PageRequest, filters: tuple[Filter, ...]) -> int | None:
    """How many entries there are, where the counts tell: not for those who left."""
    area, rule, state = (item.value for item in filters)
    if state == RosterState.LEFT:
        return None
    tallies = [
        t
        for t in entitlements.roster_counts(request.actor, area_path=area).by_rule
        if not rule or (t.rule and t.rule.name == rule)
    ]
    return sum(t.sure * (state != RosterState.UNSURE) + t.unsure * (state != RosterState.SURE) for t in tallies)


EXPORTED = (
    "姓名", "性别", "年龄（周岁）", "住在", "身份证号", "项目", "类别", "清单项目", "在册情况", "进入日期", "待核实自", "移出日期", "移出原因",
)  # fmt: skip


@desk(Right.SEE_DECISIONS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file, identifiers masked as on the screen."""
    entries = every_row(lambda after: _fetch(request, after, limit=200))
    blocks = (tuple(entries[start : start + 2000]) for start in range(0, len(entries), 2000))
    rows = [_exported(line) for block in blocks for line in _shown(request, block)]
    return export(request, title=TITLE, header=EXPORTED, rows=rows, area_path=chosen_area(request))


def _exported(line: ShownEntry) -> tuple[str | int | None, ...]:
    who = line.brief
    entry = line.entry
    why = "：".join(part for part in (entry.left_reason, entry.left_because) if part)
    return (
        *((who.name, who.sex, who.age, who.place, who.id_number) if who else ("",) * 5),
        entry.rule.title, ROSTER_KIND_LABELS[entry.rule.kind], "、".join(entry.rule.services), ROSTER_STATE_LABELS[entry.state],
        _day(entry.entered_on), _day(entry.unsure_since), _day(entry.left_on), why,
    )  # fmt: skip


def _day(day: object) -> str:
    return "" if day is None else str(day)
