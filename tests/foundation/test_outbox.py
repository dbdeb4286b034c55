"""The outbox: what committed is delivered, whatever crashes; what rolled back is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction

from songhe.foundation import clock, outbox, work_items
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, Conflict, NotFound
from songhe.foundation.models import OutboxEvent, WorkItem
from songhe.foundation.outbox import Delivery

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Happened:
    NAME: ClassVar[str] = "test.happened"
    ids: tuple[int, ...]
    on: date | None = None
    at: datetime | None = None
    ref: uuid.UUID | None = None
    pair: tuple[str, date] | None = None


class Ear:
    """A listener that remembers, and fails as often as it is told."""

    def __init__(self, name: str, failures: int = 0) -> None:
        self.heard: list[Happened] = []
        self.failures = failures
        self.__module__, self.__qualname__ = __name__, name

    def __call__(self, event: Happened) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("身份证 11010519491231002X 有误")
        self.heard.append(event)


@contextmanager
def listening(*ears: Ear) -> Iterator[None]:
    for ear in ears:
        outbox.register(Happened, ear)
    try:
        yield
    finally:
        for ear in ears:
            outbox.unregister(Happened, ear)


@pytest.mark.django_db(transaction=True)
def test_an_event_arrives_with_its_types_right_after_commit() -> None:
    event = Happened((3, 1), date(2026, 2, 28), NOON, uuid.UUID(int=7), ("甲", date(2026, 1, 1)))
    ear = Ear("one")
    with listening(ear):
        with transaction.atomic():
            outbox.publish(event)
            assert ear.heard == []
        assert ear.heard == [event]
    row = OutboxEvent.objects.get()
    assert row.delivered_at is not None and row.attempts == 0
    assert row.delivered_to == [f"{__name__}.one"]
    assert outbox.deliver_pending() == Delivery(0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_rolls_back_was_never_published() -> None:
    ear = Ear("one")
    with listening(ear), pytest.raises(RuntimeError), transaction.atomic():
        outbox.publish(Happened((1,)))
        raise RuntimeError
    assert ear.heard == [] and OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_nobody_hears_is_done() -> None:
    outbox.publish(Happened((1,)))
    assert OutboxEvent.objects.get().delivered_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_failing_listener_keeps_the_event_and_does_not_stop_the_others() -> None:
    first, broken, last = Ear("first"), Ear("broken", failures=2), Ear("last")
    with clock.frozen(NOON), listening(first, broken, last):
        outbox.publish(Happened((1,)))
        assert (len(first.heard), len(broken.heard), len(last.heard)) == (1, 0, 1)
        row = OutboxEvent.objects.get()
        assert (row.delivered_at, row.attempts, row.next_attempt_at) == (None, 1, NOON + timedelta(seconds=10))
        assert row.last_error.startswith(f"{__name__}.broken: RuntimeError at ") and "110105" not in row.last_error
        assert outbox.deliver_pending() == Delivery(0, 0)  # not due yet
    with clock.frozen(NOON + timedelta(seconds=10)), listening(first, broken, last):
        assert outbox.deliver_pending() == Delivery(0, 1)
        row.refresh_from_db()
        assert (row.attempts, row.next_attempt_at) == (2, NOON + timedelta(seconds=30))
    with clock.frozen(NOON + timedelta(minutes=1)), listening(first, broken, last):
        assert outbox.deliver_pending() == Delivery(1, 0)
    assert (len(first.heard), len(broken.heard), len(last.heard)) == (1, 1, 1)
    row.refresh_from_db()
    assert row.delivered_at == NOON + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_failing_event_does_not_hold_up_the_next() -> None:
    broken = Ear("broken", failures=1)
    with listening(broken):
        outbox.publish(Happened((1,)))
        outbox.publish(Happened((2,)))
    assert [event.ids for event in broken.heard] == [(2,)]
    assert [row.delivered_at is None for row in OutboxEvent.objects.order_by("pk")] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_the_pause_grows_to_an_hour_and_no_further() -> None:
    broken = Ear("broken", failures=100)
    moment, pauses = NOON, []
    with listening(broken):
        with clock.frozen(moment):
            outbox.publish(Happened((1,)))
        for _ in range(12):
            due = OutboxEvent.objects.get().next_attempt_at
            pauses.append(int((due - moment).total_seconds()))
            moment = due
            with clock.frozen(moment):
                outbox.deliver_pending()
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_midway_leaves_nothing_behind() -> None:
    def half_done(event: Happened) -> None:
        work_items.open_item(
            SYSTEM, kind="k", key="half", owner="民政", area_path="1/", subject_type="person", subject_id=1, title="半件事"
        )
        raise Conflict("不行。")

    outbox.register(Happened, half_done)
    try:
        outbox.publish(Happened((1,)))
    finally:
        outbox.unregister(Happened, half_done)
    assert WorkItem.objects.count() == 0
    assert OutboxEvent.objects.get().last_error.endswith("conflict: 不行。")


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_deliver_once() -> None:
    slow = threading.Event()
    heard: list[int] = []

    def listener(event: Happened) -> None:
        heard.extend(event.ids)
        slow.wait(0.2)

    outbox.publish(Happened((1,)))
    OutboxEvent.objects.update(delivered_at=None)
    outbox.register(Happened, listener)

    def sweep() -> None:
        try:
            outbox.deliver_pending()
        finally:
            connection.close()

    try:
        threads = [threading.Thread(target=sweep) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        outbox.unregister(Happened, listener)
    assert heard == [1]
    assert OutboxEvent.objects.get().delivered_at is not None


KILLED = """
import os
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["songhe.foundation"], USE_TZ=True, TIME_ZONE="Asia/Shanghai", DATABASES={{"default": {database!r}}})
django.setup()
from dataclasses import dataclass
from django.db import transaction
from songhe.foundation import outbox

