"""Every level of every field, by a pair that just reaches it."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.engines.matching.people_model import COMPARISONS, people_model
from tests.engines.matching.records import BORN, WANG, evidence, levels


@pytest.mark.parametrize(
    ("row", "known", "level"),
    [
        ("王秀英", "王秀英", "exact"),
        ("王秀英（已故）", "王秀英", "exact"),
        ("王绣英", "王秀英", "sound"),
        ("单秀英", "山秀英", "sound"),  # the surname reads shan
        ("王秀音", "王秀英", "near"),  # yin and ying
        ("章兰", "臧南", "near"),
        ("王秀芳", "王秀英", "near"),
        ("李秀英", "王秀英", "near"),
        ("王英秀", "王秀英", "near"),
        ("王秀", "王秀英", "near"),
        ("秀英", "王秀英", "near"),
        ("王秀芳", "王桂英", "differs"),
        ("王丽", "王芳", "differs"),  # one character of two is no likeness
        ("欧阳秀英", "王秀英", "differs"),
        (None, "王秀英", ""),
        ("王秀英", "", ""),
    ],
)
def test_names(row: str | None, known: str | None, level: str) -> None:
    assert levels({"name": row}, {"name": known})["name"] == level


@pytest.mark.parametrize(
    ("row", "known", "level"),
    [
        ("11010519491203104", "11010519491203104", "exact"),
        ("11010519491208104", "11010519491203104", "one_digit"),
        ("11010519491230104", "11010519491203104", "one_digit"),  # two digits changed places
        ("1101051941203104", "11010519491203104", "one_digit"),  # one left out
        ("11015019491208104", "11010519491203104", "two_digits"),
        ("11010519491203106", "11010519491203104", "order_code"),
        ("11010519491203231", "11010519491203104", "differs"),
        ("110105194912031", "11010519491203104", "region"),
        ("110105", "11010519491203104", "region"),
        ("110106", "11010519491203104", "differs"),
        ("32048219530517231", "11010519491203104", "differs"),
        (None, "11010519491203104", ""),
    ],
)
def test_numbers(row: str | None, known: str, level: str) -> None:
    assert levels({"id_digits": row}, {"id_digits": known})["id_number"] == level


def test_two_valid_numbers_that_differ_are_another_however_near() -> None:
    row = {"id_digits": "11010519491208104", "id_valid": True}
    assert levels(row, {})["id_number"] == "another"
    assert levels(row, {"id_valid": False})["id_number"] == "one_digit"


def test_the_beginning_of_a_number_counts_where_no_birth_date_is_told() -> None:
    row = {"id_digits": "110105194912", "birth_date": None}
    assert levels(row, {})["id_number"] == "beginning"
    assert levels(row, {})["birth_date"] == ""
    assert levels({"id_digits": "110105194912"}, {})["id_number"] == "region"


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (BORN, "exact"),
        (dt.date(1949, 12, 8), "one_digit"),
        (dt.date(1946, 12, 3), "one_digit"),
        (dt.date(1949, 3, 12), "one_digit"),  # day and month changed places
        (dt.date(1949, 10, 14), "year"),  # the lunar day
        (dt.date(1951, 4, 30), "differs"),
        (None, ""),
    ],
)
def test_birth_dates(row: dt.date | None, level: str) -> None:
    assert levels({"birth_date": row}, {})["birth_date"] == level


def test_a_birth_date_that_is_not_told_is_read_from_the_number() -> None:
    assert levels({"birth_date": None, "id_digits": "11010519491203"}, {})["birth_date"] == "exact"
    assert levels({"birth_date": None, "id_digits": "11010519491303104"}, {})["birth_date"] == ""  # there is no such day


@pytest.mark.parametrize(
    ("row", "level"),
    [
        ("15400000001", "exact"),
        ("15400000007", "one_digit"),
        ("15400000010", "one_digit"),
        ("15498765432", "differs"),
        (None, ""),
        ("", ""),
    ],
)
def test_phones(row: str | None, level: str) -> None:
    assert levels({"phone": row}, {})["phone"] == level


@pytest.mark.parametrize(("row", "level"), [("female", "exact"), ("male", "differs"), (None, "")])
def test_sexes(row: str | None, level: str) -> None:
    assert levels({"sex": row}, {})["sex"] == level


@pytest.mark.parametrize(
    ("row", "level"),
    [
        ({}, "address"),
        ({"address": None}, "household"),
        ({"address": "999900001001 9栋1单元101室"}, "household"),
        ({"address": None, "household_no": None}, "community"),
        ({"address": "999900001002 9栋1单元101室", "household_no": "H2", "area_code": "999900001002"}, "differs"),
        ({"address": None, "household_no": None, "area_code": None}, ""),
    ],
)
def test_homes(row: dict[str, object], level: str) -> None:
    assert levels(row, {})["home"] == level


def test_evidence_says_how_each_field_agrees_and_what_that_is_worth() -> None:
    row = {"id": 5, "name": "王绣英", "birth_date": BORN, "phone": "15498765432", "area_code": "999900001001"}
    told = evidence(row, known=[WANG])
    assert {field: value["agreement"] for field, value in told.items()} == {
        "name": "sound", "id_number": "missing", "birth_date": "exact", "sex": "missing", "phone": "differs", "home": "near",
    }  # fmt: skip
    worth = people_model().worth
    assert told["phone"]["weight"] == round(worth["phone", "differs"].weight, 2)
    assert told["home"]["weight"] == round(worth["home", "community"].weight, 2)
    assert told["sex"]["weight"] == told["id_number"]["weight"] == 0.0


def test_every_level_has_its_worth_and_no_other() -> None:
    named = {(comparison.field, level.name) for comparison in COMPARISONS for level in comparison.levels}
    worth = people_model().worth
    assert set(worth) == named
    assert all(0 < value.m <= 1 and 0 < value.u <= 1 for value in worth.values())
    for comparison in COMPARISONS:
        assert sum(worth[comparison.field, level.name].m for level in comparison.levels) == pytest.approx(1, abs=0.001)
