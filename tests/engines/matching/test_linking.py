"""The door: who is linked, who is only shown, and what never happens."""

from __future__ import annotations

import datetime as dt
import math

import duckdb
import pyarrow as pa
import pytest

from songhe.engines.matching import LinkSettings, link, scoring
from songhe.engines.matching.people_model import people_model
from tests.engines.matching.records import BORN, SCHEMA, SETTINGS, WANG, evidence, pairs, table

OTHER: dict[str, object] = {
    "id": 2, "name": "李建国", "id_digits": "11010519480517231", "birth_date": dt.date(1948, 5, 17), "sex": "male", "phone": "15400000002",
    "address": WANG["address"], "area_code": WANG["area_code"], "household_no": "H1", "id_valid": True,
}  # fmt: skip
NO_NUMBER = {"id_digits": None, "id_valid": False}
RESULT = pa.schema([("row_id", pa.int64()), ("known_id", pa.int64()), ("probability", pa.float64()), ("evidence", pa.string())])


def likely(row: dict[str, object], *known: dict[str, object]) -> dict[int, float]:
    return {person: p for _, person, p in pairs({"id": 9, **row}, known=list(known))}


def test_whoever_is_written_as_known_is_linked() -> None:
    assert likely(WANG, WANG, OTHER) == {1: 1.0}


def test_without_a_number_name_or_its_sound_and_birth_date_and_community_are_enough() -> None:
    row = {"birth_date": BORN, "area_code": WANG["area_code"]}
    assert likely({**row, "name": "王秀英"}, WANG, OTHER)[1] > 0.99
    assert likely({**row, "name": "王绣英"}, WANG, OTHER)[1] > 0.99


def test_a_damaged_number_and_the_name_are_enough() -> None:
    for digits in ("11010519491203104", "11010519491208104", "11015019491203104"):
        assert likely({"name": "王秀英", "id_digits": digits}, WANG, OTHER)[1] > 0.99


def test_a_twin_is_for_a_human() -> None:
    """Same birth date, same home, same telephone, a name that differs in one character."""
    assert likely({**WANG, **NO_NUMBER, "name": "王秀芳"}, WANG) == {1: 0.9}


def test_a_wife_with_her_husbands_number_is_for_a_human() -> None:
    row = {"name": "王秀英", "id_digits": OTHER["id_digits"], "phone": "15400000001"}
    assert max(likely(row, OTHER).values()) == 0.9
    assert max(likely(row, WANG, OTHER).values()) == 0.9


def test_a_namesake_of_another_age_in_the_same_household_is_not_linked() -> None:
    row = {**WANG, **NO_NUMBER, "birth_date": dt.date(1975, 6, 30)}
    assert max(likely(row, WANG).values(), default=0) <= 0.9


def test_two_valid_numbers_that_differ_are_never_passed_over() -> None:
    assert likely({**WANG, "id_digits": "11010519491203120"}, WANG) == {1: 0.9}


def test_the_number_is_no_second_witness_for_its_own_birth_date() -> None:
    """Another name with a right number and nothing else: the birth date in it says nothing new."""
    assert likely({"name": "赵德海", "id_digits": WANG["id_digits"]}, WANG) == {1: 0.9}


def test_of_two_who_could_be_meant_neither_is_linked() -> None:
    twice = [
        WANG,
        {**WANG, "id": 3, "id_digits": "11010519491203562", "phone": "15433333333", "address": None, "household_no": "H3"},
    ]
    assert likely({"name": "王秀英", "birth_date": BORN, "area_code": WANG["area_code"]}, *twice) == {1: 0.9, 3: 0.9}
    assert (
        likely({"name": "王秀英", "birth_date": BORN, "area_code": WANG["area_code"], "phone": "15433333333"}, *twice)[3] > 0.99
    )


def test_a_name_alone_means_nobody() -> None:
    assert likely({"name": "王秀英"}, WANG) == {}


def test_empty_tables_have_no_pairs() -> None:
    for rows, known in ((table(), table(WANG)), (table(WANG), table()), (table(), table())):
        found = link(rows, known, settings=SETTINGS)
        assert (found.num_rows, found.schema) == (0, RESULT)


