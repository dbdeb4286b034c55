"""Every refusal of the command line is one line with a remedy, and leaves things as they were."""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from songhe.project import command_line
from songhe.project.city import Choice, choose, parse_choice, read_choice


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty var/ for the command."""
    monkeypatch.setattr(command_line, "VAR", tmp_path)
    for name in ("SONGHE_CITY", "SONGHE_SCALE", "CITY", "SCALE", "PORT"):
        monkeypatch.setenv(name, "")  # so that what the command sets is put back afterwards
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _refusal(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("songhe: ")
    return lines[0]


def test_a_taken_port(var: Path, taken_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["up", "--city", "weihai", "--port", str(taken_port)]) == 1
    line = _refusal(capsys)
    assert f"port {taken_port} is taken" in line
    assert f"PORT={taken_port + 1}" in line
    assert list(var.iterdir()) == []


def test_an_unknown_city(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["up", "--city", "atlantis"]) == 1
    line = _refusal(capsys)
    assert "no pack for CITY=atlantis; there are: dawukou, qidong, qingtongxia, weihai, xuchang" in line
    assert list(var.iterdir()) == []


@pytest.mark.parametrize("scale", ["0", "-1", "eleven", "11"])
def test_a_size_that_makes_no_sense(var: Path, scale: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["up", "--city", "weihai", f"--scale={scale}"]) == 1
    assert f"SCALE={scale} must be a number above 0 and up to 10" in _refusal(capsys)
    assert list(var.iterdir()) == []


def test_no_city_named_and_none_remembered(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["up"]) == 1
    assert "name a city" in _refusal(capsys)


def test_an_unknown_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["pack", "check", "atlantis"]) == 1
    assert "no pack named atlantis" in _refusal(capsys)


def test_nothing_to_reset(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["reset", "--yes"]) == 1
    assert "there is no demo city to forget" in _refusal(capsys)


def test_a_reset_that_nobody_confirmed(var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    choose(Choice("weihai", 1), var)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert command_line.main(["reset"]) == 1
    assert "nothing was deleted" in _refusal(capsys)
    assert (var / "city.json").exists()


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), psycopg.errors.DiskFull("could not extend file")],
    ids=["disk", "database"],
)
def test_a_full_disk(error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> int:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("while importing") from cause

    monkeypatch.setattr(command_line, "_pack_check", fail)
    assert command_line.main(["pack", "check"]) == 1
    assert "the disk is full; free some space and run again" in _refusal(capsys)


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> int:
        raise OperationalError("connection failed: server closed the connection\nmore")

    monkeypatch.setattr(command_line, "_pack_check", fail)
    assert command_line.main(["pack", "check"]) == 1
    line = _refusal(capsys)
    assert "the database cannot be reached (connection failed: server closed the connection); check DATABASE_URL" in line


def test_a_fault_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise KeyError("rows")

    monkeypatch.setattr(command_line, "_pack_check", fail)
    with pytest.raises(KeyError):
        command_line.main(["pack", "check"])


def test_a_choice_is_remembered(var: Path) -> None:
    choose(Choice("weihai", 0.25), var)
    assert json.loads((var / "city.json").read_text()) == {"city": "weihai", "scale": 0.25}
    assert read_choice(var) == Choice("weihai", 0.25)


def test_each_choice_has_a_database_of_its_own() -> None:
    assert Choice("weihai", 1).database == "songhe_weihai"
    assert Choice("weihai", 0.05).database == "songhe_weihai_0_05"


def test_a_city_is_a_folder_of_packs(tmp_path: Path) -> None:
    for name in ("national", "first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").touch()
    assert parse_choice("first", "1", tmp_path) == Choice("first", 1.0)
    with pytest.raises(ValueError, match="there are: first, second"):
        parse_choice("national", "1", tmp_path)
    with pytest.raises(ValueError, match="no pack"):
        parse_choice("../first", "1", tmp_path)
