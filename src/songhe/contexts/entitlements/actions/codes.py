"""Look-up codes of letters and messages: easy to read out, impossible to guess; only their digest is kept."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L
CODE_LENGTH = 10


def new_code() -> str:
    """A fresh code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
