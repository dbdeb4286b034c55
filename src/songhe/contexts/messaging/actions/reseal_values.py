"""After a change of the key: what messages say, and to which number, is sealed once more."""

from __future__ import annotations

from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.words import seal_context
from songhe.foundation.resealing import Resealing, SealedTable

_RESEALING = Resealing(SealedTable(Message, ("public_id",), {"sealed": lambda public_id: seal_context(str(public_id))}))

reseal_values = _RESEALING.reseal
sealed_values_by_key = _RESEALING.by_key
unopened_sealed_values = _RESEALING.unopened
