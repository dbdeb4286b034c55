"""After a change of the key: the sensitive fields of entries, and of their history, are sealed once more."""

from __future__ import annotations

from collections import Counter

from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.words import seal_context
from songhe.foundation.access import Actor, require_system
from songhe.foundation.resealing import Resealed, SealedTable, Told, reseal_tables, silent, unopened_values, values_by_key

SEALED = (
    SealedTable(Entry, ("public_id",), {"sealed": seal_context}),
    SealedTable(EntryChange, ("entry__public_id",), {"sealed": seal_context}),
)


def reseal_values(actor: Actor, *, told: Told = silent) -> Resealed:
    """Every sealed value of the registers is under the current key, except what somebody holds. For the system alone."""
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
