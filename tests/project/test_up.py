"""`make run` from the outside: killed in the middle it goes on, and what it serves ends with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

CITY, SCALE = "dawukou", "0.004"
COMMAND = [sys.executable, "-m", "songhe.project.command_line"]


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder of its own for everything that is written; the path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="songhe-") as folder:
        yield Path(folder)


def _environment(var: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CITY", "SCALE", "PORT"}}
    return kept | {"SONGHE_VAR": str(var), "PYTHONUNBUFFERED": "1", "SONGHE_PAGE_WORKERS": "1"}


@contextmanager
def _up(var: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command, out = [*COMMAND, "up", "--city", CITY, "--scale", SCALE, *options], subprocess.PIPE
    with subprocess.Popen(command, env=_environment(var), stdout=out, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _ask(var: Path, question: str) -> object:
    with psycopg.connect(f"host={var / 'postgres'} user=postgres dbname=songhe_dawukou_0_004") as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if words in line:
            return lines
    raise AssertionError("\n".join(lines))


def test_killed_in_the_middle_it_goes_on_and_serves(var: Path) -> None:
    with _up(var, "--no-serve") as process:
        first = _read_until(process, "导入")
        process.send_signal(signal.SIGKILL)
    assert any("演示城市" in line for line in first)

    port = _free_port()
    with _up(var, "--port", str(port)) as process:
        second = _read_until(process, "Ctrl-C")
        assert not any("演示城市 demo city" in line for line in second), "built again"
        assert sum("导入" in line for line in second) == _ask(var, "SELECT count(*) - 1 FROM import_batch")
        assert _ask(var, "SELECT count(*) FROM import_batch WHERE status <> 'accepted'") == 0
        assert _ask(var, "SELECT count(*) FROM determination_run WHERE published_at IS NOT NULL AND kind = 'city'") == 1
        decided = _ask(var, "SELECT persons FROM determination_run WHERE kind = 'city'")
        assert decided == _ask(
            var, "SELECT count(*) FROM decision d JOIN determination_run r ON r.id = d.run_id WHERE r.kind = 'city'"
        )
        assert any(f"http://127.0.0.1:{port}/" in line for line in second)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            assert page.status == 200
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert "演示数据" in page.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert not (var / "postgres" / "postmaster.pid").exists()

    assert any((var / "files").iterdir())
    assert any((var / "snapshots").iterdir())
    subprocess.run([*COMMAND, "reset", "--yes"], env=_environment(var), check=True, capture_output=True)
    assert [folder.name for folder in var.iterdir() if folder.name in {"files", "snapshots", "city.json"}] == []
    assert list((var / "demo").iterdir()) == []
    assert (var / "keys" / "secret").exists()
