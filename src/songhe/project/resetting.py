"""`make reset`: the demo city is forgotten, the keys and other cities stay."""

from __future__ import annotations

import os
import shutil

import psycopg
from psycopg import sql

from songhe.project.city import Choice
from songhe.project.embedded_postgres import EmbeddedPostgres
from songhe.project.paths import VAR
from songhe.project.progress import say


def reset(choice: Choice) -> None:
    """The choice's database and department files are gone; with the last city also the stored files and snapshots.

    Only of the built-in server: a city's own database is not ours to delete.
    """
    if os.environ.get("DATABASE_URL"):
        raise ValueError("DATABASE_URL 指向的数据库请自行清理 · a database of your own is not deleted; unset DATABASE_URL")
    with psycopg.connect(EmbeddedPostgres(VAR / "postgres").address("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(choice.database)))
        others = connection.execute("SELECT count(*) FROM pg_database WHERE starts_with(datname, 'songhe_')").fetchone()
    shutil.rmtree(VAR / "demo" / choice.label, ignore_errors=True)
    if others == (0,):
        for folder in ("files", "snapshots"):
            shutil.rmtree(VAR / folder, ignore_errors=True)
    (VAR / "city.json").unlink(missing_ok=True)
    say(f"已清除 forgotten: {choice.label}")
