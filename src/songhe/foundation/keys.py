"""Where keys come from. A city points the setting `SONGHE_KEY_PROVIDER` at a class that unwraps its keys through its HSM or KMS.

A provider hands out working keys by purpose. Several keys of one purpose may exist; new data is sealed under the current one and
old data names the key that it needs, so rotating never makes anything unreadable. The provider that ships keeps keys in
`var/keys/keys.json`, readable by the owner alone; it is meant for trying Songhe and for cities without a key service.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from songhe.foundation import clock
from songhe.foundation.errors import SongheError


class Purpose(StrEnum):
    """What a key is for. One key never serves two purposes."""

    FIELD = "field"  # SM4, sealed columns
    FILE = "file"  # SM4, sealed files
    INDEX = "index"  # HMAC-SM3, blind indexes; not rotated without re-indexing
    AUDIT = "audit"  # HMAC-SM3, the audit chain


RESEALED = (Purpose.FIELD, Purpose.FILE)
"""What is sealed under these is sealed again after a rotation; the audit chain keeps what it was written with."""

SECONDS_BETWEEN_LOOKS = 2.0
_LONG_AGO = datetime.fromtimestamp(0, tz=UTC)

KEY_BYTES = {Purpose.FIELD: 16, Purpose.FILE: 16, Purpose.INDEX: 32, Purpose.AUDIT: 32}


@dataclass(frozen=True, slots=True)
class Key:
    """One working key. `id` is 32 bits, drawn at random, so that a key set made anew is never mistaken for the old one."""

    id: int
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What may be said of a key: never its material. `made` and `retired` are None where the file is older than the note of it."""

    purpose: Purpose
    id: int
    current: bool
    made: datetime | None
    retired: datetime | None


class KeyUnavailable(SongheError):
    """A key that data names is not in the key store, or the store itself cannot be used."""

    code = "key_unavailable"
    http_status = 500


class KeyProvider(Protocol):
    """What a key service must offer. Both calls are made often: an implementation should cache."""

    def current(self, purpose: Purpose) -> Key:
        """The key under which new data of this purpose is sealed."""

    def by_id(self, purpose: Purpose, key_id: int) -> Key:
        """The key with this id; raises KeyUnavailable."""


