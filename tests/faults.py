"""A process that dies at any chosen moment, as the database sees it: its socket is closed, nothing is said any more, the session is gone.

Every statement, every COPY (at its beginning and in its middle), and the two sides of every commit is a moment. `every_kill` lets a step die at
each of them in turn, has it done again on a fresh connection as a worker would, and compares what it came to with the step that was left alone.
That this imitation leaves what a `kill -9` of a real process leaves is shown once for each family of steps (`killed_for_real`).
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from unittest import mock
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection, connections

from songhe.foundation import outbox
from songhe.foundation.errors import SongheError

COMMITTED = "after COMMIT"
_KEPT = "kept_for_faults"
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b")


class Killed(BaseException):
    """Goes past every `except Exception`: a killed process handles nothing."""


@dataclass
class Life:
    """The moments that a step has passed; dead, nothing more reaches the database."""

    dies_at: int | None = None
    seen_by: psycopg.Connection[Any] | None = None
    moments: list[str] = field(default_factory=list)
    dead: bool = False

    def moment(self, what: str) -> None:
        """One more moment; the last one where it is the chosen one."""
        if self.dead:
            raise Killed
        self.moments.append(what)
        if len(self.moments) == self.dies_at:
            self.die()

    def die(self) -> NoReturn:
        """The server reads the end of the socket; the session is gone when this raises."""
        self.dead = True
        raw = connection.connection
        if raw is not None:
            pid = raw.info.backend_pid
            with socket.socket(fileno=os.dup(raw.pgconn.socket)) as wire:
                wire.shutdown(socket.SHUT_RDWR)
            connection.close()  # so that Django, unwinding, does not ask the dead session for anything
            assert self.seen_by is not None
            _wait_until_gone(self.seen_by, pid)
        raise Killed


def _wait_until_gone(other: psycopg.Connection[Any], pid: int) -> None:
    for _ in range(2000):
        if other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is None:
            return
        time.sleep(0.002)
    raise AssertionError("the server keeps a session whose client is gone")


@contextmanager
def _looking_on() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, that sees what others committed."""
    at = connection.settings_dict
    said = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"], "dbname": at["NAME"]}
    with psycopg.connect(**{name: value for name, value in said.items() if value}, autocommit=True, prepare_threshold=0) as other:
        other.execute("SET client_min_messages = warning")
        yield other


@contextmanager
def living(dies_at: int | None = None, *, seen_by: psycopg.Connection[Any] | None = None) -> Iterator[Life]:
    """What is done in the block is counted, and ends at the moment; nothing that was raised by dying leaves the block."""
    life = Life(dies_at, seen_by)
    copy, commit, connect, cursor_of = psycopg.Cursor.copy, connection._commit, connection.connect, connection.create_cursor
    named = list[Any]()

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        life.moment(_short(sql))
        done = execute(sql, params, many, context)
        if not connection.in_atomic_block and _WRITES.match(str(sql)):
            life.moment(COMMITTED)  # by itself
        return done

    @contextmanager
    def copying(cursor: psycopg.Cursor[Any], *args: Any, **other: Any) -> Iterator[psycopg.Copy]:
        life.moment(_short(args[0]))
        try:
            with copy(cursor, *args, **other) as wire:
                life.moment("in the middle of the COPY")
                yield wire
        except Exception:
            if life.dead:
                raise Killed from None
            raise

    def committing() -> None:
        life.moment("before COMMIT")
        commit()
        life.moment(COMMITTED)

    def cursor_made(name: str | None = None) -> Any:
        made = cursor_of(name)
        if name is not None:
            named.append(made)
        return made

    def connecting() -> None:
        if life.dead:
            raise Killed
        connect()

    with (
        mock.patch.object(psycopg.Cursor, "copy", copying),
        mock.patch.object(connection, "_commit", committing),
        mock.patch.object(connection, "connect", connecting),
        mock.patch.object(connection, "create_cursor", cursor_made),
        connection.execute_wrapper(statement),
    ):
        try:
            yield life
        except BaseException:
            if not life.dead:
                raise
    if life.dead:
        for cursor in named:
            cursor._closed = True  # a killed process closes nothing, and nobody is told of it
        assert not connection.in_atomic_block
        connection.close()


def _short(statement: object) -> str:
    """The beginning of a statement, without the names of savepoints."""
    return re.sub(r'"s\d+_x\d+"', "…", " ".join(str(statement).split()))[:90]


# -- what stands in the database ---------------------------------------------------------------------------------------------------------------

Standing = dict[str, tuple[int, int]]


