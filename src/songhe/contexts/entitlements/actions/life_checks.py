"""Life checks (待遇资格认证): a missing one suspends after the pack's clock and never ends; the counter is always one of the ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.basics.ages import months_before
from songhe.contexts.entitlements.actions.grant_results import LifeCheckRecorded
from songhe.contexts.entitlements.actions.make_notices import tell_by_letter
from songhe.contexts.entitlements.actions.move_grants import LONGEST_REASON, checked_day, lock_following, move, tell
from songhe.contexts.entitlements.models import Grant, LifeCheck, ReturnFile
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
REPORTED = "有人报告老人已去世，核实前暂停"
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
    if outcome is LifeCheckOutcome.DIED_REPORTED:
        suspended = _suspend_reported(actor, grants)
    _settle_work(person_id, place.area_path, outcome)
    audit.record(
        actor, "life_check.record", subject_type="person", subject_id=person_id, area_path=place.area_path,
        detail={"check": row.id, "channel": channel, "outcome": outcome, "checked_on": day},
    )  # fmt: skip
    tell([*resumed, *suspended], "待遇资格认证")
    return LifeCheckRecorded(row.id, tuple(resumed))


def _suspend_reported(actor: Actor, grants: Sequence[Grant]) -> list[int]:
    """Nothing is paid until it is known whether the person has died."""
    found = [grant for grant in grants if grant.state == GrantState.ACTIVE]
    for grant in found:
        move(actor, grant, GrantState.SUSPENDED, reason=REPORTED, suspended_for=SuspendedFor.DEATH_REPORTED)
    return [grant.id for grant in found]


@dataclass(frozen=True, slots=True)
class LifeSaid:
    """What a department's data say of one person: seen on the day, `way` says where; or not found in them."""

    person_id: int
    area_path: str
    checked_on: dt.date
    outcome: LifeCheckOutcome
    way: str


def record_checks(actor: Actor, said: Sequence[LifeSaid], file: ReturnFile) -> tuple[int, ...]:
    """The checks stand, each once, and the grants of who was seen go on; a reported death is undone only by somebody seen after it. The
    numbers of the grants. A step inside an action that has checked access itself.
    """
    LifeCheck.objects.bulk_create(
        [
            LifeCheck(
                person_id=each.person_id, area_path=each.area_path, checked_on=each.checked_on, channel=LifeCheckChannel.DEPARTMENT,
                outcome=each.outcome, by=actor.id, source=file.sender, way=each.way, file=file, at=clock.now(),
            )
            for each in said
        ],
        ignore_conflicts=True, batch_size=2000,
    )  # fmt: skip
    seen: dict[int, LifeSaid] = {}
    for each in said:
        if each.outcome is LifeCheckOutcome.ALIVE:
            seen[each.person_id] = max(seen.get(each.person_id, each), each, key=lambda one: one.checked_on)
    reported = _reported_on(seen)
    alive = {person for person, one in seen.items() if person not in reported or one.checked_on > reported[person]}
    resumed = _resume(actor, alive, seen, file.sender)
    keys = [f"{kind}:{person}" for person in alive for kind in (LIFE_CHECK, DEATH_REPORTED)]
    work_items.close_by_keys(SYSTEM, keys=keys, outcome=f"已认证，{file.sender}数据见到本人")
    tell(resumed, "待遇资格认证")
    return tuple(resumed)


def _reported_on(people_seen: Collection[int]) -> Mapping[int, dt.date]:
    """Of those whose grants rest because a death was reported, when that was."""
    resting = Grant.objects.filter(suspended_for=SuspendedFor.DEATH_REPORTED, state=GrantState.SUSPENDED)
    ids = set(resting.values_list("person_id", flat=True)) & set(people_seen)
    rows = LifeCheck.objects.filter(person__in=ids, outcome=LifeCheckOutcome.DIED_REPORTED).order_by("checked_on")
    return dict(rows.values_list("person_id", "checked_on"))


def _resume(actor: Actor, alive: Collection[int], seen: Mapping[int, LifeSaid], sender: str) -> list[int]:
    resting = (
        Grant.objects.select_for_update().filter(state=GrantState.SUSPENDED, suspended_for__in=_LIFTED_BY_ALIVE).order_by("id")
    )
    found = [grant for grant in resting if grant.person_id in alive]
    for grant in found:
        one = seen[grant.person_id]
        move(actor, grant, GrantState.ACTIVE, reason=f"已做待遇资格认证（{sender}，{one.way}，{one.checked_on.isoformat()}）")
    return [grant.id for grant in found]


def report_death(actor: Actor, person_id: int, area_path: str, file: ReturnFile, died_on: str) -> None:
    """A department says that the person died, others do not agree: the grants rest and the police verify it. A step inside an action."""
    LifeCheck.objects.bulk_create(
        [
            LifeCheck(
                person_id=person_id, area_path=area_path, checked_on=file.uploaded_at.astimezone(clock.CITY_ZONE).date(),
                channel=LifeCheckChannel.DEPARTMENT, outcome=LifeCheckOutcome.DIED_REPORTED, by=actor.id, source=file.sender, way=died_on,
                file=file, at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    grants = Grant.objects.select_for_update().filter(person=person_id, state=GrantState.ACTIVE).order_by("id")
    suspended = _suspend_reported(actor, list(grants))
    _ask_police(person_id, area_path, f"{file.sender}说老人{died_on or '已'}去世，别处说法不同，请核实")
    tell(suspended, "待遇资格认证")


def report_living(person_id: int, area_path: str, sender: str, seen_on: dt.date) -> None:
    """Somebody who is known to have died was seen: nothing changes until the police have verified it. A step inside an action."""
    _ask_police(person_id, area_path, f"登记已去世，{sender}却在{seen_on.isoformat()}见过本人，请核实")


def _ask_police(person_id: int, area_path: str, title: str) -> None:
    work_items.open_item(
        SYSTEM, kind=DEATH_REPORTED, key=f"{DEATH_REPORTED}:{person_id}", owner=POLICE, area_path=area_path, subject_type="person",
        subject_id=person_id, title=title, priority=2,
    )  # fmt: skip


def _settle_work(person_id: int, area_path: str, outcome: LifeCheckOutcome) -> None:
    if outcome is LifeCheckOutcome.ALIVE:
        work_items.close_by_keys(
            SYSTEM, keys=[f"{LIFE_CHECK}:{person_id}", f"{DEATH_REPORTED}:{person_id}"], outcome="已认证，本人健在"
        )
    elif outcome is LifeCheckOutcome.DIED_REPORTED:
        _ask_police(person_id, area_path, "有人报告老人已去世，请核实")


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
