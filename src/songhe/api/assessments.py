"""Assessments over the API: asking for one, appointing, forms, the result, objections, and who used a result for what."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from ninja import File, Query, Router, Status, UploadedFile

from songhe.api.access import CallerRequest, Needs
from songhe.api.assessment_schemas import (
    AppointmentIn,
    AssessorOut,
    BodyOut,
    CaseFilter,
    CaseIn,
    CaseOut,
    CasePage,
    FormIn,
    FormOut,
    ObjectionFilter,
    ObjectionIn,
    ObjectionMade,
    ObjectionOut,
    ObjectionPage,
    OlderFileKey,
    OlderFileOut,
    OlderFilter,
    OlderIn,
    OlderOut,
    OtherProblem,
    Reason,
    RequestedOut,
    ResultFilter,
    ResultOut,
    ResultPage,
    ScaleOut,
    SettleIn,
    SignIn,
    StoredOut,
    UseFilter,
    UseIn,
    UseOut,
    UsePage,
    case_out,
    form_out,
    objection_out,
    older_file_out,
    result_out,
    scale_out,
    use_out,
)
from songhe.api.problems import REFUSALS, FieldProblem, problem
from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.actions import FormStored
from songhe.contexts.assessments.errors import AppointmentRefused, AssessorNotFound, BodyNotFound, FormRefused
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
MOST_FILE_BYTES = 20 * 1024 * 1024


def _case_id(request: CallerRequest, public_id: uuid.UUID) -> int:
    return queries.case_id_of(request.auth, public_id=str(public_id))


def _result_id(request: CallerRequest, public_id: uuid.UUID) -> int:
    return queries.result_id_of(request.auth, case_public_id=str(public_id))


@router.post(
    "/cases",
    response={200: RequestedOut, 201: RequestedOut, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="request_assessment",
    summary="Ask that a person be assessed",
)
def request_assessment(request: CallerRequest, body: CaseIn) -> Status[RequestedOut]:
    """The person's open case by the scale: 201 where it is new, 200 where there was one already. Repeating it changes nothing."""
    person = people.person_id_of(request.auth, public_id=body.person)
    done = actions.request_assessment(
        request.auth, person_id=person, scale=body.scale, origin=body.origin, reason=body.reason, kind=body.kind
    )
    return Status(201 if done.new else 200, RequestedOut(id=uuid.UUID(done.public_id), kind=done.kind.value, new=done.new))


