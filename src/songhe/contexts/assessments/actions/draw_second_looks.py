"""Every month a share of the results that came into force is looked at again by other people; which ones, anybody can work out again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.ages import months_before
from songhe.contexts.assessments.models import Case, Result
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import OPEN_STATES, CaseKind, CaseState, Origin
from songhe.contexts.policy_library import queries as policy
from songhe.engines.sampling.draw import how_many, lot
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of the month's results in force, how many are looked at again, and how many of these were opened just now."""

    of: int
    wanted: int
    case_ids: tuple[int, ...]


@transaction.atomic
def draw_second_looks(actor: Actor, *, month: dt.date) -> Drawn:
    """The pack's share (rounded up) of the results that came into force in the month, by scale, has a case for a second look.

    The lot of a result is drawn from the month and the case's public id: not to be foreseen by an assessor, the same whoever draws again.
    Running it twice changes nothing. A person who has another open case is passed over, and the next in order takes their place. Who manages
    an assessment body may arrange, but does not ask for assessments: they do not draw the sample of their own work.
    """
    city = f"{policy.pack_in_use().pack.place.code}/"
    for right in (Right.ARRANGE_ASSESSMENT, Right.REQUEST_ASSESSMENT):
        require(actor, right, city)
    first = month.replace(day=1)
    if first > clock.today():
        raise InvalidInput("这个月还没有到。", next_step="请选择本月或以前的月份。", field="month")
    held = Result.objects.filter(in_force_on__gte=first, in_force_on__lt=months_before(first, -1)).select_related("case")
    by_scale: dict[str, list[Result]] = {}
    for result in held.select_for_update(of=("self",)).order_by("pk"):
        by_scale.setdefault(result.scale, []).append(result)
    wanted, opened = 0, list[int]()
    for scale, results in sorted(by_scale.items()):
        number = how_many(len(results), per_mille=10 * rule("second_look_percent", scale))
        wanted += number
        opened += _open(actor, sorted(results, key=lambda one: _place(first, one)), number)
    if opened:
        detail = {"month": first, "of": sum(map(len, by_scale.values())), "cases": opened}
        audit.record(actor, "assessments.draw_second_looks", subject_type="assessment_case", detail=detail)
    return Drawn(sum(map(len, by_scale.values())), wanted, tuple(opened))


def _place(first: dt.date, result: Result) -> bytes:
    return lot(str(result.case.public_id), seed=f"{first:%Y-%m}")


def _open(actor: Actor, ordered: list[Result], number: int) -> list[int]:
    looked = set(Case.objects.filter(looks_again_at__in=ordered).values_list("looks_again_at_id", flat=True))
    people = [result.person_id for result in ordered]
    busy = set(Case.objects.filter(person__in=people, state__in=OPEN_STATES).values_list("person_id", flat=True))
    left = number - len(looked)
    opened: list[int] = []
    for result in ordered:
        if left <= len(opened):
            break
        if result.pk in looked or result.person_id in busy or result.case.looks_again_at_id or result.case.second_of_id:
            continue
        busy.add(result.person_id)
        made = Case.objects.create(
            person_id=result.person_id, area_path=result.area_path, scale=result.scale, kind=CaseKind.SECOND, origin=Origin.SYSTEM,
            reason="抽查复核", requested_by=actor.id, requested_at=clock.now(), state=CaseState.REQUESTED, looks_again_at=result,
        )  # fmt: skip
        opened.append(made.pk)
    return opened
