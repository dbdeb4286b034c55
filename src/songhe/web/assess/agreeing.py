"""How far the two assessors agree, by grade and item, and who stands out by which rule of the pack."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.assessments import queries
from songhe.contexts.assessments.queries import Agreed, AgreementView, AssessorAgreement
from songhe.contexts.assessments.words import OUTLIER_LABELS
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.exports import export
from songhe.web.lists import Filter

DAYS = 365
_READING = ((0.81, "几乎一致"), (0.61, "比较一致"), (0.41, "中等"), (0.21, "较差"), (0.0, "很差"))
"""How a kappa is usually read in words (Landis and Koch 1977); a reading, not a rule of the pack."""


@dataclass(frozen=True, slots=True)
class AgreedShown:
    """Agreement on one thing, in words."""

    agreed: Agreed
    same: str
    kappa: str
    reading: str


@dataclass(frozen=True, slots=True)
class AssessorShown:
    """One assessor beside the others; `told` are sentences of the rules by which they stand out."""

    line: AssessorAgreement
    kappa: str
    differs: str
    same: str
    lean: str
    minutes: str
    told: tuple[str, ...]


def period_filters(request: PageRequest) -> tuple[Filter, ...]:
    """From which day to which, and where; a year back by default."""
    today = clock.today()
    return (
        Filter("since", "从哪天", request.GET.get("since") or (today - dt.timedelta(days=DAYS)).isoformat(), "date"),
        Filter("until", "到哪天", request.GET.get("until") or today.isoformat(), "date"),
        area_filter(request, Right.SEE_ASSESSMENTS),
    )


def period_of(filters: tuple[Filter, ...]) -> tuple[dt.date, dt.date]:
    """The two days of the filters; InvalidInput where one is none."""
    try:
        since, until = (dt.date.fromisoformat(each.value) for each in filters[:2])
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。") from None
    return since, until


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f}"


def _kappa(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _reading(value: float | None) -> str:
    return "算不出来" if value is None else next((word for least, word in _READING if value >= least), "还不如碰运气")


def agreed_shown(agreed: Agreed) -> AgreedShown:
    """The numbers of one agreement as text."""
    return AgreedShown(agreed, _percent(agreed.same), _kappa(agreed.kappa), _reading(agreed.kappa))


def _assessor(line: AssessorAgreement) -> AssessorShown:
    told = tuple(
        f"{OUTLIER_LABELS[each.rule]}：{each.value:.3g}{each.unit}，提醒的界限是{each.limit:.3g}{each.unit}"
        for each in line.outliers
    )
    minutes = "—" if line.minutes is None else f"{line.minutes:.0f}"
    return AssessorShown(
        line, _kappa(line.kappa), _percent(line.differs), _percent(line.same), f"{line.lean:+.2f}", minutes, told
    )


def _view(request: PageRequest, filters: tuple[Filter, ...]) -> AgreementView:
    since, until = period_of(filters)
    return queries.agreement(request.actor, since=since, until=until, area_path=chosen_area(request))


@desk(Right.SEE_ASSESSMENTS)
def page_agreement(request: PageRequest) -> HttpResponse:
    """Agreement on the grade, on each item (the worst first), and of each assessor."""
    filters = period_filters(request)
    view = _view(request, filters)
    items = sorted(
        (agreed_shown(item) for item in view.items), key=lambda each: (each.agreed.kappa is None, each.agreed.kappa or 0.0)
    )
    found = {
        "at": desk_of(request),
        "view": view,
        "grades": agreed_shown(view.grades),
        "items": items,
        "assessors": [_assessor(line) for line in view.assessors],
        "filters": filters,
        "section": section_of(request, "ability_agreement"),
    }
    return render(request, "assess/agreement.html", found)


@desk(Right.SEE_ASSESSMENTS)
def page_agreement_export(request: PageRequest) -> HttpResponse:
    """The assessors' lines as a file."""
    shown = [_assessor(line) for line in _view(request, period_filters(request)).assessors]
    rows = [
        (each.line.assessor, each.line.body, each.line.cases, each.kappa, each.differs, each.lean, each.same, each.minutes, "；".join(each.told))
        for each in shown
    ]  # fmt: skip
    header = (
        "评估员",
        "机构",
        "评过（例）",
        "加权κ",
        "等级与商定不同（%）",
        "比同伴偏重（级）",
        "逐项全同（%）",
        "用时中位数（分钟）",
        "提醒",
    )
    return export(request, title="评估一致性", header=header, rows=rows, area_path=chosen_area(request))