@dataclass
class Kept:
    """All rows of a moment, to go back to; `columns` are those that can be written, by table."""

    other: psycopg.Connection[Any]
    columns: dict[str, str]
    before: Standing = field(default_factory=dict)

    def standing(self, tables: Collection[str] = ()) -> Standing:
        """Table -> how many rows, and a sum over everything in them: the same as before only where nothing at all has changed."""
        parts = [
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM \"{name}\" t"  # noqa: S608
            for name in sorted(tables or self.columns)
        ]
        return {name: (rows, int(total)) for name, rows, total in self.other.execute(" UNION ALL ".join(parts)).fetchall()}

    def touched(self) -> tuple[str, ...]:
        """The tables in which something is no longer as it was."""
        now = self.standing()
        return tuple(name for name in now if now[name] != self.before[name])

    def as_before(self, tables: Collection[str]) -> bool:
        """Whether everything in these tables is as it was."""
        return all(self.before[name] == found for name, found in self.standing(tables).items())

    def back(self, tables: Collection[str]) -> None:
        """These tables are as they were; triggers and foreign keys do not look."""
        with self.other.transaction():
            self.other.execute("SET LOCAL session_replication_role = replica")
            for name in tables:
                self.other.execute(f'DELETE FROM "{name}"')  # noqa: S608
                if self.before[name][0]:
                    said = self.columns[name]
                    self.other.execute(
                        f'INSERT INTO "{name}" ({said}) OVERRIDING SYSTEM VALUE SELECT {said} FROM {_KEPT}."{name}"'  # noqa: S608
                    )


@contextmanager
def kept() -> Iterator[Kept]:
    """What stands now can be gone back to inside the block."""
    with _looking_on() as other:
        columns = other.execute(
            "SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            " AND c.relname <> 'django_migrations' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        place = Kept(other, dict(columns))
        place.before = place.standing()
        other.execute(f"CREATE SCHEMA {_KEPT}")
        try:
            for name, (rows, _) in place.before.items():
                if rows:
                    other.execute(f'CREATE UNLOGGED TABLE {_KEPT}."{name}" AS TABLE public."{name}"')
            yield place
        finally:
            other.execute(f"DROP SCHEMA {_KEPT} CASCADE")


# -- kills -------------------------------------------------------------------------------------------------------------------------------------


def every_kill(
    step: Callable[[], object],
    *,
    comes_to: Callable[[], object],
    holds: Callable[[], object] = lambda: None,
    resumes: Callable[[], object] | None = None,
    stays: bool = True,
    at_commits: bool = False,
) -> list[str]:
    """The step was killed at each of its moments and done again, with the same outcome as undisturbed; the moments.

    Nothing at all is left by a kill before the first commit, row by row, so the next attempt (which dies one moment later) is the worker's next
    try and passes the same moments. A kill after a commit leaves what was committed, whole: the same at each moment until the next commit; from
    the first and the last of these moments the step is done to its end, as a worker would (`resumes`, or the step once more). `holds` raises where
    an invariant is broken; `comes_to` is what is compared. `stays`: at the end the step is done, otherwise all is as it was. `at_commits`: only
    before and after every commit, for a chain of steps of which each is killed at every statement by itself.
    """
    with kept() as place:
        step()  # what a process keeps in its memory is there
        outbox.deliver_pending()
        place.back(place.touched())
        with living() as life:
            step()
        outbox.deliver_pending()
        expected, moments, touched = comes_to(), life.moments, set(place.touched())
        holds()
        assert len(moments) > 1
        place.back(touched)
        left: object = None
        for number, moment in enumerate(moments, start=1):
            if at_commits and "COMMIT" not in moment:
                continue
            with living(number, seen_by=place.other) as life:
                step()
            said = f"killed at {number}: {moment}"
            assert life.dead and life.moments == moments[:number], said
            if COMMITTED not in life.moments:
                assert place.as_before(touched), f"{said}: something is left"
                continue
            holds()
            now, last = comes_to(), number == len(moments)
            if moment == COMMITTED or last or moments[number] in ("before COMMIT", COMMITTED):
                left = now
                again(resumes or step)
                assert comes_to() == expected, said
                holds()
            else:
                assert now == left, f"{said}: something else is left than right after the commit"
            touched |= set(place.touched())
            if not last or not stays:
                place.back(touched)
    return moments


def again(step: Callable[[], object]) -> None:
    """As the worker after a kill: the step once more, and whatever was not delivered."""
    connection.close()
    step()
    outbox.deliver_pending()


def killed_for_real(program: str, *arguments: str) -> None:
    """A process of its own runs the program and is killed with SIGKILL where the program says `here` and waits; the session is gone after this."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        "DATABASE_URL": url,
        "SONGHE_VAR": str(settings.VAR),
    }
    command = [sys.executable, "-W", "ignore", "-c", "import django; django.setup()\n" + program, *arguments]
    with _looking_on() as other, subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().split()
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert said and said[0] == "here"
        _wait_until_gone(other, int(said[1]))


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each of some threads got or was refused, in their order; all let go at the same moment, each on a connection of its own."""
    gate, results = threading.Barrier(len(deeds)), list[object]([None] * len(deeds))

    def work(place: int, deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = deed()
        except SongheError as refused:
            results[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def refusals(results: Sequence[object]) -> list[str]:
    """Of results of `at_once`: the codes of what was refused."""
    return [each.code for each in results if isinstance(each, SongheError)]