@dataclass(frozen=True)
class Happened:
    ids: tuple[int, ...]
Happened.NAME = "test.happened"

outbox.register(Happened, lambda event: os.kill(os.getpid(), 9))
with transaction.atomic():
    outbox.publish(Happened((41, 42)))
"""


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_commit_and_delivery_loses_nothing() -> None:
    kept = connection.settings_dict
    database = {name: kept[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    died = subprocess.run([sys.executable, "-c", KILLED.format(database=database)], capture_output=True, env=_bare_environment())
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert OutboxEvent.objects.get().delivered_at is None
    ear = Ear("one")
    with listening(ear):
        assert outbox.deliver_pending() == Delivery(1, 0)
        assert outbox.deliver_pending() == Delivery(0, 0)
    assert [event.ids for event in ear.heard] == [(41, 42)]


@pytest.mark.django_db(transaction=True)
def test_the_operations_desk_sees_what_is_stuck_and_retries() -> None:
    admin = Actor(3, "系统员", "user", (Grant(Role.SYSTEM_ADMIN, ""),))
    clerk = Actor(4, "办事员", "user", (Grant(Role.CITY_OFFICER, ""),))
    broken = Ear("broken", failures=1)
    with listening(broken):
        pk = outbox.publish(Happened((1,)))
        assert [(e.id, e.name, e.attempts) for e in outbox.stuck_events(admin)] == [(pk, "test.happened", 1)]
        with pytest.raises(AccessDenied):
            outbox.stuck_events(clerk)
        with pytest.raises(AccessDenied):
            outbox.retry_now(clerk, event_id=pk)
        assert broken.heard == []
        assert outbox.retry_now(admin, event_id=pk) is True
    assert len(broken.heard) == 1 and outbox.stuck_events(admin) == ()
    with pytest.raises(NotFound):
        outbox.retry_now(admin, event_id=pk + 1)


@pytest.mark.django_db(transaction=True)
def test_only_what_everybody_had_is_forgotten() -> None:
    with clock.frozen(NOON), listening(Ear("broken", failures=1)):
        outbox.publish(Happened((1,)))
        outbox.publish(Happened((2,)))
    assert outbox.forget_delivered(before=NOON) == 0
    assert outbox.forget_delivered(before=NOON + timedelta(days=90)) == 1
    assert OutboxEvent.objects.get().payload["ids"] == [1]


def test_only_dataclasses_with_plain_fields_are_events() -> None:
    with pytest.raises(TypeError, match="must be a dataclass"):
        outbox.publish("text")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot carry a float"):
        outbox.publish(Happened((0.5,)))  # type: ignore[arg-type]


def test_registering_twice_is_registering_once() -> None:
    ear = Ear("one")
    with listening(ear, ear):
        assert outbox.listeners_of("test.happened") == (f"{__name__}.one",)
    assert outbox.listeners_of("test.happened") == ()
