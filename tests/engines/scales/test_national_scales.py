"""The scales of the national pack hold the facts of their standards, and every grade that the standards fix."""

from __future__ import annotations

import pytest
from django.conf import settings

from songhe.engines.policy.files import read_folder
from songhe.engines.scales.result import Outcome
from songhe.engines.scales.scale import ByTable, ByTotal, Use
from songhe.engines.scales.scoring import score
from songhe.project.pack_check import check_scales
from tests.engines.scales.national import ABILITY, INSURANCE, OLD, SCALES, best, nothing_else, with_total
from tests.packs.reference import CITIES

DIAGNOSIS, EVENTS, COMA = {"dementia": True}, {"falls": 1, "choking": 1}, {"coma": True}


def test_there_are_three_and_none_of_them_is_verified() -> None:
    assert sorted(SCALES) == ["gbt42195_2022", "ltci_2021", "mzt039_2013"]
    assert [scale.verified for scale in SCALES.values()] == [False, False, False]
    assert {scale.id: scale.use for scale in SCALES.values()} == {
        "gbt42195_2022": Use.ASSESS,
        "ltci_2021": Use.ASSESS,
        "mzt039_2013": Use.IMPORT_ONLY,
    }
    assert (ABILITY.gives, INSURANCE.gives, OLD.gives) == ("ability_grade", "ltc_grade", "")


@pytest.mark.parametrize("city", ["national", *CITIES.values()])
def test_no_pack_has_a_fault_in_its_scales(city: str) -> None:
    assert [str(finding) for finding in check_scales(read_folder(settings.PACKS, city), city)] == []


def test_the_ability_scale_has_26_items_and_90_points() -> None:
    assert [(one.code, len(one.items), one.high) for one in ABILITY.dimensions] == [
        ("B.1", 8, 32), ("B.2", 4, 15), ("B.3", 9, 28), ("B.4", 5, 15),
    ]  # fmt: skip
    assert [item.code for item in ABILITY.items] == [
        *(f"B.1.{n}" for n in range(1, 9)), *(f"B.2.{n}" for n in range(1, 5)), *(f"B.3.{n}" for n in range(1, 10)),
        *(f"B.4.{n}" for n in range(1, 6)),
    ]  # fmt: skip
    assert {item.code: item.best.points for item in ABILITY.items if item.best.points != 4} == {
        "B.2.4": 3, "B.3.7": 1, "B.3.8": 1, "B.3.9": 2, "B.4.1": 2, "B.4.2": 2, "B.4.4": 3,
    }  # fmt: skip
    assert sum(item.best.points for item in ABILITY.items) == ABILITY.high == 90
    assert all(item.worst.points == 0 for item in ABILITY.items)
    assert [grade.label for grade in ABILITY.grades] == ["能力完好", "轻度失能", "中度失能", "重度失能", "完全失能"]
    assert isinstance(ABILITY.first_grade, ByTotal)
    assert [(one.value, one.low, one.high) for one in ABILITY.first_grade.bands] == [
        (0, 90, 90), (1, 66, 89), (2, 46, 65), (3, 30, 45), (4, 0, 29),
    ]  # fmt: skip
    assert ABILITY.stacking is False


@pytest.mark.parametrize(
    ("total", "circumstances", "stacking", "expected"),
    [
        (90, {}, None, 0),
        (90, EVENTS, None, 1),
        (89, {}, None, 1),
        (66, {}, None, 1),
        (65, {}, None, 2),
        (46, {}, None, 2),
        (45, {}, None, 3),
        (30, {}, None, 3),
        (29, {}, None, 4),
        (0, {}, None, 4),
        (29, DIAGNOSIS, None, 4),
        (66, DIAGNOSIS | EVENTS, None, 2),
        (66, DIAGNOSIS | EVENTS, False, 2),
        (66, DIAGNOSIS | EVENTS, True, 3),
        (90, COMA, None, 4),
        (45, DIAGNOSIS | EVENTS, True, 4),
        (90, {"falls": 2}, None, 1),
        (90, {"falls": 1}, None, 0),
        (90, {"mental_disorder": True}, None, 1),
        (90, {"mental_disorder": True, "dementia": True}, True, 1),
    ],
)  # fmt: skip
def test_grades_of_the_ability_scale(total: int, circumstances: dict[str, object], stacking: bool | None, expected: int) -> None:
    result = score(ABILITY, with_total(ABILITY, total), nothing_else(ABILITY) | circumstances, stacking=stacking)
    assert result.total is not None
    assert (result.total.points, result.grade, result.complete) == (total, expected, True)


