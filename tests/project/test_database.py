"""DATABASE_URL, read exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.project.database import database_settings


def test_without_a_url_it_is_the_embedded_server(tmp_path: Path) -> None:
    found = database_settings(None, tmp_path)
    assert (found["NAME"], found["USER"], found["HOST"], found["PORT"]) == (
        "songhe",
        "postgres",
        str(tmp_path.resolve() / "postgres"),
        "5432",
    )


def test_every_part_of_a_url_is_read(tmp_path: Path) -> None:
    found = database_settings("postgresql://elder%40city:p%2Fw@db.city:6432/care?sslmode=require", tmp_path)
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("care", "elder@city", "p/w")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("db.city", "6432", {"sslmode": "require"})


def test_a_socket_folder_may_be_named(tmp_path: Path) -> None:
    found = database_settings("postgres:///care?host=/run/postgresql", tmp_path)
    assert (found["NAME"], found["HOST"], found["PORT"], found["OPTIONS"]) == ("care", "/run/postgresql", "", {})


def test_another_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mysql://"):
        database_settings("mysql://x/y", tmp_path)
