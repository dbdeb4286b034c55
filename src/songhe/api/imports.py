"""Imports as resources: create with the file, check, read the verdicts, accept, take the report. The same rules as on the pages."""

from __future__ import annotations

import datetime as dt
import tempfile
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponseBase
from ninja import File, Form, Header, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import actions, queries
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput

router = Router()
MOST = 500
MOST_BYTES = 200 * 1024 * 1024
KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]
Number = Annotated[int, Field(ge=1, le=2**62)]


class Counts(Schema):
    """Rows by verdict; they add up to `total` once the file is checked."""

    new: int = 0
    update: int = 0
    unchanged: int = 0
    conflict: int = 0
    rejected: int = 0


class ImportOut(Schema):
    """One file on its way in. `status`: uploaded, checking, needs_columns, checked, accepting, accepted, failed.

    `progress` is how many rows have been read; `problem` says why a file cannot be read; `notes` are remarks on the whole file; `same_as` is an
    accepted import of exactly the same content. `whole_list` is the list that somebody says the file is the whole of ("" for none), and
    `whole_list_absent` how many people it does not name and will be said not to have it.
    """

    id: int
    department: str
    file_name: str
    stated_on: dt.date
    status: str
    progress: int
    total: int
    counts: Counts
    problem: str
    notes: list[str]
    ignored_columns: list[str]
    same_as: int | None
    whole_list: str
    whole_list_absent: int
    uploaded_at: dt.datetime
    accepted_at: dt.datetime | None


class NewImport(Schema):
    """`department` by label (公安) or code (police); `stated_on` is the day that the content speaks of."""

    model_config = ConfigDict(extra="forbid")

    department: Annotated[PlainText, Field(max_length=40)]
    stated_on: dt.date


class WholeList(Schema):
    """`list` is one of the department's complete lists (departments.yaml), "" to take back what was said."""

    model_config = ConfigDict(extra="forbid")

    list: Annotated[PlainText, Field(max_length=60)]


class WholeListOut(Schema):
    """People: `absent` from the list, `losing` those among them whom it had, `unclear` perhaps in a row that was not understood."""

    absent: int
    losing: int
    unclear: int


class Columns(Schema):
    """What headers mean, where the layout does not know them: header -> field of the layout, "" to leave a column out."""

    model_config = ConfigDict(extra="forbid")

    columns: dict[PlainText, PlainText] = Field(default_factory=dict, max_length=500)


class ProblemOut(Schema):
    """What is wrong in a cell. `value` is masked where it is sensitive; `level`: error (the row stays out) or notice."""

    column: str
    value: str
    code: str
    reason: str
    remedy: str
    level: str


class RowOut(Schema):
    """A row's verdict. `row` is its number in the file; `changes` are the labels of what accepting would change."""

    sheet: str
    row: int
    verdict: str
    changes: list[str]
    problems: list[ProblemOut]
    set_aside: str


class RowsPage(Schema):
    """A page of rows in the order of the file; `next` is the cursor for the following one."""

    items: list[RowOut]
    next: str | None


