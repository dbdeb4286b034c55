"""A printed figure in the unit of the indicator that measures it: 4.2 万人 is 42,000 人."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from songhe.engines.policy.pack import Figure

THOUSANDS: Mapping[str, int] = {"万": 10_000, "亿": 100_000_000}


def in_unit(figure: Figure, unit: str) -> Decimal | None:
    """The printed value in this unit; None where it has no value or the units cannot be brought together."""
    if figure.value is None:
        return None
    ours, theirs = _base(unit), _base(figure.unit or "")
    return Decimal(str(figure.value)) * theirs[0] / ours[0] if ours[1] == theirs[1] else None


def step_of(figure: Figure, unit: str) -> Decimal:
    """The worth of the last printed digit, in this unit: 4.2 万人 is printed to 1,000 人."""
    digits = Decimal(str(figure.value)).as_tuple().exponent
    places = digits if isinstance(digits, int) else 0
    return Decimal(1).scaleb(min(places, 0)) * _base(figure.unit or "")[0] / _base(unit)[0]


def _base(unit: str) -> tuple[int, str]:
    """10,000 and 人 of 万人; what a unit is counted per (个/千人) does not tell units apart, nor does 名 from 人."""
    times = THOUSANDS.get(unit[:1], 1) if len(unit) > 1 else 1
    plain = (unit[1:] if times > 1 else unit).split("/")[0]
    return times, {"名": "人"}.get(plain, plain)
