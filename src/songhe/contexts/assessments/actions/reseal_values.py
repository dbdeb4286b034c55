"""After a change of the key: how elders' sides signed is sealed once more."""

from __future__ import annotations

from songhe.contexts.assessments.models import ElderSignature
from songhe.contexts.assessments.queries.signatures import elder_context
from songhe.foundation.resealing import Resealing, SealedTable

_RESEALING = Resealing(
    SealedTable(ElderSignature, ("form__public_id",), {"sealed": lambda public_id: elder_context(str(public_id))})
)
SEALED = _RESEALING.tables

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
