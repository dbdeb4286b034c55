"""Events between contexts: written with the data they speak of, handed to every listener at least once, whatever crashes.

`publish` writes the event in the caller's transaction; right after commit it is delivered in this process. What a crash or a
failing listener left is picked up by `deliver_pending`, which a job calls every few seconds. Each listener runs in a transaction
of its own together with the mark that it has run: one that fails neither undoes nor stops the others, and is tried again with
growing pauses.
"""

from __future__ import annotations

import logging
import traceback
import types
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from django.db import transaction

from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound, SongheError
from songhe.foundation.models import OutboxEvent
from songhe.foundation.plain_values import plain

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


class Event(Protocol):
    """A frozen dataclass with a NAME that never changes; its fields are text, numbers, dates, UUIDs, tuples and maps of these."""

    NAME: ClassVar[str]


E = TypeVar("E", bound=Event)
Listener = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one sweep did: events fully delivered, and events that a listener refused and that stay pending."""

    delivered: int
    failed: int


@dataclass(frozen=True, slots=True)
class StuckEvent:
    """An event that some listener has refused at least once."""

    id: int
    name: str
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    last_error: str


_types: dict[str, type] = {}
_listeners: dict[str, dict[str, Listener]] = {}


def register(event_type: type[E], listener: Callable[[E], object]) -> None:
    """From now on the listener hears every event of this type. Registering the same function again changes nothing."""
    _types[event_type.NAME] = event_type
    _listeners.setdefault(event_type.NAME, {})[f"{listener.__module__}.{listener.__qualname__}"] = listener


def unregister(event_type: type[E], listener: Callable[[E], object]) -> None:
    """The listener hears no more events of this type."""
    _listeners.get(event_type.NAME, {}).pop(f"{listener.__module__}.{listener.__qualname__}", None)


def listeners_of(name: str) -> tuple[str, ...]:
    """The dotted names of those who hear events of this name."""
    return tuple(_listeners.get(name, {}))


def publish(event: Event) -> int:
    """The event is written with the surrounding transaction and delivered right after it commits; returns its id."""
    if not is_dataclass(event) or isinstance(event, type):
        raise TypeError(f"an event must be a dataclass, not {type(event).__name__}")
    now = clock.now()
    payload = {f.name: plain(getattr(event, f.name), carrier="an event cannot carry") for f in fields(event)}
    with transaction.atomic(savepoint=False):
        row = OutboxEvent.objects.create(name=event.NAME, payload=payload, created_at=now, next_attempt_at=now)
        transaction.on_commit(partial(_deliver_quietly, row.pk))
    return row.pk


def deliver_pending(limit: int = 1000) -> Delivery:
    """Every due event has been offered once to each listener that has not had it yet, oldest first."""
    due = OutboxEvent.objects.filter(delivered_at=None, next_attempt_at__lte=clock.now()).order_by("id")
    outcomes = [_deliver(pk) for pk in due.values_list("pk", flat=True)[:limit]]
    return Delivery(delivered=outcomes.count(True), failed=outcomes.count(False))


def forget_delivered(*, before: datetime) -> int:
    """Events that everybody had before this moment are gone from the table; returns how many. The audit chain keeps the deeds."""
    return OutboxEvent.objects.filter(delivered_at__lt=before).delete()[0]


def stuck_events(actor: Actor) -> tuple[StuckEvent, ...]:
    """The events that a listener refused, longest waiting first, for the operations desk."""
    require(actor, Right.SEE_JOBS)
    rows = OutboxEvent.objects.filter(delivered_at=None, attempts__gt=0).order_by("id")[:200]
    return tuple(StuckEvent(r.pk, r.name, r.created_at, r.attempts, r.next_attempt_at, r.last_error) for r in rows)


def retry_now(actor: Actor, *, event_id: int) -> bool:
    """The event has been offered again without waiting for its pause; True where everybody has now had it."""
    require(actor, Right.SEE_JOBS)
    if not OutboxEvent.objects.filter(pk=event_id).exists():
        raise NotFound("没有这个事件。", next_step="请刷新页面后再看。")
    return _deliver(event_id) is not False


def _deliver_quietly(pk: int) -> None:
    """Delivery after commit: whatever goes wrong, the publisher has already succeeded and the sweep will try again."""
    try:
        _deliver(pk)
    except Exception:
        log.exception("event %s could not be delivered right after commit; the sweep will try again", pk)


def _deliver(pk: int) -> bool | None:
    """True: everybody has had it. False: a listener refused. None: another process has it in hand or it was done already."""
    row = OutboxEvent.objects.filter(pk=pk, delivered_at=None).first()
    if row is None:
        return None
    failures = []
    for name, listener in list(_listeners.get(row.name, {}).items()):
        try:
            if not _offer(pk, name, listener):
                return None
        except Exception as error:  # a listener may fail in any way; the others must still hear
            log.warning("listener %s refused event %s (%s): %s", name, pk, row.name, _where(error))
            failures.append(f"{name}: {_where(error)}")
    with transaction.atomic():
        locked = OutboxEvent.objects.select_for_update().get(pk=pk)
        if failures:
            locked.attempts += 1
            locked.last_error = "\n".join(failures)
            locked.next_attempt_at = clock.now() + min(FIRST_PAUSE * 2 ** min(locked.attempts - 1, 20), LONGEST_PAUSE)
        elif locked.delivered_at is None:
            locked.delivered_at = clock.now()
        locked.save(update_fields=["attempts", "last_error", "next_attempt_at", "delivered_at"])
    return not failures


def _offer(pk: int, name: str, listener: Listener) -> bool:
    """Listener and mark commit together. False where another process holds the event just now."""
    with transaction.atomic():
        row = OutboxEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, delivered_at=None).first()
        if row is None:
            return False
        if name not in row.delivered_to:
            listener(_from_payload(_types[row.name], row.payload))
            row.delivered_to = [*row.delivered_to, name]
            row.save(update_fields=["delivered_to"])
    return True


def _where(error: Exception) -> str:
    """Kind and place of a failure. Not its message, which may quote personal data, except where the house wrote it itself."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/src/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
    said = f" {error.code}: {error.sentence}" if isinstance(error, SongheError) else ""
    return f"{type(error).__name__} at {place}{said}"


def _from_payload(event_type: type, payload: Mapping[str, object]) -> object:
    hints = typing.get_type_hints(event_type)
    names = {f.name for f in fields(event_type)}
    return event_type(**{name: _typed(hints[name], value) for name, value in payload.items() if name in names})


def _typed(hint: Any, value: Any) -> Any:
    """The JSON value as the type that the event declares."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if value is None or hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _typed(next(arg for arg in args if arg is not type(None)), value)
    if hint in (datetime, date):
        return hint.fromisoformat(value)
    if hint is uuid.UUID:
        return uuid.UUID(value)
    if origin in (tuple, Sequence, list, frozenset) or hint in (tuple, list, frozenset):
        inner = args[0] if args else Any
        if origin is tuple and args and args[-1] is not Ellipsis:
            return tuple(_typed(arg, item) for arg, item in zip(args, value, strict=True))
        return (frozenset if frozenset in (origin, hint) else tuple)(_typed(inner, item) for item in value)
    return value
