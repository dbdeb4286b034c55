"""After a change of the key everything sealed about people opens as before, and nothing needs the old key."""

from __future__ import annotations

import pytest

from songhe.contexts.people import actions
from songhe.contexts.people.actions.reseal_values import SEALED
from songhe.contexts.people.models import FormerNumber, ImportBatch, ImportRow, Person, StagedRow
from songhe.contexts.people.words import seal_context
from songhe.foundation import resealing
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import blind_index, seal
from songhe.foundation.errors import AccessDenied
from songhe.foundation.keys import Purpose
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, ZHANG, bring_in, check, resident, table
from tests.sealed import key_file, opened

pytestmark = pytest.mark.django_db


def _people_and_files() -> None:
    city.load_city()
    bring_in("公安", [resident(ZHANG, "张桂兰", "H1", 住址="红玫路1号", 联系电话="13900001234"), resident(LI, "李建国", "H1")])
    check(
        "公安", table([resident(ZHANG, "张桂英", "H1", 住址="红玫路2号"), resident("000000194", "王秀英", "", 住址="松树路3号")])
    )
    person = Person.objects.get(id_index=blind_index(ZHANG, kind="id_number"))
    context = seal_context("id_number", str(person.public_id))
    FormerNumber.objects.create(
        person=person, id_index=blind_index("1", kind="id_number"), id_sealed=seal("000000194503010026", context=context),
        stated_on=DAY, known_at=person.changed_at,
    )  # fmt: skip


def test_everything_sealed_of_people_and_files_is_sealed_once_more() -> None:
    _people_and_files()
    before = opened(SEALED)
    assert {place[0] for place in before} == {table.model._meta.db_table for table in SEALED}
    assert {place[2] for place in before} >= {"id_sealed", "phone_sealed", "address_sealed", "content_sealed", "headings_sealed"}
    batch = ImportBatch.objects.latest("id").id
    row = ImportRow.objects.filter(batch_id=batch).latest("id")
    assert StagedRow.objects.filter(batch_id=batch).count() == 2 and row.content_sealed
    fresh = key_file().rotate(Purpose.FIELD)
    moved: list[int] = []
    done = actions.reseal_values(SYSTEM, told=moved.append)
    assert (done.busy, done.broken, done.rows) == (0, (), sum(moved))
    assert actions.sealed_values_by_key(SYSTEM) == {fresh.id: len(before)}
    assert opened(SEALED) == before
    assert actions.reseal_values(SYSTEM).rows == 0


def test_a_value_that_does_not_open_is_named_and_the_rest_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "TRIES", 2)
    monkeypatch.setattr(resealing, "SECONDS_BETWEEN", 0.0)
    _people_and_files()
    li = Person.objects.get(id_index=blind_index(LI, kind="id_number"))
    Person.objects.filter(pk=li.pk).update(phone_sealed=seal("13900005678", context="people:phone:somebody-else"))
    old = key_file().current(Purpose.FIELD)
    fresh = key_file().rotate(Purpose.FIELD)
    done = actions.reseal_values(SYSTEM)
    assert (done.busy, done.broken) == (0, (f"person:{li.pk}:phone_sealed",))
    found = actions.sealed_values_by_key(SYSTEM)
    assert found[old.id] == 1 and set(found) == {old.id, fresh.id}
    li.refresh_from_db()
    assert bytes(li.id_sealed or b"")[1:5] == fresh.id.to_bytes(4, "big")


def test_only_the_system_may() -> None:
    with pytest.raises(AccessDenied):
        actions.reseal_values(OFFICER)
    with pytest.raises(AccessDenied):
        actions.sealed_values_by_key(OFFICER)
