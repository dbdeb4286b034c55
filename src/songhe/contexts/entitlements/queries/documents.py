"""Which documents an application needs: only what no department knows."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class DocumentNeeded:
    """A document; `asked` is False where a department says it already, `known_by` then names the department."""

    title: str
    asked: bool
    known_by: str


def documents_needed(actor: Actor, *, person_id: int, benefit: str) -> tuple[DocumentNeeded, ...]:
    """The documents of an application for the benefit by this person."""
    place = people.person_place(actor, person_id=person_id)
    (home,) = facts.household_inputs((place.household_id,))
    member = home.person_ids.index(person_id)
    known = {**home.household, **home.persons[member]}
    variables = policy.pack_in_use().pack.variables_of("person")
    found = []
    for document in granting().rule(benefit).documents:
        told = document.known_by in known and known[document.known_by] is not None
        source = home.sources.get(person_id, {}).get(document.known_by)
        owner = source.department if source else variables[document.known_by].owner if document.known_by in variables else ""
        found.append(DocumentNeeded(document.title, not told, owner if told else ""))
    return tuple(found)
