"""What goes in and out of the operations about assessments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from songhe.api.fields import Cursor, PlainText
from songhe.contexts.assessments import actions, queries
from songhe.engines.scales.scale import Scale

MOST = 200
Code = Annotated[PlainText, Field(max_length=60)]
Words = Annotated[PlainText, Field(max_length=1000)]
Answers = Annotated[dict[Code, Code | None], Field(max_length=100)]
Circumstances = Annotated[dict[Code, bool | Annotated[int, Field(ge=0, le=1000)] | None], Field(max_length=50)]
Particular = bool | Annotated[int, Field(ge=-(10**9), le=10**9)] | Words | Annotated[list[Code], Field(max_length=50)]
Particulars = Annotated[dict[Code, Particular], Field(max_length=50)]
Agreed = Annotated[dict[Code, bool | Annotated[int, Field(ge=0, le=1000)] | Code], Field(max_length=150)]


class Closed(Schema):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class CaseIn(Closed):
    """Without a scale the one that gives the ability grade. `immediate`: the condition has changed, and `reason` says how."""

    person: uuid.UUID
    scale: Code = ""
    origin: Literal["person", "street"] = "street"
    kind: Literal["", "scheduled", "immediate"] = ""
    reason: Annotated[PlainText, Field(max_length=500)] = ""


class RequestedOut(Schema):
    """The case that is open now."""

    id: uuid.UUID
    kind: str
    new: bool


class CaseOut(Schema):
    """A case. `grade` and `result_state` once a result is announced."""

    id: uuid.UUID
    person: uuid.UUID | None
    area_path: str
    scale: str
    kind: str
    origin: str
    state: str
    requested_at: dt.datetime
    body: str
    visit_at: dt.datetime | None
    visit_place: str
    with_health_check: bool
    lead: str
    second: str
    grade: int | None
    result_state: str | None
    objection_open: bool


class CasePage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[CaseOut]
    next: str | None


class CaseFilter(Closed):
    """Narrows the list."""

    area: Annotated[PlainText, Field(max_length=100)] = ""
    state: Literal["", "requested", "appointed", "assessing", "settled", "closed", "withdrawn"] = ""
    kind: Literal["", "first", "scheduled", "immediate", "second"] = ""
    person: uuid.UUID | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class AppointmentIn(Closed):
    """`body` by its credit code, `lead` and `second` by their certificates."""

    body: Code
    lead: Annotated[PlainText, Field(max_length=100)]
    second: Annotated[PlainText, Field(max_length=100)]
    visit_at: AwareDatetime
    place: Annotated[PlainText, Field(max_length=200)] = ""
    with_health_check: bool = False


class Reason(Closed):
    """Why, in Chinese."""

    because: Annotated[PlainText, Field(max_length=500)]


class FormIn(Closed):
    """A form as filled. `assessor`: the certificate of whom the consumer acts for; answers are option ids, never points.

    `filled_from` and `filled_to` are the device's clock; `offline`: it was kept there for a while.
    """

    assessor: Annotated[PlainText, Field(max_length=100)]
    answers: Answers
    circumstances: Circumstances
    particulars: Particulars = Field(default_factory=dict)
    filled_from: AwareDatetime
    filled_to: AwareDatetime | None = None
    offline: bool = False


class OtherProblem(Schema):
    """Something that is missing, or to be looked at again."""

    field: str
    message: str
    severity: str


class StoredOut(Schema):
    """The form as it is kept; `grade` once it is final."""

    id: uuid.UUID
    state: str
    grade: int | None
    problems: list[OtherProblem]
    both_final: bool


class FormOut(Schema):
    """One assessor's form; answers and grade are null until both forms are final.

    `signed_at` and `digest` (SHA-256 of what was signed) are null until it is signed; `unchanged`: what stands there now is what was signed.
    """

    assessor: str
    lead: bool
    state: str | None
    offline: bool
    arrived_at: dt.datetime | None
    signed_at: dt.datetime | None
    digest: str | None
    unchanged: bool | None
    answers: dict[str, str] | None
    circumstances: dict[str, bool | int] | None
    grade: int | None


class SettleIn(Closed):
    """For every item or circumstance on which the forms differ a value between the two, and why. `assessor`: the lead's certificate."""

    assessor: Annotated[PlainText, Field(max_length=100)]
    agreed: Agreed = Field(default_factory=dict)
    why: Annotated[dict[Code, Annotated[PlainText, Field(max_length=500)]], Field(max_length=150)] = Field(default_factory=dict)
    signed_for: Annotated[PlainText, Field(max_length=100)]


