"""The public list and the purchase catalogue can be made from every city's pack, with the mark of each source."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import Pack, load_pack
from songhe.engines.policy.public_list import public_list, purchase_catalogue

ROOT = Path(__file__).resolve().parents[2] / "packs"
CITIES = tuple(sorted(folder.name for folder in ROOT.iterdir() if folder.is_dir() and folder.name != "national"))
DAY = dt.date(2026, 11, 21)


@cache
def pack_of(city: str) -> Pack:
    return load_pack(read_folder(ROOT, city), city)


def test_there_are_the_five_cities() -> None:
    assert CITIES == ("dawukou", "qidong", "qingtongxia", "weihai", "xuchang")


@pytest.mark.parametrize(
    ("city", "rows"), [("dawukou", 18), ("qidong", 20), ("qingtongxia", 23), ("weihai", 23), ("xuchang", 23)]
)
def test_every_row_has_its_five_columns_and_its_source(city: str, rows: int) -> None:
    found = public_list(pack_of(city), DAY)
    assert [row.number for row in found] == list(range(1, rows + 1))
    for row in found:
        assert row.target and row.title and row.content and row.owner
        assert row.cite.status in {"stated", "unverified"}
        assert row.cite.document in pack_of(city).sources
        for standard in row.standards:
            assert standard.text
            assert standard.cite.status in {"stated", "assumed", "unverified"}
            assert (standard.fen is None) == (not standard.unit)


@pytest.mark.parametrize("city", CITIES)
def test_no_amount_is_shown_as_stated_that_no_document_states(city: str) -> None:
    amounts = [standard for row in public_list(pack_of(city), DAY) for standard in row.standards if standard.fen is not None]
    assert amounts
    assert {standard.cite.status for standard in amounts} <= {"assumed", "unverified"}
    assert all(standard.note for standard in amounts if standard.cite.status == "assumed")


@pytest.mark.parametrize(("city", "lines"), [("dawukou", 8), ("qidong", 5), ("qingtongxia", 10), ("weihai", 5), ("xuchang", 9)])
def test_every_city_has_a_purchase_catalogue(city: str, lines: int) -> None:
    found = purchase_catalogue(pack_of(city))
    assert len(found) == lines
    assert all(line.target and line.title and line.content and line.owner for line in found)
    assert {line.cite.document for line in found} <= set(pack_of(city).sources)
    assert all(line.cite.status == "unverified" for line in found if line.cite.document == "purchase2014")


def test_the_allowance_is_told_by_age_with_its_amounts() -> None:
    row = next(row for row in public_list(pack_of("qingtongxia"), DAY) if row.id == "age_allowance_row")
    assert [(each.text, each.fen, each.cite.status) for each in row.standards] == [
        ("100周岁及以上高龄津贴：500.00 元/月", 50_000, "assumed"),
        ("90—99周岁高龄津贴：200.00 元/月", 20_000, "assumed"),
        ("80—89周岁高龄津贴：100.00 元/月", 10_000, "assumed"),
        ("原有低收入高龄生活补贴：120.00 元/月", 12_000, "assumed"),
    ]


def test_in_the_catalogue_of_qingtongxia_people_in_difficulty_come_first() -> None:
    first = purchase_catalogue(pack_of("qingtongxia"))[0]
    assert first.priority == ("经济困难的失能老年人", "经济困难的高龄老年人", "经济困难又无人照顾的老年人")
    assert (first.cite.document, first.cite.clause, first.cite.status) == ("qtx2023", "五(二)4", "stated")
