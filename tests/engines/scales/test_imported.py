"""A result made elsewhere is taken over only if its scale knows such a grade, such points and such levels."""

from __future__ import annotations

import pytest

from songhe.engines.scales.imported import Imported, imported_problems
from tests.engines.scales.national import ABILITY, INSURANCE, OLD


def test_what_fits_is_taken_over() -> None:
    points = {"daily_living": 65, "mental": 1, "social": 20}
    levels = {"daily_living": 1, "mental": 1, "senses": 2, "social": 3}
    assert imported_problems(OLD, Imported(2, points, levels)) == ()
    assert imported_problems(OLD, Imported(0)) == ()
    assert imported_problems(ABILITY, Imported(4, {"self_care": 0})) == ()
    assert imported_problems(INSURANCE, Imported(5, {"daily_living": 40}, {"daily_living": 3})) == ()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (Imported(4), ("out_of_range", "grade", "error")),
        (Imported(None), ("missing", "grade", "missing")),
        (Imported("重度"), ("wrong_type", "grade", "error")),
        (Imported(True), ("wrong_type", "grade", "error")),
        (Imported(1, {"daily_living": 62}), ("out_of_range", "daily_living", "error")),
        (Imported(1, {"daily_living": 105}), ("out_of_range", "daily_living", "error")),
        (Imported(1, {"daily_living": "65"}), ("wrong_type", "daily_living", "error")),
        (Imported(1, {"senses": 3}), ("unknown_item", "senses", "error")),
        (Imported(1, {}, {"senses": 4}), ("out_of_range", "senses", "error")),
        (Imported(1, {}, {"senses": "1"}), ("wrong_type", "senses", "error")),
        (Imported(1, {"soul": 3}), ("unknown_item", "soul", "error")),
        (Imported(1, {"mental": 2}, {"mental": 1}), ("contradiction", "mental", "question")),
    ],
)
def test_what_does_not_fit_is_named(sent: Imported, expected: tuple[str, str, str]) -> None:
    assert [(one.code, one.where, one.severity) for one in imported_problems(OLD, sent)] == [expected]


def test_worse_points_have_no_better_level() -> None:
    for dimension in OLD.dimensions:
        if dimension.high is not None:
            ordered = [dimension.level(points).value for points in range(0, dimension.high + 1, dimension.step)]
            assert ordered == sorted(ordered, reverse=dimension.better == "higher")
