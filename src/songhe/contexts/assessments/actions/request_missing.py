"""The system asks for many at once: who could be entitled but for a grade that nobody knows, and whose result runs out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.basics.ages import months_before
from songhe.contexts.assessments.models import Case, Result
from songhe.contexts.assessments.queries.rules import assessing_scale, rule
from songhe.contexts.assessments.words import OPEN_STATES, CaseKind, CaseState, Origin, ResultState
from songhe.contexts.people import queries as people
from songhe.foundation import audit, clock
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import AccessDenied

_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class RequestedMany:
    """How many people had no open case and have one now, of how many who were named."""

    asked: int
    new: int


@transaction.atomic
def request_missing(actor: Actor, *, person_ids: Sequence[int], reason: str, scale: str = "") -> RequestedMany:
    """Each of these people has one open case by the scale. Safe to run twice and from several processes.

    Left out: who has died or stands for another, and who had a case withdrawn within the pack's `ask_again_months`. The system only.
    """
    _system(actor)
    measure = assessing_scale(scale)[1]
    since = months_before(clock.today(), rule("ask_again_months", measure.id))
    wanted = sorted(set(person_ids))
    told_off = Case.objects.filter(scale=measure.id, state=CaseState.WITHDRAWN, closed_at__date__gt=since, person__in=wanted)
    left_out = set(told_off.values_list("person_id", flat=True))
    held = set(
        Result.objects.filter(scale=measure.id, state=ResultState.IN_FORCE, person__in=wanted).values_list("person_id", flat=True)
    )
    asked = [pk for pk in wanted if pk not in left_out]
    new = _open(asked, measure.id, {pk: CaseKind.SCHEDULED for pk in held}, reason)
    if new:
        audit.record(
            actor, "assessments.request_missing", subject_type="assessment_case", detail={"cases": new, "scale": measure.id}
        )
    return RequestedMany(len(wanted), new)


@transaction.atomic
def open_reassessments(actor: Actor, *, day: dt.date) -> RequestedMany:
    """Whose result in force runs out within the pack's days from `day` has an open case for the scheduled assessment. The system only.

    Who had such a case withdrawn since the result came into force is left alone.
    """
    _system(actor)
    done, asked = 0, 0
    for scale in sorted(set(Result.objects.filter(state=ResultState.IN_FORCE).values_list("scale", flat=True))):
        until = day + dt.timedelta(days=rule("reassess_ahead_days", scale))
        ending = Result.objects.filter(state=ResultState.IN_FORCE, scale=scale, valid_to__lte=until)
        since = dict(ending.values_list("person_id", "in_force_on"))
        for person, at in Case.objects.filter(person__in=since, scale=scale, state=CaseState.WITHDRAWN).values_list(
            "person_id", "closed_at"
        ):
            begun = since.get(person)
            if begun is not None and at is not None and at.astimezone(clock.CITY_ZONE).date() >= begun:
                since.pop(person)
        asked += len(since)
        done += _open(sorted(since), scale, dict.fromkeys(since, CaseKind.SCHEDULED), "评估结果快到期")
    if done:
        audit.record(actor, "assessments.open_reassessments", subject_type="assessment_case", detail={"cases": done, "day": day})
    return RequestedMany(asked, done)


def _system(actor: Actor) -> None:
    require(actor, Right.REQUEST_ASSESSMENT)
    if actor.kind != "system":
        raise AccessDenied("这件事由系统自己做。", next_step="请为老人单独提出评估。")


def _open(person_ids: Sequence[int], scale: str, kinds: Mapping[int, CaseKind], reason: str) -> int:
    """An open case each, in the order of the people, so that two writers do not wait for each other; how many were new."""
    done, now = 0, clock.now()
    for start in range(0, len(person_ids), _BLOCK):
        block = people.living_places(person_ids=person_ids[start : start + _BLOCK])
        open_already = set(
            Case.objects.filter(scale=scale, person__in=block, state__in=OPEN_STATES).values_list("person_id", flat=True)
        )
        living = sorted(set(block) - open_already)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO assessment_case
                    (public_id, person_id, area_path, scale, kind, origin, reason, requested_by, requested_at, state,
                     visit_place, with_health_check, closed_because)
                SELECT public_id, person_id, area_path, %s, kind, %s, %s, %s, %s, %s, '', false, ''
                FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[]) AS t (public_id, person_id, area_path, kind)
                ON CONFLICT (person_id, scale)
                    WHERE state IN ('requested', 'appointed', 'assessing', 'settled') AND second_of_id IS NULL DO NOTHING
                """,
                [
                    scale, Origin.SYSTEM, reason, SYSTEM.id, now, CaseState.REQUESTED,
                    [str(uuid.uuid4()) for _ in living], living, [block[pk] for pk in living],
                    [kinds.get(pk, CaseKind.FIRST).value for pk in living],
                ],
            )  # fmt: skip
            done += int(cursor.rowcount)
    return done
