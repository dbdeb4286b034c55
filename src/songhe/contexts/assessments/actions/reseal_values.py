"""After a change of the key: how elders' sides signed is sealed once more."""

from __future__ import annotations

from collections import Counter

from songhe.contexts.assessments.models import ElderSignature
from songhe.contexts.assessments.queries.signatures import elder_context
from songhe.foundation.access import Actor, require_system
from songhe.foundation.resealing import Resealed, SealedTable, Told, reseal_tables, silent, unopened_values, values_by_key

SEALED = (SealedTable(ElderSignature, ("form__public_id",), {"sealed": lambda public_id: elder_context(str(public_id))}),)


def reseal_values(actor: Actor, *, told: Told = silent) -> Resealed:
    """Every sealed signature is under the current key, except what somebody holds. For the system alone."""
    require_system(actor)
    return reseal_tables(SEALED, told=told)


def sealed_values_by_key(actor: Actor) -> Counter[int]:
    """How many values need each key. For the system alone."""
    require_system(actor)
    return values_by_key(SEALED)


def unopened_sealed_values(actor: Actor) -> tuple[str, ...]:
    """Which of the first sealed values do not open: a look after a restore. For the system alone."""
    require_system(actor)
    return unopened_values(SEALED)
