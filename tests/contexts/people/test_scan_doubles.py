"""Everybody is compared with whoever is alike: doubles that the demo city's mistakes make are found, neighbours are not, and once asked is enough."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from django.db import connection

from songhe.contexts.people import actions, queries
from songhe.contexts.people.models import LinkCandidate, Person
from songhe.demo_city import dirt
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied
from songhe.foundation.models import AuditEntry
from tests.contexts.people import city
from tests.contexts.people.city import CLERK_A, CLERK_B, OFFICER, ZHANG, bring_in, person_of, resident

pytestmark = pytest.mark.django_db
ADDRESS = "玫瑰镇红玫社区3号楼2单元"
OTHER_NUMBER = city.id_number("19450301", 4)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def double(name: str = "张桂兰", **cells: str) -> None:
    """Zhang once more, registered anew in the village under another number."""
    told = {"村(社区)代码": "990101002", "住址": ADDRESS, "联系电话": "13800138000", "与户主关系": "户主"} | cells
    bring_in("公安", [resident(OTHER_NUMBER, name, "H9", **told)])


def asked() -> list[tuple[int | None, int, str]]:
    return list(LinkCandidate.objects.order_by("id").values_list("person_id", "other_id", "outcome"))


def test_who_is_registered_twice_is_a_question_asked_once() -> None:
    double()
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(2, 1, 1, 0)
    zhang, again = person_of(ZHANG), person_of(OTHER_NUMBER)
    assert asked() == [(again.id, zhang.id, "")]
    assert LinkCandidate.objects.get().probability >= 0.3
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(2, 1, 0, 0)
    assert len(asked()) == 1
    assert AuditEntry.objects.filter(action="people.scan_doubles").count() == 1
    (line,) = queries.link_candidates(CLERK_A).items
    assert (line.one, line.other, line.said_by) == ("张桂兰", "张桂兰", "已登记的另一条")
    assert queries.link_candidates(CLERK_B).items == ()


def test_nobody_is_asked_again_about_two_who_are_different() -> None:
    double()
    actions.scan_doubles(SYSTEM)
    found = LinkCandidate.objects.get()
    actions.decide_candidate(OFFICER, candidate_id=found.id, same=False, reason="当面看过，是两个人")
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(2, 1, 0, 0)
    assert [outcome for _, _, outcome in asked()] == ["different"]


def test_two_who_are_one_are_linked_and_taken_apart_without_being_asked_again() -> None:
    double()
    actions.scan_doubles(SYSTEM)
    actions.decide_candidate(OFFICER, candidate_id=LinkCandidate.objects.get().id, same=True, reason="派出所核实，是重复登记")
    zhang, again = person_of(ZHANG), person_of(OTHER_NUMBER)
    assert again.stands_for_id == zhang.id
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(0, 0, 0, 0)
    (link,) = queries.links_of(OFFICER, person_id=zhang.id)
    actions.unlink_person(OFFICER, link_id=link.id, reason="又核实，不是同一人")
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(2, 1, 0, 0)


def test_a_question_that_no_longer_holds_is_taken_back() -> None:
    double()
    actions.scan_doubles(SYSTEM)
    Person.objects.filter(id=person_of(OTHER_NUMBER).id).update(
        name="周福生", pinyin="zhoufusheng", birth_date="1961-02-02", phone_index=None
    )
    assert actions.scan_doubles(SYSTEM) == actions.ScannedDoubles(0, 0, 0, 1)
    assert asked() == []


def test_spouses_and_namesakes_are_not_doubles() -> None:
    bring_in("公安", [resident(city.id_number("19710909", 4), "张桂兰", "H8", **{"村(社区)代码": "990102001"})])
    assert actions.scan_doubles(SYSTEM).likely == 0
    assert asked() == []
    assert Person.objects.filter(stands_for=None).count() == 4


def test_the_demo_citys_mistakes_are_found_and_its_neighbours_are_not() -> None:
    """Two hundred people of one village, fifty of them registered once more elsewhere with a homophone or the same name and another number."""
    rng = np.random.default_rng(7)
    surnames, given = np.array(list("王李张刘陈杨赵黄周吴")), np.array(list("秀英桂兰玉珍淑华建国志强文明"))
    names = ["".join([rng.choice(surnames), *rng.choice(given, 2)]) for _ in range(200)]
    days = [f"19{rng.integers(30, 65)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}" for _ in range(200)]
    rows = [
        resident(
            city.id_number(day, 10 + k), name, f"K{k // 2}", **{"村(社区)代码": "990101002", "联系电话": f"137{k:08d}", "住址": f"百合村{k // 2}号"}
        )
        for k, (name, day) in enumerate(zip(names, days, strict=True))
    ]  # fmt: skip
    bring_in("公安", rows)
    heard = dirt.misheard(rng, np.array(names[:50] * 40))[-50:]
    bring_in(
        "公安",
        [
            resident(
                city.id_number(days[k], 500 + k), str(heard[k]), f"L{k}",
                **{"村(社区)代码": "990102001", "联系电话": f"137{k:08d}", "住址": f"百合村{k // 2}号"},
            )
            for k in range(50)
        ],
    )  # fmt: skip
    found = actions.scan_doubles(SYSTEM)
    pairs = {frozenset((a, b)) for a, b, _ in asked()}
    true = {
        frozenset((person_of(city.id_number(days[k], 10 + k)).id, person_of(city.id_number(days[k], 500 + k)).id))
        for k in range(50)
    }
    assert found.asked == len(pairs)
    assert len(true & pairs) >= 49
    assert len(pairs - true) <= 1


def test_only_who_may_let_in_everything_may_scan() -> None:
    double()
    for actor in (OFFICER, CLERK_A):
        with pytest.raises(AccessDenied):
            actions.scan_doubles(actor)
    assert asked() == []


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_ask_once() -> None:
    double()
    results: list[actions.ScannedDoubles] = []

    def scan() -> None:
        try:
            results.append(actions.scan_doubles(SYSTEM))
        finally:
            connection.close()

    both = [threading.Thread(target=scan) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(result.asked for result in results) == [0, 1]
    assert len(asked()) == 1
