"""Arithmetic over printed figures: exact, and nothing else gets in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from songhe.engines.policy.findings import LanguageError
from songhe.engines.policy.formulas import computed, figures_in

VALUES = {"B1": Decimal("42034"), "B2": Decimal("14199"), "B-3": Decimal("0")}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("{B1}", "42034"),
        ("{B1} - {B2} - 1", "27834"),
        ("({B1} - {B2}) * 2 + 1", "55671"),
        ("12 / 4 / 3", "1"),
        ("2 + 3 * 4", "14"),
        ("(1 + 5 / 100)^2", "1.1025"),
        ("2^3 * 2", "16"),
        ("1.50 * 2", "3.00"),
    ],
)
def test_a_formula_is_computed_exactly(formula: str, value: str) -> None:
    assert computed(formula, VALUES.__getitem__) == Decimal(value)


def test_the_figures_of_a_formula_are_named_once_each() -> None:
    assert figures_in("{B1} + {B2} - {B1} / {B-3}") == ("B1", "B2", "B-3")


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "{B1",
        "B1",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "__import__('os')",
        "1 ** 2",
        "2^x",
        "2^100",
        "{B1}^{B2}",
        "+ 1",
        "1 / {B-3}",
        "1+" * 40 + "1",
    ],
)
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(LanguageError):
        computed(formula, VALUES.__getitem__)
