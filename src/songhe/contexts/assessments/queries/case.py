"""Everything about one case: person, appointment, forms, where they differ, result, objections, grades of others beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import case_for, forms_visible_to
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Result
from songhe.contexts.assessments.queries.beside import GradeBeside, HealthCheck, grades_beside, health_check
from songhe.contexts.assessments.queries.cases import CaseBrief, case_briefs
from songhe.contexts.assessments.queries.differing import Difference, differing
from songhe.contexts.assessments.queries.form_sheet import scale_of_case
from songhe.contexts.assessments.queries.objections import ObjectionLine, can_object, objections_of
from songhe.contexts.assessments.queries.persons import AssessedPerson, persons
from songhe.contexts.assessments.queries.registered import AssessorLine, assessor_lines
from songhe.contexts.assessments.queries.results import ResultBrief, TakenOverLine, result_briefs, taken_over_of
from songhe.contexts.assessments.queries.signatures import ElderSigned, SignatureView, elder_signature, signatures_of
from songhe.contexts.assessments.words import OPEN_STATES, CaseState, FormState
from songhe.engines.scales.result import Result as Scored
from songhe.engines.scales.result import from_json
from songhe.foundation.access import Actor, Right


@dataclass(frozen=True, slots=True)
class FormView:
    """One assessor's form. Answers, score and the elder's signature are None for who may not see them yet (the other's, before both are final)."""

    id: int | None
    public_id: str
    assessor_id: int
    assessor: str
    lead: bool
    own: bool
    state: FormState | None
    offline: bool
    filled_from: dt.datetime | None
    filled_to: dt.datetime | None
    arrived_at: dt.datetime | None
    answers: Mapping[str, object] | None
    circumstances: Mapping[str, object] | None
    particulars: Mapping[str, object] | None
    grade: int | None
    scored: Scored | None
    signature: SignatureView | None
    elder: ElderSigned | None


@dataclass(frozen=True, slots=True)
class SecondOf:
    """The case is a second look: at which result, and after which objection (None: it was drawn)."""

    result_id: int
    case_id: int
    objection_id: int | None
    excluded_body: str


@dataclass(frozen=True, slots=True)
class CaseDeeds:
    """What the actor may do with the case as it stands."""

    appoint: bool
    withdraw: bool
    fill: bool
    sign: bool
    settle: bool
    object: bool
    resolve: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The whole case. `differences` is filled once both forms are final; `beside` are grades of others, never put in its place."""

    brief: CaseBrief
    person: AssessedPerson
    reason: str
    requested_by: str
    scale_standard: str
    scale_verified: bool
    scale_note: str
    assessors: tuple[AssessorLine, ...]
    lead_id: int | None
    second_id: int | None
    forms: tuple[FormView, ...]
    differences: tuple[Difference, ...]
    result: ResultBrief | None
    objections: tuple[ObjectionLine, ...]
    second_of: SecondOf | None
    beside: tuple[GradeBeside, ...]
    health_check: HealthCheck
    earlier: tuple[ResultBrief, ...]
    older: tuple[TakenOverLine, ...]
    closed_at: dt.datetime | None
    closed_because: str
    deeds: CaseDeeds


def case(actor: Actor, *, case_id: int) -> CaseFile:
    """The case as the actor may see it; CaseNotFound elsewhere."""
    row = case_for(actor, case_id)
    person = persons([row.person_id])[row.person_id]
    seats = list(CaseAssessor.objects.filter(case=row).select_related("assessor__body").order_by("-lead"))
    forms, scale = _forms(actor, row, seats), scale_of_case(row)
    final = all(form.state is FormState.FINAL for form in forms) and len(forms) == 2
    shown = [form for form in forms if form.answers is not None]
    own = list(Result.objects.filter(person_id=row.person_id).order_by("-assessed_on", "-pk"))
    mine = next((result for result in own if result.case_id == row.pk), None)
    lines = assessor_lines([seat.assessor for seat in seats])
    return CaseFile(
        brief=case_briefs([row])[0], person=person, reason=row.reason,
        requested_by=accounts.names_of([row.requested_by]).get(row.requested_by, ""), scale_standard=scale.standard,
        scale_verified=scale.verified, scale_note=scale.origin.note, assessors=lines,
        lead_id=next((seat.assessor_id for seat in seats if seat.lead), None),
        second_id=next((seat.assessor_id for seat in seats if not seat.lead), None), forms=forms,
        differences=differing(scale, *_pairs(shown)) if final and len(shown) == 2 else (),
        result=result_briefs([mine])[0] if mine else None, objections=objections_of([mine.pk]) if mine else (), second_of=_second_of(row),
        beside=grades_beside(person), health_check=health_check(person), earlier=result_briefs([r for r in own if r is not mine]),
        older=taken_over_of(actor, person_id=row.person_id),
        closed_at=row.closed_at, closed_because=row.closed_because, deeds=_deeds(actor, row, seats, forms, mine),
    )  # fmt: skip


def _pairs(shown: list[FormView]) -> tuple[tuple[Mapping[str, object], Mapping[str, object]], ...]:
    return tuple((form.answers or {}, form.circumstances or {}) for form in shown)


def _forms(actor: Actor, row: Case, seats: list[CaseAssessor]) -> tuple[FormView, ...]:
    """The lead's first. Of a form that the actor may not see yet only that it is there and whether it is final."""
    known = {form.assessor_id: form for form in Form.objects.select_related("case", "assessor").filter(case=row)}
    signed = signatures_of(known.values())
    seen = set(forms_visible_to(actor).filter(case=row).values_list("pk", flat=True))
    return tuple(_form(actor, seat, known.get(seat.assessor_id), seen, signed) for seat in seats)


def _form(actor: Actor, seat: CaseAssessor, form: Form | None, seen: set[int], signed: Mapping[int, SignatureView]) -> FormView:
    own = actor.kind == "user" and seat.assessor.user_id == actor.id
    open_to = form is not None and form.pk in seen
    return FormView(
        id=form.pk if form else None, public_id=str(form.public_id) if form and open_to else "", assessor_id=seat.assessor_id,
        assessor=seat.assessor.name, lead=seat.lead, own=own, state=FormState(form.state) if form else None,
        offline=bool(form and form.offline), filled_from=form.filled_from if form else None, filled_to=form.filled_to if form else None,
        arrived_at=form.arrived_at if form else None, answers=form.answers if form and open_to else None,
        circumstances=form.circumstances if form and open_to else None, particulars=form.particulars if form and open_to else None,
        grade=form.grade if form and open_to else None, scored=from_json(form.scored) if form and open_to and form.scored else None,
        signature=signed.get(form.pk) if form else None, elder=elder_signature(form) if form and open_to else None,
    )  # fmt: skip


def _second_of(row: Case) -> SecondOf | None:
    if row.second_of is not None:
        first = row.second_of.result.case
        return SecondOf(row.second_of.result_id, first.pk, row.second_of.pk, first.body.name if first.body else "")
    if row.looks_again_at is not None:
        first = row.looks_again_at.case
        return SecondOf(row.looks_again_at.pk, first.pk, None, first.body.name if first.body else "")
    return None


def _deeds(actor: Actor, row: Case, seats: list[CaseAssessor], forms: tuple[FormView, ...], result: Result | None) -> CaseDeeds:
    state = CaseState(row.state)
    arranges = actor.may(Right.ARRANGE_ASSESSMENT, row.area_path)
    asks = actor.may(Right.REQUEST_ASSESSMENT, row.area_path)
    own = next((form for form in forms if form.own), None)
    running = state in (CaseState.APPOINTED, CaseState.ASSESSING)
    final = len(forms) == 2 and all(form.state is FormState.FINAL for form in forms)
    return CaseDeeds(
        appoint=arranges and state in (CaseState.REQUESTED, CaseState.APPOINTED),
        withdraw=(arranges or asks) and state in OPEN_STATES and state is not CaseState.SETTLED and row.second_of_id is None,
        fill=own is not None and running and own.state is not FormState.FINAL,
        sign=own is not None and running and own.state is FormState.FINAL and own.signature is None,
        settle=own is not None and own.lead and final and all(form.signature for form in forms) and state is CaseState.ASSESSING,
        object=asks and result is not None and can_object(result),
        resolve=arranges,
    )
