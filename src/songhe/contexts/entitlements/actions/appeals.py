"""Somebody does not agree with a decision: it is kept in view, answered within the pack's working days, upheld or rejected with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from songhe.basics.working_days import SEED
from songhe.contexts.entitlements.access import appeals_visible_to
from songhe.contexts.entitlements.access import visible_to as decisions_visible_to
from songhe.contexts.entitlements.actions.determine_households import determine_households
from songhe.contexts.entitlements.actions.give_grant import give_grant
from songhe.contexts.entitlements.actions.grant_results import AppealDecided, AppealFiled, Correction, Override
from songhe.contexts.entitlements.actions.move_grants import checked_reason, lock_following, tell
from songhe.contexts.entitlements.errors import (
    AlreadyAsked,
    AlreadyDecided,
    AppealNotFound,
    AppealTooLate,
    NoDecisionYet,
    NotEntitled,
)
from songhe.contexts.entitlements.models import Appeal, Application, Decision, Due, Grant, Notice, Run
from songhe.contexts.entitlements.queries.decided_then import failed_conditions
from songhe.contexts.entitlements.queries.granting import granting, working_days_after
from songhe.contexts.entitlements.words import GRANT_APPEAL, AppealChannel, AppealState, ApplicationState, GrantState
from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Benefit, Status
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput

ENTITLED = (Status.ELIGIBLE, Status.PROVISIONAL)
OWNER = "民政"
LONGEST_NAME = 50


@transaction.atomic
def file_appeal(
    actor: Actor, *, person_id: int, benefit: str, by_name: str, relation: str, reason: str,
    channel: AppealChannel = AppealChannel.COUNTER,
) -> AppealFiled:  # fmt: skip
    """An appeal against the person's present decision about the benefit is open, with its last day. Raises AlreadyAsked, NoDecisionYet."""
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.HANDLE_GRANTS, place.area_path)
    said = checked_reason(reason)
    for field, text in (("by_name", by_name), ("relation", relation)):
        if not 1 <= len(text.strip()) <= LONGEST_NAME:
            raise InvalidInput("请写明谁来申诉、与老人是什么关系。", next_step="例如：本人；或“张三，女儿”。", field=field)
    decided = decisions_visible_to(actor).select_related("run").filter(person_id=person_id).order_by("-run_id").first()
    if decided is None or benefit not in decided.run.benefits:
        raise NoDecisionYet("这一项还没有核算结果，不能申诉。", next_step="请先核算，再对结果提出。", field="benefit")
    if Appeal.objects.filter(person=person_id, benefit=benefit, state=AppealState.OPEN).exists():
        raise AlreadyAsked("这一项已经有一件申诉在办理。", next_step="请到申诉名单里查看。")
    today = clock.today()
    due = working_days_after(today, granting().term("appeal_working_days"))
    last = last_day_to_appeal(person_id, benefit)
    row = Appeal.objects.create(
        last_day=last, person_id=person_id, area_path=place.area_path, benefit=benefit, run=decided.run, by_name=by_name.strip(), relation=relation.strip(),
        reason=said, channel=channel, filed_by=actor.id, filed_on=today, due_on=due.day, state=AppealState.OPEN,
        grant=Grant.objects.filter(person=person_id, benefit=benefit).order_by("-id").first(),
    )  # fmt: skip
    work_items.open_item(
        SYSTEM, kind=GRANT_APPEAL, key=appeal_key(row.id), owner=OWNER, area_path=row.area_path, subject_type="person", subject_id=person_id,
        title=f"申诉：{_title(benefit)}", detail={"appeal": row.id}, priority=1, due_on=due.day,
    )  # fmt: skip
    audit.record(
        actor, "appeal.file", subject_type="person", subject_id=person_id, area_path=row.area_path,
        detail={"appeal": row.id, "benefit": benefit, "run": row.run_id},
    )  # fmt: skip
    late = (today - last).days if last is not None else 0
    return AppealFiled(row.id, str(row.public_id), due.day, SEED.warning(due.missing_years), max(0, late))


def appeal_key(appeal_id: int) -> str:
    """The key of the work item of an open appeal."""
    return f"{GRANT_APPEAL}:{appeal_id}"


def _title(benefit: str) -> str:
    entry = policy.pack_in_use().pack.benefits.get(benefit)
    return entry.title if entry is not None else benefit


def _open_appeal(actor: Actor, appeal_id: int, right: Right) -> Appeal:
    found = appeals_visible_to(actor).filter(id=appeal_id).first()
    if found is None:
        raise AppealNotFound("没有找到这件申诉，或者不在您负责的区域。", next_step="请回到申诉名单重新选择。")
    require(actor, right, found.area_path)
    row = Appeal.objects.select_for_update().get(id=appeal_id)
    if row.state != AppealState.OPEN:
        raise AlreadyDecided("这件申诉已经办结。", next_step="请刷新页面后再看。")
    return row


