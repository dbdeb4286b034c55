"""After a change of the key: the sensitive fields of entries, and of their history, are sealed once more."""

from __future__ import annotations

from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.words import seal_context
from songhe.foundation.resealing import Resealing, SealedTable

_RESEALING = Resealing(
    SealedTable(Entry, ("public_id",), {"sealed": seal_context}),
    SealedTable(EntryChange, ("entry__public_id",), {"sealed": seal_context}),
)
SEALED = _RESEALING.tables

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
