"""A file of older results: every row judged before anything is written, then all new rows or none; somebody else's file is nobody's."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.basics.identifiers import check_character
from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import OlderFileRefused
from songhe.contexts.assessments.models import TakenOver
from songhe.contexts.people.models import Person
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.encryption import blind_index
from songhe.foundation.errors import AccessDenied
from tests.contexts.assessments.trial import CLERK_A, CLERK_B, DAY, MANAGER, OFFICER, Trial

HEAD = "身份证号,等级,评估日期,谁评的,日常生活活动分数,日常生活活动分级"


def number_of(person_id: int, order: int) -> str:
    """The person has this ID number from now on."""
    seventeen = f"64038119400601{order:03d}"
    number = seventeen + check_character(seventeen)
    Person.objects.filter(pk=person_id).update(id_index=blind_index(number, kind="id_number"))
    return number


def file(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode("utf-8-sig")


def verdicts(found: actions.OlderFile) -> list[str]:
    return [row.verdict for row in found.rows]


def test_rows_are_judged_then_taken_over_once(trial: Trial) -> None:
    one, other = number_of(trial.elder, 2), number_of(trial.neighbour, 4)
    content = file(
        f"{one},中度失能,2023-05-06,市医院,50,2", f"{one},2,2023年5月6日,市医院,50,2", f"{one},3级,2023-05-06,市医院,,",
        f"{other},1,2022/3/1,市医院,,", f"{other},7,2023-02-30,,banana,", "123,2,2023-05-06,市医院,,", ",,,,,",
    )  # fmt: skip
    found = actions.check_older_file(CLERK_A, name="旧结果.csv", content=content)
    assert verdicts(found) == ["new", "same", "refused", "new", "refused", "refused"]
    assert [len(row.problems) for row in found.rows] == [0, 0, 1, 0, 4, 1]
    assert one not in str(found.rows)
    assert TakenOver.objects.count() == 0
    taken = actions.accept_older_file(CLERK_A, key=found.key)
    assert (taken.taken, taken.count("new"), TakenOver.objects.count()) == (True, 2, 2)
    kept = TakenOver.objects.get(person_id=trial.elder)
    assert (kept.grade, kept.assessed_on, kept.points, kept.levels) == (
        2, dt.date(2023, 5, 6), {"daily_living": 50}, {"daily_living": 2},
    )  # fmt: skip
    again = actions.accept_older_file(CLERK_A, key=found.key)
    assert (again.count("new"), again.count("same"), TakenOver.objects.count()) == (0, 3, 2)
    assert [one.assessed_on for one in queries.older_results(CLERK_A).items] == [dt.date(2022, 3, 1), dt.date(2023, 5, 6)]
    assert queries.older_results(CLERK_B).items == ()


@pytest.mark.parametrize("who", [OFFICER, CLERK_B])
def test_only_who_sent_a_file_takes_it_over_and_only_for_a_day(trial: Trial, who: Actor) -> None:
    found = actions.check_older_file(CLERK_A, name="a.csv", content=file(f"{number_of(trial.elder, 2)},2,2023-05-06,市医院,,"))
    for key in (found.key, found.key[:-2] + "xx", "nothing"):
        with pytest.raises(OlderFileRefused):
            actions.accept_older_file(who, key=key)
    with clock.frozen(DAY + dt.timedelta(days=2)), pytest.raises(OlderFileRefused):
        actions.accept_older_file(who, key=found.key)
    assert TakenOver.objects.count() == 0


def test_people_of_other_areas_are_not_found_and_a_wrong_file_is_refused_whole(trial: Trial) -> None:
    content = file(f"{number_of(trial.elder, 2)},2,2023-05-06,市医院,,")
    assert verdicts(actions.check_older_file(CLERK_B, name="a.csv", content=content)) == ["refused"]
    for wrong in (b"a,b\n1,2\n", HEAD.encode(), b"PK\x03\x04broken"):
        with pytest.raises(OlderFileRefused):
            actions.check_older_file(CLERK_A, name="a.xlsx" if wrong.startswith(b"PK") else "a.csv", content=wrong)
    with pytest.raises(AccessDenied):
        actions.check_older_file(MANAGER, name="a.csv", content=content)
    assert TakenOver.objects.count() == 0