class FileKeyProvider:
    """Keys in one file of the owner alone (0600), made at first use; only rotating adds a key, only `remove` takes one away."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(settings.VAR) / "keys"
        self._current: dict[Purpose, Key] = {}
        self._known: dict[tuple[Purpose, int], Key] = {}
        self._read_as = 0  # the key file's time of change when it was read
        self._looked_at = 0.0

    def current(self, purpose: Purpose) -> Key:
        """The current key, also where another process rotated (looked for every other second); the key file is made if there is none."""
        if purpose not in self._current or self._is_old():
            self._load()
        return self._current[purpose]

    def by_id(self, purpose: Purpose, key_id: int) -> Key:
        """The named key; the file is read again once, since another process may have rotated."""
        if (purpose, key_id) not in self._known:
            self._load()
        try:
            return self._known[purpose, key_id]
        except KeyError:
            raise KeyUnavailable(
                f"找不到编号为 {key_id:08x} 的密钥，用它加密的内容打不开。",
                next_step="请从备份恢复密钥文件 var/keys/keys.json,不要删除旧密钥。",
            ) from None

    def rotate(self, purpose: Purpose) -> Key:
        """A fresh key is current for this purpose; all earlier keys still open what they sealed."""
        if purpose is Purpose.INDEX:
            raise KeyUnavailable("查找索引的密钥不能单独更换。", next_step="更换它需要重建全部索引，请联系技术支持。")
        self._load()
        with self._locked():
            stored = self._read()
            fresh, entry, now = _fresh(purpose), stored[purpose], clock.now().isoformat()
            entry.setdefault("retired", {})[str(entry["current"])] = now
            entry.setdefault("made", {})[str(fresh.id)] = now
            entry["keys"][str(fresh.id)] = base64.b64encode(fresh.material).decode()
            entry["current"], entry["unfinished"] = fresh.id, purpose in RESEALED
            self._write(stored)
        self._load()
        return fresh

    def finish(self, purpose: Purpose) -> None:
        """What the old keys sealed is sealed under the current one: the next rotation makes a new key."""
        with self._locked():
            stored = self._read()
            stored[purpose]["unfinished"] = False
            self._write(stored)

    def remove(self, purpose: Purpose, key_id: int) -> None:
        """The old key is gone from the file and opens nothing any more. That nothing needs it is for the caller to know."""
        with self._locked():
            stored = self._read()
            entry = stored[purpose]
            if str(key_id) not in entry["keys"] or entry["current"] == key_id:
                raise KeyUnavailable(f"没有编号为 {key_id:08x} 的旧密钥。", next_step="请用 songhe keys list 查看编号。")
            for part in ("keys", "made", "retired"):
                entry.get(part, {}).pop(str(key_id), None)
            self._write(stored)
        self._known.pop((purpose, key_id), None)
        self._load()

    def kept(self) -> tuple[KeptKey, ...]:
        """Every key of the file, without its material, by purpose, the current one first."""
        self._load()
        found = [
            KeptKey(
                purpose,
                int(key_id),
                int(key_id) == entry["current"],
                _moment(entry, "made", key_id),
                _moment(entry, "retired", key_id),
            )
            for purpose, entry in self._read().items()
            for key_id in entry["keys"]
        ]
        return tuple(
            sorted(found, key=lambda kept: (list(Purpose).index(kept.purpose), not kept.current, kept.retired or _LONG_AGO))
        )

    def unfinished(self, purpose: Purpose) -> bool:
        """Whether a rotation began and its walk over what is sealed did not come to its end."""
        self._load()
        return bool(self._read()[purpose].get("unfinished"))

    @property
    def _file(self) -> Path:
        return self._folder / "keys.json"

    def _is_old(self) -> bool:
        """Whether the file was changed since it was read; it is not asked more often than every SECONDS_BETWEEN_LOOKS."""
        now = time.monotonic()
        if now - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return False
        self._looked_at = now
        return self._file.exists() and self._file.stat().st_mtime_ns != self._read_as

    def _load(self) -> None:
        if not self._file.exists():
            with self._locked():
                if not self._file.exists():
                    self._write({p: _first(p) for p in Purpose})
        self._looked_at, self._read_as = time.monotonic(), self._file.stat().st_mtime_ns
        stored = self._read()
        for purpose in Purpose:
            for key_id, material in stored[purpose]["keys"].items():
                self._known[purpose, int(key_id)] = Key(int(key_id), base64.b64decode(material))
            self._current[purpose] = self._known[purpose, stored[purpose]["current"]]

    def _read(self) -> dict[Purpose, dict]:  # type: ignore[type-arg]
        mode = self._file.stat().st_mode
        if mode & 0o077:
            raise KeyUnavailable("密钥文件的权限太宽，其他用户也能读到。", next_step=f"请执行 chmod 600 {self._file}")
        return {Purpose(name): entry for name, entry in json.loads(self._file.read_text()).items()}

    def _write(self, stored: dict[Purpose, dict]) -> None:  # type: ignore[type-arg]
        handle, temporary = tempfile.mkstemp(dir=self._folder)  # mkstemp makes it 0600
        with os.fdopen(handle, "w") as out:
            json.dump({p.value: entry for p, entry in stored.items()}, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _moment(entry: dict[str, dict[str, str]], part: str, key_id: str) -> datetime | None:
    said = entry.get(part, {}).get(key_id)
    return datetime.fromisoformat(said) if said else None


def _fresh(purpose: Purpose) -> Key:
    return Key(secrets.randbits(32), secrets.token_bytes(KEY_BYTES[purpose]))


def _first(purpose: Purpose) -> dict[str, object]:
    key = _fresh(purpose)
    material = base64.b64encode(key.material).decode()
    return {"current": key.id, "keys": {str(key.id): material}, "made": {str(key.id): clock.now().isoformat()}}


@lru_cache(maxsize=1)
def provider() -> KeyProvider:
    """The key provider that the settings name (`SONGHE_KEY_PROVIDER`), the file provider by default."""
    name = getattr(settings, "SONGHE_KEY_PROVIDER", "songhe.foundation.keys.FileKeyProvider")
    made: KeyProvider = import_string(name)()
    return made
