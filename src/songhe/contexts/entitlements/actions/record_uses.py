"""A benefit that is given each time it is used: the times are told, and what is due for the month follows from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.entitlements.actions.count_dues import count_again
from songhe.contexts.entitlements.actions.move_grants import checked_reason, grant_for, tell
from songhe.contexts.entitlements.models import GrantUse
from songhe.contexts.entitlements.words import GrantState
from songhe.engines.policy.rulebook import Period
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor
from songhe.foundation.errors import Conflict, InvalidInput

MOST_TIMES = 50
LONGEST = 60


@dataclass(frozen=True, slots=True)
class NewUse:
    """So many times on a day, under the number of whoever tells it (a receipt's, say); `place` says where."""

    used_on: dt.date
    times: int
    reference: str
    place: str


@dataclass(frozen=True, slots=True)
class UsesRecorded:
    """Uses that are new, and those that had been told before (under the same number)."""

    grant_id: int
    new: int
    known: int


@transaction.atomic
def record_uses(actor: Actor, *, grant_id: int, uses: Sequence[NewUse]) -> UsesRecorded:
    """Each use stands once. Months that were counted already are counted again; others are counted when they are opened.

    Raises InvalidInput for a benefit that is not given each time, a day outside the grant or ahead, and Conflict where the same number was
    told with other contents; then nothing was written.
    """
    grant = grant_for(actor, grant_id)
    if grant.period != Period.TIME or grant.in_kind:
        raise InvalidInput("这一项不是按次计发的。", next_step="请核对是哪一项待遇。", field="grant")
    if grant.state not in (GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.ENDED):
        raise Conflict("这一项还没有生效，不能记使用。", next_step="请先办好同意。")
    held = {
        row.reference: row for row in GrantUse.objects.filter(grant=grant, reference__in=[use.reference.strip() for use in uses])
    }
    made: dict[str, GrantUse] = {}
    for use in uses:
        number = use.reference.strip()
        _check(use, grant.from_on, grant.until_on)
        old = held.get(number) or made.get(number)
        if old is not None and (old.used_on, old.times, old.place) != (use.used_on, use.times, use.place.strip()):
            raise Conflict(
                f"编号 {number} 已经报过，内容不一样。", next_step="报错了的请先撤销，再用新的编号报。", field="reference"
            )
        if old is None:
            made[number] = GrantUse(
                grant=grant,
                used_on=use.used_on,
                times=use.times,
                reference=number,
                place=use.place.strip(),
                told_by=actor.id,
                told_at=clock.now(),
            )
    GrantUse.objects.bulk_create(made.values())
    if made:
        _count(actor, grant.id, "补记使用")
        audit.record(
            actor, "grant.record_uses", subject_type="grant", subject_id=grant.id, area_path=grant.area_path,
            detail={"new": len(made), "times": sum(use.times for use in made.values())},
        )  # fmt: skip
    return UsesRecorded(grant.id, len(made), len(uses) - len(made))


def _check(use: NewUse, begins: dt.date, ends: dt.date | None) -> None:
    if not 1 <= len(use.reference.strip()) <= LONGEST or not 1 <= len(use.place.strip()) <= LONGEST:
        raise InvalidInput("请写明在哪里用的、编号是多少。", next_step=f"各不超过{LONGEST}个字。", field="reference")
    if not 1 <= use.times <= MOST_TIMES:
        raise InvalidInput(f"次数要在1到{MOST_TIMES}之间。", next_step="请核对次数。", field="times")
    if use.used_on > clock.today() or use.used_on < begins or (ends is not None and use.used_on >= ends):
        raise InvalidInput("这一天不在享受的时间里。", next_step="请核对日期。", field="used_on")


@transaction.atomic
def withdraw_use(actor: Actor, *, grant_id: int, reference: str, because: str) -> None:
    """The use counts no more, with the reason; a month that was counted already is counted again. Conflict where it is withdrawn already."""
    grant, said = grant_for(actor, grant_id), checked_reason(because)
    row = GrantUse.objects.select_for_update().filter(grant=grant, reference=reference.strip()).first()
    if row is None or row.withdrawn_at is not None:
        raise Conflict("没有这一次使用，或者已经撤销。", next_step="请刷新后再看。")
    row.withdrawn_at, row.withdrawn_because = clock.now(), said
    row.save(update_fields=["withdrawn_at", "withdrawn_because"])
    _count(actor, grant.id, said)
    audit.record(
        actor, "grant.withdraw_use", subject_type="grant", subject_id=grant.id, area_path=grant.area_path, detail={"reason": said}
    )


def _count(actor: Actor, grant_id: int, cause: str) -> None:
    grant = grant_for(actor, grant_id)
    rows, _ = count_again([grant], run_id=None, cause=cause)
    if rows:
        tell([grant.id], cause)
