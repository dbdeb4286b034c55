"""API consumers, for the security administrator. Never a token: only its hash is stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from songhe.contexts.accounts.access import consumers_visible_to
from songhe.contexts.accounts.models import Consumer
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class ConsumerView:
    """A machine that calls the API, and what it may do where."""

    id: int
    name: str
    scopes: tuple[Right, ...]
    area_path: str
    created_at: datetime
    revoked_at: datetime | None


def list_consumers(actor: Actor) -> tuple[ConsumerView, ...]:
    """The consumers that the actor manages, those in use first, then by name."""
    require(actor, Right.MANAGE_USERS)
    rows = consumers_visible_to(actor).order_by("name")
    return tuple(sorted((consumer_view(row) for row in rows), key=lambda view: view.revoked_at is not None))


def consumer_view(row: Consumer) -> ConsumerView:
    """The consumer as a plain record."""
    scopes = tuple(Right(scope) for scope in row.scopes)
    return ConsumerView(row.pk, row.name, scopes, row.area_path, row.created_at, row.revoked_at)


def token_hash(token: str) -> str:
    """What is stored of a token: it is random with 256 bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode(errors="backslashreplace")).hexdigest()
