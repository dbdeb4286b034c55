"""The database of a test process: cloned from a template that is migrated once for each set of migrations.

Several people and workers run tests on one machine at once: names carry the process number, and building is under a lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from songhe.project.database import database_settings
from songhe.project.embedded_postgres import SETTINGS_FOR_TESTS, EmbeddedPostgres

PREFIX = "songhe_test"


@contextmanager
def test_database() -> Iterator[str]:
    """Django's default connection points at a migrated, empty database of this process alone; dropped afterwards."""
    with _server() as maintenance:
        template = f"{PREFIX}_template_{_fingerprint_of_migrations()}"
        name = f"{PREFIX}_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        with _lock():
            _drop(maintenance, _left_over(maintenance))
            if not _exists(maintenance, template):
                _build(maintenance, template)
            _execute(maintenance, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        _point_django_at(name)
        try:
            yield name
        finally:
            connections.close_all()
            _drop(maintenance, [name])


@contextmanager
def _server() -> Iterator[str]:
    """A server for tests and the connection string of its maintenance database."""
    url = os.environ.get("DATABASE_URL")
    if url:
        default = database_settings(url, settings.ROOT)
        yield psycopg.conninfo.make_conninfo(
            host=default["HOST"], port=default["PORT"], user=default["USER"], password=default["PASSWORD"], dbname="postgres"
        )
        return
    server = EmbeddedPostgres(settings.ROOT / "var" / "test-postgres", settings=SETTINGS_FOR_TESTS)
    with server:
        connections["default"].settings_dict.update(
            HOST=server.socket_directory, PORT="5432", USER="postgres", PASSWORD="", OPTIONS={}
        )
        yield server.address("postgres")


def _point_django_at(name: str) -> None:
    connections["default"].close()
    connections["default"].settings_dict.update(NAME=name, CONN_MAX_AGE=0)  # threads of servers and workers keep no connection


def _build(maintenance: str, template: str) -> None:
    """Migrate a fresh database and give it the template's name only when it is complete; older templates go."""
    building = f"{PREFIX}_building"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}_template_%"]).fetchall()
    _drop(maintenance, [building, *(name for (name,) in rows)])
    _execute(maintenance, "CREATE DATABASE {}", building)
    _point_django_at(building)
    call_command("migrate", verbosity=0, interactive=False)
    connections["default"].close()
    _execute(maintenance, "ALTER DATABASE {} RENAME TO {}", building, template)


def _fingerprint_of_migrations() -> str:
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label}/{file.name}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _left_over(maintenance: str) -> list[str]:
    """Databases whose process is gone."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}_%"]).fetchall()
    names = [name for (name,) in rows]
    return [name for name in names if (pid := name.split("_")[2]).isdigit() and not psutil.pid_exists(int(pid))]


def _exists(maintenance: str, name: str) -> bool:
    with psycopg.connect(maintenance, autocommit=True) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(maintenance: str, names: list[str]) -> None:
    for name in names:
        _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(maintenance: str, statement: str, *names: str) -> None:
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


@contextmanager
def _lock() -> Iterator[None]:
    with open(settings.ROOT / "var" / "test-databases.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
