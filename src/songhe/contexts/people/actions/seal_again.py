"""Sealed fields open only with the person (or household) they belong to. Rows that named nobody by ID number were sealed before it was
known whom they mean; here they are sealed once more for the person found."""

from __future__ import annotations

from typing import Any

from django.db import connection

from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.words import seal_context
from songhe.foundation import clock
from songhe.foundation.encryption import open_sealed, seal

_FIELDS = ("id_number", "phone", "bank_account", "diagnosis")

_ROWS = """
SELECT c.person_id, p.household_id, s.public_id::text, p.public_id::text, s.household_key, h.key, s.id_index, s.phone_index,
       CASE WHEN p.id_index IS NULL AND p.public_id <> s.public_id THEN s.id_sealed END,
       CASE WHEN 'phone' = ANY (c.stale) OR p.public_id = s.public_id THEN NULL ELSE s.phone_sealed END,
       CASE WHEN 'bank_account' = ANY (c.stale) OR p.public_id = s.public_id THEN NULL ELSE s.bank_account_sealed END,
       CASE WHEN 'diagnosis' = ANY (c.stale) OR p.public_id = s.public_id THEN NULL ELSE s.diagnosis_sealed END,
       s.identity ->> 'address',
       CASE WHEN 'address' = ANY (c.stale) OR (h.key = s.household_key AND %(keeps)s) THEN NULL ELSE s.address_sealed END
FROM import_change c
JOIN import_staged_row s ON s.id = c.staged_id JOIN person p ON p.id = c.person_id JOIN household h ON h.id = p.household_id
JOIN import_match m ON m.staged_id = c.staged_id
WHERE NOT c.is_new AND (p.public_id <> s.public_id OR s.address_sealed IS NOT NULL AND 'address' = ANY (m.changes))
   OR c.is_new AND s.address_sealed IS NOT NULL AND h.address_sealed IS NULL
"""

_KEEP = """
UPDATE person p SET id_sealed = coalesce(t.id_sealed, p.id_sealed), id_index = CASE WHEN t.id_sealed IS NULL THEN p.id_index ELSE t.id_index END,
    phone_sealed = coalesce(t.phone_sealed, p.phone_sealed), phone_index = CASE WHEN t.phone_sealed IS NULL THEN p.phone_index ELSE t.phone_index END,
    bank_account_sealed = coalesce(t.bank_account_sealed, p.bank_account_sealed),
    diagnosis_sealed = coalesce(t.diagnosis_sealed, p.diagnosis_sealed), changed_at = %(now)s
FROM import_sealed t WHERE t.person_id = p.id
  AND coalesce(t.id_sealed, t.phone_sealed, t.bank_account_sealed, t.diagnosis_sealed) IS NOT NULL;
UPDATE household h SET address_sealed = t.address_sealed, address_digest = coalesce(t.address_digest, ''), changed_at = %(now)s
FROM import_sealed t WHERE t.household_id = h.id AND t.address_sealed IS NOT NULL;
"""


def seal_again(batch: ImportBatch, *, keeps_identity: bool) -> None:
    """Every sealed field that the batch's rows bring to known people opens with those people's own context."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_sealed")
        cursor.execute(
            "CREATE TEMP TABLE import_sealed (person_id bigint, household_id bigint, id_sealed bytea, id_index bytea, phone_sealed bytea, "
            "phone_index bytea, bank_account_sealed bytea, diagnosis_sealed bytea, address_sealed bytea, address_digest text) ON COMMIT DROP"
        )
        for rows in rows_in_blocks(_ROWS, {"keeps": keeps_identity}):
            with cursor.copy("COPY import_sealed FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(_sealed_again(row))
    run_script(_KEEP, {"now": clock.now()})


def _sealed_again(row: tuple[Any, ...]) -> tuple[object, ...]:
    person_id, household_id, was, owner, said_key, key, id_index, phone_index, *sealed, digest, address = row
    own = [moved(blob, seal_context(f, was), seal_context(f, owner)) for f, blob in zip(_FIELDS, sealed, strict=True)]
    home = moved(address, seal_context("address", said_key or was), seal_context("address", key))
    return (person_id, household_id, own[0], id_index, own[1], phone_index, own[2], own[3], home, digest)


def moved(blob: bytes | None, before: str, after: str) -> bytes | None:
    """What was sealed with one context, sealed with another; None stays None."""
    return None if blob is None else seal(open_sealed(blob, context=before), context=after)
