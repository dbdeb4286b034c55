"""Letting a checked file about many people in: its good rows take effect and its doubts go to who can find out, all at once or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from songhe.contexts.entitlements.access import returns_visible_to
from songhe.contexts.entitlements.actions.check_return import ReturnChecked, counted, judge_return, record
from songhe.contexts.entitlements.actions.count_dues import count_again
from songhe.contexts.entitlements.actions.judge_returns import Judged
from songhe.contexts.entitlements.actions.judge_unit_rows import newest_counts
from songhe.contexts.entitlements.actions.life_checks import (
    LifeSaid,
    record_checks,
    report_death,
    report_living,
)
from songhe.contexts.entitlements.actions.move_grants import lock_following, tell
from songhe.contexts.entitlements.errors import ReturnNotFound, ReturnNotReady
from songhe.contexts.entitlements.models import Grant, ReturnFile, ReturnRow, UnitCount
from songhe.contexts.entitlements.words import (
    Compared,
    GrantState,
    LifeCheckOutcome,
    ReturnKind,
    ReturnStatus,
    ReturnVerdict,
)
from songhe.contexts.people import actions as people_actions
from songhe.engines.policy.granting import month_last
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

AGAIN = "请把文件重新上传，再检查一遍。"


@transaction.atomic
def accept_return(actor: Actor, *, file_id: int) -> ReturnChecked:
    """Every good row of the file has taken effect; rejected rows stay outside, conflicts are work of the police. Needs Right.ACCEPT_IMPORT
    in the whole sending area.

    Raises ReturnNotFound; ReturnNotReady where the file is in already, or where its rows would no longer do what its check said: then
    nothing was written.
    """
    kept = returns_visible_to(actor).select_for_update(of=("self",)).filter(id=file_id).first()
    if kept is None:
        raise ReturnNotFound("没有找到这个文件，或者您无权查看。", next_step="请回到文件列表重新选择。")
    for path in kept.area_paths:
        require(actor, Right.ACCEPT_IMPORT, path)
    if kept.status != ReturnStatus.CHECKED:
        raise ReturnNotReady("这个文件已经记入，不用再确认。", next_step="请回到文件列表查看。")
    lock_following()
    judged = judge_return(actor, kept)
    if _verdicts(judged) != _stored(kept):
        raise ReturnNotReady("检查以后情况有了变动，这个文件要重新检查。", next_step=AGAIN)
    if kept.kind == ReturnKind.LIFE:
        _let_life_in(actor, kept, judged)
    else:
        _let_units_in(actor, kept, judged)
    kept.status, kept.accepted_by, kept.accepted_at = ReturnStatus.ACCEPTED, actor.id, clock.now()
    kept.save(update_fields=["status", "accepted_by", "accepted_at"])
    record(actor, "returns.accept", kept)
    return ReturnChecked(kept.id, ReturnStatus.ACCEPTED, counted(judged))


def _verdicts(judged: Sequence[Judged]) -> list[tuple[str, int, str, int | None]]:
    return [(row.sheet, row.row, row.verdict.value, row.person_id) for row in judged]


def _stored(kept: ReturnFile) -> list[tuple[str, int, str, int | None]]:
    return list(ReturnRow.objects.filter(file=kept).order_by("id").values_list("sheet", "row", "verdict", "person_id"))


def _let_life_in(actor: Actor, kept: ReturnFile, judged: Sequence[Judged]) -> None:
    """Checks for who was seen or not found; deaths by the road of deaths; what departments do not agree on is verified first."""
    said = [_life_said(kept, row) for row in judged if row.verdict is ReturnVerdict.NEW and row.said["found"] != Compared.DEAD]
    record_checks(actor, said, kept)
    for row in judged:
        if row.person_id is None or row.verdict not in (ReturnVerdict.NEW, ReturnVerdict.CONFLICT):
            continue
        died = str(row.said.get("died_on", ""))
        if row.said["found"] == Compared.ALIVE and row.verdict is ReturnVerdict.CONFLICT:
            report_living(row.person_id, row.area_path, kept.sender, dt.date.fromisoformat(str(row.said["seen_on"])))
        elif row.said["found"] == Compared.DEAD and row.verdict is ReturnVerdict.CONFLICT:
            report_death(actor, row.person_id, row.area_path, kept, died)
        elif row.said["found"] == Compared.DEAD:
            cause = f"{kept.sender}比对：{died}去世"
            people_actions.state_death(
                actor, person_id=row.person_id, department=kept.sender, died_on=dt.date.fromisoformat(died), cause=cause
            )


def _life_said(kept: ReturnFile, row: Judged) -> LifeSaid:
    assert row.person_id is not None
    alive = row.said["found"] == Compared.ALIVE
    day = dt.date.fromisoformat(str(row.said["seen_on"])) if alive else kept.uploaded_at.astimezone(clock.CITY_ZONE).date()
    outcome = LifeCheckOutcome.ALIVE if alive else LifeCheckOutcome.NOT_MET
    return LifeSaid(row.person_id, row.area_path, day, outcome, str(row.said.get("way", "")))


def _let_units_in(actor: Actor, kept: ReturnFile, judged: Sequence[Judged]) -> None:
    """Each count is the newest of its provider and month; months of grants that have begun are due by it at once."""
    rows = [row for row in judged if row.verdict in (ReturnVerdict.NEW, ReturnVerdict.UPDATE) and row.person_id is not None]
    ids = sorted({row.person_id for row in rows if row.person_id is not None})
    before, made, now = newest_counts(ids, kept.benefit, kept.sender), list[UnitCount](), clock.now()
    months = [dt.date.fromisoformat(str(row.said["month"])) for row in rows]
    for row, month in zip(rows, months, strict=True):
        old = before.get((row.person_id or 0, month))
        made.append(
            UnitCount(
                person_id=row.person_id or 0, area_path=row.area_path, benefit=kept.benefit, month=month, provider=kept.sender,
                revision=old.revision + 1 if old else 1, units=int(str(row.said["units"])), file=kept, replaces=old, at=now,
            )
        )  # fmt: skip
    UnitCount.objects.bulk_create(made, batch_size=2000)
    grants = list(
        Grant.objects.select_for_update()
        .filter(person__in=ids, benefit=kept.benefit)
        .exclude(state=GrantState.REFUSED)
        .order_by("id")
    )
    if months:
        dues, _ = count_again(grants, run_id=None, cause=f"{kept.sender}报来数量", until=month_last(max(months)))
        tell([due.grant_id for due in dues], f"{kept.sender}报来数量")
