"""The embedded server survives whatever is killed, and stops when nobody needs it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from songhe.project.embedded_postgres import SETTINGS_FOR_TESTS, EmbeddedPostgres, PathTooLong

SETTINGS = SETTINGS_FOR_TESTS | {"shared_buffers": "'16MB'", "max_connections": "10"}


@pytest.fixture
def data() -> Iterator[Path]:
    """A place with a short path for a server; whatever runs there afterwards is stopped."""
    with tempfile.TemporaryDirectory(prefix="songhe-") as folder:
        yield Path(folder, "postgres")
        if _pid_file(Path(folder, "postgres")).exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(_server_pid(Path(folder, "postgres")), signal.SIGKILL)


def _pid_file(data: Path) -> Path:
    return data / "postmaster.pid"


def _server_pid(data: Path) -> int:
    return int(_pid_file(data).read_text().split("\n")[0])


def _answer(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def test_the_last_holder_stops_the_server(data: Path) -> None:
    first, second = EmbeddedPostgres(data, settings=SETTINGS), EmbeddedPostgres(data, settings=SETTINGS)
    first.hold()
    started = _server_pid(data)
    second.hold()
    assert _server_pid(data) == started
    first.release()
    assert _answer(second, "SELECT 41 + 1") == 42
    second.release()
    assert not _pid_file(data).exists()


def test_a_killed_server_comes_back_with_its_data(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        _answer(server, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(_server_pid(data), signal.SIGKILL)
        with EmbeddedPostgres(data) as again:
            assert _answer(again, "SELECT n FROM kept") == 7


def test_a_killed_holder_leaves_no_lock(data: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from songhe.project.embedded_postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1])).hold()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(data)], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert _pid_file(data).exists()
    with EmbeddedPostgres(data) as server:
        assert _answer(server, "SELECT 1") == 1
    assert not _pid_file(data).exists()


def test_a_half_made_folder_is_made_anew(data: Path) -> None:
    building = data.with_name("postgres.building")
    building.mkdir()
    (building / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data, settings=SETTINGS) as server:
        assert _answer(server, "SELECT current_setting('fsync')") == "off"
    assert not building.exists()


def test_a_pid_file_of_another_program_does_not_stand_in_the_way(data: Path) -> None:
    EmbeddedPostgres(data, settings=SETTINGS).__enter__().release()
    _pid_file(data).write_text(f"{os.getpid()}\n{data}\n1700000000\n5432\n{data}\n\n  1 1\nready\n")
    with EmbeddedPostgres(data, settings=SETTINGS) as server:
        assert _answer(server, "SELECT 1") == 1


def test_strangers_cannot_reach_the_socket(data: Path) -> None:
    with EmbeddedPostgres(data, settings=SETTINGS) as server:
        assert Path(server.socket_directory).stat().st_mode & 0o077 == 0
        assert _answer(server, "SELECT current_setting('listen_addresses')") == ""


def test_a_path_too_long_for_a_socket_is_said() -> None:
    with pytest.raises(PathTooLong):
        EmbeddedPostgres(Path("/tmp") / ("x" * 100))


def test_a_killed_client_s_statement_ends(data: Path) -> None:
    program = "import psycopg, sys\npsycopg.connect(sys.argv[1]).execute('SELECT pg_sleep(600)')\n"
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
    with EmbeddedPostgres(data, settings=SETTINGS) as server:
        client = subprocess.Popen([sys.executable, "-c", program, server.address("postgres")])
        _wait_until(lambda: _answer(server, asleep) == 1)
        client.kill()
        client.wait()
        _wait_until(lambda: _answer(server, asleep) == 0)


def _wait_until(question: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not question():
        assert time.monotonic() < end
        time.sleep(0.1)