@router.get(
    "/cases",
    response={200: CasePage, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_cases",
    summary="Cases",
)
def list_cases(request: CallerRequest, wanted: Query[CaseFilter]) -> CasePage:
    """Cases in the consumer's areas, latest request first."""
    person = people.person_id_of(request.auth, public_id=wanted.person) if wanted.person is not None else None
    page = queries.cases(
        request.auth, area_path=wanted.area, state=wanted.state or None, kind=wanted.kind or None, person_id=person,
        after=wanted.after, limit=wanted.limit,
    )  # fmt: skip
    return CasePage(items=[case_out(brief) for brief in page.items], next=page.next)


@router.get(
    "/cases/{case_id}",
    response={200: CaseOut, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="get_assessment_case",
    summary="One case",
)
def get_case(request: CallerRequest, case_id: uuid.UUID) -> CaseOut:
    """The case as it stands."""
    return case_out(queries.case(request.auth, case_id=_case_id(request, case_id)).brief)


@router.post(
    "/cases/{case_id}/appointment",
    response={200: CaseOut, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="appoint_assessment",
    summary="Who visits, when and where",
)
def appoint(request: CallerRequest, case_id: uuid.UUID, body: AppointmentIn) -> CaseOut | HttpResponse:
    """The case has this appointment; the same again changes nothing. Every reason against it is told at once."""
    number = _case_id(request, case_id)
    found = next((each for each in queries.bodies(request.auth) if each.credit_code == body.body), None)
    if found is None:
        raise BodyNotFound("没有找到这家评估机构，或者您不能查看。", next_step="请核对统一社会信用代码。", field="body")
    certificates = {each.certificate_no: each.id for each in queries.assessors(request.auth)}
    for name, certificate in (("lead", body.lead), ("second", body.second)):
        if certificate not in certificates:
            raise AssessorNotFound("没有找到这名评估员，或者您不能查看。", next_step="请核对证书编号。", field=name)
    try:
        actions.appoint(
            request.auth, case_id=number, body_id=found.id, lead_id=certificates[body.lead], second_id=certificates[body.second],
            visit_at=body.visit_at, place=body.place, with_health_check=body.with_health_check,
        )  # fmt: skip
    except AppointmentRefused as refused:
        against = [FieldProblem(field=one.field, message=f"{one.sentence}。{one.next_step}") for one in refused.problems]
        return problem(refused.http_status, refused.code, f"{refused.sentence}{refused.next_step}", against)
    return get_case(request, case_id)


@router.post(
    "/cases/{case_id}/withdrawal",
    response={200: CaseOut, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="withdraw_assessment",
    summary="Not to be gone on with",
)
def withdraw(request: CallerRequest, case_id: uuid.UUID, body: Reason) -> CaseOut:
    """The case is over without a result."""
    actions.withdraw_case(request.auth, case_id=_case_id(request, case_id), because=body.because)
    return get_case(request, case_id)


@router.get(
    "/scales/{scale}",
    response={200: ScaleOut, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="get_assessment_scale",
    summary="A scale, as a form needs it",
)
def get_scale(request: CallerRequest, scale: str) -> ScaleOut:
    """Items with their options from best to worst, and circumstances. Points and grades are counted on the server only."""
    return scale_out(queries.assessing_scale(scale)[1])


@router.put(
    "/cases/{case_id}/forms/{form_id}",
    response={200: StoredOut, **REFUSALS},
    auth=Needs(Right.ASSESS),
    operation_id="save_assessment_form",
    summary="A form as a draft",
)
def save_form(request: CallerRequest, case_id: uuid.UUID, form_id: uuid.UUID, body: FormIn) -> StoredOut | HttpResponse:
    """The draft stands as sent last; `problems` tell what is missing. The id is made on the device, the same one is the same form."""
    return _taken(request, case_id, form_id, body, final=False)


@router.post(
    "/cases/{case_id}/forms/{form_id}/submission",
    response={200: StoredOut, **REFUSALS},
    auth=Needs(Right.ASSESS),
    operation_id="submit_assessment_form",
    summary="A form handed in for good",
)
def submit_form(request: CallerRequest, case_id: uuid.UUID, form_id: uuid.UUID, body: FormIn) -> StoredOut | HttpResponse:
    """The form is final and scored; sent again with the same content nothing happens, with another it is refused."""
    return _taken(request, case_id, form_id, body, final=True)


def _taken(
    request: CallerRequest, case_id: uuid.UUID, form_id: uuid.UUID, body: FormIn, *, final: bool
) -> StoredOut | HttpResponse:
    number = _case_id(request, case_id)
    deed = actions.submit_form if final else actions.save_form
    try:
        done: FormStored = deed(
            request.auth, case_id=number, public_id=form_id, answers=body.answers, circumstances=body.circumstances,
            particulars=body.particulars, filled_from=body.filled_from, filled_to=body.filled_to, offline=body.offline,
            certificate_no=body.assessor,
        )  # fmt: skip
    except FormRefused as refused:
        fields = [FieldProblem(field=one.where, message=f"{one.message}。{one.remedy}。") for one in refused.problems]
        return problem(refused.http_status, refused.code, f"{refused.sentence}{refused.next_step}", fields)
    told = [
        OtherProblem(field=one.where, message=f"{one.message}。{one.remedy}。", severity=one.severity) for one in done.problems
    ]
    return StoredOut(id=form_id, state=done.state.value, grade=done.grade, problems=told, both_final=done.both_final)


@router.post(
    "/cases/{case_id}/signature",
    response={204: None, **REFUSALS},
    auth=Needs(Right.ASSESS),
    operation_id="sign_assessment_form",
    summary="A final form is signed",
)
def sign_form(request: CallerRequest, case_id: uuid.UUID, body: SignIn) -> Status[None]:
    """The body's software signs as itself, for the assessor of the certificate; a form is signed once."""
    actions.sign_form(request.auth, case_id=_case_id(request, case_id), certificate_no=body.assessor)
    return Status(204, None)


@router.get(
    "/cases/{case_id}/forms",
    response={200: list[FormOut], **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_forms",
    summary="Both forms of a case",
)
def list_forms(request: CallerRequest, case_id: uuid.UUID) -> list[FormOut]:
    """The lead's form and the second's; answers and grades are null until both are final."""
    return [form_out(form) for form in queries.case(request.auth, case_id=_case_id(request, case_id)).forms]


@router.post(
    "/cases/{case_id}/result",
    response={201: ResultOut, **REFUSALS},
    auth=Needs(Right.ASSESS),
    operation_id="settle_assessment",
    summary="What was agreed where the forms differ",
)
def settle(request: CallerRequest, case_id: uuid.UUID, body: SettleIn) -> Status[ResultOut]:
    """The result, scored on the server and announced; 409 where the case has one already."""
    done = actions.settle_case(
        request.auth, case_id=_case_id(request, case_id), agreed=body.agreed, why=body.why, signed_for=body.signed_for,
        certificate_no=body.assessor,
    )  # fmt: skip
    return Status(201, result_out(queries.result(request.auth, result_id=done.result_id).brief))


@router.get(
    "/results",
    response={200: ResultPage, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_results",
    summary="Results",
)
def list_results(request: CallerRequest, wanted: Query[ResultFilter]) -> ResultPage:
    """Results in the consumer's areas, latest first, or those of one person. Write down what one is used for: POST …/uses."""
    if wanted.person is not None:
        found = queries.results_of(request.auth, person_id=people.person_id_of(request.auth, public_id=wanted.person))
        return ResultPage(items=[result_out(brief) for brief in found], next=None)
    page = queries.results(
        request.auth, area_path=wanted.area, state=wanted.state or None, after=wanted.after, limit=wanted.limit
    )
    return ResultPage(items=[result_out(brief) for brief in page.items], next=page.next)


@router.get(
    "/results/{result_id}",
    response={200: ResultOut, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="get_assessment_result",
    summary="One result",
)
def get_result(request: CallerRequest, result_id: uuid.UUID) -> ResultOut:
    """The result of the case of this id."""
    return result_out(queries.result(request.auth, result_id=_result_id(request, result_id)).brief)


@router.post(
    "/results/{result_id}/objections",
    response={201: ObjectionMade, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="object_to_assessment",
    summary="Somebody does not agree",
)
def object_to(request: CallerRequest, result_id: uuid.UUID, body: ObjectionIn) -> Status[ObjectionMade]:
    """The objection stands and a second assessment waits for its appointment; 409 where there is one already or it is too late."""
    done = actions.file_objection(
        request.auth, result_id=_result_id(request, result_id), by_name=body.by_name, relation=body.relation, reason=body.reason
    )
    return Status(201, ObjectionMade(id=done.objection_id, second_case=uuid.UUID(done.second_public_id)))


@router.get(
    "/objections",
    response={200: ObjectionPage, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_objections",
    summary="Objections",
)
def list_objections(request: CallerRequest, wanted: Query[ObjectionFilter]) -> ObjectionPage:
    """Objections in the consumer's areas, latest first."""
    page = queries.objections(
        request.auth, state=wanted.state or None, area_path=wanted.area, after=wanted.after, limit=wanted.limit
    )
    return ObjectionPage(items=[objection_out(line) for line in page.items], next=page.next)


@router.post(
    "/objections/{objection_id}/withdrawal",
    response={200: ObjectionOut, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="withdraw_assessment_objection",
    summary="Who objected does so no longer",
)
def withdraw_objection(request: CallerRequest, objection_id: int, body: Reason) -> ObjectionOut:
    """The result goes on as if nothing had been."""
    result = actions.withdraw_objection(request.auth, objection_id=objection_id, because=body.because)
    case = queries.result(request.auth, result_id=result).brief.case_id
    lines = queries.case(request.auth, case_id=case).objections
    return objection_out(next(line for line in lines if line.id == objection_id))


@router.post(
    "/results/{result_id}/uses",
    response={201: ResultOut, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="use_assessment_result",
    summary="Rely on a result instead of assessing again",
)
def use_result(request: CallerRequest, result_id: uuid.UUID, body: UseIn) -> Status[ResultOut]:
    """What the result says, once the use is written down; 409 for a result that does not count."""
    number = _result_id(request, result_id)
    actions.record_use(request.auth, result_id=number, department=body.department, purpose=body.purpose)
    return Status(201, result_out(queries.result(request.auth, result_id=number).brief))


@router.get(
    "/uses",
    response={200: UsePage, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_uses",
    summary="Who used which result for what",
)
def list_uses(request: CallerRequest, wanted: Query[UseFilter]) -> UsePage:
    """Uses in the consumer's areas, latest first."""
    page = queries.uses(request.auth, area_path=wanted.area, department=wanted.department, after=wanted.after, limit=wanted.limit)
    found: list[UseOut] = [use_out(line) for line in page.items]
    return UsePage(items=found, next=page.next)


@router.get(
    "/bodies",
    response={200: list[BodyOut], **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessment_bodies",
    summary="Assessment bodies and their assessors",
)
def list_bodies(request: CallerRequest) -> list[BodyOut]:
    """The bodies that work in the consumer's areas; `usable` and `certified` are as of today."""
    known: dict[int, list[AssessorOut]] = {}
    for one in queries.assessors(request.auth):
        out = AssessorOut(
            certificate_no=one.certificate_no, name=one.name, medical=one.medical, certified=one.certified, state=one.state.value
        )
        known.setdefault(one.body_id, []).append(out)
    return [
        BodyOut(
            credit_code=each.credit_code, name=each.name, area_path=each.area_path, licensed_from=each.licensed_from,
            licensed_until=each.licensed_until, usable=each.licensed, state=each.state.value, assessors=known.get(each.id, []),
        )
        for each in queries.bodies(request.auth)
    ]  # fmt: skip


@router.post(
    "/older-results",
    response={200: list[OlderOut], 201: list[OlderOut], **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="take_over_assessment_result",
    summary="A result by an older scale, as it is",
)
def take_over(request: CallerRequest, body: OlderIn) -> Status[list[OlderOut]] | HttpResponse:
    """All older results of the person: 201 where this one is new, 200 where the same was there already."""
    person = people.person_id_of(request.auth, public_id=body.person)
    try:
        done = actions.take_over_result(
            request.auth, person_id=person, scale=body.scale, grade=body.grade, assessed_on=body.assessed_on,
            assessed_by=body.assessed_by, points=body.points, levels=body.levels,
        )  # fmt: skip
    except FormRefused as refused:
        fields = [FieldProblem(field=one.where, message=f"{one.message}。{one.remedy}。") for one in refused.problems]
        return problem(refused.http_status, refused.code, f"{refused.sentence}{refused.next_step}", fields)
    return Status(201 if done.new else 200, _older(request, person))


@router.post(
    "/older-results/files",
    response={200: OlderFileOut, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="check_older_results_file",
    summary="A file of results by an older scale",
)
def check_older_file(request: CallerRequest, content: File[UploadedFile]) -> OlderFileOut:
    """Every row has a verdict and nothing is taken over; `key` takes the new rows over within a day."""
    if (content.size or 0) > MOST_FILE_BYTES:
        raise InvalidInput("文件超过20兆。", next_step="请分成几个文件上传。", field="content")
    return older_file_out(actions.check_older_file(request.auth, name=(content.name or "file")[:200], content=content.read()))


@router.post(
    "/older-results/files/accept",
    response={200: OlderFileOut, **REFUSALS},
    auth=Needs(Right.REQUEST_ASSESSMENT),
    operation_id="accept_older_results_file",
    summary="Take the new rows of a judged file over",
)
def accept_older_file(request: CallerRequest, body: OlderFileKey) -> OlderFileOut:
    """All of them or none; asked again, they are the same as those that are there."""
    return older_file_out(actions.accept_older_file(request.auth, key=body.key))


@router.get(
    "/older-results",
    response={200: list[OlderOut], **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_older_assessment_results",
    summary="A person's results by older scales",
)
def list_older(request: CallerRequest, wanted: Query[OlderFilter]) -> list[OlderOut]:
    """Latest first."""
    return _older(request, people.person_id_of(request.auth, public_id=wanted.person))


def _older(request: CallerRequest, person: int) -> list[OlderOut]:
    return [
        OlderOut(
            scale=line.scale, grade=line.grade, grade_label=line.grade_label, assessed_on=line.assessed_on,
            assessed_by=line.assessed_by,
        )
        for line in queries.taken_over_of(request.auth, person_id=person)
    ]  # fmt: skip
