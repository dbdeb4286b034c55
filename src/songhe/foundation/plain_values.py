"""Values in the kinds that JSON in PostgreSQL gives back exactly: what an audit row and an event may carry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime


def plain(value: object, *, carrier: str) -> object:
    """The value as text, whole numbers, lists and mappings; a fraction is refused (TypeError, naming the carrier), as jsonb may spell it otherwise.

    A set is a list ordered by its members' text, so that the same set is always the same list.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner, carrier=carrier) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(inner, carrier=carrier) for inner in ordered]
    raise TypeError(f"{carrier} a {type(value).__name__}")
