"""Two clerks at once: a link is made once, undone once, and never becomes a chain."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from songhe.contexts.people import actions
from songhe.contexts.people.actions import DecidedCandidate, LinkedPersons
from songhe.contexts.people.errors import AlreadyLinked, CandidateDecided, LinkUndone, StandsForAnother
from songhe.contexts.people.models import FormerNumber, LifeEvent, LinkCandidate, Person, PersonLink
from songhe.foundation.models import AuditEntry
from tests.contexts.people import city
from tests.contexts.people.city import LI, OFFICER, WANG, ZHANG, bring_in, check, person_of, resident, table
from tests.contexts.people.test_kill_and_race import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def kinds(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_two_clerks_link_the_same_two_and_it_is_done_once() -> None:
    li, wang = person_of(LI).id, person_of(WANG).id
    results = in_threads(*[lambda: actions.link_persons(OFFICER, person_id=li, into_id=wang, reason="核实过")] * 2)
    assert kinds(results) == sorted([AlreadyLinked.__name__, LinkedPersons.__name__])
    assert PersonLink.objects.count() == 1
    assert AuditEntry.objects.filter(action="people.link_persons").count() == 1


def test_each_into_the_other_at_once_leaves_one_link() -> None:
    li, wang = person_of(LI).id, person_of(WANG).id
    results = in_threads(
        lambda: actions.link_persons(OFFICER, person_id=li, into_id=wang, reason="核实过"),
        lambda: actions.link_persons(OFFICER, person_id=wang, into_id=li, reason="核实过"),
    )
    assert kinds(results) == sorted([LinkedPersons.__name__, StandsForAnother.__name__])
    assert Person.objects.exclude(stands_for=None).count() == 1


def test_a_chain_begun_from_both_ends_is_none() -> None:
    """Past the actions: one writer makes 张 stand for 李, the other 李 for 王, both before either has finished."""
    zhang, li, wang = person_of(ZHANG).id, person_of(LI).id, person_of(WANG).id

    def write(one: int, other: int) -> str:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.2)")
                Person.objects.filter(id=one).update(stands_for=other)
        except IntegrityError:
            return "refused"
        return "written"

    results = in_threads(lambda: write(zhang, li), lambda: write(li, wang))
    assert sorted(map(str, results)) == ["refused", "written"]
    assert Person.objects.exclude(stands_for=None).count() == 1


def test_two_clerks_unlink_at_once() -> None:
    made = actions.link_persons(OFFICER, person_id=person_of(LI).id, into_id=person_of(WANG).id, reason="核实过")
    results = in_threads(*[lambda: actions.unlink_person(OFFICER, link_id=made.link_id, reason="弄错了")] * 2)
    assert kinds(results) == sorted([LinkUndone.__name__, LinkedPersons.__name__])
    assert AuditEntry.objects.filter(action="people.unlink_person").count() == 1


def test_two_clerks_answer_one_question_differently() -> None:
    bring_in("残联", [{"身份证号": city.id_number("19450301", 4), "姓名": "张桂兰", "村(社区)": "红玫社区", "残疾等级": "二级"}])
    asked = LinkCandidate.objects.get().id
    results = in_threads(
        lambda: actions.decide_candidate(OFFICER, candidate_id=asked, same=True, reason="是一位"),
        lambda: actions.decide_candidate(OFFICER, candidate_id=asked, same=False, reason="是两位"),
    )
    assert kinds(results) == sorted([CandidateDecided.__name__, DecidedCandidate.__name__])
    linked = LinkCandidate.objects.get().outcome == "linked"
    assert PersonLink.objects.count() == (1 if linked else 0)
    assert Person.objects.filter(stands_for=None).count() == (3 if linked else 4)


def test_two_files_give_one_new_number_to_two_people_at_once() -> None:
    new = city.id_number("19450301", 222)
    first, second = (
        check("公安", table([resident(new, name, "H1", 原身份证号=was)])).batch_id
        for was, name in ((ZHANG, "张桂兰"), (LI, "李建国"))
    )
    results = in_threads(
        lambda: actions.accept_batch(OFFICER, batch_id=first), lambda: actions.accept_batch(OFFICER, batch_id=second)
    )
    assert kinds(results) == ["AcceptResult", "AcceptResult"]
    assert Person.objects.count() == 3 and person_of(new).name in ("张桂兰", "李建国")
    assert (LifeEvent.objects.count(), FormerNumber.objects.count()) == (1, 1)
    assert LinkCandidate.objects.get().other_id == person_of(new).id
