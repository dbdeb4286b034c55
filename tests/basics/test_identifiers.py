"""Identifiers: every valid number is taken, every mistyped one refused with the right reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.basics.identifiers import (
    CreditCode,
    Phone,
    Problem,
    ProblemCode,
    ResidentId,
    check_character,
    credit_check_character,
    extend_15,
    parse_credit_code,
    parse_phone,
    parse_resident_id,
)

many = settings(deadline=None, max_examples=150)
births = st.dates(date(1900, 1, 1), date(2026, 11, 21))
REGIONS = ["110105", "640381", "341002", "810000", "820000", "830000", "000000", "411002", "659012"]


def made(region: str, birth: date, order: int) -> str:
    seventeen = f"{region}{birth:%Y%m%d}{order:03d}"
    return seventeen + check_character(seventeen)


def code_of(text: str) -> ProblemCode | None:
    found = parse_resident_id(text)
    return found.code if isinstance(found, Problem) else None


@many
@given(st.sampled_from(REGIONS), births, st.integers(0, 999))
def test_every_number_with_a_real_date_and_its_check_character_is_taken(region: str, birth: date, order: int) -> None:
    found = parse_resident_id(made(region, birth, order), as_of=date(2026, 11, 21))
    assert isinstance(found, ResidentId)
    assert (found.birth_date, found.region) == (birth, region)
    assert found.sex == ("male" if order % 2 else "female")
    assert found.kind == ("hmt_residence" if region in ("810000", "820000", "830000") else "resident")
    assert found.demo == (region == "000000") and found.extended is False


@many
@given(st.sampled_from(REGIONS), births, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(region: str, birth: date, order: int, place: int, shift: int) -> None:
    right = made(region, birth, order)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    found = parse_resident_id(wrong)
    assert isinstance(found, Problem)
    assert found.code in {ProblemCode.CHECK_DIGIT, ProblemCode.BIRTH_DATE, ProblemCode.DIGITS_LOST}


@many
@given(st.sampled_from(REGIONS), births, st.integers(0, 999), st.integers(0, 15))
def test_every_pair_of_swapped_digits_is_noticed(region: str, birth: date, order: int, place: int) -> None:
    right = made(region, birth, order)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert wrong == right or isinstance(parse_resident_id(wrong), Problem)


@many
@given(st.text(max_size=30))
def test_any_text_gets_an_answer_that_quotes_nothing_of_it(text: str) -> None:
    for parse in (parse_resident_id, parse_credit_code, parse_phone):
        found = parse(text)
        if isinstance(found, Problem):
            assert found.reason and found.remedy
            assert len(text.strip()) < 6 or text.strip() not in found.reason + found.remedy


@many
@given(st.dates(date(1900, 1, 1), date(1999, 9, 30)), st.integers(1, 995))
def test_fifteen_digits_are_extended(birth: date, order: int) -> None:
    old = f"640381{birth:%y%m%d}{order:03d}"
    found = parse_resident_id(old)
    assert isinstance(found, ResidentId)
    assert (found.number, found.birth_date, found.extended) == (made("640381", birth, order), birth, True)


def test_the_known_vectors() -> None:
    assert parse_resident_id("11010519491231002X") == ResidentId(
        "11010519491231002X", "resident", date(1949, 12, 31), "female", "110105"
    )
    assert extend_15("110105491231002") == "11010519491231002X"
    assert extend_15("110105981231997")[6:14] == "18981231"
    assert parse_credit_code("91110000600037341L") == CreditCode("91110000600037341L", "9", "1", "110000", "600037341")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ProblemCode.EMPTY), ("  　", ProblemCode.EMPTY), ("1.10105E+17", ProblemCode.SCIENTIFIC),
        ("1.10105194912310e+17", ProblemCode.SCIENTIFIC), ("1E17", ProblemCode.SCIENTIFIC),
        ("110105194912310000", ProblemCode.DIGITS_LOST), ("110105194912310000.0", ProblemCode.DIGITS_LOST),
        ("110***********002X", ProblemCode.MASKED), ("11010519491231002", ProblemCode.LENGTH),
        ("1101051949123100211", ProblemCode.LENGTH), ("11010519491231002O", ProblemCode.CHARACTERS),
        ("1101051949123X002X", ProblemCode.CHARACTERS), ("G12345678", ProblemCode.CHARACTERS), ("王建国", ProblemCode.CHARACTERS),
        ("110105194902290025", ProblemCode.BIRTH_DATE), ("110105194913310025", ProblemCode.BIRTH_DATE),
        ("110105194912310021", ProblemCode.CHECK_DIGIT), ("110105490229002", ProblemCode.BIRTH_DATE),
    ],
)  # fmt: skip
def test_each_kind_of_damage_has_its_own_reason(text: str, code: ProblemCode) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "text",
    ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X\t", "'11010519491231002X",
     "110105-19491231-002X",
     "\ufeff11010519491231002X", "11010519491231002×"],
)  # fmt: skip
def test_what_only_looks_different_is_the_same_number(text: str) -> None:
    found = parse_resident_id(text)
    assert isinstance(found, ResidentId) and found.number == "11010519491231002X"


def test_an_unknown_region_is_a_warning_only() -> None:
    found = parse_resident_id(made("990105", date(1949, 12, 31), 2))
    assert isinstance(found, ResidentId) and found.kind == "foreign_residence" and found.warnings == ()
    found = parse_resident_id(made("780105", date(1949, 12, 31), 2))
    assert isinstance(found, ResidentId) and found.warnings == ("unknown_region",)
    found = parse_resident_id(made("000000", date(1949, 12, 31), 2))
    assert isinstance(found, ResidentId) and found.demo and found.warnings == ()


def test_a_number_that_ends_in_000_and_still_fits_is_taken_with_a_warning() -> None:
    fitting = next(n for d in range(400) if (n := made("110105", date(1949, 1, 1) + timedelta(d), 100)).endswith("000"))
    found = parse_resident_id(fitting)
    assert isinstance(found, ResidentId) and found.warnings == ("maybe_digits_lost",)


@pytest.mark.parametrize(
    ("birth", "taken"),
    [(date(2026, 11, 21), True), (date(2026, 11, 22), False), (date(1896, 11, 22), True), (date(1896, 11, 21), False)],
)
def test_the_birth_must_lie_in_the_last_130_years(birth: date, taken: bool) -> None:
    found = parse_resident_id(made("110105", birth, 2), as_of=date(2026, 11, 21))
    assert isinstance(found, ResidentId) == taken
    if isinstance(found, Problem):
        assert found.code == ProblemCode.BIRTH_DATE


def test_an_id_number_kept_as_a_number_is_told_to_be_exported_again() -> None:
    found = parse_resident_id(repr(110105194912310021.0))
    assert isinstance(found, Problem) and found.code == ProblemCode.SCIENTIFIC and "文本格式" in found.remedy


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@many
@given(
    st.sampled_from("159"),
    st.sampled_from("123"),
    st.integers(0, 999999),
    st.text(ALPHABET, min_size=9, max_size=9),
    st.integers(0, 16),
)
def test_credit_codes(registrar: str, category: str, region: int, organisation: str, place: int) -> None:
    seventeen = f"{registrar}{category}{region:06d}{organisation}"
    code = seventeen + credit_check_character(seventeen)
    found = parse_credit_code(code.lower())
    assert isinstance(found, CreditCode) and (found.code, found.organisation_code) == (code, organisation)
    digit = ALPHABET[(ALPHABET.index(code[place]) + 1) % 31]
    assert isinstance(parse_credit_code(code[:place] + digit + code[place + 1 :]), Problem)


@pytest.mark.parametrize(
    ("text", "code"),
    [("91110000600037341M", "wrong_check_digit"), ("9111000060003734", "wrong_length"),
     ("91110000600O37341L", "wrong_characters"),
     ("9.1E+17", "scientific_notation"), ("", "empty")],
)  # fmt: skip
def test_wrong_credit_codes(text: str, code: str) -> None:
    found = parse_credit_code(text)
    assert isinstance(found, Problem) and found.code.value == code


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800001234", Phone("13800001234", "mobile")), ("+86 138-0000-1234", Phone("13800001234", "mobile")),
        ("8613800001234", Phone("13800001234", "mobile")), ("13800001234.0", Phone("13800001234", "mobile")),
        ("１９９００００１２３４", Phone("19900001234", "mobile")), ("0953-3051234", Phone("0953-3051234", "landline")),
        ("09533051234", Phone("0953-3051234", "landline")), ("(010)12345678", Phone("010-12345678", "landline")),
        ("021-12345678-802", Phone("021-12345678", "landline", "802")),
        ("010-12345678转8", Phone("010-12345678", "landline", "8")),
        ("12345", Phone("12345", "service")), ("12349", Phone("12349", "service")), ("120", Phone("120", "service")),
        ("95598", Phone("95598", "service")), ("400-123-4567", Phone("4001234567", "service")),
    ],
)  # fmt: skip
def test_telephone_numbers(text: str, phone: Phone) -> None:
    assert parse_phone(text) == phone
    again = parse_phone(phone.number)
    assert isinstance(again, Phone) and again.number == phone.number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("1.38E+10", "scientific_notation"), ("138****1234", "masked"),
        ("13800001234/13900001234", "several_numbers"),
        ("13800001234、13900001234", "several_numbers"), ("3051234", "no_area_code"), ("1380000123", "wrong_length"),
        ("12800001234", "wrong_length"), ("电话13800001234", "wrong_characters"), ("138000012345", "wrong_length"),
    ],
)  # fmt: skip
def test_wrong_telephone_numbers(text: str, code: str) -> None:
    found = parse_phone(text)
    assert isinstance(found, Problem) and found.code.value == code
