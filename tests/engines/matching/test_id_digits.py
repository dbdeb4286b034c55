from __future__ import annotations

import pytest

from songhe.engines.matching import usable_digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("11010519491231002X", "11010519491231002"),
        ("11010519491231002x", "11010519491231002"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002"),
        (" '110105 19491231 002X ", "11010519491231002"),
        ("110105194912310029", "11010519491231002"),  # the check character is not looked at
        ("110105491231002", "11010519491231002"),  # fifteen digits of before 1999
        ("110105981231997", "11010518981231997"),  # order codes from 996 were for people born in the 1800s
        ("1.10105E+17", "110105"),
        ("1.10105E17", "110105"),
        ("1.101051949123E+17", "110105194912"),  # the last of more than six digits may have been rounded up
        ("1.1010519491231002e+17", "110105194912310"),
        ("1.94912E+11", "000000194912"),  # zeros at the beginning do not show
        ("5.20112E+14", "520112"),
        ("5.2011249123E+14", "520112194912"),
        ("1.1E+17", None),
        ("110105194912310000", "110105194912310"),  # a spreadsheet keeps fifteen digits
        ("110105194912310020.0", "11010519491231002"),
        ("11010519491231****", "11010519491231"),
        ("110105********002X", "110105"),
        ("****", None),
        ("1101051949123100X", "1101051949123100"),  # one digit too few
        ("1101051949123100222", "110105194912310022"),  # one too many
        ("11010", None),
        ("护照E12345678", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_number_still_says(written: str | None, digits: str | None) -> None:
    assert usable_digits(written) == digits
