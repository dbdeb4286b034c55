"""`songhe backup verify` and `songhe backup restore`: a backup counts only once it has been brought back and looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

from songhe.foundation import audit
from songhe.foundation.access import SYSTEM
from songhe.project.backup import CONTENTS, DUMP, FILES, FOLDERS, KEYS, Contents, read_contents, sha256_of
from songhe.project.postgres_tools import address, run_tool
from songhe.project.progress import say, step

SCRATCH = "songhe_scratch"


def verify_backup(backup: Path, keys: Path | None) -> int:
    """The backup was brought back beside the city, in a database and a folder of its own, looked at, and taken away again; 1 if it is no good."""
    contents = read_contents(backup)
    _check_hashes(backup, contents)
    name = f"{SCRATCH}_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="songhe-verify-") as folder:
        scratch = Path(folder)
        _put_files(backup, scratch)
        _put_keys(keys or settings.VAR / "keys", scratch / "keys")
        _maintenance("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        try:
            _put_database(backup, name)
            verdict = _examine(backup, name, scratch)
        finally:
            _maintenance("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    return verdict


def restore_backup(backup: Path, keys: Path | None) -> int:
    """The city of the backup is in this machine's empty database and folder, looked at; nothing that is here is overwritten."""
    contents = read_contents(backup)
    _check_hashes(backup, contents)
    _refuse_if_anything_is_here(keys)
    if keys is not None:
        _put_keys(keys, settings.VAR / "keys")
    _put_files(backup, settings.VAR)
    _put_database(backup, str(settings.DATABASES["default"]["NAME"]))
    verdict = _examine(backup, str(settings.DATABASES["default"]["NAME"]), settings.VAR)
    if verdict == 0:
        audit.record(
            SYSTEM,
            "backup.restore",
            subject_type="backup",
            subject_id=backup.resolve().name,
            detail={"made_at": contents.made_at},
        )
    return verdict


def _check_hashes(backup: Path, contents: Contents) -> None:
    with step("校验值 hashes"):
        for part, expected in contents.sha256.items():
            if not (backup / part).exists() or sha256_of(backup / part) != expected:
                raise ValueError(f"备份里的 {part} 缺失或损坏,请用另一份备份 · {part} is missing or damaged; use another backup")


def _refuse_if_anything_is_here(keys: Path | None) -> None:
    with psycopg.connect(
        address(settings.DATABASES["default"]), password=settings.DATABASES["default"].get("PASSWORD") or None
    ) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if found != (0,):
        raise ValueError(
            "数据库不是空的,不会覆盖;请换一个空数据库 · the database is not empty and is not overwritten; name an empty one"
        )
    full = [folder for folder in FOLDERS if (settings.VAR / folder).is_dir() and any((settings.VAR / folder).iterdir())]
    if full:
        raise ValueError(
            f"{settings.VAR} 里已有 {full[0]},不会覆盖 · {settings.VAR / full[0]} is there already and is not overwritten; set SONGHE_VAR to an empty folder"
        )
    if keys is not None and (settings.VAR / "keys" / "keys.json").exists():
        raise ValueError(
            f"{settings.VAR / 'keys'} 里已有密钥,不会覆盖 · there are keys in {settings.VAR / 'keys'}; they are not overwritten"
        )


def _put_files(backup: Path, target: Path) -> None:
    with step("文件和快照 files and snapshots"), tarfile.open(backup / FILES) as archive:
        target.mkdir(parents=True, exist_ok=True)
        archive.extractall(target, filter="data")


def _put_keys(source: Path, target: Path) -> None:
    if not (source / "keys.json").exists():
        raise ValueError(f"{source} 里没有密钥文件 · no keys.json in {source}; name the folder of the backed-up keys with --keys")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in KEYS:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
            (target / name).chmod(0o600)


def _put_database(backup: Path, name: str) -> None:
    with step("数据库 database"):
        run_tool("pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", backup / DUMP], database=name)


def _examine(backup: Path, name: str, folder: Path) -> int:
    """In a process of its own, which knows nothing but what was brought back."""
    default = settings.DATABASES["default"]
    password = f":{quote(default['PASSWORD'], safe='')}" if default.get("PASSWORD") else ""
    port = f"&port={default['PORT']}" if default["PORT"] else ""
    url = f"postgresql://{quote(default['USER'], safe='')}{password}@/{name}?host={quote(str(default['HOST']), safe='')}{port}"
    environment = os.environ | {"DATABASE_URL": url, "SONGHE_VAR": str(folder)}
    command = [sys.executable, "-m", "songhe.project.restored_check", str(backup / CONTENTS)]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own command


def _maintenance(statement: str, name: str) -> None:
    default = settings.DATABASES["default"]
    with psycopg.connect(address(default, "postgres"), password=default.get("PASSWORD") or None, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def say_good(contents: Contents) -> None:
    """The line at the end of a good verification."""
    rows = sum(contents.rows.values())
    say(f"备份可用:{len(contents.rows)} 张表、{rows:,} 行都在 · the backup is good: {len(contents.rows)} tables, {rows:,} rows")
