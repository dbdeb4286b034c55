"""One move of a grant: the state, its step, and what the state needs, together. Every action that moves a grant goes through here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection

from songhe.contexts.entitlements.access import grants_visible_to
from songhe.contexts.entitlements.actions.grant_results import Moved
from songhe.contexts.entitlements.errors import GrantNotFound, MoveNotAllowed
from songhe.contexts.entitlements.events import GrantsChanged
from songhe.contexts.entitlements.models import Grant, GrantStep
from songhe.contexts.entitlements.words import ALLOWED_MOVES, GRANT_STATE_LABELS, GrantState, SuspendedFor
from songhe.foundation import clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LOCK = 7_201_003  # the advisory lock of who proposes and follows for many at once
EVENT_IDS = 1000
SHORTEST_REASON = 2
LONGEST_REASON = 300


def lock_following() -> None:
    """Nobody else proposes grants or follows decisions until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def grant_for(actor: Actor, grant_id: int, right: Right = Right.HANDLE_GRANTS) -> Grant:
    """The grant, locked; GrantNotFound where there is none in the actor's areas, AccessDenied without the right there."""
    found = grants_visible_to(actor).select_for_update(of=("self",)).filter(id=grant_id).first()
    if found is None:
        raise GrantNotFound("没有找到这项待遇，或者不在您负责的区域。", next_step="请回到待遇名单重新选择。")
    require(actor, right, found.area_path)
    return found


def checked_reason(reason: str) -> str:
    """The reason, trimmed; InvalidInput where it says nothing."""
    found = reason.strip()
    if not SHORTEST_REASON <= len(found) <= LONGEST_REASON:
        raise InvalidInput(
            f"请用{SHORTEST_REASON}到{LONGEST_REASON}个字写明理由。", next_step="例如：本人到窗口说明。", field="reason"
        )
    return found


def checked_day(day: dt.date | None, *, field: str) -> dt.date:
    """The day, today where none is given; InvalidInput for one that has not come yet."""
    found = day or clock.today()
    if found > clock.today():
        raise InvalidInput("日期不能晚于今天。", next_step="请填写实际的日期。", field=field)
    return found


def move(
    actor: Actor, grant: Grant, after: GrantState, *, reason: str, run_id: int | None = None, until_on: dt.date | None = None,
    suspended_for: SuspendedFor | None = None,
) -> Moved:  # fmt: skip
    """The locked grant is in the state, with its step. Raises MoveNotAllowed; then nothing was written."""
    before = GrantState(grant.state)
    if (before, after) not in ALLOWED_MOVES:
        raise MoveNotAllowed(
            f"这项待遇现在是“{GRANT_STATE_LABELS[before]}”，不能改成“{GRANT_STATE_LABELS[after]}”。",
            next_step="请刷新页面，看看是不是已经有人办过了。",
        )
    grant.state = after
    if after is GrantState.ENDED:
        grant.until_on, grant.ended_because = max(until_on or clock.today(), grant.from_on), reason
    suspended = after is GrantState.SUSPENDED
    grant.suspended_since = clock.today() if suspended else None
    grant.suspended_for = suspended_for.value if suspended and suspended_for else ""
    grant.save(
        update_fields=["state", "until_on", "ended_because", "suspended_since", "suspended_for", "confirmed_on", "account_checked_on",
                       "notified_on", "effective_on_silence"]
    )  # fmt: skip
    write_steps(actor, [(grant.id, before.value)], after, reason=reason, run_id=run_id)
    return moved(grant)


def moved(grant: Grant) -> Moved:
    """A grant as an action hands it back."""
    return Moved(grant.id, GrantState(grant.state), grant.from_on, grant.until_on)


def write_steps(
    actor: Actor, grants: Iterable[tuple[int, str]], after: GrantState, *, reason: str, run_id: int | None = None
) -> None:
    """One step for each (grant, state before)."""
    now = clock.now()
    GrantStep.objects.bulk_create(
        [
            GrantStep(
                grant_id=number, before=before, after=after.value, at=now, by=actor.id, by_name=actor.name, reason=reason, run_id=run_id
            )
            for number, before in grants
        ],
        batch_size=2000,
    )  # fmt: skip


def tell(grant_ids: Sequence[int], cause: str) -> None:
    """GrantsChanged is published for these, in events of at most EVENT_IDS."""
    ordered = sorted(set(grant_ids))
    for start in range(0, len(ordered), EVENT_IDS):
        outbox.publish(GrantsChanged(grant_ids=tuple(ordered[start : start + EVENT_IDS]), cause=cause))
