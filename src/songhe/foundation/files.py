"""Files kept once by content and sealed on disk, so that an upload can be read again years later and by nobody else.

On disk a file is four magic bytes, then blocks of at most one mebibyte, each its length (4 bytes) and a sealed blob. Each is
bound to the file's hash, its place, and whether it is the last, so blocks cannot be swapped, dropped or cut off.
Who may read a file is decided by the context that owns it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from songhe.foundation import clock
from songhe.foundation.encryption import SealBroken, open_bytes, seal_bytes
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.foundation.keys import KeyUnavailable, Purpose, provider
from songhe.foundation.models import StoredFile as StoredFileRow

_MAGIC = b"SHF1"
_BLOCK = 1 << 20
_FIRST_KEY = len(_MAGIC) + 4 + 1 + 4  # magic, the first block's length, its algorithm, its key
_DRAFT = ".resealed."
DEFAULT_LIMIT = 300 * (1 << 20)

_STARTS = {
    "xlsx": b"PK",
    "docx": b"PK",
    "zip": b"PK",
    "pdf": b"%PDF",
    "xls": b"\xd0\xcf\x11\xe0",
    "png": b"\x89PNG",
    "jpg": b"\xff\xd8\xff",
}
ALLOWED = frozenset({"csv", "txt", "html", "htm", "json", "geojson", "yaml", "xml", "jpeg", *_STARTS})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file: `size` in bytes of the content, `sha256` of the content in hex."""

    id: int
    sha256: str
    name: str
    size: int
    content_type: str


def store(content: bytes | Path, *, name: str, content_type: str = "application/octet-stream") -> StoredFile:
    """The content is sealed on disk and known by its hash; the same content again gives the same file."""
    limit = getattr(settings, "SONGHE_FILE_LIMIT", DEFAULT_LIMIT)
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size == 0:
        raise InvalidInput(f"文件「{name}」是空的。", next_step="请确认选对了文件。", field="file")
    if size > limit:
        raise InvalidInput(
            f"文件「{name}」有{_megabytes(size)}兆，超过了{_megabytes(limit)}兆的上限。",
            next_step="请拆成几个文件分次上传。",
            field="file",
        )
    with _opened(content) as source:
        _check_kind(name, source.read(8))
        source.seek(0)
        sha = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        target = _path(sha)
        if not target.exists():
            _write_sealed(source, target, sha)
    with transaction.atomic():
        row, _ = StoredFileRow.objects.get_or_create(
            sha256=sha, defaults={"name": name, "size": size, "content_type": content_type, "stored_at": clock.now()}
        )
    return StoredFile(row.pk, row.sha256, row.name, row.size, row.content_type)


def read(file_id: int) -> bytes:
    """The whole content; raises NotFound or SealBroken."""
    return b"".join(stream(file_id))


def stream(file_id: int) -> Iterator[bytes]:
    """The content block by block (at most one mebibyte each); raises SealBroken at the first block that was altered."""
    found = describe(file_id)
    path = _path(found.sha256)
    if not path.exists():
        raise NotFound(f"文件「{found.name}」不在存储目录里。", next_step="请联系系统管理员从备份恢复 var/files。")
    return _read_sealed(path, found.sha256)


def every_file() -> Iterator[StoredFile]:
    """Every stored file, oldest first."""
    for row in StoredFileRow.objects.order_by("pk").iterator():
        yield StoredFile(row.pk, row.sha256, row.name, row.size, row.content_type)


def describe(file_id: int) -> StoredFile:
    """Name, size and hash of a stored file; raises NotFound."""
    row = StoredFileRow.objects.filter(pk=file_id).first()
    if row is None:
        raise NotFound("没有这个文件。", next_step="请刷新页面后再看。")
    return StoredFile(row.pk, row.sha256, row.name, row.size, row.content_type)


def reseal_files(*, told: Callable[[int, int], None] = lambda done, total: None) -> tuple[int, tuple[str, ...]]:
    """Every stored file is sealed under the current file key; each is exchanged whole, so a kill leaves the old one or the new one.

    Returns how many were exchanged, and the hashes of those that do not open. `told` hears (files done, files in all).
    """
    folder = Path(settings.VAR) / "files"
    for left_over in folder.glob(f"*/{_DRAFT}*"):  # of a walk that was killed
        left_over.unlink(missing_ok=True)
    current, moved, broken = provider().current(Purpose.FILE).id, 0, list[str]()
    shas = StoredFileRow.objects.order_by("pk").values_list("sha256", flat=True)
    for done, sha in enumerate(shas, start=1):
        path = _path(sha)
        try:
            if path.exists() and _key_id(path) != current:
                _write_sealed(_Blocks(_read_sealed(path, sha)), path, sha, draft=_DRAFT)
                moved += 1
        except (SealBroken, KeyUnavailable):
            broken.append(sha)
        told(done, len(shas))
    return moved, tuple(broken)


def files_by_key() -> Counter[int]:
    """How many stored files need each key."""
    paths = (_path(sha) for sha in StoredFileRow.objects.values_list("sha256", flat=True))
    return Counter(_key_id(path) for path in paths if path.exists())


class _Blocks:
    """Blocks of a stored file, to be read once more as if it were the content."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, size: int) -> bytes:
        """The next block, empty after the last."""
        return next(self._blocks, b"")


def _key_id(path: Path) -> int:
    """Of the first block's key; all blocks of a file have the same."""
    with path.open("rb") as source:
        return int.from_bytes(source.read(_FIRST_KEY)[-4:], "big")


def _megabytes(size: int) -> int:
    return -(-size // (1 << 20))


def _opened(content: bytes | Path) -> BytesIO | BufferedReader:
    return BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _check_kind(name: str, start: bytes) -> None:
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix not in ALLOWED:
        raise InvalidInput(f"不能接收「{name}」这类文件。", next_step="请上传 csv、xlsx、pdf 等常用格式。", field="file")
    if suffix in _STARTS and not start.startswith(_STARTS[suffix]):
        raise InvalidInput(
            f"「{name}」的内容不是 {suffix} 格式，可能只是改了扩展名。", next_step="请用原来的软件另存后再上传。", field="file"
        )


def _path(sha: str) -> Path:
    return Path(settings.VAR) / "files" / sha[:2] / sha[2:]


def _write_sealed(source: BinaryIO | _Blocks, target: Path, sha: str, *, draft: str = "tmp") -> None:
    """The sealed file appears under its name complete or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=draft)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_MAGIC)
            block, place = source.read(_BLOCK), 0
            while block:
                following = source.read(_BLOCK)
                sealed = seal_bytes(block, context=_context(sha, place, not following), purpose=Purpose.FILE)
                out.write(len(sealed).to_bytes(4, "big") + sealed)
                block, place = following, place + 1
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_sealed(path: Path, sha: str) -> Iterator[bytes]:
    with path.open("rb") as source:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise _broken()
        place, length = 0, source.read(4)
        while length:
            expected = int.from_bytes(length, "big")
            sealed = source.read(expected) if expected <= _BLOCK + 64 else b""
            following = source.read(4)
            if len(sealed) != expected:
                raise _broken()
            yield open_bytes(sealed, context=_context(sha, place, not following), purpose=Purpose.FILE)
            place, length = place + 1, following
        if place == 0:
            raise _broken()


def _context(sha: str, place: int, last: bool) -> str:
    return f"file:{sha}:{place}:{'last' if last else 'more'}"


def _broken() -> SealBroken:
    return SealBroken("存储的文件不完整或被改动过。", next_step="请联系系统管理员从备份恢复 var/files。")
