"""Reading the audit chain: by the audit administrator, in the own area."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from songhe.foundation import audit, clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role
from songhe.foundation.audit import AuditLine
from songhe.foundation.audit_trail import list_entries
from songhe.foundation.errors import AccessDenied, InvalidInput

CITY = Actor(1, "审计员", "user", (Grant(Role.AUDIT_ADMIN, "1/"),))
TOWN = Actor(2, "镇审计员", "user", (Grant(Role.AUDIT_ADMIN, "1/11/"),))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def deeds() -> None:
    with clock.frozen(date(2026, 3, 1)):
        audit.record_many(
            SYSTEM,
            [AuditLine("pack.load"), AuditLine("person.reveal", "person", "7", "1/11/"), AuditLine("x", area_path="1/12/")],
        )
    with clock.frozen(date(2026, 3, 2)):
        audit.record(CITY, "person.correct", subject_type="person", subject_id=7, area_path="1/11/", detail={"variable": "alive"})


def test_newest_first_and_in_the_own_area() -> None:
    assert [e.seq for e in list_entries(CITY).items] == [4, 3, 2, 1]
    assert [e.seq for e in list_entries(TOWN).items] == [4, 2]
    assert [e.seq for e in list_entries(CITY, area_path="1/12/").items] == [3]
    newest = list_entries(CITY).items[0]
    assert (newest.actor_name, newest.subject_id, newest.detail) == ("审计员", "7", {"variable": "alive"})


def test_narrowed_by_action_subject_actor_and_time() -> None:
    noon = clock.now().replace(2026, 3, 2, 0, 0, 0, 0)
    assert [e.seq for e in list_entries(CITY, action="person.").items] == [4, 2]
    assert [e.seq for e in list_entries(CITY, subject=("person", "7")).items] == [4, 2]
    assert [e.seq for e in list_entries(CITY, actor_id=0).items] == [3, 2, 1]
    assert [e.seq for e in list_entries(CITY, since=noon).items] == [4]
    assert [e.seq for e in list_entries(CITY, until=noon + timedelta(days=-1)).items] == []


def test_pages_follow_each_other() -> None:
    first = list_entries(CITY, limit=3)
    second = list_entries(CITY, limit=3, after=first.next)
    assert ([e.seq for e in first.items], [e.seq for e in second.items], second.next) == ([4, 3, 2], [1], None)
    with pytest.raises(InvalidInput):
        list_entries(CITY, after="x")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDIT_ADMIN])
def test_nobody_else_reads_it(role: Role) -> None:
    with pytest.raises(AccessDenied):
        list_entries(Actor(3, "别人", "user", (Grant(role, ""),)))
    assert not Actor(3, "别人", "user", (Grant(role, ""),)).may(Right.SEE_AUDIT)
