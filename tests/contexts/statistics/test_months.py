"""Frozen months and their revisions: once, from the month's own snapshot, never changed; races and refusals."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Person
from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.errors import MonthNotOver, NoSnapshotYet, NotFrozenYet
from songhe.contexts.statistics.models import Figure, FigureInput, FigureSet
from songhe.contexts.statistics.queries import Side
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry
from tests.contexts.statistics.conftest import CLERK, OFFICER, areas, build_people, build_registers

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
LATER = dt.date(2026, 12, 3)


def kill_one_elder() -> None:
    person = Person.objects.filter(facts__alive=True, birth_date__lt="1960-01-01").order_by("id").first()
    assert person is not None
    person.facts |= {"alive": False}
    person.save()
    with clock.frozen(LATER):
        entitlements.determine_city(SYSTEM, cause="试验")


@pytest.mark.django_db
def test_a_month_is_frozen_once_from_the_last_snapshot_before_its_end(city: list[Person]) -> None:
    with clock.frozen(dt.date(2026, 11, 25)):
        actions.compute_figures(SYSTEM)
    kill_one_elder()
    with clock.frozen(LATER):
        first = actions.freeze_month(SYSTEM, period=NOVEMBER)
        again = actions.freeze_month(SYSTEM, period=dt.date(2026, 11, 30))
        actions.compute_figures(SYSTEM)
    assert (first.revision, first.new) == (1, True)
    assert (again.set_id, again.new) == (first.set_id, False)
    november = queries.figure(OFFICER, indicator="elders_60", period=NOVEMBER)
    december = queries.figure(OFFICER, indicator="elders_60")
    assert (november.revision, december.revision, december.period) == (1, 0, DECEMBER)
    assert november.value is not None and december.value == november.value - 1
    points = queries.series(OFFICER, indicators=["elders_60"])["elders_60"]
    assert [(point.kind, point.value) for point in points if point.kind == "measured"] == [
        ("measured", november.value),
        ("measured", december.value),
    ]
    assert [(point.on, point.value) for point in points if point.kind == "printed"] == [
        (dt.date(2020, 12, 31), Decimal(42000)),
        (dt.date(2020, 12, 31), Decimal(42034)),
    ]


@pytest.mark.django_db
def test_a_correction_is_a_further_revision_with_a_reason(city: list[Person]) -> None:
    with clock.frozen(LATER):
        actions.freeze_month(SYSTEM, period=NOVEMBER)
    kill_one_elder()
    with clock.frozen(LATER):
        revised = actions.revise_month(OFFICER, period=NOVEMBER, reason=" 补登了一位去世老人 ")
    assert revised.revision == 2
    old = queries.figure(OFFICER, indicator="elders_60", period=NOVEMBER, revision=1)
    new = queries.figure(OFFICER, indicator="elders_60", period=NOVEMBER)
    assert old.value is not None and new.value == old.value - 1
    for view in (old, new):
        rows = queries.figure_rows(OFFICER, indicator="elders_60", side=Side.NUMERATOR, period=NOVEMBER, revision=view.revision)
        assert rows.total == view.value
    kept = queries.revisions(OFFICER, indicator="elders_60")
    assert [(row.revision, row.reason, row.value) for row in kept] == [(2, "补登了一位去世老人", new.value), (1, "", old.value)]
    deeds = list(AuditEntry.objects.filter(action__startswith="figures.").order_by("seq").values_list("action", flat=True))
    assert deeds == ["figures.frozen", "figures.revised"]


@pytest.mark.django_db
def test_what_may_not_be_frozen_or_revised_leaves_nothing(city: list[Person]) -> None:
    with pytest.raises(MonthNotOver):
        actions.freeze_month(SYSTEM, period=NOVEMBER)
    with clock.frozen(LATER):
        with pytest.raises(NoSnapshotYet):
            actions.freeze_month(SYSTEM, period=dt.date(2026, 10, 1))
        with pytest.raises(NotFrozenYet):
            actions.revise_month(SYSTEM, period=NOVEMBER, reason="补录")
        with pytest.raises(InvalidInput):
            actions.revise_month(SYSTEM, period=NOVEMBER, reason=" ")
        with pytest.raises(AccessDenied):
            actions.freeze_month(CLERK, period=NOVEMBER)
    assert not FigureSet.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: Figure.objects.filter(area_path="640381/").update(numerator=1),
        lambda: Figure.objects.all().delete(),
        lambda: FigureInput.objects.update(rows=0),
        lambda: FigureSet.objects.update(cut_off=clock.now()),
        lambda: connection.cursor().execute("DELETE FROM figure_set"),
    ],
)
def test_the_database_keeps_frozen_figures(city: list[Person], change: object) -> None:
    with clock.frozen(LATER):
        actions.freeze_month(SYSTEM, period=NOVEMBER)
    before = list(Figure.objects.order_by("id").values_list("numerator", flat=True))
    assert callable(change)
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    assert list(Figure.objects.order_by("id").values_list("numerator", flat=True)) == before


@pytest.mark.django_db
def test_killed_half_way_nothing_is_left(city: list[Person], monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("songhe.foundation.audit.record", killed)
    with pytest.raises(RuntimeError):
        actions.compute_figures(SYSTEM)
    assert not FigureSet.objects.exists()
    assert not Figure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_once_make_one_set(stopped: None) -> None:
    from django.conf import settings

    from songhe.contexts.policy_library.actions import load_folder

    at = areas()
    load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
    build_people(at)
    build_registers()
    entitlements.determine_city(SYSTEM, cause="试验")

    def freeze(_: int) -> int:
        try:
            return actions.freeze_month(SYSTEM, period=NOVEMBER).set_id
        finally:
            connections.close_all()

    with clock.frozen(LATER), ThreadPoolExecutor(3) as pool:
        made = set(pool.map(freeze, range(3)))
    assert len(made) == 1
    assert FigureSet.objects.count() == 1
