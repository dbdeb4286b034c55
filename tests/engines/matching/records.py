"""Records as the linkage engine takes them, and how a pair of them agrees."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa

from songhe.engines.matching import LinkSettings, link
from songhe.engines.matching.linking import put_records
from songhe.engines.matching.people_model import people_model
from songhe.engines.matching.scoring import connect, count_shares, weigh_pairs

SCHEMA = pa.schema(
    [("id", pa.int64()), ("name", pa.string()), ("id_digits", pa.string()), ("birth_date", pa.date32()), ("sex", pa.string()),
     ("phone", pa.string()), ("address", pa.string()), ("area_code", pa.string()), ("household_no", pa.string()), ("id_valid", pa.bool_())]
)  # fmt: skip
BORN = dt.date(1949, 12, 3)
WANG: dict[str, object] = {
    "id": 1, "name": "王秀英", "id_digits": "11010519491203104", "birth_date": BORN, "sex": "female", "phone": "15400000001",
    "address": "999900001001 3栋2单元501室", "area_code": "999900001001", "household_no": "H1", "id_valid": True,
}  # fmt: skip
SETTINGS = LinkSettings(link_at=0.99, review_at=0.3)


def table(*records: dict[str, object]) -> pa.Table:
    """What is not told is null."""
    return pa.Table.from_pylist([{name: record.get(name) for name in SCHEMA.names} for record in records], schema=SCHEMA)


def levels(row: dict[str, object], known: dict[str, object]) -> dict[str, str]:
    """The level of each field of a pair, "" where the field says nothing."""
    model = people_model()
    with connect(1) as con:
        put_records(con, table(WANG | {"id_digits": None, "id_valid": None} | row), table(WANG | known))
        count_shares(con, model, 20_000, told={})
        con.execute("CREATE TEMP TABLE pair AS SELECT r.id AS row_id, k.id AS known_id FROM row r, known k")
        weigh_pairs(con, model, 20_000)
        found = con.table("weighed").select(*(f"l_{c.field}" for c in model.comparisons)).fetchall()
    numbers = dict(zip(model.comparisons, found[0], strict=True))
    return {comparison.field: comparison.levels[at].name if at >= 0 else "" for comparison, at in numbers.items()}


def pairs(
    *rows: dict[str, object], known: list[dict[str, object]], settings: LinkSettings = SETTINGS
) -> list[tuple[int, int, float]]:
    """(row, known, probability to six places), as the door gives them."""
    found = link(table(*rows), table(*known), settings=settings).to_pylist()
    return [(pair["row_id"], pair["known_id"], round(pair["probability"], 6)) for pair in found]


def evidence(row: dict[str, object], *, known: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Of the likeliest pair of a row."""
    found = link(table(row), table(*known), settings=SETTINGS).to_pylist()
    told: dict[str, dict[str, object]] = json.loads(found[0]["evidence"])
    return told
