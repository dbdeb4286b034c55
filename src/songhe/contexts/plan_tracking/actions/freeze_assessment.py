"""Freeze the assessment of a period: from then on it says what it said."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.plan_tracking.access import require_whole_city
from songhe.contexts.plan_tracking.errors import AssessmentRefused, NotAssessed
from songhe.contexts.plan_tracking.models import FrozenAssessment
from songhe.contexts.plan_tracking.queries.assessment import assessment_plan, known_periods, live
from songhe.contexts.plan_tracking.queries.scoring import canonical, period_end, period_start, period_title
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.assessed import TOWNS, UNITS
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor
from songhe.foundation.errors import InvalidInput

LONGEST_REASON = 200
_LOCK = 0x41535345


@dataclass(frozen=True, slots=True)
class AssessmentFrozen:
    """The frozen assessment; `sha256` is of its content."""

    id: int
    start: dt.date
    revision: int
    sha256: str


@transaction.atomic
def freeze_assessment(actor: Actor, *, start: dt.date, reason: str = "") -> AssessmentFrozen:
    """Units and towns are assessed for the period that begins on `start`, as ledger and figures stood on its last day, and kept for good.

    A period that was assessed before needs a reason. Raises AccessDenied, NotAssessed, AssessmentRefused, PastUnknown, InvalidInput.
    """
    require_whole_city(actor)
    current, today, reason = policy.pack_in_use(), clock.today(), " ".join(reason.split())
    plan = assessment_plan(current.pack)
    begun = period_start(start, plan.months)
    if begun not in known_periods(current.pack):
        raise NotAssessed("规划里没有这个时段。", next_step="请从列出的时段里选。", field="start")
    end = period_end(begun, plan.months)
    if begun != start or end >= today:
        raise AssessmentRefused(
            f"{period_title(begun, plan.months)}还没有结束，不能冻结考核结果。",
            next_step="时段结束以后再冻结；在那之前随时可以看当前的情况。",
        )
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"原因不能超过{LONGEST_REASON}个字。", field="reason")
    with connection.cursor() as cursor:  # two who freeze one period wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, begun.toordinal()])
    before = FrozenAssessment.objects.filter(start=begun).order_by("-revision").values_list("revision", flat=True).first() or 0
    if before and not reason:
        raise AssessmentRefused("这个时段已经考核过。", next_step="要重新考核，请写明原因；原来的结果会保留。", field="reason")
    content = canonical(live(current.pack, plan, begun, today, (UNITS, TOWNS)))
    made = FrozenAssessment.objects.create(
        start=begun, end=end, revision=before + 1, as_of=end, reason=reason if before else "", content=content,
        content_sha256=hashlib.sha256(content.encode()).hexdigest(), pack_version_id=current.version_id, made_by=actor.id,
        made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    detail = {"start": begun, "revision": made.revision, "hash": made.content_sha256, "reason": reason}
    audit.record(actor, "plan.freeze_assessment", subject_type="plan_assessment", subject_id=made.pk, detail=detail)
    return AssessmentFrozen(made.pk, begun, made.revision, made.content_sha256)
