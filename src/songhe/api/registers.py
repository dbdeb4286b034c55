"""Registers over the API: what is declared, the entries, a new one, other values, the next state, the history."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import queries as people
from songhe.contexts.registers import actions
from songhe.contexts.registers import queries as registers
from songhe.foundation.access import Right

router = Router()
MOST = 500
Given = Annotated[PlainText, Field(max_length=500)] | bool | Annotated[int, Field(ge=-(10**15), le=10**15)] | None
Values = Annotated[dict[Annotated[PlainText, Field(max_length=60)], Given], Field(max_length=100)]
Reason = Annotated[PlainText, Field(max_length=500)]


class Choice(Schema):
    """A code and its Chinese label."""

    code: str
    label: str


class FieldOut(Schema):
    """A field: money in fen, decimals as text, dates as ISO 8601, codes as in `values`. Sensitive fields are written, never read."""

    id: str
    label: str
    type: str
    unit: str
    required: bool
    sensitive: bool
    values: list[Choice]


class MoveOut(Schema):
    """From which states to which one an entry may go, what must be filled then, and whether it has to be said why."""

    id: str
    label: str
    from_states: list[str]
    to_state: str
    needs: list[str]
    reason: bool


class RegisterLine(Schema):
    """A register and how many entries are open in the consumer's areas."""

    id: str
    title: str
    about: str
    entity: str
    owner: str
    open: int


class RegisterOut(Schema):
    """What a register is declared to be. The first state is where an entry begins."""

    id: str
    title: str
    entity: str
    key: list[str]
    fields: list[FieldOut]
    states: list[Choice]
    closed_states: list[str]
    moves: list[MoveOut]


class EntryOut(Schema):
    """An entry. `person` is the public id of the person it is about, null where it is about none; `values` leaves out what is sensitive or unknown."""

    id: uuid.UUID
    register_id: str
    name: str
    person: uuid.UUID | None
    area_path: str
    state: str
    values: dict[str, str | int | bool]
    opened_on: dt.date
    closed_on: dt.date | None


class EntryPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[EntryOut]
    next: str | None


class FieldChangeOut(Schema):
    """A field before and after, in Chinese, hidden where it is sensitive."""

    label: str
    before: str
    after: str


class ChangeOut(Schema):
    """One thing that happened to an entry: added, changed or moved."""

    at: dt.datetime
    actor: str
    deed: str
    move: str
    from_state: str
    to_state: str
    fields: list[FieldChangeOut]
    reason: str


class EntriesWanted(Schema):
    """`over`: also entries that are over. `text`: in the person's name, or in the entry's own text fields."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    state: Annotated[PlainText, Field(max_length=60)] = ""
    text: Annotated[PlainText, Field(max_length=50)] = ""
    over: bool = False
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class EntryIn(Schema):
    """A new entry: `person` for a register about persons, `area_path` for any other."""

    model_config = ConfigDict(extra="forbid")

    person: uuid.UUID | None = None
    area_path: Annotated[PlainText, Field(max_length=100)] = ""
    values: Values
    opened_on: dt.date | None = None
    reason: Reason = ""


class ChangeIn(Schema):
    """Other values; null takes one out, fields that are not named stay."""

    model_config = ConfigDict(extra="forbid")

    values: Values
    reason: Reason = ""


class MoveIn(Schema):
    """The move, with what it needs; `on` is the day on which the entry is over, today if none is given."""

    model_config = ConfigDict(extra="forbid")

    move: Annotated[PlainText, Field(max_length=60)]
    values: Values = Field(default_factory=dict)
    reason: Reason = ""
    on: dt.date | None = None


def _entry(line: registers.EntryLine, register: str) -> EntryOut:
    values = {value.field.id: value.value for value in line.values if value.value is not None}
    person = uuid.UUID(line.person_public_id) if line.person_public_id else None
    return EntryOut(
        id=uuid.UUID(line.public_id), register_id=register, name=line.name, person=person, area_path=line.area_path, state=line.state,
        values=values, opened_on=line.opened_on, closed_on=line.closed_on,
    )  # fmt: skip


def _one(request: CallerRequest, entry_id: int) -> EntryOut:
    view = registers.entry(request.auth, entry_id=entry_id)
    return _entry(view.line, view.declared.id)


@router.get(
    "/registers",
    response={200: list[RegisterLine], **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="list_registers",
    summary="Registers",
)
def list_registers(request: CallerRequest) -> list[RegisterLine]:
    """Every register that the consumer may see; those about persons only for who may see people."""
    return [
        RegisterLine(id=each.id, title=each.title, about=each.about, entity=each.entity, owner=each.owner, open=each.open)
        for each in registers.registers(request.auth)
    ]


@router.get(
    "/registers/{register_id}",
    response={200: RegisterOut, **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="get_register",
    summary="A register's declaration",
)
def get_register(request: CallerRequest, register_id: str) -> RegisterOut:
    """Fields, states and moves as the pack in use declares them."""
    found = registers.register(request.auth, register=register_id).declared
    fields = [
        FieldOut(
            id=f.id, label=f.label, type=f.type, unit=f.unit, required=f.required, sensitive=f.sensitive,
            values=[Choice(code=code, label=label) for code, label in f.values],
        )
        for f in found.fields
    ]  # fmt: skip
    moves = [
        MoveOut(
            id=m.id, label=m.label, from_states=list(m.from_states), to_state=m.to_state, needs=list(m.needs), reason=m.reason
        )
        for m in found.moves
    ]
    states = [Choice(code=code, label=label) for code, label in found.states]
    return RegisterOut(
        id=found.id, title=found.title, entity=found.entity, key=list(found.key), fields=fields, states=states,
        closed_states=list(found.closed), moves=moves,
    )  # fmt: skip


@router.get(
    "/registers/{register_id}/entries",
    response={200: EntryPage, **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="list_register_entries",
    summary="Entries of a register",
)
def list_register_entries(request: CallerRequest, register_id: str, wanted: Query[EntriesWanted]) -> EntryPage:
    """Entries in the consumer's areas, newest first; no exact count is given."""
    page = registers.entries(
        request.auth, register=register_id, area_path=wanted.area, state=wanted.state or None, text=wanted.text,
        over=None if wanted.over else False, limit=wanted.limit, after=wanted.after,
    )  # fmt: skip
    return EntryPage(items=[_entry(line, register_id) for line in page.items], next=page.next)


