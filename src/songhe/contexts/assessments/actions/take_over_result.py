"""A result by an older scale, made elsewhere, is kept as it was sent: nothing is computed, nothing is turned into another scale's grade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.errors import AlreadyEntered, FormProblem, FormRefused, ScaleUnknown
from songhe.contexts.assessments.models import TakenOver
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.imported import Imported, imported_problems
from songhe.engines.scales.scale import Scale, Use
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Taken:
    """The older result; `new` is False where the same was there already."""

    id: int
    new: bool


@transaction.atomic
def take_over_result(
    actor: Actor, *, person_id: int, scale: str, grade: int, assessed_on: dt.date, assessed_by: str,
    points: Mapping[str, int] | None = None, levels: Mapping[str, int] | None = None,
) -> Taken:  # fmt: skip
    """The person's result by a scale that is only imported is known. The same again changes nothing; another of the same day is refused.

    Raises ScaleUnknown for a scale that people are assessed by here, FormRefused with everything wrong, AlreadyEntered, InvalidInput,
    PersonNotFound, AccessDenied.
    """
    require(actor, Right.REQUEST_ASSESSMENT)
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.REQUEST_ASSESSMENT, place.area_path)
    measure = _import_only(scale)
    sent = Imported(grade, points or {}, levels or {})
    if against := [one for one in imported_problems(measure, sent) if one.severity != "question"]:
        raise FormRefused(FormProblem(p.where, p.label, p.message, p.remedy, p.severity) for p in against)
    if assessed_on > clock.today():
        raise InvalidInput("评估日期不能晚于今天。", next_step="请核对报告上的日期。", field="assessed_on")
    if not 2 <= len(assessed_by.strip()) <= 100 or "\0" in assessed_by:
        raise InvalidInput("请写明是谁评的。", next_step="例如：某某医院，某某评估机构。", field="assessed_by")
    said = {"grade": grade, "points": dict(sent.points), "levels": dict(sent.levels)}
    kept, new = TakenOver.objects.get_or_create(
        person_id=person_id, scale=measure.id, assessed_on=assessed_on,
        defaults=said | {
            "area_path": place.area_path, "assessed_by": assessed_by.strip(), "entered_by": actor.id, "entered_at": clock.now(),
        },
    )  # fmt: skip
    if (kept.grade, kept.points, kept.levels) != tuple(said.values()):
        raise AlreadyEntered(
            "这位老人同一天、同一份量表的结果已经录入，内容不同。", next_step="请核对两份报告的日期。", field="assessed_on"
        )
    if not new:
        return Taken(kept.pk, new=False)
    detail = {"scale": measure.id, "grade": grade, "assessed_on": assessed_on}
    audit.record(
        actor, "assessments.take_over", subject_type="person", subject_id=person_id, area_path=place.area_path, detail=detail
    )
    return Taken(kept.pk, new=True)


def _import_only(scale: str) -> Scale:
    scales = policy.scales_in_use()[1]
    found = scales.get(scale)
    if found is None or found.use is not Use.IMPORT_ONLY:
        usable = "、".join(one.title for one in scales.values() if one.use is Use.IMPORT_ONLY)
        raise ScaleUnknown(
            "这份量表的结果不能录入，要由评估员评出来。", next_step=f"可以录入的有：{usable or '没有'}。", field="scale"
        )
    return found
