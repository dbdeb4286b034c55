"""The same model in splink 5: it estimates what each level is worth, and a test holds our scoring to its.

Of this project's own code only the levels and blocks are used; splink samples, counts and iterates by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from songhe.engines.matching.model import Comparison, Level, Model, Worth

_SIDE = re.compile(r"\b([ab])\.(\w+)")
_SEED = 20_261_122


def settings(model: Model) -> dict[str, Any]:
    """The model as splink writes one; blocks that pair too much are not held back there."""
    return {
        "link_type": "link_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 0.0001,
        "comparisons": [_comparison(model, comparison) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": [_rule(block) for block in model.blocks],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": False,
    }


def linker(con: duckdb.DuckDBPyConnection, model: Model, *, shares: bool) -> Any:
    """A splink linker over the tables `row` and `known`. With `shares`, frequencies are those of `known`, as ours are."""
    from splink import DuckDBAPI, Linker  # six seconds, and not needed to read this module

    api = DuckDBAPI(connection=con)
    columns = con.table("row").columns
    sides = [api.register(con.table(name).select(*columns), dataset_display_name=f"of_{name}") for name in ("known", "row")]
    made = Linker(sides, settings(model), log_level=None)
    if shares:
        for share, column in model.shares.items():
            lookup = con.table("known").filter(f"{column} IS NOT NULL").aggregate(f"{column}, any_value({share}) AS tf_{column}")
            made.table_management.register_term_frequency_lookup(api.register(lookup), column)
    return made


def estimated(
    con: duckdb.DuckDBPyConnection, model: Model, sessions: Sequence[str], pairs: float
) -> Mapping[tuple[str, str], Worth]:
    """m and u of each level: u from pairs taken blindly, m by expectation maximisation over the pairs that each session puts together.

    A level that splink never saw among so many blind pairs gets what one pair in them would be worth.
    """
    made = linker(con, replace(model, worth={}), shares=False)  # what it does not see it would otherwise leave as it was
    made.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=_SEED)
    for session in sessions:
        made.training.estimate_parameters_using_expectation_maximisation(_rule(session), estimate_without_term_frequencies=True)
    told = made.misc.save_model_to_json()
    worth = {}
    for comparison, said in zip(model.comparisons, told["comparisons"], strict=True):
        levels = [level for level in said["comparison_levels"] if not level.get("is_null_level")]
        for level, found in zip(comparison.levels, levels, strict=True):
            worth[comparison.field, level.name] = Worth(
                float(found.get("m_probability") or 1 / pairs), float(found.get("u_probability") or 1 / pairs)
            )
    return worth


def weights(con: duckdb.DuckDBPyConnection, model: Model) -> dict[tuple[int, int], float]:
    """(row id, known id) → the sum of the weights of all fields, without the prior, for every pair that splink's blocking finds."""
    found = linker(con, model, shares=True).inference.predict(threshold_match_weight=-1000)
    fields = [f"mw_{c.field}" for c in model.comparisons]
    fields += [f"mw_tf_adj_{c.field}" for c in model.comparisons if any(level.frequency for level in c.levels)]
    query = f"SELECT id_l, id_r, {' + '.join(fields)} FROM {found.physical_name}"  # noqa: S608
    return {(int(row), int(known)): float(weight) for known, row, weight in con.sql(query).fetchall()}


def _rule(block: str) -> str:
    return f"{block.replace('{t}', 'l')} = {block.replace('{t}', 'r')}"


def _comparison(model: Model, comparison: Comparison) -> dict[str, Any]:
    """In splink `l` is the table registered first (known), so that `a` is on its right."""
    missing = {"sql_condition": _sides(comparison.missing), "label_for_charts": "missing", "is_null_level": True}
    return {
        "output_column_name": comparison.field,
        "comparison_levels": [missing, *(_level(model, comparison, level) for level in comparison.levels)],
    }


def _level(model: Model, comparison: Comparison, level: Level) -> dict[str, Any]:
    told: dict[str, Any] = {"sql_condition": _sides(level.when), "label_for_charts": level.name}
    worth = model.worth.get((comparison.field, level.name))
    if worth is not None:
        told |= {"m_probability": worth.m, "u_probability": worth.u}
    if level.frequency:
        told |= {
            "tf_adjustment_column": model.shares[level.frequency],
            "tf_minimum_u_value": model.least_share,
            "disable_tf_exact_match_detection": True,
        }
    return told


def _sides(condition: str) -> str:
    return _SIDE.sub(lambda found: f"{found[2]}_{'r' if found[1] == 'a' else 'l'}", condition)
