"""After a change of the key: everything sealed in this context is sealed once more, bound to the same owner as before."""

from __future__ import annotations

from collections.abc import Callable

from songhe.contexts.people.models import FormerNumber, Household, ImportBatch, ImportRow, Person, StagedRow
from songhe.contexts.people.queries.batches import row_context
from songhe.contexts.people.queries.headings import headings_context
from songhe.contexts.people.words import seal_context
from songhe.foundation.resealing import Resealing, SealedTable


def _owned(field: str) -> Callable[..., str]:
    return lambda owner, *_: seal_context(field, str(owner))


_OF_A_PERSON = {
    "id_sealed": _owned("id_number"),
    "phone_sealed": _owned("phone"),
    "bank_account_sealed": _owned("bank_account"),
    "diagnosis_sealed": _owned("diagnosis"),
}
_RESEALING = Resealing(
    SealedTable(Person, ("public_id",), _OF_A_PERSON),
    SealedTable(Household, ("key",), {"address_sealed": _owned("address")}),
    SealedTable(FormerNumber, ("person__public_id",), {"id_sealed": _owned("id_number")}),
    SealedTable(ImportBatch, ("id",), {"headings_sealed": headings_context}),
    SealedTable(ImportRow, ("batch_id", "sheet", "row"), {"content_sealed": row_context, "corrected_sealed": row_context}),
    SealedTable(
        StagedRow,
        ("public_id", "household_key", "batch_id", "sheet", "row"),
        {
            **_OF_A_PERSON,
            "address_sealed": lambda owner, key, *_: seal_context("address", key or str(owner)),
            "content_sealed": lambda owner, key, *place: row_context(*place),
        },
    ),
)
SEALED = _RESEALING.tables

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
