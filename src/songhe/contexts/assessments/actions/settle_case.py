"""Both forms are in: the lead says what was agreed where they differ, and the result is announced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.ages import months_before
from songhe.contexts.assessments.access import case_for, seat_for
from songhe.contexts.assessments.actions.file_objection import settle_second
from songhe.contexts.assessments.actions.print_report import print_report
from songhe.contexts.assessments.actions.sign_form import proven, put_under_result, unsigned
from songhe.contexts.assessments.errors import CaseStateRefused, DifferencesOpen, FormProblem, FormRefused, NotSigned, NotYourCase
from songhe.contexts.assessments.models import Case, Form, Interest, Result
from songhe.contexts.assessments.queries.differing import Difference, differing
from songhe.contexts.assessments.queries.objections import rounds_of
from songhe.contexts.assessments.queries.rules import assessing_scale, rule
from songhe.contexts.assessments.queries.signatures import elder_signature
from songhe.contexts.assessments.words import CaseState, FormState, ResultState
from songhe.engines.scales.answers import problems
from songhe.engines.scales.result import to_json
from songhe.engines.scales.scale import Scale
from songhe.engines.scales.scoring import score
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Proof
from songhe.foundation.errors import InvalidInput

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Settled:
    """What came out. `objections_until` is the first day on which nobody can object any more; `report_id` None where none could be printed."""

    result_id: int
    case_id: int
    grade: int
    grade_label: str
    state: ResultState
    objections_until: dt.date
    valid_to: dt.date
    report_id: int | None


@transaction.atomic
def settle_case(
    actor: Actor, *, case_id: int, agreed: Mapping[str, object], why: Mapping[str, str], signed_for: str = "", proof: Proof | None = None,
    certificate_no: str = "",
) -> Settled:  # fmt: skip
    """The case has its result, scored here over the agreed answers and signed by the lead; it is announced, or decides the objection behind it.

    `agreed`: for every item or circumstance on which the forms differ a value between the two; `why` a reason for each. `signed_for`: the
    elder, or who signed in their place, where the lead's form does not say it. Only the lead, who shows again who they are by `proof`. Raises
    NotYourCase, CaseStateRefused, NotSigned, NotProven, DifferencesOpen, FormRefused, InvalidInput.
    """
    case = case_for(actor, case_id, lock=True)
    lead, second = _forms(actor, case, certificate_no)
    means = proven(actor, proof)
    signed_for = _signed_for(lead, signed_for)
    version, scale = assessing_scale(case.scale)
    differences = differing(scale, (lead.answers, lead.circumstances), (second.answers, second.circumstances))
    chosen = _agreed(differences, agreed, why)
    answers = _merged(lead.answers, chosen, [item.id for item in scale.items])
    circumstances = _merged(lead.circumstances, chosen, [one.id for one in scale.circumstances])
    _check(scale, answers, circumstances)
    result = _write(
        actor, case, version, scale, (lead, second), answers, circumstances, _told(differences, chosen, why), signed_for
    )
    case.state = CaseState.SETTLED
    case.save(update_fields=["state"])
    settle_second(actor, case, result)
    put_under_result(actor, result, lead.assessor, means)
    report = print_report(result)
    detail = {"grade": result.grade, "differences": len(differences), "state": result.state, "means": means}
    audit.record(
        actor, "assessments.settle", subject_type="assessment_case", subject_id=case.pk, area_path=case.area_path, detail=detail
    )
    return Settled(
        result.pk, case.pk, result.grade, scale.grade_label(result.grade), ResultState(result.state), result.objections_until,
        result.valid_to, report,
    )  # fmt: skip


def _signed_for(lead: Form, typed: str) -> str:
    """Who signed for the elder: as the lead's form says, else as was typed."""
    elder = elder_signature(lead)
    found = elder.words if elder is not None else typed.strip()
    if not found or (elder is None and len(found) > LONGEST_NAME):
        raise InvalidInput("请写明谁签的字。", next_step="老人自己签的写“本人”，别人代签的写姓名和关系。", field="signed_for")
    return found


