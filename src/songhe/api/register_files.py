"""Files of a register over the API: sent and judged, read row by row, let in; and persons who should have an entry."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import queries as people
from songhe.contexts.registers import actions
from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.queries import Expectation, FileStatus, Verdict
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

router = Router()
KEEP = Needs(Right.KEEP_REGISTERS)
MOST_BYTES = 20 * 1024 * 1024
Number = Annotated[int, Field(ge=1, le=2**62)]


class RegisterFileOut(Schema):
    """A file and how many of its rows have each verdict; `ignored` are columns that the register does not know."""

    id: int
    register_id: str
    name: str
    status: FileStatus
    counts: dict[str, int]
    ignored: list[str]
    uploaded_at: dt.datetime
    accepted_at: dt.datetime | None


class RowProblemOut(Schema):
    """What is wrong in a row and what to do; `value` is masked where it has to be."""

    column: str
    value: str
    reason: str
    remedy: str


class RegisterRowOut(Schema):
    """A row of the file with its verdict; `changes` are the labels of what would change."""

    sheet: str
    row: int
    verdict: Verdict
    changes: list[str]
    problems: list[RowProblemOut]


class RegisterRowsPage(Schema):
    """A page of rows in the order of the file; `next` is the cursor for the following one."""

    items: list[RegisterRowOut]
    next: str | None


class RowsWanted(Schema):
    """`verdict` narrows to one verdict."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    after: Cursor | None = None


class CandidateOut(Schema):
    """A person of whom the register's condition holds and who has no entry (`missing`), or who has one and it holds no more (`leaving`)."""

    person: uuid.UUID
    name: str
    area_path: str
    expectation: Expectation


class CandidatesPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[CandidateOut]
    next: str | None


class CandidatesWanted(Schema):
    """`area` narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    expectation: Expectation = Expectation.MISSING
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Cursor | None = None


class CandidatesIn(Schema):
    """Persons to be entered."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[list[uuid.UUID], Field(min_length=1, max_length=500)]


class CandidatesOut(Schema):
    """How many entries were added, and of how many persons the condition holds no more, or who have one already."""

    added: int
    left: int


@router.post(
    "/registers/{register_id}/files",
    response={201: RegisterFileOut, **REFUSALS},
    auth=KEEP,
    operation_id="check_register_file",
    summary="Send a file of a register",
)
def check_register_file(request: CallerRequest, register_id: str, content: File[UploadedFile]) -> Status[RegisterFileOut]:
    """Every row has its verdict, and no entry is touched; 422 where the whole file cannot be read as one of this register."""
    if (content.size or 0) > MOST_BYTES:
        raise InvalidInput("文件超过20兆。", next_step="请分成几个文件上传。", field="content")
    done = actions.check_file(request.auth, register=register_id, name=(content.name or "file")[:200], content=content.read())
    return Status(201, _file(request.auth, done.file_id))


@router.get(
    "/register-files/{file}",
    response={200: RegisterFileOut, **REFUSALS},
    auth=KEEP,
    operation_id="get_register_file",
    summary="A file with its counts",
)
def get_register_file(request: CallerRequest, file: Number) -> RegisterFileOut:
    """As it was judged, or let in."""
    return _file(request.auth, file)


@router.get(
    "/register-files/{file}/rows",
    response={200: RegisterRowsPage, **REFUSALS},
    auth=KEEP,
    operation_id="list_register_file_rows",
    summary="Verdicts row by row",
)
def list_register_file_rows(request: CallerRequest, file: Number, wanted: Query[RowsWanted]) -> RegisterRowsPage:
    """All rows or those of one verdict."""
    page = registers.register_file(
        request.auth, file_id=file, verdict=wanted.verdict, after=wanted.after, limit=wanted.limit
    ).rows
    items = [
        RegisterRowOut(
            sheet=row.sheet, row=row.row, verdict=row.verdict, changes=list(row.changes),
            problems=[RowProblemOut(column=p.column, value=p.value, reason=p.reason, remedy=p.remedy) for p in row.problems],
        )
        for row in page.items
    ]  # fmt: skip
    return RegisterRowsPage(items=items, next=page.next)


@router.post(
    "/register-files/{file}/accept",
    response={200: RegisterFileOut, **REFUSALS},
    auth=KEEP,
    operation_id="accept_register_file",
    summary="Let the good rows in",
)
def accept_register_file(request: CallerRequest, file: Number) -> RegisterFileOut:
    """New and changed rows are in, all of them or none; let in already, nothing changes. 409 where the register has moved on since the check."""
    if _file(request.auth, file).status is not FileStatus.ACCEPTED:
        actions.accept_file(request.auth, file_id=file)
    return _file(request.auth, file)


@router.get(
    "/registers/{register_id}/candidates",
    response={200: CandidatesPage, **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="list_register_candidates",
    summary="Who should have an entry",
)
def list_register_candidates(request: CallerRequest, register_id: str, wanted: Query[CandidatesWanted]) -> CandidatesPage:
    """In the consumer's areas."""
    page = registers.candidates(
        request.auth, register=register_id, expectation=wanted.expectation, area_path=wanted.area, after=wanted.after, limit=wanted.limit
    )  # fmt: skip
    items = [
        CandidateOut(
            person=uuid.UUID(line.person.public_id), name=line.person.name, area_path=line.person.area_path, expectation=line.expectation
        )
        for line in page.items
    ]  # fmt: skip
    return CandidatesPage(items=items, next=page.next)


@router.post(
    "/registers/{register_id}/candidates",
    response={200: CandidatesOut, **REFUSALS},
    auth=KEEP,
    operation_id="add_register_candidates",
    summary="Enter those who should have an entry",
)
def add_register_candidates(request: CallerRequest, register_id: str, body: CandidatesIn) -> CandidatesOut:
    """Each of whom the condition holds now, and who has no open entry, has one; repeated, nobody has two."""
    wanted = [people.person_id_of(request.auth, public_id=each) for each in dict.fromkeys(body.people)]
    done = actions.add_candidates(request.auth, register=register_id, person_ids=wanted)
    return CandidatesOut(added=done.added, left=done.left)


def _file(actor: Actor, file_id: int) -> RegisterFileOut:
    brief = registers.register_file(actor, file_id=file_id, limit=1).brief
    return RegisterFileOut(
        id=brief.id, register_id=brief.register, name=brief.name, status=brief.status,
        counts={verdict.value: rows for verdict, rows in brief.counts.items()}, ignored=list(brief.ignored_columns),
        uploaded_at=brief.uploaded_at, accepted_at=brief.accepted_at,
    )  # fmt: skip
