"""The clock, page cursors, and the one row filter of access."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from songhe.foundation import clock
from songhe.foundation.access import ROLE_LABELS, ROLE_RIGHTS, SYSTEM, Actor, Grant, Right, Role, require
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import WorkItem
from songhe.foundation.paging import cursor_of, keys_of
from songhe.foundation.scope import rows_within


def test_today_is_the_citys_day_not_that_of_utc() -> None:
    with clock.frozen(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.frozen(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)
        assert clock.now().isoformat() == "2026-03-02T00:00:00+08:00"


def test_the_clock_stops_nests_and_runs_again() -> None:
    with clock.frozen(date(2026, 3, 1)):
        with clock.frozen(date(2020, 2, 29)):
            assert clock.today() == date(2020, 2, 29)
        assert clock.now().isoformat() == "2026-03-01T12:00:00+08:00"
    first = clock.now()
    assert clock.now() >= first and first.utcoffset() is not None
    with pytest.raises(ValueError, match="time zone"), clock.frozen(datetime(2026, 3, 1)):  # noqa: DTZ001
        pass


def test_a_cursor_gives_back_its_keys() -> None:
    cursor = cursor_of(3, "王", 17)
    assert keys_of(cursor, int, str, int) == (3, "王", 17)
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "cursor", ["", "x", "%%%", "王", cursor_of(1), cursor_of(1, 2, 3), cursor_of("1", 2), cursor_of(1, "a\0"), "bnVsbA", "e30"]
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        keys_of(cursor, int, str)
    assert refusal.value.field == "after"


def rows(actor: Actor, area_path: str = "") -> list[int]:
    return sorted(
        WorkItem.objects.filter(rows_within(actor, Right.SEE_PEOPLE, area_path=area_path)).values_list("subject_id", flat=True)
    )


@pytest.mark.django_db
def test_rows_are_those_of_the_area_and_below() -> None:
    for n, path in enumerate(["1/", "1/11/", "1/11/111/", "1/12/", "1/1%/", "1/110/"]):
        WorkItem.objects.create(
            kind="k", key=str(n), owner="o", area_path=path, subject_type="x", subject_id=n, title="t", opened_at=clock.now()
        )
    town = Actor(1, "a", "user", (Grant(Role.STREET_CLERK, "1/11/"),))
    assert rows(town) == [1, 2]
    assert rows(town, "1/") == [1, 2] and rows(town, "1/11/111/") == [2] and rows(town, "1/12/") == []
    odd = Actor(1, "a", "user", (Grant(Role.STREET_CLERK, "1/1%/"),))
    assert rows(odd) == [4]
    two = Actor(1, "a", "user", (Grant(Role.STREET_CLERK, "1/11/"), Grant(Role.STREET_CLERK, "1/12/")))
    assert rows(two) == [1, 2, 3] and rows(SYSTEM) == [0, 1, 2, 3, 4, 5] and rows(SYSTEM, "1/11/") == [1, 2]
    assert rows(Actor(1, "a", "user", (Grant(Role.SECURITY_ADMIN, "1/"),))) == []
    assert rows(Actor(1, "a", "user")) == []
    narrowed = Actor(-1, "a", "consumer", (Grant(Role.CITY_OFFICER, "1/"),), frozenset({Right.SEE_PACKS}))
    assert rows(narrowed) == []


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("right", list(Right))
def test_each_right_holds_exactly_where_the_table_says(role: Role, right: Right) -> None:
    actor = Actor(1, "a", "user", (Grant(role, "1/11/"),))
    held = right in ROLE_RIGHTS[role]
    assert (actor.may(right), actor.may(right, "1/11/111/"), actor.may(right, "1/11/")) == (held, held, held)
    assert not actor.may(right, "1/12/") and not actor.may(right, "1/") and not actor.may(right, "1/110/")
    if held:
        require(actor, right, "1/11/")
    else:
        with pytest.raises(AccessDenied):
            require(actor, right, "1/11/")


def test_every_role_has_a_label_and_rights() -> None:
    assert set(ROLE_LABELS) == set(ROLE_RIGHTS) == set(Role)
