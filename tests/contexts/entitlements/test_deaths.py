"""A death in the police's file reaches the decision and the household the same day, once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.actions import determine_city
from songhe.contexts.entitlements.models import Run
from songhe.contexts.people.models import Household, LifeEvent
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock, outbox, work_items
from songhe.foundation.access import SYSTEM
from songhe.project import wiring
from tests.contexts.people import city
from tests.contexts.people.city import LI, ZHANG, bring_in, person_of, resident

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = dt.date(2026, 11, 21)


def test_a_death_ends_what_the_pack_decides_and_what_is_open_about_the_person() -> None:
    wiring.connect()
    with clock.frozen(TODAY):
        load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
        city.load_city()
        city.three_residents()
        outbox.deliver_pending()
        zhang, li = person_of(ZHANG), person_of(LI)
        alive = queries.decision(SYSTEM, person_id=zhang.id)
        assert any(explained.applies for explained in alive.explanations)
        assert work_items.list_items(SYSTEM, subject=("person", zhang.id)).items != ()
        runs = Run.objects.count()
        rows = [resident(ZHANG, "张桂兰", "H1", 人员状态="死亡", 死亡日期="2026-11-20"), resident(LI, "李建国", "H1")]
        for _ in range(2):
            bring_in("公安", rows, on=TODAY)
            outbox.deliver_pending()
        assert Run.objects.count() == runs + 1
        gone = queries.decision(SYSTEM, person_id=zhang.id)
        assert (gone.as_of, {explained.applies for explained in gone.explanations}) == (TODAY, {False})
        assert any(explained.applies for explained in queries.decision(SYSTEM, person_id=li.id).explanations)
        assert Household.objects.get(key="H1").facts["size"] == 1
        assert LifeEvent.objects.get().happened_on == dt.date(2026, 11, 20)
        assert work_items.list_items(SYSTEM, subject=("person", zhang.id)).items == ()


def test_a_run_of_the_whole_city_says_of_the_dead_that_the_rules_no_longer_speak_of_them() -> None:
    with clock.frozen(TODAY):
        load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
        city.load_city()
        city.three_residents()
        determine_city(SYSTEM, cause="第一次")
        zhang = person_of(ZHANG)
        bring_in("公安", [resident(ZHANG, "张桂兰", "H1", 人员状态="死亡")], on=TODAY)
        determine_city(SYSTEM, cause="第二次")
        gone = queries.decision(SYSTEM, person_id=zhang.id)
        assert (gone.cause, gone.reproduced, {explained.applies for explained in gone.explanations}) == ("第二次", True, {False})
        before = queries.decision(SYSTEM, person_id=zhang.id, run_id=Run.objects.order_by("id").values_list("id", flat=True)[0])
        assert before.reproduced
        assert any(explained.applies for explained in before.explanations)