def _forms(actor: Actor, case: Case, certificate_no: str) -> tuple[Form, Form]:
    """The lead's form and the second's. Only the lead may ask, and only once both are final."""
    seat = seat_for(actor, case, certificate_no=certificate_no)
    if not seat.lead:
        raise NotYourCase("由主评估员商定结果。", next_step="请主评估员登录后办理。")
    if case.state in (CaseState.SETTLED, CaseState.CLOSED):
        raise CaseStateRefused("这次评估已经有结果了。", next_step="请刷新页面查看结果。")
    rows = Form.objects.select_related("case", "assessor").filter(case=case, state=FormState.FINAL)
    forms = {form.assessor_id == seat.assessor_id: form for form in rows}
    if case.state != CaseState.ASSESSING or len(forms) != 2:
        raise CaseStateRefused("两名评估员的表还没有都提交。", next_step="请等另一名评估员提交后再商定。")
    if unsigned(case.pk):
        raise NotSigned("两名评估员还没有都签名。", next_step="请没有签名的评估员打开这次评估，签名以后再商定。")
    if Interest.objects.filter(
        assessor__in=[form.assessor_id for form in forms.values()], person_id=case.person_id, ended_at=None
    ).exists():
        raise NotYourCase("有评估员与这位老人有利害关系，这次评估不能出结果。", next_step="请联系评估机构负责人撤回后重新安排。")
    return forms[True], forms[False]


def _agreed(
    differences: Sequence[Difference], agreed: Mapping[str, object], why: Mapping[str, str]
) -> Mapping[str, str | int | bool]:
    known = {one.where: one for one in differences}
    if extra := sorted(set(agreed) - set(known)):
        raise DifferencesOpen("两张表上相同的地方不能再改。", next_step="请只填两张表不同的地方。", places=extra)
    left = [where for where in known if where not in agreed or len(why.get(where, "").strip()) < 2]
    if left:
        labels = "、".join(known[where].label for where in left)
        raise DifferencesOpen(f"还有没商定好的：{labels}。", next_step="每一处都要选定一个答案，并写明理由。", places=left)
    chosen: dict[str, str | int | bool] = {}
    wrong: list[str] = []
    for where, one in known.items():
        value = next((c.value for c in one.choices if c.value == agreed[where] and type(c.value) is type(agreed[where])), None)
        if value is None:
            wrong.append(where)
        else:
            chosen[where] = value
    if wrong:
        labels = "、".join(known[where].label for where in wrong)
        raise DifferencesOpen(f"商定的答案不在两张表之间：{labels}。", next_step="请在两人的答案之间选。", places=wrong)
    return chosen


def _merged(given: Mapping[str, object], chosen: Mapping[str, str | int | bool], names: Sequence[str]) -> dict[str, object]:
    return {name: value for name in names if (value := chosen.get(name, given.get(name))) is not None}


def _check(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> None:
    against = [one for one in problems(scale, answers, circumstances) if one.severity != "question"]
    if against:
        raise FormRefused(FormProblem(p.where, p.label, p.message, p.remedy, p.severity) for p in against)


def _told(
    differences: Sequence[Difference], chosen: Mapping[str, str | int | bool], why: Mapping[str, str]
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in differences:
        label = next(choice.label for choice in one.choices if choice.value == chosen[one.where])
        told = {"lead": one.lead.label, "second": one.second.label, "agreed": label, "why": why[one.where].strip()}
        found.append({"where": one.where, "label": one.label, **told})
    return found


def _assessed_on(case: Case, forms: tuple[Form, Form], today: dt.date) -> dt.date:
    """The day on which the forms were begun by the devices' clocks, never before the visit (a clock may be wrong) and never after today."""
    filled = max(form.filled_from for form in forms).astimezone(clock.CITY_ZONE).date()
    visit = case.visit_at.astimezone(clock.CITY_ZONE).date() if case.visit_at is not None else filled
    return min(max(filled, visit), today)


def _write(
    actor: Actor, case: Case, version: int, scale: Scale, forms: tuple[Form, Form], answers: Mapping[str, object],
    circumstances: Mapping[str, object], differences: Sequence[Mapping[str, str]], signed_for: str,
) -> Result:  # fmt: skip
    scored, today = score(scale, answers, circumstances), clock.today()
    if scored.grade is None:  # _check has seen to it that nothing is missing
        raise ValueError(f"no grade for case {case.pk}")
    assessed_on = _assessed_on(case, forms, today)
    last_word = rounds_of(case) >= rule("objection_rounds", scale.id)
    days = rule("announcement_days" if last_word else "objection_days", scale.id)
    return Result.objects.create(
        case=case, person_id=case.person_id, area_path=case.area_path, scale=scale.id, pack_version_id=version, answers=dict(answers),
        circumstances=dict(circumstances), differences=list(differences), scored=to_json(scored), grade=scored.grade,
        assessed_on=assessed_on, settled_by=actor.id, settled_at=clock.now(), signed_for=signed_for.strip(),
        state=ResultState.ANNOUNCED, announced_on=today, objections_until=today + dt.timedelta(days=days),
        valid_to=months_before(assessed_on, -rule("validity_months", scale.id)),
    )  # fmt: skip
