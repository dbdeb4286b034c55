"""Entries of a register: the list, one of them, its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.registers.access import declared, entry_for, visible_to
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.queries.declarations import moves_for
from songhe.contexts.registers.queries.field_values import HIDDEN, Value, cell_of, shown
from songhe.contexts.registers.words import Deed
from songhe.engines.policy.pack import RegisterEntry, RegisterField, RegisterMove
from songhe.foundation.access import Actor, Right
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500
_PERSONS = 200


@dataclass(frozen=True, slots=True)
class ValueShown:
    """A field of an entry: `shown` in Chinese, `cell` as a form holds it, `value` as stored.

    Of a sensitive field `shown` is hidden and the others are empty; where nothing is known all three are.
    """

    field: RegisterField
    shown: str
    cell: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in a list. `name` is the person's, or the entry's first text; `place` its area in words."""

    id: int
    public_id: str
    name: str
    person_public_id: str
    place: str
    area_path: str
    state: str
    state_label: str
    values: tuple[ValueShown, ...]
    opened_on: dt.date
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with its register and what this actor may do with it."""

    line: EntryLine
    declared: RegisterEntry
    moves: tuple[RegisterMove, ...]
    may_change: bool
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after; hidden where it is sensitive, empty where it was or is unknown."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One thing that happened to an entry."""

    at: dt.datetime
    actor_name: str
    deed: Deed
    move: str
    from_state: str
    to_state: str
    fields: tuple[FieldChange, ...]
    reason: str
    from_file: bool


