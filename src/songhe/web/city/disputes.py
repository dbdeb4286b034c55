"""How many people the departments differ about: by fact, by two departments, by town."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.places.queries import AreaView
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.areas import chosen_area
from songhe.web.exports import export


def _towns(request: PageRequest) -> list[tuple[AreaView, int]]:
    """The towns of the actor with the people disputed about, most first."""
    towns = places.areas_for(request.actor, right=Right.SEE_PEOPLE, level="town")
    if not towns:
        return []
    counts = people.dispute_areas(request.actor, depth=towns[0].path.count("/"), area_path=chosen_area(request))
    return sorted(((town, counts[town.path]) for town in towns if town.path in counts), key=lambda pair: (-pair[1], pair[0].path))


@desk(Right.SEE_FIGURES)
def page_disputes(request: PageRequest) -> HttpResponse:
    """The counts, each leading to its list."""
    counts = people.dispute_counts(request.actor, area_path=chosen_area(request))
    return render(request, "city/disputes.html", {"counts": counts, "towns": _towns(request)})


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """The counts by fact and departments as a file."""
    counts = people.dispute_counts(request.actor, area_path=chosen_area(request))
    rows = [(c.label, "和".join(c.departments) or "合计", c.people) for c in counts]
    return export(request, title="数据有出入的人数", header=("项目", "部门", "人数"), rows=rows, area_path=chosen_area(request))
