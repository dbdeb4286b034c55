"""Stored files: sealed, kept once, whole or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from songhe.foundation import files
from songhe.foundation.encryption import SealBroken
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.foundation.models import StoredFile

pytestmark = pytest.mark.django_db
MEBIBYTE = 1 << 20


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def on_disk(sha: str) -> Path:
    return Path(django_settings.VAR) / "files" / sha[:2] / sha[2:]


@pytest.mark.parametrize("size", [1, 8, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE + 5])
def test_what_is_stored_is_read_again(size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    stored = files.store(content, name="老人名册.csv", content_type="text/csv")
    assert (stored.size, stored.sha256, stored.name) == (size, hashlib.sha256(content).hexdigest(), "老人名册.csv")
    assert files.read(stored.id) == content
    assert all(len(block) <= MEBIBYTE for block in files.stream(stored.id))
    assert files.describe(stored.id) == stored


def test_a_path_is_stored_like_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    from_path = files.store(tmp_path / "a.csv", name="a.csv")
    assert files.store(b"a,b\n1,2\n", name="b.csv").id == from_path.id
    assert StoredFile.objects.count() == 1


def test_nothing_of_the_content_is_readable_on_disk() -> None:
    stored = files.store("王建国,11010519491231002X".encode() * 100, name="a.csv")
    raw = on_disk(stored.sha256).read_bytes()
    assert b"11010519491231002X" not in raw and "王建国".encode() not in raw
    assert on_disk(stored.sha256).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"x" * 2001, "a.csv"),
        (b"MZ", "a.exe"),
        (b"abc", "noname"),
        (b"not a zip", "a.xlsx"),
        (b"PK\3\4", "a.pdf"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_not_kept(settings: Settings, content: bytes, name: str) -> None:
    settings.SONGHE_FILE_LIMIT = 2000
    with pytest.raises(InvalidInput):
        files.store(content, name=name)
    assert StoredFile.objects.count() == 0 and not list(Path(settings.VAR).rglob("files/*/*"))


def test_a_file_of_the_right_kind_is_taken() -> None:
    assert files.store(b"PK\3\4rest", name="名册.XLSX").size == 8


def tampered(raw: bytes, how: str) -> bytes:
    block = 4 + int.from_bytes(raw[4:8], "big")
    return {
        "a bit": raw[:-1] + bytes([raw[-1] ^ 1]),
        "the last block cut off": raw[: 4 + 2 * block],
        "a block left out": raw[:4] + raw[4 + block :],
        "two blocks swapped": raw[:4] + raw[4 + block : 4 + 2 * block] + raw[4 : 4 + block] + raw[4 + 2 * block :],
        "cut within": raw[:-7],
        "all but the mark": raw[:4],
        "emptied": b"",
        "a length": raw[:4] + b"\xff" + raw[5:],
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "a bit", "the last block cut off", "a block left out", "two blocks swapped", "cut within", "all but the mark", "emptied",
        "a length",
    ],
)  # fmt: skip
def test_tampering_on_disk_is_noticed(how: str) -> None:
    stored = files.store(b"x" * (2 * MEBIBYTE + 10), name="a.csv")
    path = on_disk(stored.sha256)
    path.write_bytes(tampered(path.read_bytes(), how))
    with pytest.raises(SealBroken):
        files.read(stored.id)


def test_the_content_of_another_file_is_noticed() -> None:
    one, two = files.store(b"one", name="a.csv"), files.store(b"two", name="b.csv")
    on_disk(one.sha256).write_bytes(on_disk(two.sha256).read_bytes())
    with pytest.raises(SealBroken):
        files.read(one.id)


def test_a_missing_file_is_said_plainly() -> None:
    stored = files.store(b"one", name="a.csv")
    on_disk(stored.sha256).unlink()
    with pytest.raises(NotFound, match="不在存储目录里"):
        files.read(stored.id)
    with pytest.raises(NotFound, match="没有这个文件"):
        files.read(stored.id + 1)
    assert files.read(files.store(b"one", name="a.csv").id) == b"one"


def test_a_write_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(files, "seal_bytes", full)
    with pytest.raises(OSError, match="no space left"):
        files.store(b"one", name="a.csv")
    assert StoredFile.objects.count() == 0
    assert [path for path in (Path(django_settings.VAR) / "files").rglob("*") if path.is_file()] == []
