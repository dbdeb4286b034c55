"""A file that a human calls the whole list says of whoever is not in it that they have it no more; nothing else ever does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import BatchNotReady, NotComplete
from songhe.contexts.people.models import AbsentPerson, ImportBatch, Person, Record
from songhe.contexts.people.queries.dictionary import variables
from songhe.foundation.access import Actor
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.people import city
from tests.contexts.people.city import CLERK_A, DAY, LI, OFFICER, WANG, ZHANG, bring_in, check, person_of, resident, table

pytestmark = pytest.mark.django_db
POOR = {"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保"}


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()
    bring_in("民政", [POOR, {"身份证号": WANG, "姓名": "王秀英", "救助类别": "特困"}])


def sent(rows: Sequence[Mapping[str, str]], *, days: int = 5, actor: Actor = OFFICER) -> int:
    return check("民政", table(rows), on=DAY + dt.timedelta(days=days), actor=actor).batch_id


def assistance() -> dict[str, object]:
    return {person.name: person.facts.get("assistance", "unknown") for person in Person.objects.filter(stands_for=None)}


def declared(rows: Sequence[Mapping[str, str]], **more: int) -> tuple[int, actions.DeclaredComplete]:
    batch = sent(rows, **more)
    return batch, actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance")


def test_without_a_tick_nothing_follows_for_who_is_not_in_the_file() -> None:
    batch = sent([POOR])
    assert [(o.id, o.declared, o.absent_shown) for o in queries.complete_lists(OFFICER, batch_id=batch)] == [
        ("assistance", False, "社会救助类别：无")
    ]
    actions.accept_batch(OFFICER, batch_id=batch)
    assert assistance() == {"张桂兰": "dibao", "李建国": "unknown", "王秀英": "tekun"}


def test_who_is_not_in_a_whole_list_is_listed_first_and_then_has_it_no_more() -> None:
    batch, counted = declared([POOR])
    assert counted == actions.DeclaredComplete(2, 1, 0)
    lines = queries.absent_people(OFFICER, batch_id=batch).items
    assert [(line.name, line.now, line.losing) for line in lines] == [
        ("王秀英", "社会救助类别：特困供养", True),
        ("李建国", "", False),
    ]
    assert assistance()["王秀英"] == "tekun"
    before = Record.objects.count()
    actions.accept_batch(OFFICER, batch_id=batch)
    assert assistance() == {"张桂兰": "dibao", "李建国": "none", "王秀英": "none"}
    assert Record.objects.count() == before + 2
    said = Record.objects.get(person=person_of(WANG), batch_id=batch)
    assert (said.department, said.stated_on, said.values, said.note) == (
        "民政",
        DAY + dt.timedelta(days=5),
        {"assistance": "none"},
        "",
    )
    event = OutboxEvent.objects.filter(name="people.households_changed").latest("id")
    assert set(event.payload["household_ids"]) >= {person_of(WANG).household_id, person_of(LI).household_id}
    assert AuditEntry.objects.filter(action="people.declare_complete").count() == 1


def test_the_same_list_again_says_nothing_new() -> None:
    batch, _ = declared([POOR])
    actions.accept_batch(OFFICER, batch_id=batch)
    before = Record.objects.count()
    again, counted = declared([POOR], days=6)
    assert counted == actions.DeclaredComplete(0, 0, 0)
    assert actions.accept_batch(OFFICER, batch_id=again).households == 0
    assert actions.accept_batch(OFFICER, batch_id=batch).households == 0
    assert Record.objects.count() == before


def test_who_comes_back_into_the_list_has_it_again() -> None:
    batch, _ = declared([POOR])
    actions.accept_batch(OFFICER, batch_id=batch)
    bring_in("民政", [{"身份证号": WANG, "姓名": "王秀英", "救助类别": "特困"}], on=DAY + dt.timedelta(days=9))
    assert assistance()["王秀英"] == "tekun"


def test_who_may_be_in_a_row_that_was_not_understood_is_left_alone() -> None:
    unclear = {"身份证号": city.id_number("19500707", 9), "姓名": "王秀英", "救助类别": "说不清"}
    _, counted = declared([POOR, unclear])
    assert counted == actions.DeclaredComplete(1, 0, 1)
    assert list(AbsentPerson.objects.values_list("person__name", flat=True)) == ["李建国"]


def test_a_row_without_a_readable_name_refuses_the_list() -> None:
    batch = sent([POOR, {"身份证号": LI, "姓名": "李*", "救助类别": "说不清"}])
    with pytest.raises(NotComplete):
        actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance")
    assert (AbsentPerson.objects.count(), ImportBatch.objects.get(id=batch).complete_list) == (0, "")


def test_a_list_of_a_part_of_the_area_is_refused() -> None:
    pine = [
        resident(city.id_number("19400101", 11 + 2 * k), f"赵{name}", f"N{k}", **{"村(社区)代码": "990102001"})
        for k, name in enumerate("福贵春生喜")
    ]
    bring_in("公安", pine)
    bring_in("民政", [{"身份证号": row["公民身份号码"], "姓名": row["姓名"], "救助类别": "低保"} for row in pine])
    batch = sent([POOR])
    with pytest.raises(NotComplete) as refused:
        actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance")
    assert refused.value.sentence.startswith("青松村原来都有人在")
    assert AbsentPerson.objects.count() == 0
    actions.accept_batch(OFFICER, batch_id=batch)
    assert set(assistance().values()) == {"dibao", "tekun", "unknown"}


def test_a_towns_list_speaks_of_the_town_only() -> None:
    """Its clerk sends it; who may let it in says that it is whole."""
    batch = sent([POOR], actor=CLERK_A)
    with pytest.raises(AccessDenied):
        actions.declare_complete(CLERK_A, batch_id=batch, list_id="assistance")
    assert actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance") == actions.DeclaredComplete(1, 0, 0)
    actions.accept_batch(OFFICER, batch_id=batch)
    assert assistance() == {"张桂兰": "dibao", "李建国": "none", "王秀英": "tekun"}


def test_checking_again_or_taking_back_ends_the_declaration() -> None:
    batch, _ = declared([POOR])
    assert actions.declare_complete(OFFICER, batch_id=batch, list_id="") == actions.DeclaredComplete(0, 0, 0)
    assert AbsentPerson.objects.count() == 0
    actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance")
    actions.check_batch(OFFICER, batch_id=batch)
    assert (AbsentPerson.objects.count(), ImportBatch.objects.get(id=batch).complete_list) == (0, "")
    actions.accept_batch(OFFICER, batch_id=batch)
    assert assistance()["王秀英"] == "tekun"


def test_what_is_no_list_or_no_checked_file_is_refused() -> None:
    batch = sent([POOR])
    with pytest.raises(InvalidInput):
        actions.declare_complete(OFFICER, batch_id=batch, list_id="veteran")
    actions.accept_batch(OFFICER, batch_id=batch)
    with pytest.raises(BatchNotReady):
        actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance")


def test_only_who_was_seen_is_spoken_of() -> None:
    """Somebody who came to the city after the human looked is not said to have nothing."""
    batch, _ = declared([POOR])
    bring_in("公安", [resident(city.id_number("19410101", 5), "周福", "N9", **{"村(社区)代码": "990102001"})])
    actions.accept_batch(OFFICER, batch_id=batch)
    assert assistance() == {"张桂兰": "dibao", "李建国": "none", "王秀英": "none", "周福": "unknown"}


def test_every_declared_list_is_of_a_fact_that_its_department_sends() -> None:
    found = [(layout.label, each) for layout in queries.layouts() for each in layout.complete_lists]
    assert {(label, each.id) for label, each in found} >= {
        ("民政", "assistance"),
        ("退役军人", "veteran"),
        ("残联", "disability"),
    }
    for label, each in found:
        variable = variables("person")[each.variable]
        assert each.variable in {column.field for column in queries.layout_of(label).columns}
        told = each.absent
        assert {"bool": told is False, "int": told == 0, "code": told in dict(variable.values)}[variable.type]
