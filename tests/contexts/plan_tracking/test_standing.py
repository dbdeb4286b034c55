"""How a target stands: comparators and directions, due dates, trends; each against a case that a person can check."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from songhe.contexts.plan_tracking.queries.linked import families, measured_by, related_to, tasks_behind
from songhe.contexts.plan_tracking.queries.standing import comparable, due_day, outlook, reaches, shortfall, standing, way
from songhe.contexts.plan_tracking.words import State, Why
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack, Target
from songhe.engines.projection.trend import Forecast, TooLittle

PACKS = Path(__file__).resolve().parents[3] / "packs"
TODAY = dt.date(2026, 11, 21)
LATER = dt.date(2027, 12, 31)


def pack_of(city: str) -> Pack:
    files = {
        str(path.relative_to(PACKS)): path.read_text()
        for folder in ("national", city)
        for path in (PACKS / folder).rglob("*.yaml")
    }
    return load_pack(files, city)


QINGTONGXIA, XUCHANG, WEIHAI = pack_of("qingtongxia"), pack_of("xuchang"), pack_of("weihai")


def named(pack: Pack, name: str) -> Target:
    return next(target for target in pack.targets if target.id == name)


VACANCY = named(QINGTONGXIA, "T000-11")
NURSING = named(QINGTONGXIA, "T000-09")
ABOUT_BEDS = named(XUCHANG, "T001-04")
MORE_THAN = named(XUCHANG, "T001-28")
CAP = named(WEIHAI, "T004-18")


def state_of(target: Target, value: str, *values: str, due: dt.date | None = LATER) -> tuple[State, Why]:
    """The state with a value now, and before that one value a year."""
    past = [(TODAY - dt.timedelta(days=365 * (len(values) - place)), Decimal(text)) for place, text in enumerate(values)]
    seen = outlook(target, [*past, (TODAY, Decimal(value))], due, TODAY)
    found = standing(target, Decimal(value), seen, due, TODAY)
    return found.state, found.why


def test_a_vacancy_of_69_against_40_is_a_failure() -> None:
    due = due_day(VACANCY.deadline)
    assert way(VACANCY) == "down"
    assert reaches(VACANCY, Decimal(69)) is False
    assert state_of(VACANCY, "69", due=due) == (State.MISSED, Why.PAST)
    assert shortfall(VACANCY, Decimal(69)) == 29
    assert state_of(VACANCY, "38", due=due) == (State.MET, Why.REACHED_LATE)


@pytest.mark.parametrize(
    ("target", "value", "there"),
    [
        (NURSING, "59.999", False),
        (NURSING, "60", True),
        (NURSING, "61", True),  # "=" of a target that goes up is reached, also when passed
        (VACANCY, "40", True),
        (VACANCY, "40.001", False),
        (MORE_THAN, "60", False),  # more than 60 does not include 60
        (MORE_THAN, "60.001", True),
        (ABOUT_BEDS, "31350", True),  # 33,000 "or so": within 5 %
        (ABOUT_BEDS, "31349", False),
        (CAP, "4", True),
        (CAP, "4.1", False),
        (replace(NURSING, comparator="<", direction=None), "60", False),
        (replace(NURSING, comparator="<", direction=None), "59", True),
        (replace(NURSING, comparator=">=", direction=None), "60", True),
        (replace(NURSING, direction=None), "61", False),  # no side is good: exactly that much
        (replace(NURSING, comparator="range", value_max=80), "59", False),
        (replace(NURSING, comparator="range", value_max=80), "81", True),  # beyond it on the good side
        (replace(NURSING, comparator="range", value_max=80, direction="down"), "80", True),
        (replace(NURSING, comparator="range", value_max=80, direction=None), "81", False),
        (replace(NURSING, comparator="+"), "99", None),
    ],
)
def test_what_reaches_a_target(target: Target, value: str, there: bool | None) -> None:
    assert reaches(target, Decimal(value)) is there


def test_a_milestone_is_never_judged_by_a_number() -> None:
    milestone = named(QINGTONGXIA, "T000-25")
    assert reaches(milestone, Decimal(1)) is None
    assert shortfall(milestone, Decimal(1)) is None


def test_shortfall_has_the_sign_of_what_is_missing() -> None:
    assert shortfall(NURSING, Decimal("42.5")) == Decimal("17.5")
    assert shortfall(NURSING, Decimal(65)) == -5
    assert shortfall(replace(NURSING, direction=None), Decimal(62)) == 2


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", dt.date(2025, 12, 31)),
        ("2024-12", dt.date(2024, 12, 31)),
        ("2024-02", dt.date(2024, 2, 29)),
        ("2024-09-20", dt.date(2024, 9, 20)),
        (None, None),
        ("每年", None),
    ],
)
def test_a_deadline_is_its_last_day(text: str | None, day: dt.date | None) -> None:
    assert due_day(text) == day


def test_before_the_due_date_the_trend_decides() -> None:
    assert state_of(NURSING, "58", "46", "49", "52", "55") == (State.ON_TRACK, Why.FORECAST_REACHES)
    assert state_of(NURSING, "50", "46", "47", "48", "49") == (State.AT_RISK, Why.FORECAST_FAILS)
    assert state_of(NURSING, "58", "46", "55", "50", "56") == (State.AT_RISK, Why.FORECAST_UNSURE)
    assert state_of(VACANCY, "45", "69", "63", "57", "51") == (State.ON_TRACK, Why.FORECAST_REACHES)
    assert state_of(VACANCY, "69", "45", "51", "57", "63") == (State.AT_RISK, Why.FORECAST_FAILS)


def test_too_little_data_is_said_and_is_no_success() -> None:
    assert state_of(NURSING, "58", "42") == (State.AT_RISK, Why.TOO_LITTLE)
    assert outlook(NURSING, [(TODAY, Decimal(58))], LATER, TODAY).ahead == TooLittle("points", 1, 0)
    assert state_of(NURSING, "61", "42") == (State.MET, Why.REACHED)
    assert state_of(NURSING, "58", due=None) == (State.AT_RISK, Why.NO_DUE)


def test_a_forecast_of_a_share_stays_a_share() -> None:
    points = [
        (TODAY - dt.timedelta(days=365 * back), Decimal(value)) for back, value in ((4, 55), (3, 66), (2, 77), (1, 88), (0, 99))
    ]
    ahead = outlook(NURSING, points, LATER, TODAY).ahead
    assert isinstance(ahead, Forecast)
    assert (ahead.low, ahead.value, ahead.high) == (100, 100, 100)
    assert outlook(NURSING, points, dt.date(2025, 12, 31), TODAY).ahead is None  # nothing is foretold of a day that is past


def test_a_share_is_not_compared_with_a_count() -> None:
    assert comparable("%", "%")
    assert comparable(None, "名/千名老年人")
    assert comparable("张", "张")
    assert not comparable("%", "‰")
    assert not comparable("个", "%")


def test_restated_and_contradictory_targets_are_one_family() -> None:
    family = families(QINGTONGXIA.targets)
    fund = [target.id for target in family["T000-24"]]
    assert fund == ["T000-24", "T000-60"]
    (other,) = related_to(named(QINGTONGXIA, "T000-24"), family["T000-24"])
    assert (other.relation, other.target.value) == ("conflicts", 85)
    assert [target.id for target in family["T000-02"]] == ["T000-02", "T000-29", "T000-64"]
    assert {other.relation for other in related_to(named(QINGTONGXIA, "T000-02"), family["T000-02"])} == {"restates"}
    drift = families(WEIHAI.targets)["T004-03"]
    assert [(target.id, target.deadline) for target in drift] == [("T004-03", "2025-12"), ("T004-28", "2024-12")]


def test_a_restated_target_is_measured_by_the_same_indicator() -> None:
    one = replace(named(QINGTONGXIA, "T000-13"), measured_by="with_medical_care")
    other = replace(named(QINGTONGXIA, "T000-44"), measured_by=None)
    assert measured_by(other, [one, other]) == "with_medical_care"
    assert measured_by(replace(other, unit="家"), [one]) is None


def test_tasks_behind_a_target_and_why() -> None:
    family = families(QINGTONGXIA.targets)

    def behind(name: str) -> list[tuple[str, str]]:
        return [(task.id, task.link) for task in tasks_behind(named(QINGTONGXIA, name), family[name], QINGTONGXIA.tasks)]

    assert behind("T000-09") == [("K000-01", "named")]
    assert behind("T000-44") == [("K000-13", "clause")]
    assert behind("T000-13") == [("K000-13", "clause")]  # by the place that restates it
    assert behind("T000-23") == []
    assert {link for _, link in behind("T000-12")} == {"clause"}


def test_every_target_of_the_five_plans_can_be_placed() -> None:
    for city in ("qingtongxia", "xuchang", "dawukou", "qidong", "weihai"):
        pack = pack_of(city)
        family = families(pack.targets)
        assert sum(len(set(group)) for group in set(family.values())) == len(pack.targets)
        for target in pack.targets:
            assert target.deadline is None or due_day(target.deadline) is not None, target.id
            assert (
                target.value is None
                or target.kind == "milestone"
                or reaches(target, Decimal(str(target.value))) in (True, target.comparator != ">")
            )
