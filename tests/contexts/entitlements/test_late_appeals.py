"""Appeals at the border of their term: in time on the last day, late the day after; heard then only for a named reason."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import AppealTooLate
from songhe.contexts.entitlements.models import Appeal, Notice
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import Conflict, InvalidInput
from tests.contexts.entitlements.conftest import CITY, TOWN, Town
from tests.contexts.entitlements.grant_people import at, grant_of, known

HEARD = dt.date(2026, 3, 3)  # a Tuesday; sixty days later is Saturday, 2 May 2026, in the holidays of May


def judge(number: int) -> Actor:
    return Actor(id=number, name="裁定员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))


def test_the_last_day_its_morrow_and_what_becomes_of_a_late_one(town: Town, clerk: Actor) -> None:
    with clock.frozen(HEARD):
        person = at(Area.objects.get(path__startswith=TOWN, level="community"), "赵玉兰", "1946-01-20")
        known(person)
        file = {"person_id": person.id, "benefit": "age_allowance", "by_name": "赵玉兰", "relation": "本人", "reason": "金额不对"}
        unheard = actions.file_appeal(clerk, **file)  # nothing handed over yet: nobody can be late
        assert (unheard.late_days, queries.appeal(judge(8), appeal_id=unheard.appeal_id).line.last_day) == (0, None)
        actions.withdraw_appeal(clerk, appeal_id=unheard.appeal_id, because="再想想")
        actions.deliver_notice(clerk, notice_id=Notice.objects.get(grant=grant_of(person)).id, received_by="本人")
    last = dt.date(2026, 5, 6)  # the first working day after the holidays
    with clock.frozen(last):
        filed = actions.file_appeal(clerk, **file)
        line = queries.appeal(judge(8), appeal_id=filed.appeal_id).line
        assert (filed.late_days, line.last_day, line.late_days) == (0, last, 0)
        with pytest.raises(Conflict):
            actions.turn_away_appeal(judge(8), appeal_id=filed.appeal_id, because="没有过期")
        actions.decide_appeal(judge(8), appeal_id=filed.appeal_id, uphold=False, because="核对过，没有错")
    with clock.frozen(last + dt.timedelta(1)):
        late = actions.file_appeal(clerk, **file)
        assert late.late_days == 1
        with pytest.raises(AppealTooLate):
            actions.decide_appeal(judge(8), appeal_id=late.appeal_id, uphold=False, because="核对过，没有错")
        with pytest.raises(InvalidInput):
            actions.hear_late_appeal(judge(7), appeal_id=late.appeal_id, because="住院了")  # who filed it
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(id=late.appeal_id).update(state="rejected", decided_on=last)
        done = actions.turn_away_appeal(judge(8), appeal_id=late.appeal_id, because="过了期限，没有正当理由")
        assert (done.state, Appeal.objects.get(id=late.appeal_id).decided_because) == ("not_heard", "过了期限，没有正当理由")
        again = actions.file_appeal(clerk, **file)
        actions.hear_late_appeal(judge(8), appeal_id=again.appeal_id, because="住院一个月，有出院证明")
        with pytest.raises(Conflict):
            actions.turn_away_appeal(judge(8), appeal_id=again.appeal_id, because="反悔")
        actions.decide_appeal(SYSTEM, appeal_id=again.appeal_id, uphold=False, because="核对过，没有错")
        view = queries.appeal(judge(8), appeal_id=again.appeal_id).line
        assert (view.state, view.late_days, view.heard_because) == ("rejected", 1, "住院一个月，有出院证明")
