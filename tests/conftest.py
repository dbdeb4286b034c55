"""What every test gets: a real PostgreSQL, a folder of its own instead of `var/`, quick password hashes, no network."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from songhe.foundation import keys
from tests.database import test_database


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests change; before any test module is imported."""
    settings.VAR = settings.ROOT / "var" / "tests" / str(os.getpid())
    settings.CITY = ""  # whatever this machine shows
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.ALLOWED_HOSTS = ["*"]
    settings.STATIC_ROOT = settings.VAR / "static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

    _stay_on_this_machine()


def _stay_on_this_machine() -> None:
    """A test that asks another host for anything fails, on every machine alike."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        internet = self.family in {socket.AF_INET, socket.AF_INET6}
        if internet and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise RuntimeError(f"tests use no network, and this one asked for {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The folder of this process is gone."""
    shutil.rmtree(settings.VAR, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Each process has its own migrated database (see tests/database.py), instead of pytest-django's."""
    keys.provider()  # made for the folder of this process, before a test puts another in its place
    with django_db_blocker.unblock(), test_database():
        with connection.cursor() as cursor:
            # Django empties tables between transactional tests; tests/foundation switches the trigger on again.
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")
        yield
