"""After a change of the key: the private keys that sign, and what is told of issued documents, are sealed once more."""

from __future__ import annotations

from songhe.foundation.certificates import seal_context
from songhe.foundation.models import IssuedDocument, SigningCertificate
from songhe.foundation.resealing import Resealing, SealedTable
from songhe.foundation.signing import told_context

_RESEALING = Resealing(
    SealedTable(SigningCertificate, ("fingerprint",), {"sealed_key": seal_context}),
    SealedTable(IssuedDocument, ("code",), {"told": told_context}),
)
SEALED = _RESEALING.tables

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
