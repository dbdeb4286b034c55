"""After a change of the key the sensitive fields of entries and of their history open as before; history is still not changed otherwise."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from songhe.contexts.people.models import Person
from songhe.contexts.registers import actions
from songhe.contexts.registers.actions.reseal_values import SEALED
from songhe.foundation.access import SYSTEM
from songhe.foundation.keys import Purpose
from tests.contexts.registers.trial_city import CLERK_A
from tests.sealed import key_file, opened

VALUES = {"every": "week", "helper": "李志愿", "helper_phone": "13900001234", "asked": 4, "made": 3, "last": "2026-11-20"}


def test_entries_and_history_are_sealed_once_more_and_history_is_otherwise_kept(zhang: Person) -> None:
    entry = actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values=VALUES).id
    actions.change_entry(CLERK_A, entry_id=entry, values=VALUES | {"helper_phone": "13900005678"}, reason="换了电话")
    before = opened(SEALED)
    assert {place[0] for place in before} == {"register_entry", "register_change"}
    fresh = key_file().rotate(Purpose.FIELD)
    assert actions.reseal_values(SYSTEM).rows == len(before)
    assert actions.sealed_values_by_key(SYSTEM) == {fresh.id: len(before)}
    assert opened(SEALED) == before
    for change in (
        "UPDATE register_change SET reason = ''",
        "UPDATE register_change SET sealed = NULL",
        "UPDATE register_change SET sealed = set_byte(sealed, 40, 1)",
        "UPDATE register_change SET sealed = set_byte(sealed, 2, 1), reason = ''",
        "DELETE FROM register_change",
    ):
        with (
            pytest.raises(IntegrityError, match="its history never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