class ResultOut(Schema):
    """A result; its id is that of its case. `objections_until` and `valid_to` are the first days on which it is over.

    `verified`: whether anybody has held the scale against the official text. `fact`: the fact that the grade becomes once it is in force.
    """

    id: uuid.UUID
    person: uuid.UUID | None
    area_path: str
    scale: str
    standard: str
    verified: bool
    fact: str
    kind: str
    grade: int
    grade_label: str
    state: str
    assessed_on: dt.date
    announced_on: dt.date
    objections_until: dt.date
    in_force_on: dt.date | None
    valid_to: dt.date


class ResultPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[ResultOut]
    next: str | None


class ResultFilter(Closed):
    """With a person all results of that person, the rest of the filter does not matter then."""

    area: Annotated[PlainText, Field(max_length=100)] = ""
    state: Literal["", "announced", "in_force", "replaced", "withdrawn", "confirming"] = ""
    person: uuid.UUID | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class ObjectionIn(Closed):
    """Who does not agree, their relation to the elder, and why."""

    by_name: Annotated[PlainText, Field(max_length=100)]
    relation: Annotated[PlainText, Field(max_length=100)]
    reason: Words


class ObjectionMade(Schema):
    """The objection, and the case of the second assessment."""

    id: int
    second_case: uuid.UUID


class ObjectionOut(Schema):
    """An objection and what came of it."""

    id: int
    result: uuid.UUID
    reason: str
    relation: str
    filed_at: dt.datetime
    state: str
    decided_at: dt.datetime | None
    decided_because: str
    grade: int
    second_case: uuid.UUID | None
    second_grade: int | None


class ObjectionPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[ObjectionOut]
    next: str | None


class ObjectionFilter(Closed):
    """Narrows the list."""

    area: Annotated[PlainText, Field(max_length=100)] = ""
    state: Literal["", "open", "upheld", "rejected", "withdrawn"] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class UseIn(Closed):
    """Which department or institution relies on the result, and for what."""

    department: Annotated[PlainText, Field(max_length=200)]
    purpose: Annotated[PlainText, Field(max_length=200)]


class UseOut(Schema):
    """One use."""

    id: int
    department: str
    purpose: str
    used_by: str
    used_at: dt.datetime


class UsePage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[UseOut]
    next: str | None


