"""`songhe backup make`: the database, the files and snapshots, and apart from them the keys.

A backup is a folder that appears whole or not at all: `database.dump` (pg_dump's custom format), `files.tar` (stored files, snapshots, figures'
inputs, all of which never change once written), `contents.json` (what is in it, with hashes, counts of every table as the dump saw them, and the
audit's head). Who holds the backup without the keys reads no sealed field and no file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tarfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from songhe.foundation import audit, clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import blind_index
from songhe.project.city import read_choice
from songhe.project.postgres_tools import address, run_tool
from songhe.project.progress import say, step

FOLDERS = ("files", "snapshots", "figure_inputs", "uploads")
"""Of var/: what a restored city needs besides the database. The rest can be made again, or is keys."""

KEYS = ("keys.json", "secret")
DUMP, FILES, CONTENTS = "database.dump", "files.tar", "contents.json"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself. `keys_mark` tells whether a key file is the right one, without telling anything of the keys."""

    made_at: str
    songhe: str
    city: str
    scale: float
    database: str
    rows: dict[str, int]  # table -> rows in the dump
    audit_seq: int
    audit_mac: str
    keys_mark: str
    sha256: dict[str, str]  # part -> hash


def make_backup(target: Path, keys: Path | None) -> int:
    """A new folder under `target` holds the city; with `keys`, a new folder under that one its keys."""
    if keys is not None and _inside(keys, target):
        raise ValueError("密钥要和备份分开放 · keep the keys apart: --keys must not lie in the backup's own folder")
    name = _free_name(target, f"songhe-{_label()}-{clock.now():%Y%m%d-%H%M%S}")
    place, draft = target / name, target / f".{name}.partial"
    target.mkdir(parents=True, exist_ok=True)
    _forget_unfinished(target)
    draft.mkdir(mode=0o700)
    with step("数据库 database"):
        contents = _dump(draft / DUMP)
    with step("文件和快照 files and snapshots"):
        _pack(draft / FILES)
    with step("校验值 hashes"):
        hashes = {part: sha256_of(draft / part) for part in (DUMP, FILES)}
    (draft / CONTENTS).write_text(json.dumps(asdict(contents) | {"sha256": hashes}, ensure_ascii=False, indent=1))
    _private(draft)
    draft.rename(place)
    audit.record(SYSTEM, "backup.make", subject_type="backup", subject_id=name, detail={"rows": sum(contents.rows.values())})
    say(f"已备份 backed up: {place}")
    if keys is None:
        say(
            f"密钥不在备份里,请另外保管 {settings.VAR / 'keys'} · the keys are not in it; keep a copy of {settings.VAR / 'keys'} elsewhere, or give --keys"
        )
    else:
        _copy_keys(keys / f"{name}-keys")
    return 0


def keys_mark() -> str:
    """The same for the same key file, and nothing can be learnt from it."""
    return blind_index("backup", kind="backup_mark").hex()


def sha256_of(file: Path) -> str:
    """In hex."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def read_contents(backup: Path) -> Contents:
    """What the backup says of itself; raises ValueError where there is none."""
    try:
        return Contents(**json.loads((backup / CONTENTS).read_text()))
    except (FileNotFoundError, NotADirectoryError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"这里没有完整的备份 {backup} · no whole backup in {backup}") from error


def count_rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """Rows of every table of ours, as this transaction sees them."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename").fetchall()
    counts = {}
    for (table,) in found:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(table)))).fetchone()
        assert row is not None
        counts[str(table)] = int(str(row[0]))
    return counts


def _dump(file: Path) -> Contents:
    """Counts and dump are of one moment: the dump is made from this transaction's snapshot."""
    default, choice = settings.DATABASES["default"], _choice()
    with psycopg.connect(address(default), password=default.get("PASSWORD") or None) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        rows = count_rows(connection)
        head = connection.execute("SELECT seq, encode(mac, 'hex') FROM audit_entry ORDER BY seq DESC LIMIT 1").fetchone() or (
            0,
            "",
        )
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        run_tool("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot[0]}", "--file", file])
    return Contents(
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), version("songhe"), choice[0], choice[1], default["NAME"], rows,
        head[0], head[1], keys_mark(), {},
    )  # fmt: skip


def _pack(file: Path) -> None:
    with tarfile.open(file, "w") as archive:
        for folder in FOLDERS:
            if (settings.VAR / folder).is_dir():
                archive.add(settings.VAR / folder, arcname=folder, filter=_without_drafts)


def _without_drafts(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files that are being written are no part of any state of the city."""
    name = entry.name.rsplit("/", 1)[-1]
    return None if name.startswith((".", "tmp")) else entry


def _copy_keys(place: Path) -> None:
    place.mkdir(mode=0o700, parents=True)
    for name in KEYS:
        if (settings.VAR / "keys" / name).exists():
            shutil.copyfile(settings.VAR / "keys" / name, place / name)
    _private(place)
    say(f"密钥 keys: {place}")


def _private(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o600)


def _free_name(target: Path, name: str) -> str:
    """The name, or with a number where a backup of the same second has it."""
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(each for each in names if not (target / each).exists())


def _forget_unfinished(target: Path) -> None:
    for left_over in target.glob(".songhe-*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)


def _inside(inner: Path, outer: Path) -> bool:
    return inner.resolve() == outer.resolve() or outer.resolve() in inner.resolve().parents


def _choice() -> tuple[str, float]:
    found = read_choice(Path(settings.VAR))
    return settings.CITY, found.scale if found else 1.0


def _label() -> str:
    return settings.CITY or "city"
