"""The printed figures held against the demo city: which fit, which contradict themselves, which wait for records. The first city at full size."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.queries import BaselineCheck, BaselineLine, Fit
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from tests.contexts.statistics.demo_snapshot import publish_demo_city

FACTS = {"birth_date", "sex", "alive", "ability_grade", "registered_here", "resident_here", "rural", "family_doctor"}


def checked(city: str, folder: Path, scale: float) -> BaselineCheck:
    with clock.frozen(dt.date(2026, 11, 21)):
        load_folder(SYSTEM, root=settings.PACKS, city=city)
        publish_demo_city(FACTS, folder, scale)
        actions.compute_figures(SYSTEM)
        return queries.baseline_check(SYSTEM)


def ids(check: BaselineCheck, fit: Fit) -> list[str]:
    return [line.id for line in check.lines if line.fit is fit]


def line(check: BaselineCheck, name: str) -> BaselineLine:
    return next(line for line in check.lines if line.id == name)


@pytest.mark.django_db
def test_all_of_the_67_figures_fit_but_for_those_that_contradict_themselves_or_wait(tmp_path: Path) -> None:
    check = checked("qingtongxia", tmp_path, 1.0)
    assert len(check.lines) == 67
    assert ids(check, Fit.DOES_NOT_FIT) == []
    assert ids(check, Fit.CONTRADICTED) == [f"B000-{n}" for n in (25, 27, 28, 41, 42, 45, 49, 58)]
    assert ids(check, Fit.NO_RECORDS_YET) == ["B000-66", "B000-67"]
    assert check.count(Fit.FITS) == 57
    assert [view.id for view in check.contradictions if view.holds] == []
    assert line(check, "B000-11").measured == 7
    assert line(check, "B000-12").measured == 1063
    assert line(check, "B000-35").measured == 25
    rise = check.contradictions[0]
    assert (rise.first.value, rise.second.value.quantize(Decimal("0.01"))) == (Decimal("6.96"), Decimal("6.69"))
    beds = line(check, "B000-58")
    assert beds.measured is not None and beds.difference is not None
    assert (beds.printed, beds.measured.quantize(Decimal("0.1")), beds.contradictions) == (
        Decimal("35.1"),
        Decimal("37.6"),
        ("C000-5",),
    )


@pytest.mark.django_db
def test_the_47_figures_of_a_city_of_which_a_fiftieth_was_made(tmp_path: Path) -> None:
    check = checked("xuchang", tmp_path, 0.02)
    assert len(check.lines) == 47
    assert ids(check, Fit.CONTRADICTED) == ["B001-27", "B001-28", "B001-45", "B001-46"]
    assert ids(check, Fit.NO_RECORDS_YET) == [f"B001-{n:02d}" for n in (1, 2, 5, 6, 7, 14, 17, 18, 35, 37, 39)]
    assert ids(check, Fit.DOES_NOT_FIT) == ["B001-42", "B001-43"]  # the elders are a fiftieth of the printed ones
    for name in ("B001-42", "B001-43"):
        found = line(check, name)
        assert found.measured is not None and found.printed is not None
        assert abs(found.measured * 50 / found.printed - 1) < Decimal("0.005")
    assert check.count(Fit.FITS) == 30
    rate = line(check, "B001-27")
    assert rate.relative is not None and abs(rate.relative) < Decimal("0.01")


@pytest.mark.django_db
def test_a_city_that_prints_nothing_has_nothing_to_check(tmp_path: Path) -> None:
    with clock.frozen(dt.date(2026, 11, 21)):
        load_folder(SYSTEM, root=settings.PACKS, city="dawukou")
        check = queries.baseline_check(SYSTEM)
    assert (check.lines, check.contradictions, check.cut_off) == ((), (), None)
