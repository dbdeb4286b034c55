"""The database that tests run on is the real thing, and this process's own."""

from __future__ import annotations

import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_each_process_has_its_own_migrated_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('server_version_num')::int")
        name, version = cursor.fetchone()
    assert name.split("_")[2] == str(os.getpid())
    assert version >= 150000
    assert "person" in connection.introspection.table_names()
