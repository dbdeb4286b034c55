"""The drop folder: every file out once and in once, wherever the process dies."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from songhe.contexts.messaging import actions, queries
from songhe.contexts.messaging.actions import write_files
from songhe.contexts.messaging.models import Message, MessageFile, MessageReceipt, ReceiptFile
from songhe.foundation.access import SYSTEM
from tests.contexts.messaging.conftest import NUMBER, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, connect: Callable[..., None]) -> Path:
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    connect(gateway="files", files={"outgoing": str(tmp_path / "out"), "incoming": str(tmp_path / "in")})
    return tmp_path


def outgoing(folder: Path) -> list[Path]:
    return sorted((folder / "out").glob("*.csv"))


def test_waiting_messages_leave_in_one_file(folder: Path) -> None:
    ask("a")
    ask("b", number="13712345678", text="【养老服务】张老人：您好。")
    assert actions.send_waiting(SYSTEM).handed == 2
    assert actions.send_waiting(SYSTEM).handed == 0
    (file,) = outgoing(folder)
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [(row["number"], row["text"]) for row in rows] == [
        (NUMBER, "【养老服务】吴老人：您好。"), ("13712345678", "【养老服务】张老人：您好。"),
    ]  # fmt: skip
    assert {row["message_id"] for row in rows} == {str(each) for each in Message.objects.values_list("public_id", flat=True)}
    assert set(Message.objects.values_list("state", "sealed")) == {("handed_over", None)}
    assert file.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("at", ["before the rename", "after the rename"])
def test_killed_around_the_rename_the_file_leaves_once(folder: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    ask()
    rename = os.rename

    def killed(a: Path, b: Path) -> None:
        if at == "after the rename":
            rename(a, b)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(write_files.os, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.send_waiting(SYSTEM)
    carried = outgoing(folder)
    for file in carried:
        file.unlink()  # carried across at once
    assert actions.send_waiting(SYSTEM).handed == 1
    assert len(carried) + len(outgoing(folder)) == 1
    assert (MessageFile.objects.count(), Message.objects.get().state) == (1, "handed_over")


def test_a_folder_that_is_gone_is_told_and_later_it_goes_on(folder: Path) -> None:
    os.rename(folder / "out", folder / "away")
    (folder / "out").write_text("a file where the folder was")
    ask()
    with pytest.raises(OSError):
        actions.send_waiting(SYSTEM)
    assert "短信文件夹写不了" in queries.channel_state(SYSTEM).error
    (folder / "out").unlink()
    os.rename(folder / "away", folder / "out")
    assert actions.send_waiting(SYSTEM).handed == 1
    assert len(outgoing(folder)) == 1


def receipts(folder: Path, *lines: str, name: str = "r1.csv") -> None:
    (folder / "in" / name).write_text("\n".join(("message_id,state,because,at", *lines)) + "\n")


def test_receipts_come_in_once_and_bad_rows_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    actions.send_waiting(SYSTEM)
    number = Message.objects.get().public_id
    lines = (
        f"{number},delivered,,2026-11-22T09:00:00+08:00",
        "00000000-0000-4000-8000-000000000000,delivered,,2026-11-22T09:00:00+08:00",
        f"{number},delivered,,yesterday",
        f"{number},waiting,,2026-11-22T09:00:00+08:00",
    )
    receipts(folder, *lines)
    with monkeypatch.context() as patch:  # taken, then killed before the file is put aside
        patch.setattr(write_files, "_aside", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            actions.fetch_receipts(SYSTEM)
    assert actions.fetch_receipts(SYSTEM) == 0
    receipts(folder, *lines, name="the same again.csv")
    assert actions.fetch_receipts(SYSTEM) == 0
    assert (Message.objects.get().state, MessageReceipt.objects.count()) == ("delivered", 1)
    assert list(ReceiptFile.objects.values_list("rows", "unknown", "wrong")) == [(4, 1, 2)]
    assert len(list((folder / "in" / "taken").iterdir())) == 2
    assert list((folder / "in").glob("*.csv")) == []


def test_a_file_that_is_no_receipts_is_put_aside(folder: Path) -> None:
    (folder / "in" / "x.csv").write_bytes(b"\xff\xfe\x00")
    assert actions.fetch_receipts(SYSTEM) == 0
    assert "看不懂" in queries.channel_state(SYSTEM).error
    assert len(list((folder / "in" / "refused").iterdir())) == 1
    assert ReceiptFile.objects.count() == 0
