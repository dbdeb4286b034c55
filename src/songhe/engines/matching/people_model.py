"""How people are compared: which pairs are looked at, and the levels of each field. What each level is worth stands in `people_model.json`.

DuckDB measures edit distances in bytes, so they are used on digits only; Chinese characters are compared place by place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from songhe.engines.matching.model import Agreement, Comparison, Level, Model, Worth

_PLACES = 8
_OTHER_PLACES = " + ".join(
    f"(a.name[{i}] <> b.name[{i}])::INT" for i in range(1, _PLACES + 1)
)  # beyond its end a text has '' in each place
_BOTH_LONG = "length(a.name) >= 3 AND length(b.name) >= 3"
_ONE_CHARACTER = f"length(a.name) = length(b.name) AND {_BOTH_LONG} AND {_OTHER_PLACES} = 1"
_TWO_SWAPPED = (
    f"length(a.name) = 3 AND {_BOTH_LONG} AND a.name[1] = b.name[1] AND a.name[2] = b.name[3] AND a.name[3] = b.name[2]"
)
_ONE_LEFT_OUT = "length(a.name) <> length(b.name) AND least(length(a.name), length(b.name)) >= 2 AND (contains(a.name, b.name) OR contains(b.name, a.name))"

NAME = Comparison(
    "name",
    "a.name IS NULL OR b.name IS NULL",
    (
        Level("exact", Agreement.EXACT, "a.name = b.name", frequency="name_share"),
        Level("sound", Agreement.SOUND, "a.sound = b.sound", frequency="sound_share"),
        Level("near", Agreement.NEAR, f"a.loose = b.loose OR ({_ONE_CHARACTER}) OR ({_TWO_SWAPPED}) OR ({_ONE_LEFT_OUT})"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    ),
)

_WHOLE = "length(a.digits) = 17 AND length(b.digits) = 17"
_NEARLY_WHOLE = "least(length(a.digits), length(b.digits)) >= 15 AND abs(length(a.digits) - length(b.digits)) <= 1"
_DISTANCE = "damerau_levenshtein(a.digits, b.digits)"
_SAME_ORDER = "right(a.digits, 3) = right(b.digits, 3)"
_SHORTER = "least(length(a.digits), length(b.digits))"
_PREFIX = f"{_SHORTER} < 17 AND left(a.digits, {_SHORTER}) = left(b.digits, {_SHORTER})"

ID_NUMBER = Comparison(
    "id_number",
    "a.digits IS NULL OR b.digits IS NULL",
    (
        Level("exact", Agreement.EXACT, f"a.digits = b.digits AND {_WHOLE}"),
        Level("another", Agreement.DIFFERS, "a.id_valid AND b.id_valid"),
        Level("one_digit", Agreement.NEAR, f"{_NEARLY_WHOLE} AND {_SAME_ORDER} AND {_DISTANCE} <= 1"),
        Level("two_digits", Agreement.NEAR, f"{_NEARLY_WHOLE} AND {_SAME_ORDER} AND {_DISTANCE} <= 2"),
        Level("beginning", Agreement.NEAR, f"{_PREFIX} AND {_SHORTER} IN (12, 13) AND NOT a.birth_stated"),
        Level("region", Agreement.NEAR, _PREFIX),
        Level("order_code", Agreement.NEAR, f"{_NEARLY_WHOLE} AND {_DISTANCE} <= 2"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    ),
)

_A_DAY, _B_DAY = (f"strftime({t}.birth, '%Y%m%d')" for t in "ab")
_SWAPPED = "year(a.birth) = year(b.birth) AND month(a.birth) = day(b.birth) AND day(a.birth) = month(b.birth)"

BIRTH_DATE = Comparison(
    "birth_date",
    "a.birth IS NULL OR b.birth IS NULL",
    (
        Level("exact", Agreement.EXACT, "a.birth = b.birth", frequency="birth_share"),
        Level("one_digit", Agreement.NEAR, f"damerau_levenshtein({_A_DAY}, {_B_DAY}) <= 1 OR ({_SWAPPED})"),
        Level("year", Agreement.NEAR, "year(a.birth) = year(b.birth)"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    ),
)

SEX = Comparison(
    "sex",
    "a.sex IS NULL OR b.sex IS NULL",
    (Level("exact", Agreement.EXACT, "a.sex = b.sex"), Level("differs", Agreement.DIFFERS, "ELSE")),
)

PHONE = Comparison(
    "phone",
    "a.phone IS NULL OR b.phone IS NULL",
    (
        Level("exact", Agreement.EXACT, "a.phone = b.phone", frequency="phone_share"),
        Level("one_digit", Agreement.NEAR, "length(a.phone) >= 7 AND damerau_levenshtein(a.phone, b.phone) <= 1"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    ),
)

# Address, household and community are one field: whoever shares the first mostly shares the others, and must not be counted three times.
HOME = Comparison(
    "home",
    "coalesce(a.address = b.address, a.household_no = b.household_no, a.area_code = b.area_code) IS NULL",
    (
        Level("address", Agreement.EXACT, "a.address = b.address", frequency="address_share"),
        Level("household", Agreement.EXACT, "a.household_no = b.household_no", frequency="household_share"),
        Level("community", Agreement.NEAR, "a.area_code = b.area_code"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    ),
)

BLOCKS = (
    "CASE WHEN length({t}.digits) = 17 THEN {t}.digits END",
    "left({t}.digits, 14)",
    "CASE WHEN length({t}.digits) = 17 THEN right({t}.digits, 11) END",
    "{t}.sound || '/' || left({t}.digits, 12)",
    "{t}.sound || '/' || {t}.birth",
    "{t}.sound || '/' || {t}.area_code",
    "{t}.sound || '/' || {t}.address",
    "{t}.sound || '/' || {t}.household_no",
    "{t}.birth || '/' || {t}.area_code",
    "{t}.phone",
)

# Two of three must agree: the name (or its sound), the birth date (or but for a digit), the ID number (or but for two). The number counts once:
# a birth date that was only read from it is no second witness. Two valid numbers that differ, or numbers that differ altogether, are never passed over.
_NAME_AGREES = "l_name IN (0, 1)"
_NUMBER_AGREES = "l_id_number IN (0, 2, 3, 4)"
_BIRTH_AGREES = f"l_birth_date IN (0, 1) AND (birth_stated OR NOT ({_NUMBER_AGREES}))"
GUARD = f"({_NAME_AGREES})::INT + ({_NUMBER_AGREES})::INT + ({_BIRTH_AGREES})::INT >= 2 AND l_id_number NOT IN (1, 7)"
CEILING = 0.9  # the most that a pair may claim which does not pass the guard, or which is one of several

SHARES = {
    "name_share": "name",
    "sound_share": "sound",
    "birth_share": "birth",
    "phone_share": "phone",
    "address_share": "address",
    "household_share": "household_no",
}
COMPARISONS = (NAME, ID_NUMBER, BIRTH_DATE, SEX, PHONE, HOME)


@cache
def people_model() -> Model:
    """The model with the worth of each level from `people_model.json`."""
    told = json.loads(files("songhe.engines.matching").joinpath("people_model.json").read_text(encoding="utf-8"))
    worth = {
        (field, level): Worth(float(value["m"]), float(value["u"]))
        for field, levels in told["levels"].items()
        for level, value in levels.items()
    }
    return people_model_of(worth, float(told["found"]), float(told["least_share"]))


def people_model_of(worth: Mapping[tuple[str, str], Worth], found: float, least_share: float) -> Model:
    """The model with these values, as an estimate of them needs it."""
    return Model(BLOCKS, COMPARISONS, worth, found, least_share, SHARES, GUARD, ("birth_stated",), CEILING)
