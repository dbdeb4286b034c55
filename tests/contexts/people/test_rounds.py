"""A census round: who is to be asked, what is missing or old, what an answer changes, and the table that stays."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connections

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import FactNotCorrectable, NotInRound, PersonNotFound, RoundClosed, RoundNotFound
from songhe.contexts.people.models import CensusAnswer, CensusRound, CensusTally, Household, Person, Record
from songhe.contexts.people.words import COMMUNITY, STALE_ANSWER, AskOutcome
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput, SongheError
from songhe.foundation.models import AuditEntry
from tests.contexts.entitlements.conftest import CITY, DAY, OTHER_TOWN, TOWN, areas

HERE, THERE = f"{TOWN}640381001001/", f"{OTHER_TOWN}640381002001/"
ASKED = ("lives_alone", "assistance", "housing")


@dataclass(frozen=True)
class Village:
    """Two elders and a young man of one household, an elder of another town, one who has died."""

    wife: int
    husband: int
    son: int
    stranger: int
    dead: int
    home: int


def _person(home: Household, name: str, born: str | None, said: dt.date, **facts: object) -> Person:
    known = {"alive": True, **({"birth_date": born} if born else {}), **facts}
    person = Person.objects.create(
        household=home,
        area=home.area,
        area_path=home.area_path,
        name=name,
        birth_date=born,
        sex="female",
        facts=known,
        changed_at=clock.now(),
    )
    Record.objects.create(person=person, department="公安", stated_on=said, received_at=clock.now(), values=known)
    return person


@pytest.fixture
def village(db: None) -> Iterator[Village]:
    with clock.frozen(DAY):
        at = areas()
        homes = [
            Household.objects.create(
                key=f"H{k}", area=at[path], area_path=at[path].path, facts={"size": 3}, changed_at=clock.now()
            )
            for k, path in enumerate((TOWN, OTHER_TOWN))
        ]
        long_ago, lately = DAY - dt.timedelta(days=400), DAY - dt.timedelta(days=10)
        wife = _person(homes[0], "吴秀兰", "1941-06-01", long_ago, lives_alone=False, assistance="none")
        husband = _person(homes[0], "李国华", "1947-06-01", lately, lives_alone=False)
        son = _person(homes[0], "李小军", "1975-06-01", lately)
        stranger = _person(homes[1], "王玉珍", "1940-01-01", lately, lives_alone=True, assistance="dibao")
        dead = _person(homes[1], "赵大爷", "1930-01-01", lately, alive=False)
        yield Village(wife.id, husband.id, son.id, stranger.id, dead.id, homes[0].id)


def actor(role: Role, path: str) -> Actor:
    return Actor(id=7, name="试验员", kind="user", grants=(Grant(role, path),))


CLERK, WORKER, OFFICER = actor(Role.STREET_CLERK, TOWN), actor(Role.COMMUNITY_WORKER, HERE), actor(Role.CITY_OFFICER, CITY)


def opened(**changed: object) -> int:
    given: dict[str, object] = {
        "title": "2026年普查", "area_path": CITY, "variables": ASKED, "starts_on": DAY - dt.timedelta(days=20), "ends_on": DAY + dt.timedelta(days=30),
        "refresh_days": 365,
    }  # fmt: skip
    return actions.open_round(OFFICER, **(given | changed))  # type: ignore[arg-type]


def test_a_round_knows_whom_to_ask_and_what_is_missing_or_old(village: Village) -> None:
    round_id = opened()
    view = queries.census_round(OFFICER, round_id=round_id)
    assert [(place.area_path, place.people, place.todo, place.gaps) for place in view.places] == [
        (HERE, 2, 2, 2),
        (THERE, 1, 1, 1),
    ]
    assert view.facts == (("lives_alone", "独居", 0, 1), ("assistance", "社会救助类别", 1, 1), ("housing", "住房", 3, 0))
    lines = queries.round_people(OFFICER, round_id=round_id).items
    assert [(line.brief.name, line.missing, line.old) for line in lines] == [
        ("吴秀兰", ("住房",), ("独居", "社会救助类别")),
        ("李国华", ("社会救助类别", "住房"), ()),
        ("王玉珍", ("住房",), ()),
    ]
    assert [line.brief.name for line in queries.round_people(CLERK, round_id=round_id).items] == ["吴秀兰", "李国华"]
    assert [place.area_path for place in queries.census_round(WORKER, round_id=round_id).places] == [HERE]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"variables": ()}, "variables"),
        ({"variables": ("size",)}, "variables"),
        ({"variables": ("no_such",)}, "variables"),
        ({"ends_on": dt.date(2020, 1, 1)}, "ends_on"),
        ({"from_age": 130}, "from_age"),
        ({"refresh_days": 0}, "refresh_days"),
    ],
)
def test_a_round_that_cannot_be_is_refused(village: Village, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        opened(**wrong)
    assert refused.value.field == field
    assert CensusRound.objects.count() == CensusTally.objects.count() == 0


def test_only_who_runs_censuses_there_opens_and_closes_a_round(village: Village) -> None:
    with pytest.raises(AccessDenied):
        actions.open_round(WORKER, title="社区自办", area_path=HERE, variables=ASKED, starts_on=DAY, ends_on=DAY)
    with pytest.raises(AccessDenied):
        actions.open_round(CLERK, title="全市", area_path=CITY, variables=ASKED, starts_on=DAY, ends_on=DAY)
    round_id = opened()
    with pytest.raises(AccessDenied):
        actions.close_round(CLERK, round_id=round_id)
    with pytest.raises(RoundNotFound):
        actions.close_round(WORKER, round_id=round_id)
    assert CensusRound.objects.get().closed_at is None
    elsewhere = opened(area_path=OTHER_TOWN)
    assert [round.id for round in queries.rounds(CLERK)] == [round_id]
    with pytest.raises(RoundNotFound):
        queries.census_round(CLERK, round_id=elsewhere)


def test_an_answer_is_a_statement_of_the_community(village: Village) -> None:
    round_id = opened()
    done = actions.record_answer(
        WORKER, round_id=round_id, person_id=village.wife, outcome=AskOutcome.ANSWERED, confirmed=("assistance",),
        changed={"lives_alone": True, "housing": "own"},
    )  # fmt: skip
    assert (done.stated, done.changed) == (("assistance", "housing", "lives_alone"), ("housing", "lives_alone"))
    records = Record.objects.filter(department=COMMUNITY).order_by("id")
    assert [(r.person_id, r.household_id, r.values, r.stated_on, r.actor_id, r.note) for r in records] == [
        (village.wife, None, {"assistance": "none", "lives_alone": True}, DAY, 7, ""),
        (None, village.home, {"housing": "own"}, DAY, 7, ""),
    ]
    assert Person.objects.get(id=village.wife).facts["lives_alone"] is True
    assert Household.objects.get(id=village.home).facts["housing"] == "own"
    line = next(line for line in queries.round_people(WORKER, round_id=round_id).items if line.brief.id == village.wife)
    assert (line.outcome, line.asked_on, line.missing, line.old) == (AskOutcome.ANSWERED, DAY, (), ())
    assert list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))[-2:] == [
        "people.state_facts",
        "people.record_answer",
    ]
    view = queries.census_round(OFFICER, round_id=round_id)
    assert [(place.answered, place.todo) for place in view.places] == [(1, 1), (0, 1)]
    assert [line.brief.name for line in queries.round_people(OFFICER, round_id=round_id, asked="to_ask").items] == [
        "李国华",
        "王玉珍",
    ]
    assert [line.brief.name for line in queries.round_people(OFFICER, round_id=round_id, asked="gaps").items] == [
        "李国华",
        "王玉珍",
    ]


def test_absent_refused_moved_and_died_say_what_they_are(village: Village) -> None:
    round_id = opened()
    actions.record_answer(CLERK, round_id=round_id, person_id=village.wife, outcome=AskOutcome.ABSENT)
    actions.record_answer(CLERK, round_id=round_id, person_id=village.husband, outcome=AskOutcome.DIED)
    place = queries.census_round(CLERK, round_id=round_id).places[0]
    assert (place.absent, place.gone, place.todo) == (1, 1, 0)
    said = Record.objects.get(department=COMMUNITY)
    assert (said.person_id, said.values) == (village.husband, {"alive": False})
    actions.record_answer(CLERK, round_id=round_id, person_id=village.wife, outcome=AskOutcome.REFUSED)
    assert CensusAnswer.objects.get(person_id=village.wife).outcome == "refused"
    assert [line.brief.name for line in queries.round_people(CLERK, round_id=round_id, asked="refused").items] == ["吴秀兰"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"person_id": "son"}, NotInRound),
        ({"person_id": "stranger"}, PersonNotFound),
        ({"changed": {"ability_grade": 2}}, NotInRound),
        ({"changed": {"assistance": "no_such"}}, FactNotCorrectable),
        ({"outcome": AskOutcome.ABSENT, "confirmed": ("assistance",)}, InvalidInput),
        ({"asked_on": DAY + dt.timedelta(days=1)}, InvalidInput),
        ({"asked_on": DAY - dt.timedelta(days=21)}, InvalidInput),
    ],
)
def test_an_answer_that_cannot_be_writes_nothing(village: Village, given: dict[str, object], problem: type[SongheError]) -> None:
    round_id, before = opened(), (Record.objects.count(), AuditEntry.objects.count() + 1)
    asked = {"person_id": "wife", "outcome": AskOutcome.ANSWERED} | given
    with pytest.raises(problem):
        actions.record_answer(WORKER, round_id=round_id, **(asked | {"person_id": getattr(village, str(asked["person_id"]))}))  # type: ignore[arg-type]
    assert (Record.objects.count(), AuditEntry.objects.count() + 1) == before
    assert CensusAnswer.objects.count() == 0


def test_a_closed_round_keeps_its_table_whatever_is_learnt_later(village: Village) -> None:
    round_id = opened()
    actions.record_answer(
        WORKER, round_id=round_id, person_id=village.wife, outcome=AskOutcome.ANSWERED, changed={"assistance": "dibao"}
    )
    assert actions.close_round(OFFICER, round_id=round_id) == 2
    with pytest.raises(RoundClosed):
        actions.close_round(OFFICER, round_id=round_id)
    frozen = queries.round_table(OFFICER, round_id=round_id)
    here = frozen[0]
    assert (here.area_path, here.numbers.people, here.numbers.female, here.asked) == (HERE, 2, 2, {"answered": 1})
    assert here.numbers.ages == {"60": 0, "70": 1, "80": 1, "90": 0, "100": 0}
    counting = Person.objects.get(id=village.wife).facts["assistance"]
    assert here.numbers.values["assistance"] == {counting: 1, "": 1}
    actions.record_answer(
        WORKER, round_id=round_id, person_id=village.husband, outcome=AskOutcome.ANSWERED, changed={"assistance": "none"}
    )
    actions.refresh_rounds()
    assert queries.round_table(OFFICER, round_id=round_id) == frozen
    assert [place.area_path for place in queries.round_table(CLERK, round_id=round_id)] == [HERE]


def test_what_has_grown_old_is_work_of_the_community_until_it_is_asked_again(village: Village) -> None:
    round_id = opened()
    actions.record_answer(
        WORKER, round_id=round_id, person_id=village.wife, outcome=AskOutcome.ANSWERED, confirmed=("assistance", "lives_alone")
    )
    assert actions.refresh_rounds() == 0
    with clock.frozen(DAY + dt.timedelta(days=366)):
        assert actions.refresh_rounds() == 1 == actions.refresh_rounds()
        items = work_items.list_items(WORKER, kind=STALE_ANSWER).items
        assert [(item.subject_id, item.owner, item.title) for item in items] == [
            (village.wife, COMMUNITY, "重新核对吴秀兰的资料")
        ]
        assert items[0].detail["facts"] == "独居、社会救助类别"
        actions.record_answer(
            WORKER,
            round_id=round_id,
            person_id=village.wife,
            outcome=AskOutcome.ANSWERED,
            confirmed=("assistance", "lives_alone"),
        )
        assert work_items.list_items(WORKER, kind=STALE_ANSWER).items == ()
        assert actions.refresh_rounds() == 0


def test_the_sheet_of_a_person_shows_what_is_known_and_who_is_next(village: Village) -> None:
    round_id = opened()
    sheet = queries.round_sheet(WORKER, round_id=round_id, person_id=village.wife)
    assert [(item.variable.name, item.fact.shown if item.fact else None, item.old) for item in sheet.items] == [
        ("lives_alone", "否", True),
        ("assistance", "无", True),
        ("housing", None, False),
    ]
    assert sheet.following == str(Person.objects.get(id=village.husband).public_id)
    with pytest.raises(PersonNotFound):
        queries.round_sheet(WORKER, round_id=round_id, person_id=village.stranger)


def test_pages_of_people_follow_each_other(village: Village) -> None:
    round_id = opened()
    seen, after = [], None
    while True:
        page = queries.round_people(SYSTEM, round_id=round_id, limit=1, after=after)
        seen += [line.brief.name for line in page.items]
        if (after := page.next) is None:
            break
    assert seen == ["吴秀兰", "李国华", "王玉珍"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_door_leave_one_answer(village: Village) -> None:
    round_id, gate, problems = opened(), threading.Barrier(2), list[BaseException]()

    def ask(outcome: AskOutcome) -> None:
        gate.wait()
        try:
            with clock.frozen(DAY):
                actions.record_answer(WORKER, round_id=round_id, person_id=village.wife, outcome=outcome)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(outcome,)) for outcome in (AskOutcome.ABSENT, AskOutcome.REFUSED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert CensusAnswer.objects.filter(round_id=round_id, person_id=village.wife).count() == 1
