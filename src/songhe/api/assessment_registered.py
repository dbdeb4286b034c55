"""Who assesses, over the API: bodies, assessors and whom an assessor must not assess; printed reports; results drawn for a second look."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponseBase
from ninja import Query, Router, Schema, Status
from pydantic import Field, StrictBool

from songhe.api.access import CallerRequest, Needs
from songhe.api.assessment_schemas import Closed, Reason
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import AssessorNotFound, BodyNotFound
from songhe.contexts.assessments.queries import AssessorLine, BodyLine
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right

router = Router()
Name = Annotated[PlainText, Field(min_length=1, max_length=100)]
Standing = Literal["active", "suspended", "ended"]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Number = Annotated[int, Field(ge=1, le=2**62)]


class BodyIn(Closed):
    """An assessment body; `licensed_until` is the first day on which the licence does not hold any more."""

    name: Name
    area_path: Name
    licensed_from: dt.date
    licensed_until: dt.date | None = None
    state: Standing = "active"
    note: Annotated[PlainText, Field(max_length=500)] = ""


class BodyKept(Schema):
    """The body stands as given; `new` where it had not been entered before."""

    credit_code: str
    new: bool


class AssessorIn(Closed):
    """An assessor of a body (by credit code), known by the certificate. The account, where there is one, stays."""

    certificate_no: Name
    body: Annotated[PlainText, Field(max_length=20)]
    name: Name
    certified_from: dt.date
    certified_until: dt.date | None = None
    medical: StrictBool
    state: Standing = "active"


class AssessorKept(Schema):
    """The assessor stands as given."""

    certificate_no: str
    new: bool


class InterestIn(Closed):
    """Whom an assessor (by certificate) must not assess, and why."""

    assessor: Name
    person: uuid.UUID
    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class InterestMade(Schema):
    """The conflict of interest, and the cases that wait for other people because of it."""

    id: int
    cases_back: list[uuid.UUID]


class InterestOut(Schema):
    """A conflict of interest; `ended_at` is null while it stands."""

    id: int
    person: uuid.UUID | None
    reason: str
    declared_at: dt.datetime
    ended_at: dt.datetime | None


class InterestFilter(Closed):
    """The assessor by certificate; `over`: also what has ended."""

    assessor: Name
    over: bool = False


class DrawIn(Closed):
    """The month (YYYY-MM) in which the results came into force."""

    month: Month


class DrawnOut(Schema):
    """How many results came into force, how many the pack asks to look at again, and the cases opened just now."""

    of: int
    wanted: int
    cases: list[uuid.UUID]


def _body(actor: Actor, credit_code: str) -> BodyLine | None:
    return next((each for each in queries.bodies(actor) if each.credit_code == credit_code), None)


def _assessor(actor: Actor, certificate_no: str) -> AssessorLine | None:
    return next((each for each in queries.assessors(actor) if each.certificate_no == certificate_no), None)


@router.put(
    "/bodies/{credit_code}",
    response={200: BodyKept, 201: BodyKept, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="keep_assessment_body",
    summary="An assessment body",
)
def keep_body(request: CallerRequest, credit_code: Annotated[PlainText, Field(max_length=20)], body: BodyIn) -> Status[BodyKept]:
    """The body stands as given: 201 where it is new. The same again changes nothing."""
    known = _body(request.auth, credit_code)
    kept = actions.keep_body(
        request.auth, body_id=known.id if known else None, name=body.name, credit_code=credit_code, area_path=body.area_path,
        licensed_from=body.licensed_from, licensed_until=body.licensed_until, state=body.state, note=body.note,
    )  # fmt: skip
    return Status(201 if kept.new else 200, BodyKept(credit_code=credit_code, new=kept.new))


@router.put(
    "/assessors",
    response={200: AssessorKept, 201: AssessorKept, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="keep_assessor",
    summary="An assessor",
)
def keep_assessor(request: CallerRequest, body: AssessorIn) -> Status[AssessorKept]:
    """The assessor of this certificate stands as given: 201 where they are new. The same again changes nothing."""
    found = _body(request.auth, body.body)
    if found is None:
        raise BodyNotFound("没有找到这家评估机构，或者您不能查看。", next_step="请核对统一社会信用代码。", field="body")
    known = _assessor(request.auth, body.certificate_no)
    kept = actions.keep_assessor(
        request.auth, assessor_id=known.id if known else None, body_id=found.id, name=body.name, certificate_no=body.certificate_no,
        certified_from=body.certified_from, certified_until=body.certified_until, medical=body.medical,
        user_id=known.user_id if known else None, state=body.state,
    )  # fmt: skip
    return Status(201 if kept.new else 200, AssessorKept(certificate_no=body.certificate_no, new=kept.new))


@router.get(
    "/interests",
    response={200: list[InterestOut], **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="list_assessor_interests",
    summary="Whom an assessor must not assess",
)
def list_interests(request: CallerRequest, wanted: Query[InterestFilter]) -> list[InterestOut]:
    """Latest first; `person` is null for whoever may not see people."""
    lines = queries.interests(request.auth, assessor_id=_number(request.auth, wanted.assessor), over=wanted.over)
    sees = request.auth.may(Right.SEE_PEOPLE)
    known = people.people_by_id(request.auth, person_ids=[line.person_id for line in lines]) if sees else {}
    return [
        InterestOut(
            id=line.id, person=uuid.UUID(known[line.person_id].public_id) if line.person_id in known else None, reason=line.reason,
            declared_at=line.declared_at, ended_at=line.ended_at,
        )
        for line in lines
    ]  # fmt: skip


@router.post(
    "/interests",
    response={201: InterestMade, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="declare_assessor_interest",
    summary="An assessor must not assess a person",
)
def declare_interest(request: CallerRequest, body: InterestIn) -> Status[InterestMade]:
    """Appointments for which nobody has begun a form wait for other people again. Declared again it is the same one."""
    done = actions.declare_interest(
        request.auth, assessor_id=_number(request.auth, body.assessor),
        person_id=people.person_id_of(request.auth, public_id=body.person), reason=body.reason,
    )  # fmt: skip
    return Status(201, InterestMade(id=done.id, cases_back=_cases(request.auth, done.cases_back)))


@router.post(
    "/interests/{interest}/end",
    response={204: None, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="end_assessor_interest",
    summary="The conflict of interest is over",
)
def end_interest(request: CallerRequest, interest: Number, body: Reason) -> Status[None]:
    """Ended already, nothing changes."""
    actions.end_interest(request.auth, interest_id=interest, reason=body.because)
    return Status(204, None)


@router.get(
    "/results/{result_id}/report",
    response={200: None, **REFUSALS},
    auth=Needs(Right.SEE_ASSESSMENTS),
    operation_id="get_assessment_report",
    summary="The printed report",
)
def get_report(request: CallerRequest, result_id: uuid.UUID) -> HttpResponseBase:
    """The report as PDF; opening it is recorded."""
    number = queries.result_id_of(request.auth, case_public_id=str(result_id))
    taken = actions.take_report(request.auth, result_id=number)
    return FileResponse(io.BytesIO(taken.content), content_type="application/pdf", as_attachment=True, filename=taken.name)


@router.post(
    "/second-looks",
    response={200: DrawnOut, **REFUSALS},
    auth=Needs(Right.ARRANGE_ASSESSMENT),
    operation_id="draw_second_looks",
    summary="Which results are looked at again",
)
def draw_second_looks(request: CallerRequest, body: DrawIn) -> DrawnOut:
    """The pack's share of a month's results has a case for a second look by other people; drawn again nothing changes."""
    drawn = actions.draw_second_looks(request.auth, month=dt.date(int(body.month[:4]), int(body.month[5:]), 1))
    return DrawnOut(of=drawn.of, wanted=drawn.wanted, cases=_cases(request.auth, drawn.case_ids))


def _number(actor: Actor, certificate_no: str) -> int:
    found = _assessor(actor, certificate_no)
    if found is None:
        raise AssessorNotFound("没有找到这名评估员，或者您不能查看。", next_step="请核对证书编号。", field="assessor")
    return found.id


def _cases(actor: Actor, case_ids: tuple[int, ...]) -> list[uuid.UUID]:
    return [uuid.UUID(queries.case(actor, case_id=case).brief.public_id) for case in case_ids]
