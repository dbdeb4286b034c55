"""Facts that pass their validity: marked at night, work for who keeps them, fresh again when said again."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.actions import SettledStale
from songhe.contexts.people.models import Record
from songhe.contexts.people.queries.precedence import lasting_days
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM
from tests.contexts.people import city
from tests.contexts.people.city import DAY, OFFICER, ROSE, ZHANG, bring_in, person_of

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)
ROW = {"身份证号": ZHANG, "姓名": "张桂兰", "助餐需求": "是", "常住本市": "是"}


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()
    bring_in("社区", [ROW])


def test_a_fact_past_its_validity_still_counts_is_shown_as_such_and_becomes_work_once() -> None:
    assert lasting_days()["needs_meals"] == 365
    with clock.frozen(DAY + YEAR):
        assert actions.settle_stale() == SettledStale(0, 0, 0)
    with clock.frozen(DAY + YEAR + dt.timedelta(days=1)):
        assert actions.settle_stale() == SettledStale(1, 0, 1)
        assert actions.settle_stale() == SettledStale(0, 0, 1)
        zhang = person_of(ZHANG)
        assert (zhang.stale, zhang.facts["needs_meals"]) == (["needs_meals"], True)
        facts = {fact.variable: fact for fact in queries.person(OFFICER, person_id=zhang.id).facts}
        assert (facts["needs_meals"].stale, facts["needs_meals"].valid_until) == (True, DAY + YEAR)
        assert (facts["resident_here"].stale, facts["resident_here"].valid_until) == (False, None)
        (item,) = work_items.list_items(SYSTEM, kind="stale_facts").items
        assert (item.owner, item.area_path, item.title) == (
            "社区",
            ROSE,
            "红玫社区：有老人的“有助餐需求”过期了，请重新核实",
        )
        assert item.detail == {"people": {"needs_meals": 1}}


def test_what_is_said_again_when_it_wears_out_is_fresh_and_what_is_repeated_early_is_not_younger() -> None:
    before = Record.objects.count()
    early = DAY + dt.timedelta(days=270)
    with clock.frozen(early):
        assert bring_in("社区", [ROW], on=early).households == 0
    assert Record.objects.count() == before
    late = DAY + YEAR + dt.timedelta(days=10)
    with clock.frozen(late):
        actions.settle_stale()
        bring_in("社区", [ROW], on=late)
        bring_in("社区", [ROW], on=late)
        record = Record.objects.order_by("-id")[0]
        assert (record.values, record.stated_on) == ({"needs_meals": True}, late)
        assert Record.objects.count() == before + 1
        assert person_of(ZHANG).stale == []
        assert actions.settle_stale() == SettledStale(0, 0, 0)
    assert work_items.list_items(SYSTEM, kind="stale_facts").items == ()


def test_a_file_that_was_old_when_it_came_is_stale_at_once() -> None:
    with clock.frozen(DAY + 2 * YEAR):
        bring_in("社区", [ROW | {"独居": "是"}], on=DAY + dt.timedelta(days=1))
        assert "lives_alone" in person_of(ZHANG).stale
