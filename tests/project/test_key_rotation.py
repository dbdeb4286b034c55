"""`songhe keys`: a change of the key that is killed goes on where it stopped; an old key goes only when nothing needs it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.assessments.actions import reseal_values as of_assessments
from songhe.contexts.messaging.actions import reseal_values as of_messaging
from songhe.contexts.payments.actions import reseal_values as of_payments
from songhe.contexts.people.actions import reseal_values as of_people
from songhe.contexts.registers.actions import reseal_values as of_registers
from songhe.foundation import clock, files
from songhe.foundation.keys import Purpose
from songhe.foundation.models import AuditEntry
from songhe.foundation.signing_seals import reseal_values as of_signing
from songhe.project import key_rotation
from songhe.project.command_line import main
from tests.contexts.people import city
from tests.contexts.people.city import LI, WANG, ZHANG, bring_in, resident
from tests.sealed import key_file, opened

CONTEXTS = (of_people, of_registers, of_payments, of_assessments, of_messaging, of_signing)
SEALED = tuple(table for context in CONTEXTS for table in context.__self__.tables)
NOT_SEALED = {
    "foundation.AuditEntry.previous_mac", "foundation.AuditEntry.mac", "foundation.AuditHead.mac",
    "foundation.SigningCertificate.der",
    "messaging.Message.number_index", "messaging.MessageRefusal.number_index",
    "people.Person.id_index", "people.Person.phone_index", "people.FormerNumber.id_index",
    "people.StagedRow.id_index", "people.StagedRow.former_index", "people.StagedRow.phone_index",
    "entitlements.Decision.statuses", "entitlements.Decision.true_mask", "entitlements.Decision.unknown_mask",
}  # fmt: skip
"""Columns of bytes that no data key seals."""

_CHILD = """
import time, django
from contextlib import contextmanager
django.setup()
from songhe.project import key_rotation

@contextmanager
def stopping(title):
    def report(done, total):
        if done:
            print("here", flush=True)
            time.sleep(60)
    yield report

key_rotation.step = stopping
key_rotation.rotate_keys()
"""


def test_every_sealed_column_is_declared() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("songhe.")
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField)
    }
    declared = {f"{table.model._meta.label}.{name}" for table in SEALED for name in table.columns}
    assert found == declared | NOT_SEALED


def _killed_rotation() -> None:
    """Another process changes the key and is killed with SIGKILL when the first rows are written."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "songhe.project.settings", "DATABASE_URL": url, "SONGHE_VAR": str(settings.VAR)}
    with subprocess.Popen([sys.executable, "-c", _CHILD], env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = next((line for line in child.stdout if line == "here\n"), "")
        child.send_signal(signal.SIGKILL)
    assert said == "here\n"


@pytest.mark.django_db(transaction=True)
def test_killed_it_goes_on_and_the_old_key_goes_when_nothing_needs_it(capsys: pytest.CaptureFixture[str]) -> None:
    city.load_city()
    bring_in("公安", [resident(number, "张桂兰", "H1", 联系电话="13900001234") for number in (ZHANG, LI, WANG)])
    user = get_user_model().objects.create(username="u", display_name="李")
    Authenticator.objects.create(user=user, type="totp", data={"secret": accounts.seal_factor("JBSWY3DPEHPK3PXP")})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "in clear, of an older version", "used_mask": 1})
    store, before = key_file(), opened(SEALED)
    for purpose in (Purpose.FIELD, Purpose.FILE):  # other tests of this process rotate without walking
        store.finish(purpose)
    old = store.current(Purpose.FIELD)
    key_rotation.rotate_keys()  # so that nothing is under keys of other tests
    first = store.current(Purpose.FIELD)
    assert first != old and set(key_rotation.values_by_key(Purpose.FIELD)) == {first.id}

    _killed_rotation()
    assert store.unfinished(Purpose.FIELD)
    fresh = store.current(Purpose.FIELD)
    half = key_rotation.values_by_key(Purpose.FIELD)
    assert set(half) == {first.id, fresh.id}
    assert opened(SEALED) == before
    with pytest.raises(ValueError, match=f"values still need key {first.id:08x}"):
        key_rotation.remove_key(f"{first.id:08x}")

    assert key_rotation.rotate_keys() == 0
    assert store.current(Purpose.FIELD) == fresh and not store.unfinished(Purpose.FIELD)
    assert key_rotation.values_by_key(Purpose.FIELD) == {fresh.id: half.total()}
    assert opened(SEALED) == before
    app, codes = Authenticator.objects.order_by("id")
    assert accounts.open_factor(app.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert codes.data["seed"].startswith("sm4:") and codes.data["used_mask"] == 1
    assert accounts.open_factor(codes.data["seed"]) == "in clear, of an older version"

    with pytest.raises(ValueError, match="was in use until just now"):
        key_rotation.remove_key(f"{first.id:08x}")
    with pytest.raises(ValueError, match="is in use and cannot be removed"):
        key_rotation.remove_key(f"{fresh.id:08x}")
    with clock.frozen(clock.now() + key_rotation.REST + dt.timedelta(minutes=2)):
        assert key_rotation.remove_key(f"{first.id:08x}") == 0
    assert first.id not in {key.id for key in store.kept()}
    assert opened(SEALED) == before
    deeds = AuditEntry.objects.filter(action__startswith="keys.").values_list("action", "subject_id")
    assert ("keys.remove", f"{first.id:08x}") in deeds and ("keys.rotate", f"{fresh.id:08x}") in deeds
    capsys.readouterr()
    assert key_rotation.list_keys() == 0
    listed = capsys.readouterr().out
    assert f"{fresh.id:08x}" in listed and f"{first.id:08x}" not in listed
    assert fresh.material.hex() not in listed


@pytest.mark.django_db(transaction=True)
def test_files_are_exchanged_whole_and_a_damaged_one_is_named() -> None:
    kept = files.store(b"a,b\n" * 600_000, name="large.csv")
    damaged = files.store(b"c,d\n", name="small.csv")
    path = settings.VAR / "files" / damaged.sha256[:2] / damaged.sha256[2:]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    fresh = key_file().rotate(Purpose.FILE)
    moved, broken = files.reseal_files()
    assert broken == (damaged.sha256,) and moved >= 1
    assert files.files_by_key()[fresh.id] >= 1
    assert files.read(kept.id) == b"a,b\n" * 600_000
    assert files.reseal_files()[0] == 0
    assert not list((settings.VAR / "files").glob("*/.resealed.*"))
    path.unlink()


@pytest.mark.django_db
def test_a_city_with_a_key_service_rotates_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(key_rotation, "provider", lambda: object())
    monkeypatch.setenv("DATABASE_URL", "postgresql:///unused")
    assert main(["keys", "rotate"]) == 1
    assert "rotate them there, then run songhe keys reseal" in capsys.readouterr().err
