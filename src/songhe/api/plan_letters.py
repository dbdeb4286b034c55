"""Letters of the plan over the API: supervision notices, minutes of joint meetings, replies to comments; fields, PDF and files."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from django.http import HttpResponseBase
from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.downloads import download, printed
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.api.registers import Values
from songhe.api.tasks import AttachedOut
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import actions as register_actions
from songhe.contexts.registers import queries as registers
from songhe.foundation import files, printing
from songhe.foundation.access import Right

router = Router()
SEE, KEEP = Needs(Right.SEE_REGISTERS), Needs(Right.KEEP_REGISTERS)
Register = Literal["supervision_notices", "joint_meetings", "public_comments"]
Number = Annotated[int, Field(ge=1, le=2**62)]


class LetterLine(Schema):
    """A letter in the list; `id` is that of the register's entry, under which it is also found in the registers."""

    id: uuid.UUID
    register_id: str
    name: str
    state: str
    opened_on: dt.date


class LettersPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[LetterLine]
    next: str | None


class LettersAsked(Schema):
    """Which register; `text` is looked for in the entries' own text; `over`: also those that are over."""

    model_config = ConfigDict(extra="forbid")

    register_id: Register
    text: Annotated[PlainText, Field(max_length=50)] = ""
    over: bool = True
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


class LetterDecision(Schema):
    """What a meeting decided, as its register says it."""

    decision: str
    unit: str
    due_on: str
    state: str


class LetterFile(Schema):
    """A file that came with the entry; `size` in bytes, `scanned_by` empty where no scanner has looked."""

    id: int
    name: str
    kind: str
    size: int
    scanned_by: str
    at: dt.datetime


class LetterOut(Schema):
    """A letter: its entry's fields in Chinese by id, never a sensitive one. `ready` is empty, or says why it cannot be printed yet."""

    id: uuid.UUID
    register_id: str
    kind: str
    name: str
    state: str
    values: dict[str, str]
    task: str | None
    decisions: list[LetterDecision]
    files: list[LetterFile]
    ready: str


class NewLetter(Schema):
    """A new entry of one of the three registers; `values` by field id, as the register declares them. Without an area path: the whole city."""

    model_config = ConfigDict(extra="forbid")

    register_id: Register
    area_path: Annotated[PlainText, Field(max_length=100)] = ""
    values: Values


def _letter(request: CallerRequest, entry: uuid.UUID) -> LetterOut:
    found = tracking.letter(request.auth, entry_id=_number(request, entry))
    return LetterOut(
        id=entry, register_id=found.register, kind=found.kind, name=found.name, state=found.state, values=dict(found.values),
        task=found.task.id if found.task else None, ready=found.ready,
        decisions=[LetterDecision(decision=one.decision, unit=one.unit, due_on=one.due_on, state=one.state) for one in found.decisions],
        files=[LetterFile(id=one.id, name=one.name, kind=one.kind, size=one.size, scanned_by=one.scanned_by, at=one.at) for one in found.files],
    )  # fmt: skip


def _number(request: CallerRequest, entry: uuid.UUID) -> int:
    return registers.entry_id_of(request.auth, public_id=str(entry))


@router.get("", response={200: LettersPage, **REFUSALS}, auth=SEE, operation_id="list_letters", summary="Letters of a register")
def list_letters(request: CallerRequest, asked: Query[LettersAsked]) -> LettersPage:
    """Entries of the register in the consumer's areas, newest first."""
    page = registers.entries(
        request.auth, register=asked.register_id, text=asked.text, over=None if asked.over else False, limit=asked.limit, after=asked.after,
    )  # fmt: skip
    lines = [
        LetterLine(id=uuid.UUID(line.public_id), register_id=asked.register_id, name=line.name, state=line.state_label, opened_on=line.opened_on)
        for line in page.items
    ]  # fmt: skip
    return LettersPage(items=lines, next=page.next)


@router.post(
    "", response={201: LetterOut, **REFUSALS}, auth=KEEP, operation_id="create_letter", summary="A new notice, meeting or comment"
)
def create_letter(request: CallerRequest, given: NewLetter) -> Status[LetterOut]:
    """The entry stands in its register's first state; its fields are changed and its state is moved like any register entry's."""
    made = register_actions.add_entry(
        request.auth,
        register=given.register_id,
        area_path=given.area_path or f"{policy.pack_in_use().pack.place.code}/",
        values=given.values,
    )
    return Status(201, _letter(request, uuid.UUID(registers.entry(request.auth, entry_id=made.id).line.public_id)))


@router.get("/{entry}", response={200: LetterOut, **REFUSALS}, auth=SEE, operation_id="get_letter", summary="One letter")
def get_letter(request: CallerRequest, entry: uuid.UUID) -> LetterOut:
    """What the letter is written from, and the files that came with it."""
    return _letter(request, entry)


@router.get(
    "/{entry}/paper", response={200: None, **REFUSALS}, auth=SEE, operation_id="print_letter", summary="The letter as PDF/A"
)
def print_letter(request: CallerRequest, entry: uuid.UUID) -> HttpResponseBase:
    """The printed letter; 409 while what it should say has not been written. That it was taken is recorded."""
    return printed(printing.paper("plan.letter", request.auth, {"entry": str(_number(request, entry))}))


@router.post(
    "/{entry}/files",
    response={201: AttachedOut, **REFUSALS},
    auth=KEEP,
    operation_id="attach_letter_file",
    summary="A file for a letter",
)
def attach_letter_file(request: CallerRequest, entry: uuid.UUID, content: File[UploadedFile]) -> Status[AttachedOut]:
    """The file hangs on the entry, judged by its content like evidence and kept once."""
    actions.refuse_size(content.size or 0)
    made = actions.attach_to_entry(
        request.auth, entry_id=_number(request, entry), name=content.name or "", content=content.read()
    )
    return Status(201, AttachedOut(id=made.id, name=made.name, known=made.known))


@router.get(
    "/{entry}/files/{file}", response={200: None, **REFUSALS}, auth=SEE, operation_id="get_letter_file", summary="A letter's file"
)
def get_letter_file(request: CallerRequest, entry: uuid.UUID, file: Number) -> HttpResponseBase:
    """The bytes as they came."""
    view, stored = tracking.entry_file(request.auth, entry_id=_number(request, entry), file_id=file)
    return download(view.name, files.read(stored.id))
