"""Life checks (待遇资格认证): a missing one suspends after the pack's clock and never ends; the counter is always one of the ways."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from songhe.basics.ages import months_before
from songhe.contexts.entitlements.actions.grant_results import LifeCheckRecorded
from songhe.contexts.entitlements.actions.make_notices import tell_by_letter
from songhe.contexts.entitlements.actions.move_grants import LONGEST_REASON, checked_day, lock_following, move, tell
from songhe.contexts.entitlements.models import Grant, LifeCheck
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.queries.life_checks import DUE_SQL
from songhe.contexts.entitlements.words import (
    DEATH_REPORTED,
    LIFE_CHECK,
    LIFE_CHECK_CHANNEL_LABELS,
    GrantState,
    LifeCheckChannel,
    LifeCheckOutcome,
    NoticeKind,
    SuspendedFor,
)
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import InvalidInput

COMMUNITY, POLICE = "社区", "公安"
OVERDUE = "待遇资格认证过期没有做，暂停发放，补做以后补发"
_LIFTED_BY_ALIVE = (SuspendedFor.LIFE_CHECK.value, SuspendedFor.DEATH_REPORTED.value)


@transaction.atomic
def record_life_check(
    actor: Actor, *, person_id: int, channel: LifeCheckChannel, outcome: LifeCheckOutcome = LifeCheckOutcome.ALIVE,
    checked_on: dt.date | None = None, note: str = "",
) -> LifeCheckRecorded:  # fmt: skip
    """The check stands. Alive: what was suspended for want of it goes on, nothing lost. A reported death suspends until it is verified."""
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.HANDLE_GRANTS, place.area_path)
    if channel not in granting().channels:
        ways = "、".join(LIFE_CHECK_CHANNEL_LABELS[LifeCheckChannel(name)] for name in granting().channels)
        raise InvalidInput("本市没有开通这种认证方式。", next_step=f"可用的方式有：{ways}。", field="channel")
    day, said = checked_day(checked_on, field="checked_on"), note.strip()
    if len(said) > LONGEST_REASON:
        raise InvalidInput(f"备注最多{LONGEST_REASON}个字。", next_step="请写短一些。", field="note")
    grants = list(
        Grant.objects.select_for_update()
        .filter(person=person_id, state__in=(GrantState.ACTIVE, GrantState.SUSPENDED))
        .order_by("id")
    )
    row = LifeCheck.objects.create(
        person_id=person_id, area_path=place.area_path, checked_on=day, channel=channel, outcome=outcome, by=actor.id, note=said, at=clock.now()
    )  # fmt: skip
    resumed, suspended = list[int](), list[int]()
    for grant in grants:
        if outcome is LifeCheckOutcome.ALIVE and grant.suspended_for in _LIFTED_BY_ALIVE:
            move(actor, grant, GrantState.ACTIVE, reason=f"已做待遇资格认证（{LIFE_CHECK_CHANNEL_LABELS[channel]}）")
            resumed.append(grant.id)
        elif outcome is LifeCheckOutcome.DIED_REPORTED and grant.state == GrantState.ACTIVE:
            reason = "有人报告老人已去世，核实前暂停"
            move(actor, grant, GrantState.SUSPENDED, reason=reason, suspended_for=SuspendedFor.DEATH_REPORTED)
            suspended.append(grant.id)
    _settle_work(person_id, place.area_path, outcome)
    audit.record(
        actor, "life_check.record", subject_type="person", subject_id=person_id, area_path=place.area_path,
        detail={"check": row.id, "channel": channel, "outcome": outcome, "checked_on": day},
    )  # fmt: skip
    tell([*resumed, *suspended], "待遇资格认证")
    return LifeCheckRecorded(row.id, tuple(resumed))


def _settle_work(person_id: int, area_path: str, outcome: LifeCheckOutcome) -> None:
    if outcome is LifeCheckOutcome.ALIVE:
        work_items.close_by_keys(
            SYSTEM, keys=[f"{LIFE_CHECK}:{person_id}", f"{DEATH_REPORTED}:{person_id}"], outcome="已认证，本人健在"
        )
    elif outcome is LifeCheckOutcome.DIED_REPORTED:
        work_items.open_item(
            SYSTEM, kind=DEATH_REPORTED, key=f"{DEATH_REPORTED}:{person_id}", owner=POLICE, area_path=area_path, subject_type="person",
            subject_id=person_id, title="有人报告老人已去世，请核实", priority=2,
        )  # fmt: skip


@transaction.atomic
def suspend_unchecked(actor: Actor, *, day: dt.date | None = None) -> int:
    """Whoever is due for a check is a work item of the community; whose grace is over has the grants that ask for it suspended. How many
    grants were. Run again, nothing more happens.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    lock_following()
    on, plan = checked_day(day, field="day"), granting()
    benefits = [name for name, rule in plan.rules.items() if rule.life_check]
    months, grace = plan.term("life_check_months"), plan.term("life_check_grace_days")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, area_path, since FROM ({DUE_SQL}) t WHERE since <= %(latest)s ORDER BY person_id",  # noqa: S608
            {"benefits": benefits, "latest": months_before(on, months)},
        )
        due = cursor.fetchall()
    work_items.open_items_bulk(
        SYSTEM,
        items=[
            work_items.NewWorkItem(
                kind=LIFE_CHECK, key=f"{LIFE_CHECK}:{person}", owner=COMMUNITY, area_path=path, subject_type="person", subject_id=person,
                title="待遇资格认证到期，请核实老人情况", due_on=months_before(since, -months) + dt.timedelta(grace),
            )
            for person, path, since in due
        ],
    )  # fmt: skip
    late = [person for person, _, since in due if months_before(since, -months) + dt.timedelta(grace) < on]
    grants = (
        Grant.objects.select_for_update().filter(person__in=late, benefit__in=benefits, state=GrantState.ACTIVE).order_by("id")
    )
    ids = []
    for grant in grants:
        move(actor, grant, GrantState.SUSPENDED, reason=OVERDUE, suspended_for=SuspendedFor.LIFE_CHECK)
        ids.append(grant.id)
    if ids:
        tell_by_letter(ids, NoticeKind.SUSPENDED)
        audit.record(actor, "grants.suspend_unchecked", detail={"grants": len(ids), "day": on})
        tell(ids, OVERDUE)
    return len(ids)
