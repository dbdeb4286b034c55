"""A grant that begins at once: what somebody applied for, or won by an appeal."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.entitlements.actions.count_dues import count_again
from songhe.contexts.entitlements.actions.handle_grants import check_accounts
from songhe.contexts.entitlements.actions.move_grants import move, write_steps
from songhe.contexts.entitlements.actions.propose_grants import offer_key
from songhe.contexts.entitlements.models import Due, Grant
from songhe.contexts.entitlements.words import OPEN_GRANTS, GrantState
from songhe.contexts.people import queries as people
from songhe.engines.policy.rulebook import Benefit
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor


def give_grant(
    actor: Actor, *, person_id: int, benefit: Benefit, run_id: int, amount: int, from_on: dt.date, reason: str
) -> tuple[Grant, list[Due]]:
    """The person has an active grant of the benefit, the open one or a new one, with what is due until last month. The caller has locked
    the person's grants (`lock_following`).
    """
    grant = Grant.objects.select_for_update().filter(person=person_id, benefit=benefit.id, state__in=OPEN_GRANTS).first()
    if grant is None:
        place = people.person_place(SYSTEM, person_id=person_id)
        in_kind = benefit.amount is None
        grant = Grant.objects.create(
            person_id=person_id, household_id=place.household_id, area_path=place.area_path, benefit=benefit.id, title=benefit.title,
            in_kind=in_kind, period=benefit.period.value, state=GrantState.ACTIVE, proposed_run_id=run_id, current_run_id=run_id,
            proposed_on=clock.today(), confirmed_on=clock.today(), from_on=from_on, amount=0 if in_kind else amount,
        )  # fmt: skip
        write_steps(actor, [(grant.id, "")], GrantState.ACTIVE, reason=reason, run_id=run_id)
    else:
        grant.from_on, grant.current_run_id = min(from_on, grant.from_on), run_id
        grant.amount, grant.amount_since = 0 if grant.in_kind else amount, None
        grant.save(update_fields=["from_on", "current_run", "amount", "amount_since"])
        if grant.state != GrantState.ACTIVE:
            grant.confirmed_on = clock.today()
            move(actor, grant, GrantState.ACTIVE, reason=reason, run_id=run_id)
    check_accounts([grant.id])
    work_items.close_by_keys(SYSTEM, keys=[offer_key(person_id, benefit.id)], outcome="已享受")
    last_month = clock.today().replace(day=1) - dt.timedelta(1)
    dues, _ = count_again([grant], run_id=run_id, cause=reason, until=last_month)
    return grant, dues
