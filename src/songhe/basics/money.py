"""Money is integer fen everywhere; yuan exist only as text at the edges."""

from __future__ import annotations

import re

_YUAN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,2}))?")


def yuan_to_fen(text: str) -> int:
    """The fen of a decimal text in yuan ("1,280.5" is 128050); raises ValueError for anything else, never rounds."""
    match = _YUAN.fullmatch(text.strip())
    if match is None or not text.isascii():
        raise ValueError(f"not an amount in yuan with at most two decimals: {text!r}")
    sign, whole, decimals = match.groups()
    fen = int(whole.replace(",", "")) * 100 + int((decimals or "").ljust(2, "0"))
    return -fen if sign else fen


def fen_to_yuan(fen: int) -> str:
    """The amount in yuan with two decimals and thousands separators: 128000 is "1,280.00"."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"
