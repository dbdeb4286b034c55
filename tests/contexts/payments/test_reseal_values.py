"""After a change of the key the accounts of payments and awards open as before; what a payment pays and where still never changes."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from songhe.contexts.payments import actions
from songhe.contexts.payments.actions.reseal_values import SEALED
from songhe.contexts.payments.models import Award
from songhe.contexts.payments.words import award_context
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import seal
from songhe.foundation.keys import Purpose
from tests.contexts.payments.conftest import MAKER, MARCH, Town
from tests.sealed import key_file, opened


def test_accounts_are_sealed_once_more_and_payments_otherwise_kept(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH)
    actions.freeze_run(MAKER, run_id=run.run_id)
    award = Award.objects.create(
        kind="a", payee_name="甲敬老院", payee_code="x", area_path="640381/", period=MARCH, basis={}, amount=1, state="claimed",
        claimed_by=1, claimed_at=clock.now(),
    )  # fmt: skip
    Award.objects.update(account_sealed=seal("6222000011112222", context=award_context(str(award.public_id))))
    before = opened(SEALED)
    assert {place[0] for place in before} == {"payment", "award"}
    fresh = key_file().rotate(Purpose.FIELD)
    done = actions.reseal_values(SYSTEM)
    assert (done.rows, done.busy, done.broken) == (len(before), 0, ())
    assert actions.sealed_values_by_key(SYSTEM) == {fresh.id: len(before)}
    assert opened(SEALED) == before
    for change in (
        "UPDATE payment SET account_sealed = NULL",
        "UPDATE payment SET account_sealed = set_byte(account_sealed, 40, 1)",
        "UPDATE payment SET account_sealed = set_byte(account_sealed, 2, 1), amount = amount + 1",
    ):
        with pytest.raises(Error, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
