"""How to ask for an ability assessment and what happens next, with a sheet of paper for who asks on behalf of somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.engines.scales.scale import Scale, Use
from songhe.foundation import clock
from songhe.web.access import PageRequest, public

GRADE = "ability_grade"
_ASKED = ("validity_months", "announcement_days", "objection_days")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One value of how abilities are assessed, as the page says it; `status` marks what no document states."""

    value: int
    unit: str
    status: str


def _rules(pack: Pack) -> dict[str, RuleLine]:
    return {
        name: RuleLine(entry.value, entry.unit, entry.cited.cite.status)
        for name in _ASKED
        if (entry := pack.assessing.get(name)) is not None
    }


def _scale() -> Scale | None:
    scales = policy.scales_in_use()[1].values()
    return next((scale for scale in scales if scale.gives == GRADE and scale.use is Use.ASSESS), None)


def _depending(pack: Pack) -> list[tuple[str, str]]:
    """The benefits whose condition names the grade itself: (id, title)."""
    day = clock.today()
    return [
        (entry.id, entry.title)
        for entry in pack.benefits.values()
        if entry.entity == "person"
        and (rules := entry.on(day)) is not None
        and any(GRADE in condition.expression.text for condition in rules.who)
    ]


@public
def page_assessment(request: PageRequest) -> HttpResponse:
    """The whole way from asking to the grade, in plain words."""
    pack = policy.pack_in_use().pack
    found = {
        "section": "assessment",
        "rules": _rules(pack),
        "scale": _scale(),
        "contact": pack.contact,
        "depending": _depending(pack),
    }
    return render(request, "public/assessment.html", found)
