"""A backup is made, brought back beside the city and looked at; what is damaged, foreign or in the way is said."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from songhe.foundation import files
from songhe.foundation.access import SYSTEM
from songhe.foundation.audit import record
from songhe.foundation.models import AuditEntry
from songhe.project import backup, restored_check, restoring
from tests.contexts.people import city
from tests.contexts.people.city import LI, ZHANG, bring_in, resident

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A backup of a city with two people; its keys beside it in `keys`."""
    city.load_city()
    bring_in("公安", [resident(number, "张桂兰", "H1", 联系电话="13900001234") for number in (ZHANG, LI)])
    assert backup.make_backup(tmp_path / "backups", tmp_path / "keys") == 0
    (folder,) = (tmp_path / "backups").iterdir()
    return folder


def test_made_brought_back_and_taken_away_again(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert sorted(part.name for part in made.iterdir()) == ["contents.json", "database.dump", "files.tar"]
    assert {part.stat().st_mode & 0o777 for part in made.iterdir()} == {0o600} and made.stat().st_mode & 0o777 == 0o700
    (keys,) = (made.parents[1] / "keys").iterdir()
    kept = {file.name for file in (settings.VAR / "keys").iterdir()} & set(backup.KEYS)  # `secret` only where one was made
    assert keys.name == f"{made.name}-keys" and "keys.json" in kept and {file.name for file in keys.iterdir()} == kept
    contents = backup.read_contents(made)
    assert (contents.rows["person"], contents.rows["household"]) == (2, 1)
    record(SYSTEM, "account.create_user")  # the city goes on after its backup
    capfd.readouterr()
    assert restoring.verify_backup(made, keys) == 0
    said = capfd.readouterr().out
    assert f"the backup is good: {len(contents.rows)} tables, {sum(contents.rows.values()):,} rows" in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE %s", [f"{restoring.SCRATCH}%"])
        assert cursor.fetchone() == (0,)
    assert AuditEntry.objects.filter(action="backup.make", subject_id=made.name).count() == 1


def test_what_is_wrong_with_a_restored_city_is_named(made: Path) -> None:
    contents = backup.read_contents(made)
    good = replace(
        contents, rows=contents.rows | {"audit_entry": contents.rows["audit_entry"] + 1}
    )  # the deed of the backup itself
    assert list(restored_check.problems(good)) == []
    (fewer,) = restored_check.problems(replace(good, rows=good.rows | {"person": 3}))
    assert "table person: 3 rows expected, 2 found" in fewer
    (cut,) = restored_check.problems(replace(good, audit_mac="00"))
    assert f"the audit chain is broken at row {contents.audit_seq}" in cut
    (foreign,) = restored_check.problems(replace(good, keys_mark="00"))
    assert "these are not the keys of this backup" in foreign
    kept = next(files.every_file())
    (settings.VAR / "files" / kept.sha256[:2] / kept.sha256[2:]).unlink()
    (gone,) = restored_check.problems(good)
    assert f"stored file {kept.id} does not open" in gone


def test_a_damaged_backup_is_refused_before_anything_is_touched(made: Path) -> None:
    (made / "files.tar").write_bytes(b"")
    with pytest.raises(ValueError, match=r"files\.tar is missing or damaged"):
        restoring.verify_backup(made, None)
    (made / "contents.json").write_text(json.dumps({"made_at": "x"}))
    with pytest.raises(ValueError, match="no whole backup in"):
        restoring.verify_backup(made, None)


def test_nothing_that_is_there_is_overwritten(made: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the database is not empty and is not overwritten"):
        restoring.restore_backup(made, None)
    assert not AuditEntry.objects.filter(action="backup.restore").exists()
    with pytest.raises(ValueError, match="keep the keys apart"):
        backup.make_backup(tmp_path / "backups", tmp_path / "backups" / "keys")
    shutil.rmtree(tmp_path / "keys")
    with pytest.raises(ValueError, match=r"no keys\.json in"):
        restoring.verify_backup(made, tmp_path / "keys")


def test_a_backup_that_was_cut_short_leaves_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_pack", full)
    with pytest.raises(OSError, match="No space left"):
        backup.make_backup(made.parent, None)
    assert [each.name for each in made.parent.iterdir() if not each.name.startswith(".")] == [made.name]
    monkeypatch.undo()
    backup.make_backup(made.parent, None)
    assert not list(made.parent.glob(".songhe-*"))
