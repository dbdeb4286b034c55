"""What happened to a person, in words: death and its withdrawal, moves, a new ID number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from songhe.basics.masking import mask_id_number
from songhe.contexts.people.access import person_for
from songhe.contexts.people.models import FormerNumber, LifeEvent
from songhe.contexts.people.words import LIFE_EVENT_LABELS, LifeEventKind, seal_context
from songhe.contexts.places import queries as places
from songhe.foundation.access import Actor
from songhe.foundation.encryption import open_sealed


@dataclass(frozen=True, slots=True)
class LifeEventView:
    """One event. `told` says it in one phrase; `happened_on` is None where no department said the day, `department` who said it."""

    kind: LifeEventKind
    told: str
    happened_on: dt.date | None
    known_at: dt.datetime
    department: str


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """One event as other contexts react to it: of whom, what, and where the person belongs now (of whom they stand for, where they do)."""

    person_id: int
    kind: LifeEventKind
    happened_on: dt.date | None
    alive: bool | None
    area_path: str


def known_events(*, event_ids: Collection[int]) -> tuple[KnownEvent, ...]:
    """The events of a `LifeEventsKnown`, in order, with the person as they are now. For listeners: asks for no right."""
    rows = LifeEvent.objects.filter(id__in=list(event_ids)).select_related("person").order_by("id")
    return tuple(
        KnownEvent(row.person_id, LifeEventKind(row.kind), row.happened_on, row.person.facts.get("alive"), row.person.area_path)
        for row in rows
    )


def life_events(actor: Actor, *, person_id: int) -> tuple[LifeEventView, ...]:
    """The person's events, the latest known first; PersonNotFound outside the actor's areas."""
    person = person_for(actor, person_id)
    rows = list(LifeEvent.objects.filter(person_id=person.id).select_related("record").order_by("-known_at", "-id"))
    moved = [str(side["area_path"]) for row in rows for side in (row.before, row.after) if "area_path" in side]
    names = _names(moved)
    numbers = _former_numbers(person.id) if any(row.kind == LifeEventKind.NUMBER_CHANGED for row in rows) else {}
    return tuple(
        LifeEventView(
            LifeEventKind(row.kind),
            _told(row, names, numbers),
            row.happened_on,
            row.known_at,
            row.record.department if row.record else "",
        )
        for row in rows
    )


def _names(paths: list[str]) -> Mapping[str, str]:
    if not paths:
        return {}
    return {area.path: area.name for level in ("town", "community") for area in places.areas_under("", level)}


def _former_numbers(person_id: int) -> Mapping[str, str]:
    """Blind digest -> the number, masked, of those that were the person's."""
    kept = FormerNumber.objects.filter(Q(person_id=person_id) | Q(person__stands_for=person_id)).exclude(id_sealed=None)
    return {
        bytes(each.id_index).hex()[:32]: mask_id_number(
            open_sealed(each.id_sealed, context=seal_context("id_number", str(each.person.public_id)))
        )
        for each in kept.select_related("person")
        if each.id_sealed is not None
    }


def _told(row: LifeEvent, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    kind = LifeEventKind(row.kind)
    label = LIFE_EVENT_LABELS[kind]
    if kind is LifeEventKind.MOVED_WITHIN:
        before, after = str(row.before.get("area_path", "")), str(row.after.get("area_path", ""))
        return f"{label}：从{names.get(before, '别处')}到{names.get(after, '别处')}"
    if kind is LifeEventKind.NUMBER_CHANGED:
        was = numbers.get(str(row.before.get("id_number", "")))
        return f"{label}：原号码{was}" if was else label
    what = [word for name, word in (("registered_here", "户籍"), ("resident_here", "常住")) if name in row.after]
    return f"{label}（{'、'.join(what)}）" if what else label
