"""More benefits than one statement takes: nine copies of the golden pack, in parts over stored conditions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.golden_pack import golden_rulebook
from benchmarks.people import load_people, people_folder
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.sql import statements
from tests.engines.policy.answers import differences, of_closure, of_duckdb, of_outcome


def test_two_hundred_benefits_agree(tmp_path: Path) -> None:
    rulebook = golden_rulebook(9)
    assert len(rulebook.benefits) == 234
    assert any(text.startswith("CREATE TABLE songhe_result_1 ") for text in statements(rulebook, "duckdb"))
    population = load_people(people_folder(tmp_path, 400), missing=True)
    bitset = of_outcome(evaluate(rulebook, population))
    assert int(np.count_nonzero(bitset.status == 1)) > 500
    assert differences(rulebook, bitset, of_duckdb(rulebook, population)) == []
    assert differences(rulebook, bitset, of_closure(rulebook, population)) == []
