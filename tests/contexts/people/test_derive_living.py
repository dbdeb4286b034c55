"""Who lives with whom, as far as registration shows it; and nothing where it does not."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, WANG, ZHANG, bring_in, person_of, resident

pytestmark = pytest.mark.django_db
SON, GRANDSON = city.id_number("19750101", 1), city.id_number("20150101", 1)
VILLAGE = {"村(社区)代码": "990101002", "常住本市": "是"}


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def derived(number: str) -> dict[str, object]:
    """What counts of the three, of somebody about whom nobody else has said anything."""
    facts = person_of(number).facts
    return {name: facts[name] for name in ("lives_alone", "empty_nest", "left_behind") if name in facts}


def all_elders(number: str) -> object:
    return person_of(number).household.facts.get("all_elders", "unknown")


def couple(**cells: str) -> list[dict[str, str]]:
    """李建国 and his wife in the village."""
    husband = resident(LI, "李建国", "H1", 与户主关系="户主", **{**VILLAGE, **cells})
    return [husband, resident(ZHANG, "张桂兰", "H1", 与户主关系="配偶", **{**VILLAGE, **cells})]


def child(number: str, name: str, here: str, relation: str = "子女") -> dict[str, str]:
    return resident(number, name, "H1", 与户主关系=relation, **{**VILLAGE, "常住本市": here})


def test_alone_and_a_couple() -> None:
    bring_in("公安", [*couple(), resident(WANG, "王秀英", "H2", 与户主关系="户主", **VILLAGE)])
    assert derived(WANG) == {"lives_alone": True, "empty_nest": True}
    assert derived(LI) == derived(ZHANG) == {"lives_alone": False, "empty_nest": True}
    assert all_elders(WANG) is all_elders(LI) is True


def test_a_child_at_home_one_away_and_one_of_whom_nobody_knows() -> None:
    bring_in("公安", [*couple(), child(SON, "李明", "是")])
    assert derived(LI) == derived(ZHANG) == {"lives_alone": False, "empty_nest": False, "left_behind": False}
    assert all_elders(LI) is False
    bring_in("公安", [*couple(), child(SON, "李明", "否")], on=DAY + dt.timedelta(days=1))
    assert derived(LI) == {"lives_alone": False, "empty_nest": True, "left_behind": True}
    assert all_elders(LI) is True
    bring_in("社区", [{"身份证号": LI, "姓名": "李建国", "空巢": "否"}])
    assert derived(LI)["empty_nest"] is False and derived(ZHANG)["empty_nest"] is True


def test_where_it_matters_who_lives_there_and_nobody_says_nothing_is_derived() -> None:
    rows = [couple()[0], {**child(SON, "李明", ""), "常住本市": ""}]
    bring_in("公安", rows)
    assert derived(LI) == {}
    assert all_elders(LI) == "unknown"
    assert not Record.objects.filter(department=DERIVED).exists()


def test_grandchildren_at_home_do_not_end_being_left_behind() -> None:
    bring_in("公安", [*couple(), child(SON, "李明", "否"), child(GRANDSON, "李小明", "是", "孙辈")])
    assert derived(LI) == {"lives_alone": False, "empty_nest": False, "left_behind": True}
    assert all_elders(LI) is False


def test_two_households_at_one_address_live_together_and_a_village_is_no_address() -> None:
    son = resident(SON, "李明", "H9", 与户主关系="户主", 住址="百合村3组8号", **VILLAGE)
    bring_in("公安", [resident(LI, "李建国", "H1", 与户主关系="户主", 住址="百合村3组8号", **VILLAGE)])
    assert derived(LI) == {"lives_alone": True, "empty_nest": True}
    bring_in("公安", [son])
    assert derived(LI) == {"lives_alone": False}
    assert all_elders(LI) is False
    others = [
        resident(city.id_number("19480808", i), "赵" + "甲乙丙丁"[i], f"V{i}", 与户主关系="户主", 住址="百合村", **VILLAGE)
        for i in range(4)
    ]
    bring_in("公安", [*others, resident(WANG, "王秀英", "H2", 与户主关系="户主", 住址="百合村", **VILLAGE)])
    assert derived(WANG) == {"lives_alone": True, "empty_nest": True}


def test_a_death_and_a_correction_are_followed_and_the_page_names_the_rule() -> None:
    bring_in("公安", couple())
    actions.correct_fact(OFFICER, person_id=person_of(LI).id, variable="alive", value=False, reason="家属报告")
    assert derived(ZHANG) == {"lives_alone": True, "empty_nest": True}
    assert derived(LI) == {}
    shown = {fact.variable: fact for fact in queries.person(OFFICER, person_id=person_of(ZHANG).id).facts}
    alone = shown["lives_alone"]
    assert (alone.shown, alone.department, alone.stated_on) == ("是", "推算", clock.today())
    assert alone.why == "按登记推算：户内和同一住址没有别的在世常住成员。没有登记的同住人看不到。"
    actions.correct_fact(OFFICER, person_id=person_of(ZHANG).id, variable="lives_alone", value=False, reason="女儿同住，没有登记")
    assert derived(ZHANG)["lives_alone"] is False


def test_who_lives_in_an_institution_or_elsewhere_is_not_spoken_of() -> None:
    bring_in("公安", [*couple(), resident(WANG, "王秀英", "H2", 与户主关系="户主", **{**VILLAGE, "常住本市": "否"})])
    bring_in("民政", [{"身份证号": LI, "姓名": "李建国", "入住养老机构": "是"}])
    assert derived(LI) == derived(WANG) == {}
    assert derived(ZHANG) == {"lives_alone": True, "empty_nest": True}


def test_time_passes_and_who_turns_sixty_is_spoken_of() -> None:
    bring_in("公安", [resident(city.id_number("19661201", 1), "赵明", "H5", 与户主关系="户主", **VILLAGE)])
    young = city.id_number("19661201", 1)
    with clock.frozen(dt.date(2026, 11, 30)):
        assert actions.derive_city_living(SYSTEM) == actions.CityLiving(0, 0)
        assert (derived(young), all_elders(young)) == ({}, "unknown")
    with clock.frozen(dt.date(2026, 12, 1)):
        assert actions.derive_city_living(SYSTEM) == actions.CityLiving(1, 1)
        assert actions.derive_city_living(SYSTEM) == actions.CityLiving(0, 0)
    assert (derived(young), all_elders(young)) == ({"lives_alone": True, "empty_nest": True}, True)
    with pytest.raises(AccessDenied):
        actions.derive_city_living(OFFICER)


def test_deriving_again_says_nothing_new() -> None:
    bring_in("公安", couple())
    before = Record.objects.count()
    bring_in("民政", [{"身份证号": LI, "姓名": "李建国", "救助类别": "低保"}])
    assert Record.objects.filter(department=DERIVED).count() == 3
    assert Record.objects.count() == before + 1
    assert Household.objects.count() == 1 and Person.objects.count() == 2