@router.post(
    "/registers/{register_id}/entries",
    response={201: EntryOut, **REFUSALS},
    auth=Needs(Right.KEEP_REGISTERS),
    operation_id="add_register_entry",
    summary="A new entry",
)
def add_register_entry(request: CallerRequest, register_id: str, body: EntryIn) -> Status[EntryOut]:
    """An entry in the register's first state; 409 where an open one has the same key."""
    person = people.person_id_of(request.auth, public_id=body.person) if body.person is not None else None
    done = actions.add_entry(
        request.auth, register=register_id, person_id=person, area_path=body.area_path, values=body.values, opened_on=body.opened_on,
        reason=body.reason,
    )  # fmt: skip
    return Status(201, _one(request, done.id))


@router.get(
    "/register-entries/{entry_id}",
    response={200: EntryOut, **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="get_register_entry",
    summary="One entry",
)
def get_register_entry(request: CallerRequest, entry_id: uuid.UUID) -> EntryOut:
    """The entry as it stands."""
    return _one(request, registers.entry_id_of(request.auth, public_id=str(entry_id)))


@router.patch(
    "/register-entries/{entry_id}",
    response={200: EntryOut, **REFUSALS},
    auth=Needs(Right.KEEP_REGISTERS),
    operation_id="change_register_entry",
    summary="Other values",
)
def change_register_entry(request: CallerRequest, entry_id: uuid.UUID, body: ChangeIn) -> EntryOut:
    """The entry has the given values; repeating them writes nothing."""
    number = registers.entry_id_of(request.auth, public_id=str(entry_id))
    actions.change_entry(request.auth, entry_id=number, values=body.values, reason=body.reason)
    return _one(request, number)


@router.post(
    "/register-entries/{entry_id}/moves",
    response={200: EntryOut, **REFUSALS},
    auth=Needs(Right.KEEP_REGISTERS),
    operation_id="move_register_entry",
    summary="The next state",
)
def move_register_entry(request: CallerRequest, entry_id: uuid.UUID, body: MoveIn) -> EntryOut:
    """The entry stands in the state that the move leads to; 409 where no such move leads on from where it is."""
    number = registers.entry_id_of(request.auth, public_id=str(entry_id))
    actions.move_entry(request.auth, entry_id=number, move=body.move, values=body.values, reason=body.reason, on=body.on)
    return _one(request, number)


@router.get(
    "/register-entries/{entry_id}/history",
    response={200: list[ChangeOut], **REFUSALS},
    auth=Needs(Right.SEE_REGISTERS),
    operation_id="get_register_history",
    summary="What happened to an entry",
)
def get_register_history(request: CallerRequest, entry_id: uuid.UUID) -> list[ChangeOut]:
    """Every change, latest first."""
    number = registers.entry_id_of(request.auth, public_id=str(entry_id))
    return [
        ChangeOut(
            at=change.at, actor=change.actor_name, deed=change.deed.value, move=change.move, from_state=change.from_state,
            to_state=change.to_state, reason=change.reason,
            fields=[FieldChangeOut(label=f.label, before=f.before, after=f.after) for f in change.fields],
        )
        for change in registers.history(request.auth, entry_id=number)
    ]  # fmt: skip
