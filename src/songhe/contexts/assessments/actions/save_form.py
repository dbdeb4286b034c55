"""A form comes in from an assessor's device: as a draft that may still change, or handed in for good."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.actions.form_checking import check_open, other_problems, own_case, scored_problems
from songhe.contexts.assessments.actions.sign_form import elder_problems, keep_elder, put_under_form
from songhe.contexts.assessments.errors import FormIsFinal, FormProblem, FormRefused, OtherForm
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Signature
from songhe.contexts.assessments.queries.form_sheet import scale_of_case
from songhe.contexts.assessments.queries.signatures import ElderSigned
from songhe.contexts.assessments.words import CaseState, FormState
from songhe.engines.scales.result import to_json
from songhe.engines.scales.scoring import score
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Proof


@dataclass(frozen=True, slots=True)
class FormStored:
    """The form as it is kept. `problems`: of a draft what is still missing, of a final form what should be looked at again."""

    form_id: int
    public_id: str
    state: FormState
    grade: int | None
    problems: tuple[FormProblem, ...]
    both_final: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class _Sent:
    public_id: uuid.UUID
    answers: Mapping[str, object]
    circumstances: Mapping[str, object]
    particulars: Mapping[str, object]
    filled_from: dt.datetime
    filled_to: dt.datetime | None
    offline: bool
    elder: ElderSigned | None


@transaction.atomic
def save_form(
    actor: Actor, *, case_id: int, public_id: uuid.UUID, answers: Mapping[str, object], circumstances: Mapping[str, object],
    particulars: Mapping[str, object], filled_from: dt.datetime, filled_to: dt.datetime | None = None, offline: bool = False,
    elder: ElderSigned | None = None, certificate_no: str = "",
) -> FormStored:  # fmt: skip
    """The draft stands as sent last; what is missing is told, what cannot be is refused (FormRefused with everything at once).

    `public_id` is made on the device: the same one again is the same form. `certificate_no`: for whom a system acts. Raises also
    CaseNotFound, NotYourCase, OtherForm, FormIsFinal, FormTooLate, CaseStateRefused.
    """
    sent = _Sent(public_id, answers, circumstances, particulars, filled_from, filled_to, offline, elder)
    case, seat, form = _own_form(actor, case_id, sent, certificate_no)
    if form is not None and form.state == FormState.FINAL:
        return _again(form, sent)
    found = scored_problems(scale_of_case(case), sent.answers, sent.circumstances)
    _refuse(found, sent, missing=False)
    kept = _write(case, seat, form, sent, FormState.DRAFT)
    _audit(actor, case, kept, "assessments.save_form")
    return _stored(kept, found)


@transaction.atomic
def submit_form(
    actor: Actor, *, case_id: int, public_id: uuid.UUID, answers: Mapping[str, object], circumstances: Mapping[str, object],
    particulars: Mapping[str, object], filled_from: dt.datetime, filled_to: dt.datetime | None = None, offline: bool = False,
    elder: ElderSigned | None = None, proof: Proof | None = None, certificate_no: str = "",
) -> FormStored:  # fmt: skip
    """The form is final and scored here; nothing of it changes any more. Sent again with the same content it changes nothing.

    With a `proof`, and from software of a body, it is signed too; else it waits for `sign_form`. `elder`: how the elder's side signed.
    Raises what `save_form` raises, NotProven, and FormRefused for what is missing too.
    """
    sent = _Sent(public_id, answers, circumstances, particulars, filled_from, filled_to or clock.now(), offline, elder)
    case, seat, form = _own_form(actor, case_id, sent, certificate_no)
    if form is not None and form.state == FormState.FINAL:
        return _again(form, sent)
    scale = scale_of_case(case)
    found = scored_problems(scale, sent.answers, sent.circumstances)
    _refuse(found, sent, missing=True)
    scored = score(scale, sent.answers, sent.circumstances)
    kept = _write(case, seat, form, sent, FormState.FINAL, scored=to_json(scored), grade=scored.grade)
    if proof is not None or actor.kind == "consumer":
        put_under_form(actor, kept, proof)
    _audit(actor, case, kept, "assessments.submit_form")
    return _stored(kept, found)


def _own_form(actor: Actor, case_id: int, sent: _Sent, certificate_no: str) -> tuple[Case, CaseAssessor, Form | None]:
    case, seat = own_case(actor, case_id, certificate_no)
    form = Form.objects.filter(case=case, assessor=seat.assessor).first()
    if form is not None and form.state == FormState.FINAL and form.public_id == sent.public_id:
        return case, seat, form
    check_open(case, seat)
    if form is not None and form.public_id != sent.public_id:
        raise OtherForm(
            "这次评估您已经在另一台设备上填了一张表，这一张没有收进来。",
            next_step="请在原来的设备上接着填，或者打开已保存的那一张。",
        )
    if form is None and Form.objects.filter(public_id=sent.public_id).exists():
        raise OtherForm("这张表的编号已经用在别的评估上。", next_step="请刷新页面，重新打开这次评估的表。")
    return case, seat, form


def _refuse(found: tuple[FormProblem, ...], sent: _Sent, *, missing: bool) -> None:
    severities = ("error", "missing") if missing else ("error",)
    against = [one for one in found if one.severity in severities]
    against += other_problems(sent.particulars, sent.filled_from, sent.filled_to)
    against += elder_problems(sent.elder)
    if against:
        raise FormRefused(against)


def _again(form: Form, sent: _Sent) -> FormStored:
    """The same final form once more: nothing happens; another content under its number is refused."""
    if (form.answers, form.circumstances) != (_given(sent.answers), _given(sent.circumstances)):
        raise FormIsFinal("这张表已经提交，不能再改。", next_step="两张表都提交后，由主评估员对不同的地方商定。")
    return _stored(form, ())


def _given(values: Mapping[str, object]) -> dict[str, object]:
    """What was answered: left open is the same as left out."""
    return {name: value for name, value in values.items() if value is not None}


def _write(
    case: Case,
    seat: CaseAssessor,
    form: Form | None,
    sent: _Sent,
    state: FormState,
    *,
    scored: str = "",
    grade: int | None = None,
) -> Form:
    form = form or Form(public_id=sent.public_id, case=case, assessor=seat.assessor)
    form.state, form.answers, form.circumstances = state, _given(sent.answers), _given(sent.circumstances)
    form.particulars, form.offline, form.scored, form.grade = dict(sent.particulars), sent.offline, scored, grade
    form.filled_from, form.filled_to, form.arrived_at = sent.filled_from, sent.filled_to, clock.now()
    form.save()
    keep_elder(form, sent.elder)
    if case.state == CaseState.APPOINTED:
        case.state = CaseState.ASSESSING
        case.save(update_fields=["state"])
    return form


def _audit(actor: Actor, case: Case, form: Form, deed: str) -> None:
    detail = {"form": str(form.public_id), "offline": form.offline, "assessor": form.assessor_id}
    audit.record(actor, deed, subject_type="assessment_case", subject_id=case.pk, area_path=case.area_path, detail=detail)


def _stored(form: Form, found: tuple[FormProblem, ...]) -> FormStored:
    final = Form.objects.filter(case_id=form.case_id, state=FormState.FINAL).count()
    signed = Signature.objects.filter(form=form).exists()
    return FormStored(form.pk, str(form.public_id), FormState(form.state), form.grade, found, final == 2, signed)
