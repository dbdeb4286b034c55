"""`make reset`: the demo city is forgotten, the keys and other cities stay."""

from __future__ import annotations

import os
import shutil

from songhe.project.city import Choice
from songhe.project.paths import VAR
from songhe.project.progress import say


def reset(choice: Choice) -> None:
    """The choice's database and department files are gone. Only of the built-in server: a city's own is not ours to delete."""
    if os.environ.get("DATABASE_URL"):
        raise ValueError("DATABASE_URL 指向的数据库请自行清理 · a database of your own is not deleted; unset DATABASE_URL")
    import psycopg
    from psycopg import sql

    from songhe.project.embedded_postgres import EmbeddedPostgres

    with psycopg.connect(EmbeddedPostgres(VAR / "postgres").address("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(choice.database)))
    shutil.rmtree(VAR / "demo" / choice.label, ignore_errors=True)
    (VAR / "city.json").unlink(missing_ok=True)
    say(f"已清除 forgotten: {choice.label}")
