"""To whom money goes: name and account of many people at once, and what speaks against paying somebody just now. For the context that pays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection

from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.contacts import opened
from songhe.contexts.people.words import seal_context
from songhe.foundation.encryption import open_sealed

_BLOCK = 10_000
_DOUBTS = """
SELECT p.id, 'dead' FROM person p WHERE p.id = ANY(%(ids)s) AND p.facts ->> 'alive' = 'false'
UNION ALL
SELECT p.id, 'moved' FROM person p WHERE p.id = ANY(%(ids)s) AND p.facts ->> 'registered_here' = 'false' AND p.facts ->> 'resident_here' = 'false'
UNION ALL
SELECT p.id, 'stands_for' FROM person p WHERE p.id = ANY(%(ids)s) AND p.stands_for_id IS NOT NULL
UNION ALL
SELECT DISTINCT p.id, 'suspected' FROM link_candidate c JOIN person p ON p.id IN (c.person_id, c.other_id)
WHERE c.outcome = '' AND p.id = ANY(%(ids)s)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Payee:
    """A person to pay. `account` is in clear and empty where no department said one; whoever asks seals it again at once."""

    person_id: int
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class PayeeDoubt:
    """Something against paying: dead, moved (neither registered nor living here), stands_for (is a record of another person), suspected
    (an open question whether two are one)."""

    person_id: int
    kind: str


def payees(person_ids: Collection[int], *, with_accounts: bool = True) -> Iterator[Payee]:
    """Every person in the order of their ids. Of a person with several records the account said last counts, as on their page."""
    ordered = sorted(person_ids)
    for start in range(0, len(ordered), _BLOCK):
        block = ordered[start : start + _BLOCK]
        if not with_accounts:
            yield from (
                Payee(i, name, "") for i, name in Person.objects.filter(id__in=block).order_by("id").values_list("id", "name")
            )
            continue
        joined = set(Person.objects.filter(stands_for_id__in=block).values_list("stands_for_id", flat=True))
        rows = Person.objects.filter(id__in=block).order_by("id").values_list("id", "public_id", "name", "bank_account_sealed")
        heads = {person.id: person for person in Person.objects.filter(id__in=joined).select_related("household")}
        for person_id, public_id, name, sealed in rows:
            if person_id in joined:
                account = opened(heads[person_id], "bank_account")
            else:
                account = open_sealed(sealed, context=seal_context("bank_account", str(public_id))) if sealed else ""
            yield Payee(person_id, name, account)


def payee_doubts(person_ids: Collection[int]) -> tuple[PayeeDoubt, ...]:
    """What speaks against paying these people as the facts are now; nobody twice for the same."""
    with connection.cursor() as cursor:
        cursor.execute(_DOUBTS, {"ids": sorted(person_ids)})
        return tuple(PayeeDoubt(person_id, kind) for person_id, kind in cursor.fetchall())