class RowFilter(Schema):
    """`verdict` narrows to one verdict."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["new", "update", "unchanged", "conflict", "rejected"] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    after: Cursor | None = None


class ReportFilter(Schema):
    """`rows`: problems, all or one verdict; `format` as it was sent if not given."""

    model_config = ConfigDict(extra="forbid")

    rows: Literal["problems", "all", "new", "update", "unchanged", "conflict", "rejected"] = "problems"
    format: Literal["xlsx", "csv"] | None = None


def _out(request: CallerRequest, batch: int) -> ImportOut:
    brief = queries.batch(request.auth, batch_id=batch, limit=1).brief
    whole = next((each for each in queries.complete_lists(request.auth, batch_id=batch) if each.declared), None)
    return ImportOut(
        id=brief.id, department=brief.department, file_name=brief.file_name, stated_on=brief.stated_on, status=brief.status.value,
        progress=brief.progress, total=brief.total, counts=Counts(**{verdict.value: rows for verdict, rows in brief.counts.items()}),
        problem=brief.problem, notes=list(brief.notes), ignored_columns=list(brief.ignored_columns), same_as=brief.same_as,
        whole_list=whole.id if whole else "", whole_list_absent=whole.absent if whole else 0,
        uploaded_at=brief.uploaded_at, accepted_at=brief.accepted_at,
    )  # fmt: skip


@router.post(
    "",
    response={201: ImportOut, **REFUSALS},
    auth=Needs(Right.IMPORT),
    operation_id="create_import",
    summary="Send a department's file",
)
def create_import(
    request: CallerRequest,
    about: Form[NewImport],
    content: File[UploadedFile],
    idempotency_key: Annotated[Key, Header(alias="Idempotency-Key")],
) -> Status[ImportOut]:
    """The file is stored and waits to be checked (which happens by itself within seconds). The same key with the same file gives the same import."""
    if (content.size or 0) > MOST_BYTES:
        raise InvalidInput("文件超过200兆。", next_step="请分成几个文件上传。", field="content")
    batch = actions.upload_file(
        request.auth, department=about.department, name=(content.name or "file")[:200], content=content.read(), stated_on=about.stated_on, key=idempotency_key,
    )  # fmt: skip
    return Status(201, _out(request, batch))


@router.post(
    "/{batch}/check",
    response={200: ImportOut, **REFUSALS},
    auth=Needs(Right.IMPORT),
    operation_id="check_import",
    summary="Dry run",
)
def check_import(request: CallerRequest, batch: Number, said: Columns) -> ImportOut:
    """Every row has its verdict when this answers, and no person is touched; `columns` says what unknown headers mean."""
    if said.columns:
        actions.say_columns(request.auth, batch_id=batch, columns=said.columns)
    actions.check_batch(request.auth, batch_id=batch)
    return _out(request, batch)


@router.get(
    "/{batch}",
    response={200: ImportOut, **REFUSALS},
    auth=Needs(Right.IMPORT),
    operation_id="get_import",
    summary="Progress and counts",
)
def get_import(request: CallerRequest, batch: Number) -> ImportOut:
    """How far the import is."""
    return _out(request, batch)


@router.get(
    "/{batch}/rows",
    response={200: RowsPage, **REFUSALS},
    auth=Needs(Right.IMPORT),
    operation_id="list_import_rows",
    summary="Verdicts",
)
def list_import_rows(request: CallerRequest, batch: Number, asked: Query[RowFilter]) -> RowsPage:
    """The verdict on each row."""
    page = queries.batch(request.auth, batch_id=batch, verdict=asked.verdict, after=asked.after, limit=asked.limit).rows
    items = [
        RowOut(
            sheet=row.sheet, row=row.row, verdict=row.verdict.value, changes=list(row.changes), set_aside=row.set_aside,
            problems=[
                ProblemOut(column=p.column, value=p.value, code=p.code, reason=p.reason, remedy=p.remedy, level=p.level) for p in row.problems
            ],
        )
        for row in page.items
    ]  # fmt: skip
    return RowsPage(items=items, next=page.next)


@router.post(
    "/{batch}/whole-list",
    response={200: WholeListOut, **REFUSALS},
    auth=Needs(Right.ACCEPT_IMPORT),
    operation_id="declare_whole_list",
    summary="Say that the file is a whole list",
)
def declare_whole_list(request: CallerRequest, batch: Number, said: WholeList) -> WholeListOut:
    """Whoever of the sender's area the file does not name is counted; accepting it says of them that they do not have it."""
    found = actions.declare_complete(request.auth, batch_id=batch, list_id=said.list)
    return WholeListOut(absent=found.absent, losing=found.losing, unclear=found.unclear)


@router.post(
    "/{batch}/accept",
    response={202: ImportOut, **REFUSALS},
    auth=Needs(Right.ACCEPT_IMPORT),
    operation_id="accept_import",
    summary="Let the good rows in",
)
def accept_import(request: CallerRequest, batch: Number) -> Status[ImportOut]:
    """New and changed rows are in: all of them or none. Accepting again changes nothing."""
    actions.accept_batch(request.auth, batch_id=batch)
    return Status(202, _out(request, batch))


@router.get(
    "/{batch}/report",
    response=REFUSALS,
    auth=Needs(Right.IMPORT),
    operation_id="get_import_report",
    summary="The file with results",
)
def get_import_report(request: CallerRequest, batch: Number, asked: Query[ReportFilter]) -> HttpResponseBase:
    """The file again in its own layout with what became of each row, ready to correct and send again."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response; it has no name on disk
    try:
        found = actions.export_results(request.auth, batch_id=batch, into=spool, rows=asked.rows, kind=asked.format or "")
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return FileResponse(spool, content_type=KINDS[found.kind], as_attachment=True, filename=f"{found.name}.{found.kind}")
