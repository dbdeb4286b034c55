"""How far the two assessors of a case agree, by grade and by item, and who stands out by which rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median
from typing import NamedTuple

from django.db.models import QuerySet

from songhe.contexts.assessments.access import assessors_visible_to, results_visible_to
from songhe.contexts.assessments.models import CaseAssessor, Form, Result
from songhe.contexts.assessments.queries.rules import assessing_scale, rule
from songhe.contexts.assessments.words import FormState, Outlier
from songhe.engines.scales.agreement import same_share, weighted_kappa
from songhe.engines.scales.scale import Scale
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreement on the grade or on an item: pairs compared, share that was the same, weighted kappa (None where it is not defined)."""

    where: str
    label: str
    pairs: int
    same: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class OutlierFound:
    """An assessor stands out by a rule: the value found and the pack's limit, both in `unit`."""

    rule: Outlier
    value: float
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class AssessorAgreement:
    """One assessor against the other of the same case. `lean`: own grade less the other's on average (more is harsher); minutes are the median.

    `compared` is False while there are fewer cases than the pack asks for; then nothing stands out.
    """

    assessor_id: int
    assessor: str
    body: str
    cases: int
    kappa: float | None
    differs: float
    lean: float
    same: float
    minutes: float | None
    compared: bool
    outliers: tuple[OutlierFound, ...]


@dataclass(frozen=True, slots=True)
class AgreementView:
    """Results of the period whose two forms were compared; `least` is the number of cases from which assessors are compared."""

    scale: str
    scale_title: str
    cases: int
    grades: Agreed
    items: tuple[Agreed, ...]
    assessors: tuple[AssessorAgreement, ...]
    least: int


class _Filled(NamedTuple):
    """What is compared of a form."""

    case_id: int
    assessor_id: int
    grade: int
    answers: dict[str, str]
    circumstances: dict[str, object]
    filled_from: dt.datetime
    filled_to: dt.datetime | None


class _Pair(NamedTuple):
    agreed: int
    lead: _Filled
    second: _Filled


def agreement(actor: Actor, *, since: dt.date, until: dt.date, scale: str = "", area_path: str = "") -> AgreementView:
    """Over results assessed in the period (both days included) by one scale, in the actor's areas."""
    require(actor, Right.SEE_ASSESSMENTS)
    measure = assessing_scale(scale)[1]
    rows = results_visible_to(actor, area_path=area_path).filter(scale=measure.id, assessed_on__gte=since, assessed_on__lte=until)
    pairs = _pairs(rows)
    grades = [(pair.lead.grade, pair.second.grade) for pair in pairs]
    return AgreementView(
        measure.id, measure.title, len(pairs), _agreed("grade", "等级", grades), tuple(_items(measure, pairs)),
        _assessors(actor, measure, pairs), rule("outlier_cases", measure.id),
    )  # fmt: skip


def _pairs(results: QuerySet[Result]) -> list[_Pair]:
    found = dict(results.values_list("case_id", "grade"))
    lead = dict(CaseAssessor.objects.filter(case__in=found, lead=True).values_list("case_id", "assessor_id"))
    forms: dict[tuple[int, bool], _Filled] = {}
    for row in Form.objects.filter(case__in=found, state=FormState.FINAL).values_list(*_Filled._fields):
        form = _Filled(*row)
        forms[form.case_id, form.assessor_id == lead.get(form.case_id)] = form
    return [
        _Pair(grade, forms[case, True], forms[case, False])
        for case, grade in found.items()
        if (case, True) in forms and (case, False) in forms
    ]


def _agreed(where: str, label: str, pairs: Sequence[tuple[int, int]]) -> Agreed:
    return Agreed(where, label, len(pairs), _number(same_share(pairs)), _number(weighted_kappa(pairs)))


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _items(scale: Scale, pairs: Sequence[_Pair]) -> Iterable[Agreed]:
    """Steps are the places of the options, from best to worst: two options may count the same points."""
    for item in scale.items:
        order = {option.id: place for place, option in enumerate(item.options)}
        both = [(pair.lead.answers.get(item.id), pair.second.answers.get(item.id)) for pair in pairs]
        yield _agreed(item.id, item.label, [(order[one], order[other]) for one, other in both if one in order and other in order])


def _assessors(actor: Actor, scale: Scale, pairs: Sequence[_Pair]) -> tuple[AssessorAgreement, ...]:
    seen = {row.pk: row for row in assessors_visible_to(actor).select_related("body")}
    of: dict[int, list[tuple[int, _Filled, _Filled]]] = {}
    for pair in pairs:
        of.setdefault(pair.lead.assessor_id, []).append((pair.agreed, pair.lead, pair.second))
        of.setdefault(pair.second.assessor_id, []).append((pair.agreed, pair.second, pair.lead))
    lines: list[AssessorAgreement] = []
    for pk, cases in of.items():
        if pk not in seen:
            continue
        grades = [(own.grade, other.grade) for _, own, other in cases]
        differs = sum(own.grade != agreed for agreed, own, _ in cases) / len(cases)
        lean = mean(own - other for own, other in grades)
        same = sum(own.answers == other.answers and own.circumstances == other.circumstances for _, own, other in cases) / len(
            cases
        )
        minutes = [_minutes(own) for _, own, _ in cases if own.filled_to is not None]
        taken = median(minutes) if minutes else None
        compared = len(cases) >= rule("outlier_cases", scale.id)
        outliers = _outliers(scale.id, differs, lean, same, taken) if compared else ()
        kappa = _number(weighted_kappa(grades))
        lines.append(
            AssessorAgreement(
                pk, seen[pk].name, seen[pk].body.name, len(cases), kappa, differs, float(lean), same, taken, compared, outliers
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.outliers, -line.cases, line.assessor_id)))


def _minutes(form: _Filled) -> float:
    return (form.filled_to - form.filled_from).total_seconds() / 60 if form.filled_to else 0.0


def _outliers(scale: str, differs: float, lean: float, same: float, minutes: float | None) -> tuple[OutlierFound, ...]:
    most, leaning = rule("outlier_grade_percent", scale), rule("outlier_lean_hundredths", scale) / 100
    alike, quick = rule("outlier_same_percent", scale), rule("outlier_minutes", scale)
    found: list[OutlierFound] = []
    if 100 * differs > most:
        found.append(OutlierFound(Outlier.GRADE_DIFFERS, 100 * differs, most, "%"))
    if lean > leaning:
        found.append(OutlierFound(Outlier.HARSHER, lean, leaning, "级"))
    if lean < -leaning:
        found.append(OutlierFound(Outlier.MILDER, -lean, leaning, "级"))
    if 100 * same > alike:
        found.append(OutlierFound(Outlier.SAME, 100 * same, alike, "%"))
    if minutes is not None and minutes < quick:
        found.append(OutlierFound(Outlier.QUICK, minutes, quick, "分钟"))
    return tuple(found)