class UseFilter(Closed):
    """Narrows the list."""

    area: Annotated[PlainText, Field(max_length=100)] = ""
    department: Annotated[PlainText, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class OlderIn(Closed):
    """A result by a scale that is only taken over; `points` and `levels` by dimension, as far as known."""

    person: uuid.UUID
    scale: Code
    grade: Annotated[int, Field(ge=0, le=20)]
    assessed_on: dt.date
    assessed_by: Annotated[PlainText, Field(max_length=100)]
    points: Annotated[dict[Code, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=20)] = Field(default_factory=dict)
    levels: Annotated[dict[Code, Annotated[int, Field(ge=0, le=20)]], Field(max_length=20)] = Field(default_factory=dict)


class OlderOut(Schema):
    """An older result as it was sent; it counts for nothing here."""

    scale: str
    grade: int
    grade_label: str
    assessed_on: dt.date
    assessed_by: str


class OlderFilter(Closed):
    """Whose."""

    person: uuid.UUID


class AssessorOut(Schema):
    """An assessor."""

    certificate_no: str
    name: str
    medical: bool
    certified: bool
    state: str


class BodyOut(Schema):
    """An assessment body with its assessors."""

    credit_code: str
    name: str
    area_path: str
    licensed_from: dt.date
    licensed_until: dt.date | None
    usable: bool
    state: str
    assessors: list[AssessorOut]


class OptionOut(Schema):
    """One possible answer."""

    id: str
    label: str


class ItemOut(Schema):
    """One question, its options from best to worst."""

    id: str
    dimension: str
    label: str
    hint: str
    options: list[OptionOut]


class CircumstanceOut(Schema):
    """What counts besides the items: tick and yes_no are answered with true or false, count with a whole number up to `high`."""

    id: str
    label: str
    hint: str
    kind: str
    unit: str
    high: int


class ScaleOut(Schema):
    """A scale."""

    id: str
    title: str
    standard: str
    verified: bool
    note: str
    items: list[ItemOut]
    circumstances: list[CircumstanceOut]
    grades: list[str]


def case_out(brief: queries.CaseBrief) -> CaseOut:
    """The case as it goes out."""
    return CaseOut(
        id=uuid.UUID(brief.public_id), person=_uuid(brief.person_public_id), area_path=brief.area_path, scale=brief.scale,
        kind=brief.kind.value, origin=brief.origin.value, state=brief.state.value, requested_at=brief.requested_at, body=brief.body_name,
        visit_at=brief.visit_at, visit_place=brief.visit_place, with_health_check=brief.with_health_check, lead=brief.lead,
        second=brief.second, grade=brief.grade, result_state=brief.result_state.value if brief.result_state else None,
        objection_open=brief.objection_open,
    )  # fmt: skip


def form_out(form: queries.FormView) -> FormOut:
    """The form as it goes out."""
    answers = None if form.answers is None else {name: str(value) for name, value in form.answers.items()}
    noted = form.circumstances
    circumstances = None if noted is None else {name: value for name, value in noted.items() if isinstance(value, int)}
    return FormOut(
        assessor=form.assessor, lead=form.lead, state=form.state.value if form.state else None, offline=form.offline,
        arrived_at=form.arrived_at, answers=answers, circumstances=circumstances, grade=form.grade,
        signed_at=form.signature.signed_at if form.signature else None, digest=form.signature.digest if form.signature else None,
        unchanged=form.signature.unchanged if form.signature else None,
    )  # fmt: skip


def result_out(brief: queries.ResultBrief) -> ResultOut:
    """The result as it goes out."""
    return ResultOut(
        id=uuid.UUID(brief.case_public_id), person=_uuid(brief.person_public_id), area_path=brief.area_path, scale=brief.scale,
        standard=brief.standard, verified=brief.verified, fact=brief.fact, kind=brief.kind.value, grade=brief.grade,
        grade_label=brief.grade_label, state=brief.state.value, assessed_on=brief.assessed_on, announced_on=brief.announced_on,
        objections_until=brief.objections_until, in_force_on=brief.in_force_on, valid_to=brief.valid_to,
    )  # fmt: skip


def objection_out(line: queries.ObjectionLine) -> ObjectionOut:
    """The objection as it goes out; the objector's name stays inside."""
    return ObjectionOut(
        id=line.id, result=uuid.UUID(line.case_public_id), reason=line.reason, relation=line.relation, filed_at=line.filed_at,
        state=line.state.value, decided_at=line.decided_at, decided_because=line.decided_because, grade=line.grade,
        second_case=_uuid(line.second_public_id), second_grade=line.second_grade,
    )  # fmt: skip


def use_out(line: queries.UseLine) -> UseOut:
    """The use as it goes out."""
    return UseOut(id=line.id, department=line.department, purpose=line.purpose, used_by=line.used_by, used_at=line.used_at)


def scale_out(scale: Scale) -> ScaleOut:
    """The scale as a form needs it."""
    items = [
        ItemOut(
            id=item.id, dimension=dimension.label, label=item.label, hint=item.hint,
            options=[OptionOut(id=option.id, label=option.label) for option in item.options],
        )
        for dimension in scale.dimensions
        for item in dimension.items
    ]  # fmt: skip
    circumstances = [
        CircumstanceOut(id=one.id, label=one.label, hint=one.hint, kind=one.kind.value, unit=one.unit, high=one.high)
        for one in scale.circumstances
    ]
    return ScaleOut(
        id=scale.id, title=scale.title, standard=scale.standard, verified=scale.verified, note=scale.origin.note, items=items,
        circumstances=circumstances, grades=[grade.label for grade in scale.grades],
    )  # fmt: skip


class SignIn(Closed):
    """The assessor, by certificate, for whom the software signs."""

    assessor: Code


class OlderFileKey(Closed):
    """The key of a judged file."""

    key: Annotated[str, Field(max_length=2000, pattern=r"^[A-Za-z0-9_:.=-]+$")]


class OlderRowOut(Schema):
    """A row: new, same (there already) or refused, then with everything wrong. The number is masked."""

    row: int
    number: str
    name: str
    grade: str
    assessed_on: dt.date | None
    verdict: str
    problems: list[str]


class OlderFileOut(Schema):
    """A judged file. `taken`: its new rows are in."""

    key: str
    new: int
    same: int
    refused: int
    taken: bool
    rows: list[OlderRowOut]


def older_file_out(file: actions.OlderFile) -> OlderFileOut:
    """The file as it goes out."""
    rows = [
        OlderRowOut(
            row=one.row, number=one.number, name=one.name, grade=one.grade, assessed_on=one.assessed_on, verdict=one.verdict,
            problems=list(one.problems),
        )
        for one in file.rows
    ]  # fmt: skip
    return OlderFileOut(
        key=file.key, new=file.count("new"), same=file.count("same"), refused=file.count("refused"), taken=file.taken, rows=rows
    )


def _uuid(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
