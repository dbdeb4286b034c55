"""`python -m benchmarks.linkage.estimate [--write]`: what each level of the linkage model is worth, estimated by splink from rows with known errors.

- u (how often different people agree): splink, from pairs taken blindly. The ID number's levels are counted among different people born on
  the same day instead, because half of the number is the birth date, and that is a field of its own.
- m (how often one person's two records agree): splink's expectation maximisation, without looking at the truth, over pairs with the same
  number, with the same sound and birth date, and with the same telephone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from benchmarks.figures import ROOT
from benchmarks.linkage import splink_side
from benchmarks.linkage.departments import Departments, rough_rows
from songhe.engines.matching.linking import put_records
from songhe.engines.matching.model import Worth
from songhe.engines.matching.people_model import ID_NUMBER, people_model, people_model_of
from songhe.engines.matching.scoring import connect, find_pairs, weigh_pairs

TARGET = ROOT / "src" / "songhe" / "engines" / "matching" / "people_model.json"
PACK, ROWS, KNOWN, SEED, PAIRS = "qingtongxia", 60_000, 60_000, 11, 2e7
FOUND, LEAST_SHARE, LEAST = 0.9, 1e-7, 1e-6
SESSIONS = (
    "CASE WHEN length({t}.digits) = 17 THEN {t}.digits END",
    "{t}.sound || '/' || {t}.birth",
    "{t}.phone",
)
ABOUT = (
    "What each level of songhe.engines.matching.people_model is worth: m, the share of one person's record pairs that agree so, "
    "and u, that of different people's. Written by `python -m benchmarks.linkage.estimate --write`: splink 5.0.0 over rows with "
    "known errors (benchmarks/linkage/departments.py; the rates of error are our assumption). Levels with a frequency use it in "
    "place of u. `found`: the share of rows that is expected to be somebody known (assumed)."
)


def estimate(departments: Departments) -> Mapping[tuple[str, str], Worth]:
    """m and u of every level of the people model."""
    with connect(2) as con:
        put_records(con, departments.rows, departments.known)
        found = dict(splink_side.estimated(con, people_model(), SESSIONS, PAIRS))
        for level, share in _number_levels_of_others(con, departments).items():
            if level == "beginning":  # counts only where no birth date is told: blind pairs it is
                continue
            found["id_number", level] = Worth(found["id_number", level].m, share)
    return {key: Worth(max(worth.m, LEAST), max(worth.u, LEAST)) for key, worth in found.items()}


def _number_levels_of_others(con: duckdb.DuckDBPyConnection, departments: Departments) -> Mapping[str, float]:
    """How the ID numbers of different people born on the same day agree, as shares of those pairs in which both are told."""
    model = people_model_of(people_model().worth, FOUND, LEAST_SHARE)
    blind = type(model)(("{t}.birth",), (ID_NUMBER,), model.worth, FOUND, LEAST_SHARE, carried=model.carried)
    find_pairs(con, blind)
    weigh_pairs(con, blind, KNOWN)
    con.register("truth", pa.table({"row_id": departments.rows["id"], "person": pa.array(departments.truth)}))
    counted = con.sql(
        "SELECT l_id_number, count(*) FROM weighed JOIN truth USING (row_id) WHERE known_id <> person AND l_id_number >= 0 GROUP BY 1"
    ).fetchall()
    con.unregister("truth")
    total = sum(count for _, count in counted)
    seen = dict(counted)
    return {level.name: max(seen.get(i, 0), 1) / total for i, level in enumerate(ID_NUMBER.levels)}


def main() -> None:
    """Prints the estimate, and writes it where the engine reads it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {TARGET.relative_to(ROOT)}")
    asked = parser.parse_args()
    worth = estimate(rough_rows(PACK, ROWS, KNOWN, SEED))
    levels: dict[str, dict[str, dict[str, float]]] = {}
    for (field, level), value in worth.items():
        levels.setdefault(field, {})[level] = {"m": float(f"{value.m:.4g}"), "u": float(f"{value.u:.4g}")}
        print(f"{field:12} {level:12} m {value.m:10.3g}  u {value.u:10.3g}  weight {value.weight:7.2f}")
    if asked.write:
        text = {"about": ABOUT, "found": FOUND, "least_share": LEAST_SHARE, "levels": levels}
        TARGET.write_text(json.dumps(text, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
