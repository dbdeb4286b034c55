"""What a desk does with one grant: confirm, refuse, suspend, resume, end, check the account; and what the clock does with those notified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction

from songhe.contexts.entitlements.actions.count_dues import count_again
from songhe.contexts.entitlements.actions.grant_results import Moved
from songhe.contexts.entitlements.actions.make_notices import OWNER, tell_by_letter
from songhe.contexts.entitlements.actions.move_grants import (
    checked_day,
    checked_reason,
    grant_for,
    lock_following,
    move,
    moved,
    tell,
)
from songhe.contexts.entitlements.errors import MoveNotAllowed
from songhe.contexts.entitlements.models import Grant
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import GRANT_ACCOUNT, GrantState, NoticeKind, SuspendedFor, visit_key
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require

# Notified grants whose clock has run out are active, each with its step; who has an open appeal has not been silent.
_SILENT = """
WITH due AS (
    SELECT id FROM grant_given g WHERE state = 'notified' AND effective_on_silence <= %(day)s
    AND NOT EXISTS (SELECT 1 FROM grant_appeal a WHERE a.person_id = g.person_id AND a.benefit = g.benefit AND a.state = 'open')
    ORDER BY id FOR UPDATE
), begun AS (
    UPDATE grant_given g SET state = 'active', confirmed_on = g.effective_on_silence FROM due WHERE g.id = due.id RETURNING g.id
), steps AS (
    INSERT INTO grant_step (grant_id, before, after, at, by, by_name, reason)
    SELECT id, 'notified', 'active', %(now)s, %(by)s, %(by_name)s, %(reason)s FROM begun
)
SELECT id FROM begun ORDER BY id
"""
SILENCE_REASON = "告知后没有提出不要，到期自动生效"


@transaction.atomic
def confirm_grant(actor: Actor, *, grant_id: int, reason: str = "本人同意") -> Moved:
    """The person wants it: the grant is active. A second confirmation of an active grant changes nothing."""
    grant = grant_for(actor, grant_id)
    if grant.state == GrantState.ACTIVE:
        return moved(grant)
    if grant.state == GrantState.SUSPENDED:
        raise MoveNotAllowed("这项待遇正在暂停，不能用“同意”来恢复。", next_step="请用“恢复”，并写明理由。")
    grant.confirmed_on = clock.today()
    found = move(actor, grant, GrantState.ACTIVE, reason=checked_reason(reason))
    check_accounts([grant.id])
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id)], outcome="本人已答复")
    _record(actor, "grant.confirm", grant)
    tell([grant.id], "本人同意")
    return found


@transaction.atomic
def refuse_grant(actor: Actor, *, grant_id: int, reason: str) -> Moved:
    """The person does not want it; it is not proposed again. What was active before is ended from today, with the reason."""
    grant = grant_for(actor, grant_id)
    said = checked_reason(reason)
    if grant.state in (GrantState.ACTIVE, GrantState.SUSPENDED):
        found = move(actor, grant, GrantState.ENDED, reason=f"本人放弃：{said}", until_on=clock.today())
        count_again([grant], run_id=None, cause="本人放弃")
    else:
        found = move(actor, grant, GrantState.REFUSED, reason=said)
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id), account_key(grant.id)], outcome="本人不要")
    _record(actor, "grant.refuse", grant, reason=said)
    tell([grant.id], "本人不要")
    return found


@transaction.atomic
def suspend_grant(actor: Actor, *, grant_id: int, reason: str) -> Moved:
    """Nothing is paid until it is resumed; what is due meanwhile stays due and is paid then."""
    grant = grant_for(actor, grant_id)
    said = checked_reason(reason)
    found = move(actor, grant, GrantState.SUSPENDED, reason=said, suspended_for=SuspendedFor.BY_HAND)
    tell_by_letter([grant.id], NoticeKind.SUSPENDED)
    _record(actor, "grant.suspend", grant, reason=said)
    tell([grant.id], said)
    return found


@transaction.atomic
def resume_grant(actor: Actor, *, grant_id: int, reason: str) -> Moved:
    """The suspended grant goes on."""
    grant = grant_for(actor, grant_id)
    said = checked_reason(reason)
    if grant.state != GrantState.SUSPENDED:
        raise MoveNotAllowed("这项待遇没有暂停。", next_step="请刷新页面后再看。")
    found = move(actor, grant, GrantState.ACTIVE, reason=said)
    _record(actor, "grant.resume", grant, reason=said)
    tell([grant.id], said)
    return found


@transaction.atomic
def end_grant(actor: Actor, *, grant_id: int, reason: str, until_on: dt.date | None = None) -> Moved:
    """The grant ends by hand: `until_on` is the first day without it (today where none is given), months after are counted again."""
    grant = grant_for(actor, grant_id)
    said, day = checked_reason(reason), checked_day(until_on, field="until_on")
    found = move(actor, grant, GrantState.ENDED, reason=said, until_on=day)
    count_again([grant], run_id=None, cause=said)
    tell_by_letter([grant.id], NoticeKind.ENDED)
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id), account_key(grant.id)], outcome=said)
    _record(actor, "grant.end", grant, reason=said)
    tell([grant.id], said)
    return found


@transaction.atomic
def check_account(actor: Actor, *, grant_id: int) -> bool:
    """Whether an account is known by now; if so the grant takes part in payments, otherwise the community is asked for it."""
    grant = grant_for(actor, grant_id)
    check_accounts([grant.id])
    grant.refresh_from_db(fields=["account_checked_on"])
    _record(actor, "grant.check_account", grant)
    return grant.account_checked_on is not None


def account_key(grant_id: int) -> str:
    """The key of the work item that asks for an account."""
    return f"{GRANT_ACCOUNT}:{grant_id}"


def check_accounts(grant_ids: Collection[int] | None = None) -> int:
    """Grants of money that have begun without an account: those with one now take part in payments, of the others somebody is asked.

    All of them where none are named; returns how many are without. A step inside an action that has checked access itself.
    """
    rows = Grant.objects.filter(
        in_kind=False, account_checked_on=None, state__in=(GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.ENDED)
    )
    rows = rows if grant_ids is None else rows.filter(id__in=list(grant_ids))
    found = list(rows.values_list("id", "person_id", "area_path", "title", "state"))
    known = people.with_bank_account({row[1] for row in found})
    have = [row[0] for row in found if row[1] in known]
    Grant.objects.filter(id__in=have).update(account_checked_on=clock.today())
    if have:
        work_items.close_by_keys(SYSTEM, keys=[account_key(i) for i in have], outcome="已有银行账户")
    without = [row for row in found if row[1] not in known and row[4] != GrantState.ENDED]
    due = clock.today() + dt.timedelta(granting().term("account_days"))
    work_items.open_items_bulk(
        SYSTEM,
        items=[
            work_items.NewWorkItem(
                kind=GRANT_ACCOUNT, key=account_key(number), owner=OWNER, area_path=path, subject_type="person", subject_id=person,
                title=f"没有银行账户，“{title}”发不出去，请补登", detail={"grant": number}, due_on=due,
            )
            for number, person, path, title, _ in without
        ],
    )  # fmt: skip
    return len(without)


@transaction.atomic
def check_all_accounts(actor: Actor) -> int:
    """Every grant of money that has begun takes part in payments, or the community is asked for its account; how many are without."""
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    return check_accounts()


@transaction.atomic
def let_silent_grants_begin(actor: Actor, *, day: dt.date | None = None) -> int:
    """Every notified grant whose clock has run out by the day is active; how many. Run again, nothing more happens."""
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    lock_following()
    on = checked_day(day, field="day")
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, {"day": on, "now": clock.now(), "by": actor.id, "by_name": actor.name, "reason": SILENCE_REASON})
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        check_accounts(ids)
        audit.record(actor, "grants.begin_in_silence", detail={"grants": len(ids), "day": on})
        tell(ids, SILENCE_REASON)
    return len(ids)


def _record(actor: Actor, deed: str, grant: Grant, **detail: object) -> None:
    audit.record(actor, deed, subject_type="grant", subject_id=grant.id, area_path=grant.area_path, detail=detail)
