"""Files about many people over the API: a department's comparison for life checks, a provider's counts. The same rules as on the pages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import actions, queries
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
MOST = 200
MOST_BYTES = 20 * 1024 * 1024
Number = Annotated[int, Field(ge=1, le=2**62)]
Verdict = Literal["new", "update", "unchanged", "conflict", "rejected"]


class GrantReturnCounts(Schema):
    """Rows by verdict."""

    new: int
    update: int
    unchanged: int
    conflict: int
    rejected: int


class GrantReturnOut(Schema):
    """A file. `kind`: life (a department's comparison) or units (a provider's counts, of `benefit`). `status`: checked, accepted."""

    id: int
    kind: Literal["life", "units"]
    sender: str
    benefit: str
    file_name: str
    status: Literal["checked", "accepted"]
    counts: GrantReturnCounts
    ignored_columns: list[str]
    uploaded_at: dt.datetime
    accepted_at: dt.datetime | None


class GrantReturnProblem(Schema):
    """What is wrong in a row; an empty `column` is about the whole row."""

    column: str
    reason: str
    remedy: str


class GrantReturnRowOut(Schema):
    """A row: its number in the file, the verdict, what accepting does, what is wrong. Nothing in it identifies the person."""

    sheet: str
    row: int
    verdict: Verdict
    note: str
    problems: list[GrantReturnProblem]


class GrantReturnRowsPage(Schema):
    """A page of rows in the order of the file; `next` is the cursor for the following one."""

    items: list[GrantReturnRowOut]
    next: str | None


class NewGrantReturn(Schema):
    """`sender`: a department's label (人社) for kind life, a provider's name for units; `benefit` only for units."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["life", "units"]
    sender: Annotated[PlainText, Field(min_length=1, max_length=60)]
    benefit: Annotated[PlainText, Field(max_length=100)] = ""


class GrantReturnFilter(Schema):
    """`verdict` narrows to one verdict."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    after: Cursor | None = None


def _out(brief: queries.ReturnBrief) -> GrantReturnOut:
    return GrantReturnOut(
        id=brief.id, kind=brief.kind.value, sender=brief.sender, benefit=brief.benefit, file_name=brief.name, status=brief.status.value,
        counts=GrantReturnCounts(**{verdict.value: rows for verdict, rows in brief.counts.items()}),
        ignored_columns=list(brief.ignored_columns), uploaded_at=brief.uploaded_at, accepted_at=brief.accepted_at,
    )  # fmt: skip


@router.post("", response={201: GrantReturnOut, **REFUSALS}, auth=Needs(Right.IMPORT), operation_id="check_grant_return",
             summary="Send a file about many people")  # fmt: skip
def check_grant_return(
    request: CallerRequest, about: Form[NewGrantReturn], content: File[UploadedFile]
) -> Status[GrantReturnOut]:
    """Every row has a verdict; nothing else happens. Sent twice it is checked twice, and the second time nothing is new once the first is in."""
    if (content.size or 0) > MOST_BYTES:
        raise InvalidInput("文件超过20兆。", next_step="请分成几个文件。", field="content")
    done = actions.check_return(
        request.auth, kind=queries.ReturnKind(about.kind), sender=about.sender, benefit=about.benefit, name=content.name or "file",
        content=content.read(),
    )  # fmt: skip
    return Status(201, _out(queries.return_file(request.auth, file_id=done.file_id, limit=1).brief))


@router.get("/{file}", response={200: GrantReturnOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS), operation_id="get_grant_return",
            summary="A file and its verdicts")  # fmt: skip
def get_grant_return(request: CallerRequest, file: Number) -> GrantReturnOut:
    """The counts by verdict."""
    return _out(queries.return_file(request.auth, file_id=file, limit=1).brief)


@router.get("/{file}/rows", response={200: GrantReturnRowsPage, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
            operation_id="list_grant_return_rows", summary="The rows of a file")  # fmt: skip
def list_grant_return_rows(request: CallerRequest, file: Number, asked: Query[GrantReturnFilter]) -> GrantReturnRowsPage:
    """In the order of the file."""
    verdict = queries.ReturnVerdict(asked.verdict) if asked.verdict else None
    page = queries.return_file(request.auth, file_id=file, verdict=verdict, after=asked.after, limit=asked.limit).rows
    items = [
        GrantReturnRowOut(
            sheet=row.sheet, row=row.row, verdict=row.verdict.value, note=row.note,
            problems=[GrantReturnProblem(column=p.column, reason=p.reason, remedy=p.remedy) for p in row.problems],
        )
        for row in page.items
    ]  # fmt: skip
    return GrantReturnRowsPage(items=items, next=page.next)


@router.post("/{file}/accept", response={200: GrantReturnOut, **REFUSALS}, auth=Needs(Right.ACCEPT_IMPORT),
             operation_id="accept_grant_return", summary="Let a checked file in")  # fmt: skip
def accept_grant_return(request: CallerRequest, file: Number) -> GrantReturnOut:
    """Its good rows have taken effect; conflicts are verified first. In already, or changed since its check: 409."""
    actions.accept_return(request.auth, file_id=file)
    return _out(queries.return_file(request.auth, file_id=file, limit=1).brief)
