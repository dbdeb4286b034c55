"""After a change of the key: the private keys that sign, and what is told of issued documents, are sealed once more."""

from __future__ import annotations

from collections import Counter

from songhe.foundation.access import Actor, require_system
from songhe.foundation.certificates import seal_context
from songhe.foundation.models import IssuedDocument, SigningCertificate
from songhe.foundation.resealing import Resealed, SealedTable, Told, reseal_tables, silent, unopened_values, values_by_key
from songhe.foundation.signing import told_context

SEALED = (
    SealedTable(SigningCertificate, ("fingerprint",), {"sealed_key": seal_context}),
    SealedTable(IssuedDocument, ("code",), {"told": told_context}),
)


def reseal_values(actor: Actor, *, told: Told = silent) -> Resealed:
    """Every sealed value is under the current key, except what somebody holds. For the system alone."""
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