@pytest.mark.parametrize("total", range(91))
def test_every_total_has_the_grade_of_its_band(total: int) -> None:
    first = 0 if total == 90 else 1 if total >= 66 else 2 if total >= 46 else 3 if total >= 30 else 4
    assert score(ABILITY, with_total(ABILITY, total), nothing_else(ABILITY)).grade == first


def test_coma_alone_settles_the_grade_and_stupor_does_not() -> None:
    coma = score(ABILITY, {"consciousness": "coma"})
    assert (coma.grade, coma.complete, coma.missing, coma.total and coma.total.points) == (4, True, (), None)
    assert [change.outcome for change in coma.changes] == [Outcome.CHANGED, Outcome.ENDED, Outcome.ENDED]
    stupor = score(ABILITY, best(ABILITY) | {"consciousness": "stupor"}, nothing_else(ABILITY))
    assert (stupor.grade, stupor.total and stupor.total.points) == (1, 88)


def test_the_insurance_scale_has_17_items_in_three_dimensions() -> None:
    assert [(one.id, len(one.items), one.high) for one in INSURANCE.dimensions] == [
        ("daily_living", 10, 100), ("cognition", 4, 16), ("senses", 3, 12),
    ]  # fmt: skip
    assert {item.id: item.best.points for item in INSURANCE.dimensions[0].items} == {
        "eating": 10, "dressing": 10, "washing_face": 5, "bowel": 10, "bladder": 10, "toileting": 10, "walking": 15,
        "transfer": 15, "stairs": 10, "bathing": 5,
    }  # fmt: skip
    assert [[(one.low, one.high) for one in dimension.levels] for dimension in INSURANCE.dimensions] == [
        [(100, 100), (65, 95), (45, 60), (0, 40)],
        [(16, 16), (4, 15), (2, 3), (0, 1)],
        [(12, 12), (4, 11), (2, 3), (0, 1)],
    ]
    assert [grade.label for grade in INSURANCE.grades] == [
        "基本正常", "轻度失能", "中度失能", "重度失能Ⅰ级", "重度失能Ⅱ级", "重度失能Ⅲ级",
    ]  # fmt: skip
    assert isinstance(INSURANCE.first_grade, ByTable)
    assert INSURANCE.changes == ()


def _reached(dimension: int, points: int) -> dict[str, object]:
    """Answers to one dimension of the insurance scale that sum up to `points`."""
    answers: dict[str, object] = {}
    left = points
    for item in INSURANCE.dimensions[dimension].items:
        option = next(option for option in item.options if option.points <= left)
        answers[item.id] = option.id
        left -= option.points
    assert left == 0
    return answers


@pytest.mark.parametrize("senses", [(12, 0), (11, 1), (4, 1), (3, 2), (2, 2), (1, 3), (0, 3)])
@pytest.mark.parametrize("cognition", [(16, 0), (15, 1), (4, 1), (3, 2), (2, 2), (1, 3), (0, 3)])
@pytest.mark.parametrize("living", [(100, 0), (95, 1), (65, 1), (60, 2), (45, 2), (40, 3), (0, 3)])
def test_every_cell_of_the_insurance_table(living: tuple[int, int], cognition: tuple[int, int], senses: tuple[int, int]) -> None:
    table = ((0, 0, 1, 1), (1, 1, 1, 2), (2, 2, 2, 3), (3, 3, 4, 5))
    result = score(INSURANCE, _reached(0, living[0]) | _reached(1, cognition[0]) | _reached(2, senses[0]))
    assert [one.points for one in result.dimensions] == [living[0], cognition[0], senses[0]]
    assert result.grade == table[living[1]][max(cognition[1], senses[1])]
    assert result.total is None


def test_the_old_scale_covers_22_items_and_keeps_its_own_grades() -> None:
    assert [(len(one.covers), len(one.levels)) for one in OLD.dimensions] == [(10, 4), (3, 4), (4, 4), (5, 4)]
    assert [grade.grade for grade in OLD.grades] == [0, 1, 2, 3]
    assert OLD.items == () and OLD.first_grade is None
