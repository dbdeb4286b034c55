"""Keyset paging: a page and the cursor of the next one, stable while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from songhe.foundation.errors import InvalidInput

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in order; `next` is the cursor to hand back for those after them, None at the end."""

    items: tuple[T, ...]
    next: str | None = None


def cursor_of(*keys: str | int) -> str:
    """A cursor that holds the sort keys of the last item shown."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def keys_of(cursor: str, *kinds: type) -> tuple[str | int, ...]:
    """The sort keys of a cursor, checked against the kinds expected; raises InvalidInput for anything else."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        keys = None
    fits = isinstance(keys, list) and len(keys) == len(kinds)
    if not fits or not all(type(key) is kind for key, kind in zip(keys, kinds, strict=True)) or "\0" in "".join(map(str, keys)):
        raise InvalidInput("翻页标记不对。", next_step="请回到第一页重新查看。", field="after")
    return tuple(keys)
