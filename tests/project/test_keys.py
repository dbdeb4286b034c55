"""Keys are made once, for the owner's eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.project.keys import key


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = key("secret", directory=tmp_path / "keys", variable="SONGHE_NO_SUCH")
    assert len(first) == 64
    assert key("secret", directory=tmp_path / "keys", variable="SONGHE_NO_SUCH") == first
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["secret"]


def test_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHE_TEST_KEY", " abc ")
    assert key("secret", directory=tmp_path / "keys", variable="SONGHE_TEST_KEY") == "abc"
    assert not (tmp_path / "keys").exists()
