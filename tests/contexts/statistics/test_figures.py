"""Figures of the running month: exact numbers against plain Python over the same facts, by area, with what cannot be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from songhe.contexts.people.models import Person
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.errors import NoFigureYet, NoSnapshotYet, UnknownIndicator
from songhe.contexts.statistics.models import Figure, FigureSet
from songhe.contexts.statistics.queries import Side, State
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import AccessDenied
from tests.contexts.statistics.conftest import CITY, CLERK, COMMUNITY, DAY, OFFICER, OTHER, STREET, TOWN, VILLAGE, WORKER

AREAS = (CITY, TOWN, STREET, VILLAGE, COMMUNITY, OTHER)


def elders(people: list[Person], path: str, least: int = 60) -> list[Person]:
    """Those alive and of age, counted by hand."""

    def age(person: Person) -> int:
        born = person.birth_date
        assert born is not None
        return DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))

    return [p for p in people if p.facts["alive"] and age(p) >= least and p.area_path.startswith(path)]


@pytest.mark.django_db
def test_counts_are_what_counting_by_hand_gives(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    for path in AREAS:
        found = {view.id: view for view in queries.figures(OFFICER, area_path=path)}
        old = elders(city, path)
        assert found["elders_60"].numerator == found["elders_60"].value == len(old)
        assert found["elders_60"].denominator is None
        signed = [p for p in old if p.facts.get("family_doctor") is True]
        unsure = [p for p in old if p.facts.get("family_doctor") is None]
        view = found["family_doctor_60"]
        assert (view.numerator, view.denominator, view.unknown) == (Decimal(len(signed)), Decimal(len(old)), len(unsure))
        assert view.value == Decimal(len(signed)) * 100 / len(old)
        known = [p for p in old if "ability_grade" in p.facts]
        assert (found["assessed_share"].numerator, found["assessed_share"].unknown) == (Decimal(len(known)), 0)
        homes = {p.household_id for p in city if p.facts["alive"] and p.facts["home_adapted"] and p.area_path.startswith(path)}
        assert found["home_adapted_households"].numerator == len(homes)


@pytest.mark.django_db
def test_sums_over_returns_take_the_newest_of_each_facility(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    found = {view.id: view for view in queries.figures(OFFICER)}
    assert (found["home_beds"].value, found["nursing_bed_share"].value) == (Decimal(160), Decimal("37.5"))
    assert found["vacancy_rate"].value == Decimal("68.75")
    assert found["vacancy_rate"].direction == "down"
    assert found["home_grade_share"].value == 50
    town = {view.id: view for view in queries.figures(OFFICER, area_path=TOWN)}
    assert (town["home_beds"].value, town["vacancy_rate"].value) == (Decimal(100), Decimal(70))
    place = {view.id: view for view in queries.figures(OFFICER, area_path=COMMUNITY)}
    assert (place["home_beds"].value, place["home_beds"].state) == (Decimal(0), State.MEASURED)
    assert (place["vacancy_rate"].value, place["vacancy_rate"].state) == (None, State.NOTHING_TO_DIVIDE)
    assert place["vacancy_rate"].denominator == 0


@pytest.mark.django_db
def test_a_carer_whose_certificate_nobody_reported_cannot_be_told(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    view = queries.figure(OFFICER, indicator="certified_carer_share")
    assert (view.numerator, view.denominator, view.unknown) == (Decimal(9), Decimal(15), 1)


@pytest.mark.django_db
def test_published_numbers_stand_in_their_base_unit_and_only_where_they_were_reported(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    assert queries.figure(OFFICER, indicator="resident_population").value == 200
    share = queries.figure(OFFICER, indicator="elder_share")
    assert share.value == Decimal(len(elders(city, CITY))) * 100 / 200
    for name in ("resident_population", "elder_share"):
        below = queries.figure(OFFICER, indicator=name, area_path=TOWN)
        assert (below.state, below.value) == (State.NO_DATA_YET, None)


@pytest.mark.django_db
def test_areas_are_counted_that_have_a_facility(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    view = queries.figure(OFFICER, indicator="urban_day_care_rate")
    assert (view.numerator, view.denominator, view.value) == (Decimal(1), Decimal(2), Decimal(50))
    rows = queries.figure_rows(OFFICER, indicator="urban_day_care_rate", side=Side.NUMERATOR)
    assert [(row.kind, row.title) for row in rows.page.items] == [("area", "三社区")]
    assert queries.figure(OFFICER, indicator="streets").value == 1
    assert queries.figure(OFFICER, indicator="towns").value == 1


@pytest.mark.django_db
def test_what_needs_later_records_says_so_and_has_no_value(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    view = queries.figure(OFFICER, indicator="monthly_visit_rate")
    assert (view.state, view.value, view.numerator, view.unknown) == (State.NO_DATA_YET, None, None, None)
    assert view.needs
    gdp = queries.figure(OFFICER, indicator="gdp")
    assert (gdp.state, gdp.value) == (State.NO_DATA_YET, None)
    with pytest.raises(NoFigureYet):
        queries.figure_rows(OFFICER, indicator="monthly_visit_rate", side=Side.NUMERATOR)


@pytest.mark.django_db
def test_rows_are_always_what_the_figure_says(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    seen = 0
    for path in AREAS:
        for view in queries.figures(OFFICER, area_path=path):
            if view.state is State.NO_DATA_YET:
                continue
            seen += 1
            for side, expected in (
                (Side.NUMERATOR, view.numerator),
                (Side.DENOMINATOR, view.denominator),
                (Side.UNKNOWN, view.unknown),
            ):
                rows = queries.figure_rows(OFFICER, indicator=view.id, side=side, area_path=path, limit=200)
                assert rows.total == (expected or 0), (view.id, path, side)
                assert len(rows.page.items) == rows.rows
                assert sum(row.counts for row in rows.page.items) == rows.total
                assert all(row.area_path.startswith(path) for row in rows.page.items)
    assert seen > 300


@pytest.mark.django_db
def test_rows_stay_what_they_were_when_facts_and_registers_change(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    before = queries.figure_rows(OFFICER, indicator="elders_60", side=Side.NUMERATOR)
    Person.objects.update(facts={"alive": False})
    after = queries.figure_rows(OFFICER, indicator="elders_60", side=Side.NUMERATOR)
    assert [row.id for row in after.page.items] == [row.id for row in before.page.items]


@pytest.mark.django_db
def test_pages_follow_each_other_without_a_gap(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    whole = queries.figure_rows(OFFICER, indicator="family_doctor_60", side=Side.DENOMINATOR, limit=200).page.items
    found: list[int] = []
    after: str | None = None
    while True:
        page = queries.figure_rows(OFFICER, indicator="family_doctor_60", side=Side.DENOMINATOR, limit=4, after=after).page
        found += [row.id for row in page.items]
        after = page.next
        if after is None:
            break
    assert found == [row.id for row in whole]
    assert len(set(found)) == len(found) > 8


@pytest.mark.django_db
def test_an_actor_sees_their_own_area_only(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    assert queries.figure(CLERK, indicator="elders_60").value == len(elders(city, TOWN))
    assert queries.figure(CLERK, indicator="elders_60", area_path=CITY).value == len(elders(city, TOWN))
    rows = queries.figure_rows(CLERK, indicator="elders_60", side=Side.NUMERATOR, limit=200)
    assert {row.id for row in rows.page.items} == {p.id for p in elders(city, TOWN)}
    assert {row.area_path for row in queries.by_area(CLERK, indicator="elders_60", level="town")} == {TOWN}
    with pytest.raises(AccessDenied):
        queries.figures(CLERK, area_path=STREET)
    with pytest.raises(AccessDenied):
        queries.figures(WORKER)
    with pytest.raises(AccessDenied):
        queries.figure_rows(CLERK, indicator="elders_60", side=Side.NUMERATOR, area_path=OTHER)
    with pytest.raises(AccessDenied):
        queries.baseline_check(CLERK)


@pytest.mark.django_db
def test_towns_add_up_to_the_city(city: list[Person]) -> None:
    actions.compute_figures(SYSTEM)
    towns = queries.by_area(OFFICER, indicator="family_doctor_60", level="town")
    whole = queries.figure(OFFICER, indicator="family_doctor_60")
    assert [row.area_path for row in towns] == [TOWN, STREET]
    assert sum(row.numerator for row in towns) == whole.numerator
    assert sum(row.denominator or 0 for row in towns) == whole.denominator
    assert sum(row.unknown for row in towns) == whole.unknown


@pytest.mark.django_db
def test_counting_twice_leaves_one_running_month(city: list[Person]) -> None:
    first = actions.compute_figures(SYSTEM)
    second = actions.compute_figures(OFFICER)
    assert (second.period, second.revision, second.figures) == (dt.date(2026, 11, 1), 0, first.figures)
    assert list(FigureSet.objects.values_list("id", flat=True)) == [second.set_id]
    assert Figure.objects.count() == second.figures


@pytest.mark.django_db
@pytest.mark.parametrize("who", [CLERK, WORKER])
def test_who_may_not_decide_the_city_may_not_count_it(city: list[Person], who: Actor) -> None:
    with pytest.raises(AccessDenied):
        actions.compute_figures(who)
    assert not FigureSet.objects.exists()


@pytest.mark.django_db
def test_before_the_first_run_there_is_nothing_to_count(people: list[Person]) -> None:
    with pytest.raises(NoSnapshotYet):
        actions.compute_figures(SYSTEM)
    assert not FigureSet.objects.exists()
    views = queries.figures(OFFICER)
    assert {view.state for view in views} == {State.NO_DATA_YET}
    assert len(views) == len(policy.pack_in_use().pack.indicators)


@pytest.mark.django_db
def test_an_unknown_indicator_is_said_to_be_unknown(city: list[Person]) -> None:
    with pytest.raises(UnknownIndicator):
        queries.figure(OFFICER, indicator="moon_phase")
