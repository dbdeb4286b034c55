"""Somebody asks for a benefit that is given on application. Nothing is asked that a department knows; the rules answer at once where they can."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from songhe.contexts.entitlements.access import applications_visible_to
from songhe.contexts.entitlements.actions.determine_households import determine_households
from songhe.contexts.entitlements.actions.follow_decisions import why
from songhe.contexts.entitlements.actions.give_grant import give_grant
from songhe.contexts.entitlements.actions.grant_results import Applied
from songhe.contexts.entitlements.actions.move_grants import checked_reason, lock_following, tell
from songhe.contexts.entitlements.errors import AlreadyAsked, AlreadyDecided, DocumentsMissing, GrantNotFound, NotEntitled
from songhe.contexts.entitlements.models import Application, Decision, Grant, Run
from songhe.contexts.entitlements.queries.documents import documents_needed
from songhe.contexts.entitlements.queries.granting import granting, working_days_after
from songhe.contexts.entitlements.words import GRANT_APPLICATION, OPEN_GRANTS, AppealChannel, ApplicationState
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import EndCause
from songhe.engines.policy.rulebook import Benefit, Rulebook, Status
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import InvalidInput

ENTITLED = (Status.ELIGIBLE, Status.PROVISIONAL)
OWNER = "社区"
LONGEST_NAME = 50


@transaction.atomic
def apply_for(
    actor: Actor, *, person_id: int, benefit: str, documents: Sequence[str] = (), by_name: str, relation: str = "本人",
    channel: AppealChannel = AppealChannel.COUNTER,
) -> Applied:  # fmt: skip
    """The application is granted, refused by the rules with the reason, or open until what is missing is known or its term is over.

    `documents` are titles of what was handed in. Raises DocumentsMissing for one that no department knows and that was not, AlreadyAsked
    where the person has the benefit or an open application for it, NotEntitled for a benefit that is not given on application.
    """
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.HANDLE_GRANTS, place.area_path)
    lock_following()
    _check(actor, person_id, benefit, documents, by_name, relation)
    run_id = determine_households(SYSTEM, household_ids=(place.household_id,), cause="收到申请，重新核算")
    decided = Decision.objects.filter(person=person_id, run_id=run_id).first() if run_id is not None else None
    if run_id is None or decided is None:
        raise NotEntitled("政策不包括这位老人，不能申请。", next_step="请核对户口、年龄和住处。")
    today = clock.today()
    due = working_days_after(today, granting().term("application_working_days")).day
    row = Application.objects.create(
        person_id=person_id, area_path=place.area_path, benefit=benefit, by_name=by_name.strip(), relation=relation.strip(), channel=channel,
        documents=list(documents), run_id=run_id, filed_by=actor.id, filed_on=today, due_on=due, state=ApplicationState.OPEN,
    )  # fmt: skip
    _answer(actor, row, decided)
    if row.state == ApplicationState.OPEN:
        work_items.open_item(
            SYSTEM, kind=GRANT_APPLICATION, key=application_key(row.id), owner=OWNER, area_path=row.area_path, subject_type="person",
            subject_id=person_id, title=f"申请“{_benefit(decided.run, benefit)[1].title}”，还缺资料", detail={"application": row.id}, due_on=due,
        )  # fmt: skip
    audit.record(
        actor, "grant.apply", subject_type="person", subject_id=person_id, area_path=row.area_path,
        detail={"benefit": benefit, "application": row.id, "state": row.state},
    )  # fmt: skip
    return _applied(row)


def _applied(row: Application) -> Applied:
    return Applied(row.id, str(row.public_id), ApplicationState(row.state), row.decided_because, row.due_on, row.grant_id)


def _check(actor: Actor, person_id: int, benefit: str, documents: Sequence[str], by_name: str, relation: str) -> None:
    entry = policy.pack_in_use().pack.benefits.get(benefit)
    if entry is None or entry.announced or entry.application == "none":
        raise NotEntitled("这一项不用申请，或者还没有开始办理。", next_step="请从可以申请的项目里选择。", field="benefit")
    for field, text in (("by_name", by_name), ("relation", relation)):
        if not 1 <= len(text.strip()) <= LONGEST_NAME:
            raise InvalidInput("请写明申请人和与老人的关系。", next_step="例如：本人；或“张三，女儿”。", field=field)
    if Grant.objects.filter(person=person_id, benefit=benefit, state__in=OPEN_GRANTS).exists():
        raise AlreadyAsked("这位老人已经在享受这一项。", next_step="请到待遇页面查看。")
    if Application.objects.filter(person=person_id, benefit=benefit, state=ApplicationState.OPEN).exists():
        raise AlreadyAsked("已经有一份没有办结的申请。", next_step="请到申请名单里查看。")
    missing = [
        d.title for d in documents_needed(actor, person_id=person_id, benefit=benefit) if d.asked and d.title not in documents
    ]
    if missing:
        raise DocumentsMissing(
            f"还缺：{'、'.join(missing)}。", next_step="部门已经掌握的不用交，只要补上这几样。", field="documents"
        )


def _benefit(run: Run, benefit: str) -> tuple[Rulebook, Benefit]:
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    return rules, next(b for b in rules.benefits if b.id == benefit)


def _answer(actor: Actor, row: Application, decided: Decision) -> None:
    """The application is answered where the decision tells; otherwise it stays open."""
    rules, benefit = _benefit(decided.run, row.benefit)
    status = Status(bytes(decided.statuses)[benefit.index])
    if status is Status.CANNOT_TELL:
        return
    row.decided_by, row.decided_on = actor.id, clock.today()
    if status in ENTITLED:
        grant, _ = give_grant(
            actor, person_id=row.person_id, benefit=benefit, run_id=decided.run_id, amount=decided.amounts[benefit.index],
            from_on=row.filed_on, reason="申请核实通过",
        )  # fmt: skip
        row.state, row.grant, row.decided_because = ApplicationState.GRANTED, grant, "符合条件"
        tell([grant.id], "申请核实通过")
    else:
        row.state = ApplicationState.REFUSED
        said = why(rules, row.benefit, decided, status, EndCause.OTHER, clock.today())
        row.decided_because = said.split("：", 1)[-1] if status is Status.NOT_ELIGIBLE else said
    row.save(update_fields=["state", "grant", "decided_by", "decided_on", "decided_because"])


def application_key(application_id: int) -> str:
    """The key of the work item of an open application."""
    return f"{GRANT_APPLICATION}:{application_id}"


def answer_open_applications(actor: Actor, *, run_id: int) -> int:
    """Open applications of whom the run decided are answered where it tells; how many. A step after a run, under the lock of following."""
    answered = 0
    rows = list(Application.objects.select_for_update().filter(state=ApplicationState.OPEN).order_by("id"))
    decisions = {
        d.person_id: d
        for d in Decision.objects.select_related("run").filter(run_id=run_id, person__in={r.person_id for r in rows})
    }
    for row in rows:
        if row.person_id in decisions:
            _answer(actor, row, decisions[row.person_id])
            if row.state != ApplicationState.OPEN:
                answered += 1
                work_items.close_by_keys(SYSTEM, keys=[application_key(row.id)], outcome=row.decided_because)
    return answered


@transaction.atomic
def close_application(actor: Actor, *, application_id: int, because: str, withdrawn: bool = False) -> Applied:
    """An open application ends without a grant: refused for what could not be found out, or withdrawn by who asked."""
    found = applications_visible_to(actor).filter(id=application_id).first()
    if found is None:
        raise GrantNotFound("没有找到这份申请，或者不在您负责的区域。", next_step="请回到申请名单重新选择。")
    require(actor, Right.HANDLE_GRANTS, found.area_path)
    row = Application.objects.select_for_update().get(id=application_id)
    if row.state != ApplicationState.OPEN:
        raise AlreadyDecided("这份申请已经办结。", next_step="请刷新页面后再看。")
    row.state = ApplicationState.WITHDRAWN if withdrawn else ApplicationState.REFUSED
    row.decided_by, row.decided_on, row.decided_because = actor.id, clock.today(), checked_reason(because)
    row.save(update_fields=["state", "decided_by", "decided_on", "decided_because"])
    work_items.close_by_keys(SYSTEM, keys=[application_key(row.id)], outcome=row.decided_because)
    audit.record(
        actor, "grant.close_application", subject_type="person", subject_id=row.person_id, area_path=row.area_path,
        detail={"application": row.id, "state": row.state},
    )  # fmt: skip
    return _applied(row)
