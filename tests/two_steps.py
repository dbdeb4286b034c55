"""The number that a phone would show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def code_of(secret: str, *, later: int = 0) -> str:
    """The six digits of the secret (base 32) for now, or for so many half minutes later (RFC 6238)."""
    digest = hmac.new(base64.b32decode(secret), (int(time.time()) // 30 + later).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
