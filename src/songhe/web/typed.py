"""What somebody typed into a form, read or refused with the field that it stands in."""

from __future__ import annotations

from songhe.basics.money import yuan_to_fen
from songhe.foundation.errors import InvalidInput


def fen_typed(text: str, *, field: str = "amount") -> int:
    """The fen of an amount typed in yuan; InvalidInput for anything else."""
    try:
        return yuan_to_fen(text)
    except ValueError:
        raise InvalidInput("金额不对。", next_step="请填写元，例如 1500 或 1500.00。", field=field) from None
