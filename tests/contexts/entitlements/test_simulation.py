"""A draft of the pack compared with the rules in force: who gains and loses, the money, and who may see the names."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import SimulatedChange
from songhe.contexts.policy_library import actions as policy
from songhe.contexts.policy_library import queries as policy_queries
from songhe.contexts.policy_library.errors import DraftChanged, DraftNotReady
from songhe.contexts.policy_library.models import DraftCheck, PackDraft
from songhe.contexts.policy_library.queries import DraftBrief, DraftState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Role
from tests.contexts.entitlements.conftest import DAY, OTHER_TOWN, TOWN, Town, actor

pytestmark = pytest.mark.django_db


def checked(draft: DraftBrief) -> DraftBrief:
    DraftCheck.objects.create(draft_id=draft.id, seal=draft.seal, passed=True, findings=[], checked_at=clock.now())
    PackDraft.objects.filter(id=draft.id).update(state=DraftState.CHECKED)
    return draft


def drafted(value: str, start: dt.date = DAY) -> DraftBrief:
    return checked(policy.draft_parameter(SYSTEM, name="allowance_80", value=value, valid_from=start, note="试试"))


@pytest.fixture
def decided(town: Town) -> Town:
    actions.determine_city(SYSTEM, cause="测试")
    return town


def test_who_gains_and_the_money_by_benefit_town_and_year(decided: Town) -> None:
    draft = drafted("150.00")
    result = actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert (result.as_of, result.gain, result.lose, result.fen_after - result.fen_before) == (DAY, 2, 0, 2 * 5_000)
    (changed,) = [each for each in result.benefits if each.gain or each.lose]
    assert (changed.benefit, changed.people_before, changed.people_after, changed.gain) == ("age_allowance", 2, 2, 2)
    assert [(each.area_path, each.gain, each.fen_after - each.fen_before) for each in result.towns] == [
        (TOWN, 1, 5_000), (OTHER_TOWN, 1, 5_000),
    ]  # fmt: skip
    assert [(cell.benefit, cell.area_path, cell.gain, cell.fen_more) for cell in result.cells] == [
        ("age_allowance", TOWN, 1, 5_000), ("age_allowance", OTHER_TOWN, 1, 5_000),
    ]  # fmt: skip
    more = {year.year: (year.first_month, year.fen_after - year.fen_before) for year in result.years}
    # The husband turns 80 in June 2027: with the ages of each January he is counted from 2028 on.
    assert more == {2026: (12, 10_000), 2027: (1, 12 * 10_000), 2028: (1, 12 * 15_000)}
    view = policy_queries.draft(SYSTEM, draft_id=draft.id)
    assert (view.brief.state, view.simulation) == (DraftState.SIMULATED, result)


def test_who_loses_is_counted_too(decided: Town) -> None:
    draft = drafted("80.00")
    result = actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert (result.gain, result.lose, result.fen_after - result.fen_before) == (0, 2, -2 * 2_000)


def test_a_value_of_a_later_day_is_compared_on_that_day(decided: Town) -> None:
    start = dt.date(2027, 3, 1)
    draft = checked(
        policy.draft_parameter(SYSTEM, name="allowance_80", value="150.00", valid_from=start, note="试试", in_force_on=DAY)
    )
    result = actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert (result.as_of, result.gain) == (start, 2)
    more = {year.year: year.fen_after - year.fen_before for year in result.years}
    assert more == {2026: 0, 2027: 10 * 10_000, 2028: 12 * 15_000}


def test_a_draft_that_changes_nobody_s_answer_says_so(decided: Town) -> None:
    draft = checked(policy.draft_parameter(SYSTEM, name="allowance_100", value="999.00", valid_from=DAY, note="试试"))
    result = actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert (result.as_of, result.gain, result.lose, result.cells) == (DAY, 0, 0, ())
    assert SimulatedChange.objects.count() == 0


def test_the_names_are_for_who_may_see_decisions_there(decided: Town, city_officer: Actor, clerk: Actor) -> None:
    draft = drafted("150.00")
    actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    page = queries.simulated_people(city_officer, draft_id=draft.id, limit=1)
    rest = queries.simulated_people(city_officer, draft_id=draft.id, limit=1, after=page.next)
    assert [(each.person_id, each.gains, each.fen_before, each.fen_after) for each in (*page.items, *rest.items)] == [
        (decided.wife, True, 10_000, 15_000), (decided.stranger, True, 10_000, 15_000),
    ]  # fmt: skip
    assert rest.next is None
    assert [each.person_id for each in queries.simulated_people(clerk, draft_id=draft.id).items] == [decided.wife]
    assert queries.simulated_people(actor(Role.INSPECTOR, ""), draft_id=draft.id).items == ()
    assert queries.simulated_people(city_officer, draft_id=draft.id, gains=False).items == ()
    assert queries.simulated_people(city_officer, draft_id=draft.id, benefit="care_subsidy").items == ()
    assert len(queries.simulated_people(city_officer, draft_id=draft.id, area_path=OTHER_TOWN).items) == 1


def test_simulated_again_the_rows_are_replaced_until_somebody_approved(decided: Town, city_officer: Actor) -> None:
    draft = drafted("150.00")
    for _ in range(2):
        actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
        assert SimulatedChange.objects.count() == 2
    policy.approve_draft(city_officer, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(DraftNotReady):
        actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert SimulatedChange.objects.count() == 2


def test_before_a_city_run_and_after_an_edit_nothing_is_simulated(town: Town) -> None:
    draft = drafted("150.00")
    with pytest.raises(NoDecisionYet):
        actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    actions.determine_city(SYSTEM, cause="测试")
    policy.edit_draft(SYSTEM, draft_id=draft.id, reason="另一个理由", in_force_on=DAY)
    with pytest.raises(DraftChanged):
        actions.simulate_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert SimulatedChange.objects.count() == 0
