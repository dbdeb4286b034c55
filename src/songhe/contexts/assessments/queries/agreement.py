"""How far the two assessors of a case agree, by grade and by item, and who stands out by which rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from songhe.contexts.assessments.access import assessors_visible_to, results_visible_to
from songhe.contexts.assessments.queries.rules import assessing_scale, rule
from songhe.contexts.assessments.queries.tallies import AssessorTally, tally
from songhe.contexts.assessments.words import Outlier
from songhe.engines.scales.agreement import kappa_of, same_of
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


def agreement(actor: Actor, *, since: dt.date, until: dt.date, scale: str = "", area_path: str = "") -> AgreementView:
    """Over results assessed in the period (both days included) by one scale, in the actor's areas."""
    require(actor, Right.SEE_ASSESSMENTS)
    measure = assessing_scale(scale)[1]
    rows = results_visible_to(actor, area_path=area_path).filter(scale=measure.id)
    own = f"{actor.kind}{actor.id}" if actor.may(Right.ASSESS) else ""
    scope = f"{own}|{area_path}|{','.join(actor.area_paths(Right.SEE_ASSESSMENTS))}"
    found = tally(rows, measure, since=since, until=until, scope=scope)
    items = tuple(_agreed(item.id, item.label, found.items.get(item.id, {})) for item in measure.items)
    return AgreementView(
        measure.id, measure.title, sum(found.grades.values()), _agreed("grade", "等级", found.grades), items,
        _assessors(actor, measure.id, found.assessors), rule("outlier_cases", measure.id),
    )  # fmt: skip


def _agreed(where: str, label: str, counted: Mapping[tuple[int, int], int]) -> Agreed:
    return Agreed(where, label, sum(counted.values()), _number(same_of(counted)), _number(kappa_of(counted)))


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _assessors(actor: Actor, scale: str, of: Mapping[int, AssessorTally]) -> tuple[AssessorAgreement, ...]:
    seen = {row.pk: row for row in assessors_visible_to(actor).filter(pk__in=of).select_related("body")}
    least = rule("outlier_cases", scale)
    lines: list[AssessorAgreement] = []
    for pk, own in of.items():
        if pk not in seen:
            continue
        differs, same = own.differs / own.cases, own.same / own.cases
        lean = float(Fraction(sum((one - other) * number for (one, other), number in own.grades.items()), own.cases))
        taken = median(seconds / 60 for seconds in own.seconds) if own.seconds else None
        compared = own.cases >= least
        outliers = _outliers(scale, differs, lean, same, taken) if compared else ()
        lines.append(
            AssessorAgreement(
                pk, seen[pk].name, seen[pk].body.name, own.cases, _number(kappa_of(own.grades)), differs, lean, same, taken, compared,
                outliers,
            )
        )  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (not line.outliers, -line.cases, line.assessor_id)))


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
