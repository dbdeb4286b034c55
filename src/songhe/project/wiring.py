"""Who listens to what: the one place where an event of one context meets the listener of another."""

from __future__ import annotations


def connect() -> None:
    """Every listener is registered with the outbox; calling it twice changes nothing."""
