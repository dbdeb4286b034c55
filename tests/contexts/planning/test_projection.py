"""Looking ahead from a snapshot: who is counted, what follows, what is kept, and what the plan printed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Person
from songhe.contexts.planning import actions, queries
from songhe.contexts.planning.errors import BadAssumption, ScenarioNotFound
from songhe.contexts.planning.models import Scenario
from songhe.contexts.planning.queries.ahead import course, national_elders
from songhe.contexts.planning.queries.assumptions import three_values
from songhe.contexts.planning.queries.printed import printed_beside
from songhe.contexts.planning.words import Scope
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.projection.cohorts import life_expectancy
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput
from songhe.foundation.models import AuditEntry
from tests.contexts.entitlements.conftest import OTHER_TOWN, TOWN, Town, city_officer, clerk, town

__all__ = ["Town", "city_officer", "clerk", "town"]
PACKS = Path(__file__).resolve().parents[3] / "packs"
STILL = {"death_level": Decimal("0.5"), "younger": Decimal("0.5")}


def pack_of(city: str) -> Pack:
    files = {
        str(path.relative_to(PACKS)): path.read_text()
        for folder in ("national", city)
        for path in (PACKS / folder).rglob("*.yaml")
    }
    return load_pack(files, city)


@pytest.fixture
def counted(town: Town) -> Town:
    entitlements.determine_city(SYSTEM, cause="试验")
    return town


def test_before_the_first_snapshot_there_is_nothing(town: Town, city_officer: Actor) -> None:
    assert queries.projection(city_officer) is None


def test_it_begins_with_the_elders_of_the_snapshot(counted: Town, city_officer: Actor, clerk: Actor) -> None:
    found = queries.projection(city_officer)
    assert found is not None
    assert found.years == tuple(range(2026, 2042))
    assert found.start.elders == found.line("elders").values[0][1] == found.line("elders").values[0][0] == 4
    assert found.start.assessed == int((found.start.graded).sum())
    mine = queries.projection(clerk)
    assert mine is not None
    assert mine.start.elders == 3  # the clerk's own town
    with pytest.raises(AccessDenied):
        queries.projection(clerk, area_path=OTHER_TOWN)
    empty = queries.projection(city_officer, area_path=f"{TOWN}nowhere/")
    assert empty is not None
    assert (empty.start.elders, empty.line("beds").values[-1]) == (0, (0, 0, 0))


def test_who_cannot_be_counted_is_told(counted: Town, city_officer: Actor) -> None:
    Person.objects.filter(id=counted.poor).update(facts={"alive": True, "resident_here": True, "sex": "male"})
    stranger = Person.objects.get(id=counted.stranger)
    Person.objects.filter(id=counted.stranger).update(facts={k: v for k, v in stranger.facts.items() if k != "resident_here"})
    Person.objects.filter(id=counted.wife).update(facts=Person.objects.get(id=counted.wife).facts | {"alive": False})
    entitlements.determine_city(SYSTEM, cause="再一次")
    start = queries.projection(city_officer).start  # type: ignore[union-attr]
    assert (start.elders, start.unknown_birth, start.unknown_sex, start.unknown_scope) == (1, 1, 0, 1)
    registered = queries.projection(city_officer, scope=Scope.REGISTERED)
    assert registered is not None
    assert (registered.start.elders, registered.start.unknown_scope) == (2, 0)


def test_low_middle_and_high_stand_in_order_in_every_year(counted: Town, city_officer: Actor) -> None:
    found = queries.projection(city_officer)
    assert found is not None
    for name in ("elders", "aged_80", "grade_1", "beds", "nursing_beds", "carers", "money"):
        assert all(low <= middle <= high for low, middle, high in found.line(name).values), name
    sums = [sum(found.line(f"ability_{grade}").values[15][1] for grade in range(5)), found.line("elders").values[15][1]]
    assert abs(sums[0] - sums[1]) <= 2  # each is rounded by itself


def test_the_same_question_has_the_same_answer(counted: Town, city_officer: Actor) -> None:
    first, second = queries.projection(city_officer), queries.projection(city_officer)
    assert first is not None
    assert second is not None
    assert (first.lines, first.flows) == (second.lines, second.flows)


def test_a_changed_assumption_moves_the_whole_band(counted: Town, city_officer: Actor) -> None:
    plain, moved = queries.projection(city_officer), queries.projection(city_officer, changes={"occupancy": Decimal(50)})
    assert plain is not None
    assert moved is not None
    used = {used.entry.id: used for used in moved.assumptions}
    assert used["occupancy"].values == (55.0, 50.0, 40.0)
    assert used["occupancy"].changed
    assert not used["younger"].changed
    assert moved.line("elders").values == plain.line("elders").values
    assert moved.line("beds").values[15][1] >= plain.line("beds").values[15][1]


@pytest.mark.parametrize(("name", "value"), [("occupancy", "101"), ("younger", "NaN"), ("weather", "1")])
def test_an_assumption_outside_the_bounds_is_refused(counted: Town, city_officer: Actor, name: str, value: str) -> None:
    with pytest.raises(BadAssumption):
        queries.projection(city_officer, changes={name: Decimal(value)})


def test_three_values_stay_within_the_bounds() -> None:
    entry = pack_of("qingtongxia").prospect.assumptions["occupancy"]  # type: ignore[union-attr]
    assert three_values(entry, None) == (90, 85, 75)
    assert three_values(entry, Decimal(98)) == (100, 98, 88)


def test_a_scenario_is_kept_withdrawn_and_audited(counted: Town, city_officer: Actor) -> None:
    made = actions.save_scenario(city_officer, title=" 寿命  更长 ", changes=STILL)
    assert made.title == "寿命 更长"
    (view,) = queries.scenarios(city_officer)
    assert (view.title, dict(view.changes), view.made_by) == ("寿命 更长", STILL, city_officer.name)
    used = queries.projection(city_officer, scenario=made.id)
    direct = queries.projection(city_officer, changes=STILL)
    assert used is not None
    assert direct is not None
    assert used.lines == direct.lines
    actions.withdraw_scenario(city_officer, scenario_id=made.id)
    assert queries.scenarios(city_officer) == ()
    with pytest.raises(ScenarioNotFound):
        queries.projection(city_officer, scenario=made.id)
    assert Scenario.objects.count() == 1
    deeds = [entry.action for entry in AuditEntry.objects.order_by("seq") if entry.action.startswith("planning.")]
    assert deeds == ["planning.save_scenario", "planning.withdraw_scenario"]


def test_what_is_refused_is_not_kept(counted: Town, city_officer: Actor, clerk: Actor) -> None:
    actions.save_scenario(city_officer, title="甲", changes=STILL)
    with pytest.raises(AccessDenied):
        actions.save_scenario(clerk, title="乙", changes=STILL)
    with pytest.raises(Conflict):
        actions.save_scenario(city_officer, title="甲", changes=STILL)
    with pytest.raises(InvalidInput):
        actions.save_scenario(city_officer, title="没有改", changes={"occupancy": Decimal(85)})
    with pytest.raises(InvalidInput):
        actions.save_scenario(city_officer, title=" ", changes=STILL)
    assert Scenario.objects.count() == 1


def test_the_printed_forecast_stands_beside_ours_as_it_is() -> None:
    pack = pack_of("xuchang")
    assert pack.prospect is not None
    values = {name: three_values(entry, None) for name, entry in pack.prospect.assumptions.items()}
    (found,) = printed_beside(pack, pack.prospect, values)
    assert (found.start_elders, found.start_inhabitants, found.printed, found.share) == (862_700, 4_380_000, 1_000_000, 24.0)
    assert found.implied == 4_166_667  # a million over 24 %, where 4,380,000 lived in 2020
    assert (found.start.isoformat(), found.later) == ("2020-11-01", 2025)
    assert found.ours == (985_947, 1_042_311, 1_100_886)
    assert found.difference == 42_311
    assert found.our_share == pytest.approx(23.797, abs=0.001)


def test_the_nation_itself_comes_out_as_it_was_counted_since() -> None:
    pack = pack_of("qingtongxia")
    assert pack.prospect is not None
    values = {name: three_values(entry, None) for name, entry in pack.prospect.assumptions.items()}
    nation = national_elders(pack.prospect)
    found = course(pack.prospect, values, nation, dt.date(2020, 11, 1), 5)
    assert nation.sum() == 26_402  # in units of 10,000
    assert found.ahead.aged(60)[:, 5].tolist() == pytest.approx([30_173.8, 31_898.8, 33_691.4], abs=0.1)
    assert [life_expectancy(found.death[1, sex]) for sex in (0, 1)] == pytest.approx([20.36, 23.91], abs=0.01)
    dependent = found.graded[1, 0, 1:].sum() / found.graded[1, 0].sum()
    assert dependent == pytest.approx(0.114, abs=0.001)


def test_towns_are_parts_of_the_city(counted: Town, city_officer: Actor) -> None:
    parts = [queries.projection(city_officer, area_path=path) for path in (TOWN, OTHER_TOWN)]
    assert [part.start.elders for part in parts if part] == [3, 1]
