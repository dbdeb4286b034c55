"""The people behind a figure, by name, paged, and as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import DecidedPerson
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Status
from songhe.foundation.access import Right
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.city.figures_shown import period_of, title_of
from songhe.web.exports import every_row, export
from songhe.web.words import CHIPS, PERIOD_UNITS, STATUS_KEYS

_STATUSES = {key: status for status, key in STATUS_KEYS.items()}


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One person of the list; `fen` is what this benefit comes to."""

    brief: PersonBrief
    fen: int


def _status(key: str) -> Status:
    if key not in _STATUSES:
        raise NotFound("没有这种核算结果。", next_step="请从人数和金额页面打开名单。")
    return _STATUSES[key]


def _fetch(request: PageRequest, benefit: str, status: str, after: str | None, limit: int = 50) -> Page[DecidedPerson]:
    return entitlements.decided_people(
        request.actor, benefit=benefit, status=_status(status), area_path=chosen_area(request), after=after, limit=limit
    )


def _lines(request: PageRequest, found: tuple[DecidedPerson, ...]) -> list[DecidedLine]:
    if not request.actor.may(Right.SEE_PEOPLE):
        return []
    known = people.people_by_id(request.actor, person_ids=[row.person_id for row in found])
    return [DecidedLine(known[row.person_id], row.amount) for row in found if row.person_id in known]


@desk(Right.SEE_DECISIONS)
def page_decided(request: PageRequest, benefit: str, status: str) -> HttpResponse:
    """Everybody with this answer for this benefit in the area, in order of place."""
    page, pack = _fetch(request, benefit, status, request.GET.get("after")), policy.pack_in_use().pack
    period = period_of(pack, benefit)
    found = {
        "page": page,
        "lines": _lines(request, page.items),
        "benefit": benefit,
        "title": title_of(pack, benefit),
        "status": status,
        "word": CHIPS[status].word,
        "unit": PERIOD_UNITS[period] if period and status in ("eligible", "provisional") else "",
        "filters": (area_filter(request, Right.SEE_DECISIONS),),
        "total": _total(request, benefit, status),
        "as_of": entitlements.runs(request.actor, limit=1)[0].as_of if request.actor.may(Right.SEE_FIGURES) else None,
    }
    return render(request, "city/decided.html", found)


def _total(request: PageRequest, benefit: str, status: str) -> int | None:
    """How many there are, where the figures tell: for whole towns."""
    area = chosen_area(request)
    if not request.actor.may(Right.SEE_FIGURES) or area.count("/") > 2:
        return None
    figures = entitlements.figures(request.actor, area_path=area).figures
    return sum(each.persons for each in figures if each.benefit == benefit and each.status == _status(status))


@desk(Right.SEE_DECISIONS)
def page_export(request: PageRequest, benefit: str, status: str) -> HttpResponse:
    """The same list as a file, identifiers masked."""
    found = every_row(lambda after: _fetch(request, benefit, status, after, limit=200))
    period = period_of(policy.pack_in_use().pack, benefit)
    unit = PERIOD_UNITS[period] if period and status in ("eligible", "provisional") else ""
    rows = [
        (
            line.brief.name,
            line.brief.sex,
            line.brief.age,
            line.brief.place,
            line.brief.id_number,
            fen_to_yuan(line.fen) if unit else "",
        )
        for line in _lines(request, tuple(found))
    ]
    header = ("姓名", "性别", "年龄（周岁）", "住在", "身份证号", f"金额（{unit}）" if unit else "金额")
    title = f"{title_of(policy.pack_in_use().pack, benefit)}-{CHIPS[status].word}"
    return export(request, title=title, header=header, rows=rows, area_path=chosen_area(request))
