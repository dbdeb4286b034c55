"""After a change of the key: the accounts of payments and awards are sealed once more."""

from __future__ import annotations

from collections import Counter

from songhe.contexts.payments.models import Award, Payment
from songhe.contexts.payments.words import account_context, award_context
from songhe.foundation.access import Actor, require_system
from songhe.foundation.resealing import Resealed, SealedTable, Told, reseal_tables, silent, unopened_values, values_by_key


def _of_a_payment(run_id: int, person_id: int | None, award_id: int | None) -> str:
    return account_context(run_id, f"person:{person_id}" if person_id is not None else f"award:{award_id}")


SEALED = (
    SealedTable(Payment, ("run_id", "person_id", "award_id"), {"account_sealed": _of_a_payment}),
    SealedTable(Award, ("public_id",), {"account_sealed": lambda public_id: award_context(str(public_id))}),
)


def reseal_values(actor: Actor, *, told: Told = silent) -> Resealed:
    """Every sealed account is under the current key, except what somebody holds. For the system alone."""
    require_system(actor)
    return reseal_tables(SEALED, told=told)


def sealed_values_by_key(actor: Actor) -> Counter[int]:
    """How many values need each key. For the system alone."""
    require_system(actor)
    return values_by_key(SEALED)


def unopened_sealed_values(actor: Actor) -> tuple[str, ...]:
    """Which of the first sealed values of each table do not open: a look after a restore. For the system alone."""
    require_system(actor)
    return unopened_values(SEALED)