@transaction.atomic
def decide_appeal(
    actor: Actor,
    *,
    appeal_id: int,
    uphold: bool,
    because: str,
    corrections: Sequence[Correction] = (),
    override: Override | None = None,
) -> AppealDecided:
    """The appeal is decided by somebody else than who filed it. Upheld: the facts are corrected, or the decision is overridden, the
    household is determined again, and the person has the grant with what is due for the past.

    Raises NotEntitled where the corrected facts still do not entitle and nothing overrides them; then nothing was written.
    """
    row = _open_appeal(actor, appeal_id, Right.DECIDE_APPEALS)
    said = checked_reason(because)
    if actor.kind != "system" and actor.id == row.filed_by:
        raise InvalidInput("这件申诉是您登记的，要由别人决定。", next_step="请交给另一位工作人员。")
    if is_late(row) and not row.heard_because:
        raise AppealTooLate("这件申诉过了期限，还没有定下受理不受理。", next_step="请先写明为什么仍然受理，或者定为不予受理。")
    row.decided_by, row.decided_on, row.decided_because = actor.id, clock.today(), said
    grant_id, arrears = row.grant_id, 0
    if uphold:
        grant_id, arrears = _uphold(actor, row, corrections, override)
    else:
        row.state = AppealState.REJECTED
    row.save()
    work_items.close_by_keys(SYSTEM, keys=[appeal_key(row.id)], outcome=said)
    audit.record(
        actor, "appeal.decide", subject_type="person", subject_id=row.person_id, area_path=row.area_path,
        detail={"appeal": row.id, "state": row.state, "new_run": row.new_run_id or 0, "arrears": arrears},
    )  # fmt: skip
    return AppealDecided(row.id, AppealState(row.state), row.new_run_id, grant_id, arrears)


def _uphold(actor: Actor, row: Appeal, corrections: Sequence[Correction], override: Override | None) -> tuple[int, int]:
    """The grant's number and the fen that are due for the past because of the appeal."""
    if not corrections and override is None:
        raise InvalidInput(
            "支持申诉时，请写明更正哪项资料，或者改成怎样的决定。", next_step="请填写更正或改定。", field="corrections"
        )
    lock_following()
    for c in corrections:
        people_actions.correct_fact(
            actor,
            person_id=row.person_id,
            variable=c.variable,
            value=c.value,
            reason=f"申诉核实：{row.decided_because}",
            since=c.since,
        )
    row.state = AppealState.UPHELD
    row.corrections = [{"variable": c.variable, "value": c.value, "since": c.since.isoformat()} for c in corrections]
    if override is not None:
        if override.amount < 0 or (override.until_on is not None and override.until_on <= override.from_on):
            raise InvalidInput("改定的金额或日期不对。", next_step="金额不能小于零，停止日期要晚于起始日期。", field="override")
        if override.from_on > clock.today():
            raise InvalidInput("改定不能从以后的日期开始。", next_step="请填今天或以前的日期。", field="override")
        row.override_from, row.override_until, row.override_amount = override.from_on, override.until_on, override.amount
    row.save()
    place = people.person_place(SYSTEM, person_id=row.person_id)
    run_id = determine_households(SYSTEM, household_ids=(place.household_id,), cause=f"申诉得到支持：{row.decided_because}")
    row.new_run_id = run_id
    decided = Decision.objects.select_related("run").filter(person=row.person_id, run=run_id or 0).first()
    if run_id is None or decided is None:
        raise NotEntitled("政策不包括这位老人，不能支持这件申诉。", next_step="请核对户口、年龄和住处。")
    benefit = _benefit(decided.run, row.benefit)
    entitled = Status(bytes(decided.statuses)[benefit.index]) in ENTITLED
    if not entitled and override is None:
        raise NotEntitled(
            "更正以后仍然不符合条件。", next_step="请核对更正的资料，或者写明改定的理由和金额。", field="corrections"
        )
    begins = [c.since for c in corrections] + ([override.from_on] if override else [])
    amount = override.amount if override is not None else decided.amounts[benefit.index]
    if override is not None:
        masks = [int.from_bytes(bytes(mask), "little") for mask in (decided.true_mask, decided.unknown_mask)]
        row.override_against = sorted(failed_conditions(benefit, *masks))
        row.save()
    before = _open_sum(row)
    grant, _ = give_grant(
        actor, person_id=row.person_id, benefit=benefit, run_id=run_id, amount=amount, from_on=_begins(row, begins),
        reason=f"申诉得到支持：{row.decided_because}",
    )  # fmt: skip
    row.grant = grant
    if override is not None and (override.until_on is None or clock.today() < override.until_on):
        grant.overridden_by = row
        grant.save(update_fields=["overridden_by"])
    tell([grant.id], "申诉得到支持")
    return grant.id, _open_sum(row) - before


