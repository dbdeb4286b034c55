"""What a damaged ID number still says: as many of its first 17 digits as can be read, never more.

The first 17 digits are six of the region, eight of the birth date and three of the order of registration (GB 11643); the eighteenth
only checks them and is left out. A number that a spreadsheet took for a quantity keeps its first digits; those are kept.
"""

from __future__ import annotations

import re
import unicodedata

from songhe.basics.identifiers import check_character

WHOLE = 17
_REGION = 6
_SCIENTIFIC = re.compile(r"^(\d)(?:\.(\d+))?E\+?(\d{1,2})$")
_WHOLE_FLOAT = re.compile(r"^(\d+)\.0*$")
_NOISE = re.compile(r"[\s'\"`‘’\-\u200b\ufeff]")
_KEPT_BY_A_SPREADSHEET = 15


def usable_digits(text: str | None) -> str | None:
    """The first digits of the number as far as they can be trusted, 17 where it is whole; None where fewer than six are left.

    - 18 characters: the first 17. If the last three are 000 and the check character does not fit, a spreadsheet has lost them: the first 15.
    - 15 digits: "19" goes before the year ("18" where the order code says so), as every such number was extended.
    - 1.10105194912E+17: the digits before the exponent; 1.10105E+14 is a 15-digit number, extended likewise.
    - a number cut off by asterisks: what stands before the first.
    - one digit too few or too many: without its last character, which was the check character.
    """
    if text is None:
        return None
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper().replace("×", "X")
    if scientific := _SCIENTIFIC.match(plain):
        return _kept(_from_scientific(scientific[1] + (scientific[2] or ""), int(scientific[3])))
    whole = _WHOLE_FLOAT.match(plain)
    plain = whole[1] if whole else plain
    if "*" in plain:
        return _kept(plain.partition("*")[0])
    if not re.fullmatch(r"\d+X?", plain):
        return None
    return _kept(_of_length(plain))


def _kept(digits: str) -> str | None:
    return digits if len(digits) >= _REGION and digits.isascii() and digits.isdigit() else None


def _of_length(plain: str) -> str:
    if len(plain) == 15 and plain.isdigit():
        return _extended(plain)
    if len(plain) < 15:
        return plain.rstrip("X")
    if len(plain) == 18 and plain.endswith("000") and not _checks(plain):
        return plain[:_KEPT_BY_A_SPREADSHEET]
    return plain[:-1]


def _checks(number: str) -> bool:
    return check_character(number[:17]) == number[17]


def _from_scientific(digits: str, exponent: int) -> str:
    """The significant digits in their places; what was rounded away is not made up.

    The usual six are never rounded up (the seventh is the century's); of more, the last may be, and a spreadsheet knows no more than fifteen.
    """
    if len(digits) > _REGION:
        digits = digits[: min(len(digits) - 1, _KEPT_BY_A_SPREADSHEET)]
    if exponent == 14:
        return _extended(digits)
    return "0" * max(17 - exponent, 0) + digits


def _extended(digits: str) -> str:
    century = "18" if digits[12:15] >= "996" else "19"
    return digits[:_REGION] + century + digits[_REGION:] if len(digits) > _REGION else digits