def test_rows_that_say_nothing_have_no_pairs() -> None:
    nothing: dict[str, object] = dict.fromkeys(SCHEMA.names)
    assert pairs({**nothing, "id": 1}, {**nothing, "id": 2}, known=[{**nothing, "id": 3}, WANG]) == []
    assert pairs({"id": 1, "name": "", "phone": "", "address": "", "sex": ""}, known=[{"id": 3, "name": "", "phone": ""}]) == []


def test_a_row_without_some_columns_told_as_null_columns_is_taken() -> None:
    rows = table({"id": 9, "name": "王秀英", "birth_date": BORN, "phone": "15400000001"}).drop_columns(["id_valid"])
    found = link(rows, table(WANG).drop_columns(["id_valid"]), settings=SETTINGS)
    assert found.schema == RESULT
    assert found["known_id"].to_pylist() == [1]


def test_pairs_come_by_row_the_likeliest_first() -> None:
    rows = [{**WANG, "id": 8}, {**OTHER, "id": 7}, {**WANG, **NO_NUMBER, "id": 6, "name": "王秀芳"}]
    assert [(row, person) for row, person, _ in pairs(*rows, known=[OTHER, WANG])] == [(6, 1), (7, 2), (8, 1)]


def test_the_same_tables_give_the_same_bytes() -> None:
    rows, known = table(WANG, {**OTHER, "id": 5}, {**WANG, **NO_NUMBER, "id": 6}), table(WANG, OTHER)
    first, second = (link(rows, known, settings=SETTINGS) for _ in range(2))
    assert first.equals(second)
    assert first.equals(link(rows.take([2, 0, 1]), known.take([1, 0]), settings=SETTINGS))


def test_how_many_bear_a_name_in_the_whole_city_can_be_told() -> None:
    part = table(WANG).append_column("namesakes", pa.array([500])).append_column("soundalikes", pa.array([800]))
    settings = LinkSettings(link_at=0.99, review_at=0.3, people=100_000)
    rows = table({"id": 9, "name": "王秀英", "birth_date": BORN, "phone": "15400000001"})
    m = people_model().worth["name", "exact"].m
    assert (
        f'"agreement": "exact", "weight": {round(math.log2(m / 0.005), 2)}'
        in link(rows, part, settings=settings)["evidence"][0].as_py()
    )
    assert evidence({"id": 9, "name": "王秀英", "birth_date": BORN, "phone": "15400000001"}, known=[WANG])["name"][
        "weight"
    ] == round(math.log2(m / (1 / 20_000)), 2)


def test_a_value_that_everybody_bears_pairs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a telephone of the village office stands in every row."""
    rows = [{"id": i, "name": f"王{c}", "phone": "15400000001"} for i, c in enumerate("甲乙")]
    known = [{"id": i, "name": f"李{c}", "phone": "15400000001"} for i, c in enumerate("丙丁")]
    with scoring.connect(1) as con:
        for name, side in (("row", rows), ("known", known)):
            con.register("given", table(*side))
            con.table("given").select("id", "phone").create(name)
        model = type(people_model())(("{t}.phone",), (), {}, 0.9, 1e-7)
        scoring.find_pairs(con, model)
        assert con.execute("SELECT * FROM pair ORDER BY ALL").fetchall() == [(0, 0), (0, 1), (1, 0), (1, 1)]
        monkeypatch.setattr(scoring, "MOST_PAIRS_OF_A_KEY", 3)
        scoring.find_pairs(con, model)
        assert con.execute("SELECT * FROM pair").fetchall() == []


@pytest.mark.parametrize(("link_at", "review_at"), [(0.9, 0.3), (1.01, 0.3), (0.99, 0.0), (0.99, 0.95), (0.3, 0.5)])
def test_thresholds_that_would_link_the_doubtful_are_refused(link_at: float, review_at: float) -> None:
    with pytest.raises(ValueError, match=r"0 < review_at <= 0\.9 < link_at <= 1"):
        LinkSettings(link_at=link_at, review_at=review_at)


@pytest.mark.parametrize(
    "statement", ["COPY (SELECT 1) TO 'there.csv'", "ATTACH 'there.db'", "SELECT * FROM 'there.csv'", "INSTALL spatial"]
)
def test_nothing_can_be_written_read_or_fetched(statement: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    with scoring.connect(1) as con, pytest.raises(duckdb.Error):
        con.execute(statement)
