"""A benefit given each time: what a month comes to follows the times told, once each, and changes by name when they change."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.actions import NewUse
from songhe.contexts.entitlements.models import Due, GrantUse
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.engines.policy.granting import Span, used_due
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import Conflict, InvalidInput
from tests.contexts.entitlements.conftest import TOWN, areas
from tests.contexts.entitlements.grant_people import at, dues, grant_of, known


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_each_use_at_the_amount_of_its_day() -> None:
    first = Span(day("2026-01-01"), day("2026-02-09"), 300)
    without, again = Span(day("2026-02-10"), day("2026-02-19"), None), Span(day("2026-02-20"), day("2026-12-31"), 500)
    spans = [first, without, again]
    uses = [
        (day("2026-01-31"), 9),
        (day("2026-02-01"), 2),
        (day("2026-02-15"), 1),
        (day("2026-02-20"), 1),
        (day("2026-02-20"), 2),
    ]
    found = used_due(day("2026-02-01"), spans, uses)
    assert (found.amount, found.days, found.of_days) == (2 * 300 + 3 * 500, 2, 28)


def test_told_once_counted_with_its_month_and_counted_again_when_it_changes(db: None) -> None:
    with clock.frozen(day("2026-01-05")):
        village: Area = areas()[TOWN]
        load_folder(SYSTEM, root=settings.PACKS, city="weihai")
        person = at(village, "于爷爷", "1950-03-01", assistance="dibao", needs_meals=True)
        known(person)
        actions.apply_for(
            SYSTEM,
            person_id=person.id,
            benefit="meal_help",
            by_name="于爷爷",
            documents=["身份证或户口簿", "低保、特困或低保边缘证明"],
        )
        grant = grant_of(person, "meal_help")
        assert (grant.state, grant.period, grant.amount) == ("active", "time", 400)
    with clock.frozen(day("2026-02-20")):
        told = [NewUse(day("2026-01-06"), 2, "收据1", "海边老年餐桌"), NewUse(day("2026-02-03"), 1, "收据2", "海边老年餐桌")]
        assert actions.record_uses(SYSTEM, grant_id=grant.id, uses=told).new == 2
        assert actions.record_uses(SYSTEM, grant_id=grant.id, uses=told) == actions.UsesRecorded(grant.id, 0, 2)
        for wrong, refusal in (
            (NewUse(day("2026-02-03"), 2, "收据2", "海边老年餐桌"), Conflict),
            (NewUse(day("2026-02-21"), 1, "收据3", "海边老年餐桌"), InvalidInput),
            (NewUse(day("2026-01-04"), 1, "收据3", "海边老年餐桌"), InvalidInput),
            (NewUse(day("2026-02-03"), 0, "收据3", "海边老年餐桌"), InvalidInput),
        ):
            with pytest.raises(refusal):
                actions.record_uses(SYSTEM, grant_id=grant.id, uses=[wrong])
        assert GrantUse.objects.count() == 2
        assert dues(grant) == {}
        actions.open_month(SYSTEM, month=day("2026-02-01"))
        assert actions.open_month(SYSTEM, month=day("2026-02-01")).made == 0
        assert dues(grant) == {"2026-01": [800], "2026-02": [400]}
        late = [NewUse(day("2026-01-09"), 1, "收据3", "海边老年餐桌")]
        actions.record_uses(SYSTEM, grant_id=grant.id, uses=late)
        actions.withdraw_use(SYSTEM, grant_id=grant.id, reference="收据2", because="报错了人")
        with pytest.raises(Conflict):
            actions.withdraw_use(SYSTEM, grant_id=grant.id, reference="收据2", because="报错了人")
        assert dues(grant) == {"2026-01": [800, 1200], "2026-02": [400, 0]}
        assert Due.objects.get(grant=grant, period=day("2026-02-01"), revision=2).reason.startswith(
            "报错了人，由4.00元改为0.00元"
        )