def entries(
    actor: Actor,
    *,
    register: str,
    area_path: str = "",
    state: str | None = None,
    text: str = "",
    over: bool | None = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[EntryLine]:
    """Entries in the actor's areas, newest first. `over`: only those that are over (True) or not (False), None for both.

    `text` is looked for in the person's name (or ID number), else in the entry's text fields.
    """
    found = declared(actor, register)
    rows = _filtered(actor, found, area_path, state, text, over)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    taken = list(rows.order_by("-id")[: limit + 1])
    shown_rows = taken[:limit]
    return Page(_lines(actor, found, shown_rows), cursor_of(shown_rows[-1].id) if len(taken) > limit else None)


def count_entries(
    actor: Actor,
    *,
    register: str,
    area_path: str = "",
    state: str | None = None,
    text: str = "",
    over: bool | None = False,
    most: int = 10_000,
) -> int:
    """How many entries such a list has, counted no further than `most`."""
    found = declared(actor, register)
    return _filtered(actor, found, area_path, state, text, over).values("id")[:most].count()


def entry(actor: Actor, *, entry_id: int) -> EntryView:
    """One entry; EntryNotFound where there is none in the actor's areas."""
    found, register = entry_for(actor, entry_id)
    keeps = actor.may(Right.KEEP_REGISTERS, found.area_path)
    return EntryView(
        line=_lines(actor, register, [found])[0],
        declared=register,
        moves=moves_for(actor, register, found.state, found.area_path) if keeps else (),
        may_change=keeps and found.closed_on is None,
        may_reveal=actor.may(Right.REVEAL_SENSITIVE, found.area_path),
    )


def entry_id_of(actor: Actor, *, public_id: str) -> int:
    """The entry's inner number from the name that it has outside; EntryNotFound outside the actor's areas."""
    found = Entry.objects.filter(public_id=public_id).values_list("id", flat=True).first()
    return entry_for(actor, found or 0)[0].id


def entries_of_person(actor: Actor, *, person_id: int) -> tuple[EntryView, ...]:
    """Every open entry about a person that the actor may see, in the order of the registers."""
    people.person_place(actor, person_id=person_id)
    if not actor.may(Right.SEE_REGISTERS):
        return ()
    found = Entry.objects.filter(person_id=person_id, closed_on=None).order_by("register", "id")
    return tuple(entry(actor, entry_id=each.id) for each in found if actor.may(Right.SEE_REGISTERS, each.area_path))


def history(actor: Actor, *, entry_id: int) -> tuple[ChangeView, ...]:
    """Everything that happened to an entry, latest first."""
    found, register = entry_for(actor, entry_id)
    return tuple(_change(register, row) for row in EntryChange.objects.filter(entry=found).order_by("-id"))


def _filtered(
    actor: Actor, register: RegisterEntry, area_path: str, state: str | None, text: str, over: bool | None
) -> QuerySet[Entry]:
    rows = visible_to(actor, register, area_path=area_path)
    if state:
        rows = rows.filter(state=state)
    if over is not None:
        rows = rows.filter(closed_on__isnull=not over)
    if words := text.strip():
        rows = rows.filter(_meaning(actor, register, area_path, words))
    return rows


def _meaning(actor: Actor, register: RegisterEntry, area_path: str, words: str) -> Q:
    if register.entity == "person":
        named = people.search_people(actor, text=words, area_path=area_path, limit=_PERSONS).items
        return Q(person_id__in=[person.id for person in named])
    found = Q(pk__in=[])
    for field in register.fields:
        if field.type == "text" and not field.sensitive:
            found |= Q(**{f"values__{field.id}__icontains": words})
    return found


def _lines(actor: Actor, register: RegisterEntry, rows: Sequence[Entry]) -> tuple[EntryLine, ...]:
    ids = [row.person_id for row in rows if row.person_id is not None]
    heads = people.heads_of(ids) if ids else {}
    known = people.people_by_id(actor, person_ids=[heads.get(one, one) for one in ids]) if ids else {}
    names = _places({row.area_path for row in rows})
    return tuple(_line(register, row, known.get(heads.get(row.person_id or 0, row.person_id or 0)), names) for row in rows)


def _line(register: RegisterEntry, row: Entry, person: people.PersonBrief | None, names: Mapping[str, str]) -> EntryLine:
    name = person.name if person is not None else _title(register, row)
    return EntryLine(
        id=row.id, public_id=str(row.public_id), name=name, person_public_id=person.public_id if person is not None else "",
        place=names[row.area_path], area_path=row.area_path, state=row.state, state_label=register.label_of(row.state),
        values=tuple(_value(field, row) for field in register.fields), opened_on=row.opened_on, closed_on=row.closed_on,
    )  # fmt: skip


def _value(field: RegisterField, row: Entry) -> ValueShown:
    if field.sensitive:
        veil = HIDDEN if row.sealed else ""
        return ValueShown(field, veil, "", None)
    value = row.values.get(field.id)
    return ValueShown(field, shown(field, value), cell_of(field, value), value)


def _title(register: RegisterEntry, row: Entry) -> str:
    """The `name` of an entry about no person: the field called name, else the first text."""
    texts = [field.id for field in register.fields if field.type == "text" and not field.sensitive]
    chosen = "name" if "name" in texts else next((name for name in texts if name in row.values), "")
    return str(row.values.get(chosen, "")) or f"第{row.id}号"


def _places(paths: Collection[str]) -> dict[str, str]:
    """Each path in words: 小坝镇 · 永丰社区; the city's name for the whole city. One statement however many there are."""
    if len(paths) <= 1:
        return {path: _place(places.ancestors(path)) for path in paths}
    known = {area.path: area for area in places.area_tree()}
    found = {}
    for path in paths:
        codes = path.rstrip("/").split("/")
        chain = ["/".join(codes[: place + 1]) + "/" for place in range(len(codes))]
        found[path] = _place([known[step] for step in chain if step in known])
    return found


def _place(steps: Sequence[places.AreaView]) -> str:
    below = [step.name for step in steps if step.level in ("county", "town", "community")]
    return " · ".join(below[-2:]) if below else "".join(step.name for step in steps)


def _change(register: RegisterEntry, row: EntryChange) -> ChangeView:
    changed = [field for field in register.fields if field.id in row.before or field.id in row.after]
    move = next((each.label for each in register.moves if each.id == row.move), row.move)
    return ChangeView(
        at=row.at, actor_name=row.actor_name, deed=Deed(row.deed), move=move,
        from_state=register.label_of(row.from_state) if row.from_state else "", to_state=register.label_of(row.to_state),
        fields=tuple(_field_change(field, row) for field in changed), reason=row.reason, from_file=row.file_id is not None,
    )  # fmt: skip


def _field_change(field: RegisterField, row: EntryChange) -> FieldChange:
    if field.sensitive:
        return FieldChange(field.label, HIDDEN if field.id in row.before else "", HIDDEN if field.id in row.after else "")
    return FieldChange(field.label, shown(field, row.before.get(field.id)), shown(field, row.after.get(field.id)))