def _begins(row: Appeal, days: Sequence[dt.date]) -> dt.date:
    """The latest of the days from which what was corrected is so, not before the end of an earlier grant."""
    day = max(days) if days else clock.today()
    ended = Grant.objects.filter(person=row.person_id, benefit=row.benefit, state=GrantState.ENDED).order_by("-until_on").first()
    return max(day, ended.until_on) if ended is not None and ended.until_on is not None else day


def last_day_to_appeal(person_id: int, benefit: str) -> dt.date | None:
    """The last day on which an appeal is in time: the pack's days after the person heard of the decision; None where nobody knows when.

    They heard when the latest notice about the benefit was handed over, or their application was answered. A last day on which
    offices are closed moves to the next on which they are open.
    """
    notices = Notice.objects.filter(grant__person=person_id, grant__benefit=benefit, delivered_on__isnull=False)
    answers = Application.objects.filter(person=person_id, benefit=benefit, state=ApplicationState.REFUSED)
    heard = [
        *notices.order_by("-delivered_on").values_list("delivered_on", flat=True)[:1],
        *answers.order_by("-decided_on").values_list("decided_on", flat=True)[:1],
    ]
    days = [day for day in heard if day is not None]
    return SEED.next_or_same(max(days) + dt.timedelta(granting().term("appeal_file_days"))).day if days else None


def is_late(row: Appeal) -> bool:
    """Whether the appeal came after its last day."""
    return row.last_day is not None and row.filed_on > row.last_day


@transaction.atomic
def hear_late_appeal(actor: Actor, *, appeal_id: int, because: str) -> None:
    """The appeal that came late is heard all the same, for the reason named by somebody else than who filed it."""
    row = _late_appeal(actor, appeal_id)
    row.heard_because, row.heard_by = checked_reason(because), actor.id
    row.save(update_fields=["heard_because", "heard_by"])
    audit.record(
        actor,
        "appeal.hear_late",
        subject_type="person",
        subject_id=row.person_id,
        area_path=row.area_path,
        detail={"appeal": row.id},
    )


@transaction.atomic
def turn_away_appeal(actor: Actor, *, appeal_id: int, because: str) -> AppealDecided:
    """The appeal that came late is not heard (不予受理), with the reason; the decision stands, and a letter about it can be printed."""
    row = _late_appeal(actor, appeal_id)
    row.state, row.decided_by, row.decided_on, row.decided_because = (
        AppealState.NOT_HEARD, actor.id, clock.today(), checked_reason(because),
    )  # fmt: skip
    row.save()
    work_items.close_by_keys(SYSTEM, keys=[appeal_key(row.id)], outcome="过期，不予受理")
    audit.record(
        actor,
        "appeal.turn_away",
        subject_type="person",
        subject_id=row.person_id,
        area_path=row.area_path,
        detail={"appeal": row.id},
    )
    return AppealDecided(row.id, AppealState.NOT_HEARD, None, row.grant_id, 0)


def _late_appeal(actor: Actor, appeal_id: int) -> Appeal:
    row = _open_appeal(actor, appeal_id, Right.DECIDE_APPEALS)
    if not is_late(row):
        raise Conflict("这件申诉在期限以内，不用定受理不受理。", next_step="请直接答复。")
    if row.heard_because:
        raise Conflict("这件申诉已经定为受理。", next_step="请直接答复。")
    if actor.kind != "system" and actor.id == row.filed_by:
        raise InvalidInput("这件申诉是您登记的，要由别人决定。", next_step="请交给另一位工作人员。")
    return row


def _open_sum(row: Appeal) -> int:
    """Fen due to the person from this benefit, all periods."""
    rows = Due.objects.filter(grant__person=row.person_id, grant__benefit=row.benefit).order_by("revision")
    newest = {(grant, period): amount for grant, period, amount in rows.values_list("grant_id", "period", "amount")}
    return sum(newest.values())


def _benefit(run: Run, benefit: str) -> Benefit:
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    found = next((b for b in rules.benefits if b.id == benefit), None)
    if found is None:
        raise NotEntitled("现在的政策里已经没有这一项。", next_step="请核对待遇名称。", field="benefit")
    return found


@transaction.atomic
def withdraw_appeal(actor: Actor, *, appeal_id: int, because: str) -> AppealDecided:
    """Who appealed takes it back; the decision stands."""
    row = _open_appeal(actor, appeal_id, Right.HANDLE_GRANTS)
    row.state, row.decided_by, row.decided_on, row.decided_because = (
        AppealState.WITHDRAWN, actor.id, clock.today(), checked_reason(because),
    )  # fmt: skip
    row.save()
    work_items.close_by_keys(SYSTEM, keys=[appeal_key(row.id)], outcome="已撤回")
    audit.record(actor, "appeal.withdraw", subject_type="person", subject_id=row.person_id, area_path=row.area_path)
    return AppealDecided(row.id, AppealState.WITHDRAWN, None, row.grant_id, 0)
