"""The door: rows of a file against the people who are known, with a probability and its evidence for every pair worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from songhe.engines.matching.names import plain_name, sounds
from songhe.engines.matching.people_model import CEILING, people_model
from songhe.engines.matching.scoring import connect, count_shares, find_pairs, likely_pairs, weigh_pairs

_TEXTS = ("name", "id_digits", "sex", "phone", "address", "area_code", "household_no")
_TOLD = {"name_share": "namesakes", "sound_share": "soundalikes"}
_RESULT = pa.schema([("row_id", pa.int64()), ("known_id", pa.int64()), ("probability", pa.float64()), ("evidence", pa.string())])
_FEWEST_PEOPLE = 20_000


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Who is linked (p ≥ link_at) and who is shown to a human (p ≥ review_at). `people` is how many are known in the whole city.

    It must be given where `known` is only a part of them (those who could be meant); else it is the length of `known`.
    Raises ValueError unless 0 < review_at ≤ 0.9 < link_at ≤ 1: 0.9 is the most that a doubtful pair may claim.
    """

    link_at: float
    review_at: float
    people: int | None = None
    threads: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.review_at <= CEILING < self.link_at <= 1:
            raise ValueError(f"0 < review_at <= {CEILING} < link_at <= 1 must hold, not {self.review_at}, {self.link_at}")


def link(rows: pa.Table, known: pa.Table, *, settings: LinkSettings) -> pa.Table:
    """Every pair with p ≥ settings.review_at: row_id, known_id, probability, evidence (JSON text by field); sorted by row, the likeliest first.

    Both tables: id int64, name, id_digits (what `usable_digits` leaves), birth_date date32, sex, phone, address (what `normalise_address`
    makes), area_code, household_no; any may be null. May be there too: id_valid (bool: the number as written was whole and valid), and in
    `known` namesakes and soundalikes (int64: how many people of the whole city bear the name, or one that sounds the same), needed where
    `known` is only a part of the city.

    A pair reaches link_at only if two of name, birth date and ID number agree, no whole number contradicts, and no other known person is
    about as likely; otherwise it claims at most 0.9 and is for a human to decide. Nothing is written to disk.
    """
    if not rows.num_rows or not known.num_rows:
        return _RESULT.empty_table()
    model = people_model()
    people = max(settings.people or known.num_rows, _FEWEST_PEOPLE)
    with connect(settings.threads) as con:
        put_records(con, rows, known)
        count_shares(con, model, people, told=_TOLD)
        find_pairs(con, model)
        weigh_pairs(con, model, people)
        return likely_pairs(con, model, review_at=settings.review_at, link_at=settings.link_at).cast(_RESULT)


def put_records(con: duckdb.DuckDBPyConnection, rows: pa.Table, known: pa.Table) -> None:
    """Tables `row` and `known` hold the records as they are compared; a birth date that is not told is read from the ID number."""
    for name, table in (("row", rows), ("known", known)):
        con.register("given", _prepared(table))
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT *, coalesce(birth_date, try_strptime(digits[7:14], '%Y%m%d')::DATE) AS birth, birth_date IS NOT NULL AS birth_stated
            FROM given""")  # noqa: S608
        con.unregister("given")


def _prepared(table: pa.Table) -> pa.Table:
    """The columns as they are compared; empty texts become null."""
    texts = {name: _without_empty(table[name]) for name in _TEXTS}
    columns: dict[str, pa.Array] = {"id": table["id"].cast(pa.int64())}
    columns |= _spelled(texts.pop("name"))
    columns |= {"digits": texts.pop("id_digits"), "birth_date": table["birth_date"].cast(pa.date32())} | texts
    there = set(table.column_names)
    columns["id_valid"] = table["id_valid"].fill_null(False) if "id_valid" in there else pa.array([False] * table.num_rows)
    for column in ("namesakes", "soundalikes"):
        columns[column] = table[column].cast(pa.int64()) if column in there else pa.nulls(table.num_rows, pa.int64())
    return pa.table(columns)


def _without_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = column.cast(pa.string())
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _spelled(names: pa.ChunkedArray) -> dict[str, pa.Array]:
    """name, sound and loose: each different name is spelled once."""
    coded = names.combine_chunks().dictionary_encode()
    plain = [plain_name(name) for name in coded.dictionary.to_pylist()]
    heard = [sounds(name) if name else (None, None) for name in plain]
    forms = {"name": plain, "sound": [strict for strict, _ in heard], "loose": [loose for _, loose in heard]}
    return {form: pa.array(values, pa.string()).take(coded.indices) for form, values in forms.items()}
