"""After a change of the key: the accounts of payments and awards are sealed once more."""

from __future__ import annotations

from songhe.contexts.payments.models import Award, Payment
from songhe.contexts.payments.words import account_context, award_context
from songhe.foundation.resealing import Resealing, SealedTable


def _of_a_payment(run_id: int, person_id: int | None, award_id: int | None) -> str:
    return account_context(run_id, f"person:{person_id}" if person_id is not None else f"award:{award_id}")


_RESEALING = Resealing(
    SealedTable(Payment, ("run_id", "person_id", "award_id"), {"account_sealed": _of_a_payment}),
    SealedTable(Award, ("public_id",), {"account_sealed": lambda public_id: award_context(str(public_id))}),
)
SEALED = _RESEALING.tables

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
