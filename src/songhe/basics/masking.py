"""What of a sensitive value may stand on a screen: enough to recognise one's own, too little to use another's."""

from __future__ import annotations

import re

HIDDEN = "***"

_PLACE_END = re.compile(r"社区|居委会|村委会|村|街道|乡|镇|(?<!小)区|县|市|省|旗|州")
_HOUSE = re.compile(r"\d|[一二三四五六七八九十百]+(?=[号栋幢楼单元室组队弄巷])")


def mask_id_number(number: str) -> str:
    """``11010519491231002X`` → ``110***********002X``; anything shorter than 12 is hidden whole."""
    return _ends(number, 3, 4, 12)


def mask_phone(number: str) -> str:
    """``13800001234`` → ``138****1234``; of a landline the area code and the last two digits stay."""
    plain = number.strip()
    if re.fullmatch(r"0\d{2,3}-\d{7,8}", plain):
        area, local = plain.split("-")
        return f"{area}-{'*' * (len(local) - 2)}{local[-2:]}"
    return _ends(plain, 3, 4, 11)


def mask_bank_account(number: str) -> str:
    """``6222021234567890123`` → ``***************0123``: only the last four digits stay."""
    return _ends(number.replace(" ", ""), 0, 4, 12)


def mask_address(address: str) -> str:
    """The place down to the town, street, community or village stays; street number, building and door are hidden.

    An address that names no such place is hidden after its first third.
    """
    plain = address.strip()
    if not plain:
        return ""
    house = _HOUSE.search(plain)
    places = list(_PLACE_END.finditer(plain, 0, house.start() if house else len(plain)))
    kept = plain[: places[-1].end()] if places else plain[: min(len(plain) // 3, house.start() if house else len(plain))]
    return kept + HIDDEN


def mask_name(name: str) -> str:
    """``王建国`` → ``王**``; for lists that the public may see."""
    plain = name.strip()
    return plain[:1] + "*" * max(len(plain) - 1, 1) if plain else ""


def mask_text(text: str) -> str:
    """A diagnosis or another free text: hidden whole; empty stays empty."""
    return HIDDEN if text.strip() else ""


def _ends(text: str, head: int, tail: int, at_least: int) -> str:
    plain = text.strip()
    if len(plain) < at_least:
        return "*" * len(plain)
    return plain[:head] + "*" * (len(plain) - head - tail) + plain[len(plain) - tail :]
