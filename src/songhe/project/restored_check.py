"""Looks at a city that was brought back from a backup, in the database and folder that the environment names: all rows there, the audit chain
whole up to the noted head, the keys the right ones, every stored file readable, a sealed value of each kind open."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from songhe.project.backup import Contents, count_rows, keys_mark, read_contents
from songhe.project.postgres_tools import address


def main(contents_file: Path) -> int:
    """Print each thing that is wrong, or that all is well; 1 if anything is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
    import django

    django.setup()
    from songhe.project.restoring import say_good

    contents = read_contents(contents_file.parent)
    found = list(problems(contents))
    for problem in found:
        print(f"songhe: {problem}", file=sys.stderr)
    if not found:
        say_good(contents)
    return 1 if found else 0


def problems(contents: Contents) -> Iterator[str]:
    """Each thing that is not as the backup says."""
    from django.conf import settings

    from songhe.foundation import audit

    default = settings.DATABASES["default"]
    with psycopg.connect(address(default), password=default.get("PASSWORD") or None) as connection:
        found = count_rows(connection)
    for table, rows in contents.rows.items():
        if found.get(table) != rows:
            yield f"表 {table} 应有 {rows} 行,现有 {found.get(table, 0)} 行 · table {table}: {rows} rows expected, {found.get(table, 0)} found"
    if keys_mark() != contents.keys_mark:
        yield "密钥不是这份备份的密钥 · these are not the keys of this backup"
        return
    chain = audit.verify(expected_seq=contents.audit_seq, expected_mac=contents.audit_mac)
    if not chain.ok:
        yield f"审计链:{chain.sentence} · the audit chain is broken at row {chain.first_bad_seq}"
    yield from _unopened()


def _unopened() -> Iterator[str]:
    from songhe.foundation import files
    from songhe.foundation.errors import SongheError
    from songhe.project.key_rotation import unopened_values

    for file in files.every_file():
        try:
            for _ in files.stream(file.id):
                pass
        except SongheError as error:
            yield f"文件「{file.name}」:{error.sentence} · stored file {file.id} does not open"
    for place in unopened_values():
        yield f"加密内容打不开 {place} · a sealed value does not open: {place}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
