"""The demo city's grants: who has been receiving keeps receiving since last month; some are told, one confirms, one objects, one is checked."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Status
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import SongheError
from songhe.project.progress import say, step

CAUSE = "上线前已经在发的待遇，接续发放"
TOLD = 6  # notices handed over in the demonstration


def grants() -> None:
    """Grants stand once; a second start changes nothing."""
    if not queries.has_granting() or queries.grants(SYSTEM, limit=1).items:
        return
    with step("待遇 grants") as report:
        today = clock.today()
        first = (today.replace(day=1) - dt.timedelta(1)).replace(day=1)
        adopted = actions.adopt_grants(SYSTEM, benefits=_of_money(), from_on=first, cause=CAUSE)
        report(1, 3)
        run = queries.runs(SYSTEM, limit=1)[0]
        proposed = actions.follow_run(SYSTEM, run_id=run.id).proposed
        report(2, 3)
        _tell_some()
        _object_once()
        report(3, 3)
    say(f"    {adopted.grants} 项接续 adopted, {proposed.proposed} 项新提出 proposed")


def _of_money() -> list[str]:
    """Benefits in force that pay money by the month."""
    _, rules = policy.rulebook()
    return [b.id for b in rules.benefits if b.in_force and b.amount is not None and b.period.value == "month"]


def _tell_some() -> None:
    """Some of the new ones have their letter, the first of them says yes."""
    waiting = queries.notices_due(SYSTEM, limit=TOLD).items
    for due in waiting:
        actions.deliver_notice(SYSTEM, notice_id=due.notice.id, received_by="本人")
    if waiting:
        actions.confirm_grant(SYSTEM, grant_id=waiting[0].grant.id)


def _object_once() -> None:
    """Somebody who was found not to be eligible appeals; somebody else was seen at the counter."""
    receiving = queries.grants(SYSTEM, state="active", limit=2).items
    for benefit in _of_money():
        people = queries.decided_people(SYSTEM, benefit=benefit, status=Status.NOT_ELIGIBLE, limit=1).items
        if people:
            try:
                actions.file_appeal(
                    SYSTEM,
                    person_id=people[0].person_id,
                    benefit=benefit,
                    by_name="家属",
                    relation="子女",
                    reason="登记的资料和实际不符，请重新核实",
                )
            except SongheError as refused:
                say(f"    没有登记申诉 no appeal: {refused}")
            break
    for line in receiving[:1]:
        actions.record_life_check(SYSTEM, person_id=line.person_id, channel=queries.LifeCheckChannel.COUNTER)
