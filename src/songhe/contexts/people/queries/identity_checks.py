"""Yes or no about sealed fields, for contexts that must not see them: who has a bank account, whether a number ends so."""

from __future__ import annotations

import hmac
from collections.abc import Collection

from django.db import connection

from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.contacts import opened


def with_bank_account(person_ids: Collection[int]) -> frozenset[int]:
    """Those of these persons for whom an account is known, their own or one of whoever stands for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM person WHERE id = ANY(%(ids)s) AND bank_account_sealed IS NOT NULL"
            " UNION SELECT stands_for_id FROM person WHERE stands_for_id = ANY(%(ids)s) AND bank_account_sealed IS NOT NULL",
            {"ids": list(person_ids)},
        )
        return frozenset(row[0] for row in cursor.fetchall())


def number_ends_with(person_id: int, last_four: str) -> bool:
    """Whether the person's ID number ends with these four characters; a person without a number never matches."""
    person = Person.objects.filter(id=person_id).first()
    number = opened(person, "id_number") if person is not None else ""
    return (
        len(number) >= 4 and len(last_four) == 4 and hmac.compare_digest(number[-4:].upper().encode(), last_four.upper().encode())
    )
