"""Our scoring is splink's: on rows with all kinds of errors both find the same pairs with the same weight."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.linkage import splink_side
from benchmarks.linkage.departments import rough_rows
from songhe.engines.matching.linking import put_records
from songhe.engines.matching.people_model import people_model
from songhe.engines.matching.scoring import connect, count_shares, find_pairs, weigh_pairs

BLOCK = "year({t}.birth)::VARCHAR"  # many pairs of people who have nothing to do with each other


def test_the_same_pairs_have_the_same_weight() -> None:
    model, made = people_model(), rough_rows("qingtongxia", rows=1_500, known=1_500, seed=3, scale=0.03)
    model = replace(model, blocks=(*model.blocks, BLOCK))
    with connect(2) as con:
        put_records(con, made.rows, made.known)
        count_shares(con, model, made.known.num_rows, told={})
        find_pairs(con, model)
        weigh_pairs(con, model, made.known.num_rows)
        prior, weighed = model.prior_weight(made.known.num_rows), con.table("weighed")
        ours = {
            (row, person): weight - prior for row, person, weight in weighed.select("row_id", "known_id", "weight").fetchall()
        }
        seen = sum(len(weighed.select(f"l_{c.field}").distinct().fetchall()) for c in model.comparisons)
        theirs = splink_side.weights(con, model)
    assert len(ours) > 5_000
    assert seen >= sum(len(c.levels) + 1 for c in model.comparisons) - 2  # with "missing"; the rarest two may not occur
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[pair] - theirs[pair]) for pair in ours) < 1e-9
