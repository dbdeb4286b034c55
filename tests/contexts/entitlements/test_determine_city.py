"""A city run: everybody decided, all at once or not at all, and recomputable."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import Decision, Run, RunFigure, Snapshot
from songhe.contexts.people.models import Person
from songhe.engines.policy.rulebook import Status
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.errors import AccessDenied
from tests.contexts.entitlements.conftest import CITY, TOWN, Town


def explained(actor: Actor, person: int) -> dict[str, tuple[Status, int | None]]:
    return {e.benefit: (e.status, e.amount) for e in queries.decision(actor, person_id=person).explanations}


def test_everybody_is_decided_and_the_snapshot_is_kept(town: Town, city_officer: Actor) -> None:
    run_id = actions.determine_city(city_officer, cause="试验")
    run = Run.objects.get(id=run_id)
    assert run.published_at is not None
    assert run.persons == 4 == Decision.objects.filter(run=run).count()
    assert run.snapshot is not None
    assert (run.snapshot.persons, run.snapshot.households) == (4, 3)
    kept = Path(settings.VAR) / "snapshots" / run.snapshot.path
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == run.snapshot.sha256
    answers = explained(city_officer, town.wife)
    assert answers["age_allowance"][0] is Status.ELIGIBLE
    assert explained(city_officer, town.husband)["age_allowance"] == (Status.NOT_ELIGIBLE, None)


def test_deciding_again_from_the_snapshot_gives_the_stored_bytes(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    for person in (town.wife, town.husband, town.poor, town.stranger):
        assert queries.decision(city_officer, person_id=person).reproduced


def test_a_missing_fact_is_a_work_item_of_its_owner_until_it_comes_in(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    assert explained(city_officer, town.poor)["care_subsidy"] == (Status.CANNOT_TELL, None)
    found = work_items.list_items(SYSTEM, subject=("person", town.poor)).items
    assert "missing_fact" in {item.kind for item in found}
    owners = {item.detail["variable"]: item.owner for item in found}
    assert owners["unable_self_care"] == "民政"
    poor = Person.objects.get(id=town.poor)
    poor.facts |= {"unable_self_care": True, "ability_grade": 3}
    poor.save()
    actions.determine_city(city_officer, cause="资料补齐")
    assert explained(city_officer, town.poor)["care_subsidy"][0] is Status.ELIGIBLE
    left = {item.detail["variable"] for item in work_items.list_items(SYSTEM, subject=("person", town.poor)).items}
    assert "unable_self_care" not in left


def test_figures_add_up_to_the_rows_behind_them(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    found = queries.figures(city_officer)
    assert found.persons == 4
    for figure in found.figures:
        page = queries.decided_people(city_officer, benefit=figure.benefit, status=figure.status, area_path=figure.area_path)
        assert len(page.items) == figure.persons
        assert sum(item.amount for item in page.items) == figure.amount


def test_a_run_that_fails_half_way_leaves_nothing_visible(town: Town, city_officer: Actor) -> None:
    with (
        patch("songhe.contexts.entitlements.actions.determine_city.count_figures", side_effect=RuntimeError("disk")),
        pytest.raises(RuntimeError),
    ):
        actions.determine_city(city_officer, cause="会失败的")
    assert Decision.objects.count() == RunFigure.objects.count() == Snapshot.objects.count() == 0
    assert Run.objects.get().failed == "RuntimeError"
    with pytest.raises(NoDecisionYet):
        queries.decision(city_officer, person_id=town.wife)


def test_a_clerk_may_not_start_a_run_and_nothing_is_written(town: Town, clerk: Actor) -> None:
    with pytest.raises(AccessDenied):
        actions.determine_city(clerk, cause="越权")
    assert Run.objects.count() == 0


def test_a_clerk_sees_decisions_and_figures_of_the_own_town_only(town: Town, city_officer: Actor, clerk: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    assert queries.decision(clerk, person_id=town.wife).person_id == town.wife
    with pytest.raises(NoDecisionYet):
        queries.decision(clerk, person_id=town.stranger)
    assert queries.decision_history(clerk, person_id=town.stranger) == ()
    assert {figure.area_path for figure in queries.figures(clerk).figures} == {TOWN}
    assert {figure.area_path for figure in queries.figures(clerk, area_path=CITY).figures} == {TOWN}
    page = queries.decided_people(clerk, benefit="age_allowance", status=Status.ELIGIBLE)
    assert [item.person_id for item in page.items] == [town.wife]


def test_pages_of_people_follow_each_other(town: Town, city_officer: Actor) -> None:
    actions.determine_city(city_officer, cause="试验")
    seen, after = [], None
    while True:
        page = queries.decided_people(city_officer, benefit="age_allowance", status=Status.NOT_ELIGIBLE, limit=1, after=after)
        seen += [item.person_id for item in page.items]
        if (after := page.next) is None:
            break
    assert seen == [town.husband, town.poor]
