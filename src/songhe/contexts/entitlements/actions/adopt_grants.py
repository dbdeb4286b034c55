"""Go-live: whoever has been receiving already keeps receiving, without a notice and without a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction

from songhe.contexts.entitlements.actions.grant_results import Adopted
from songhe.contexts.entitlements.actions.handle_grants import check_accounts
from songhe.contexts.entitlements.actions.move_grants import checked_reason, lock_following, tell
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.models import Run
from songhe.contexts.entitlements.queries.runs import latest_city_run
from songhe.contexts.entitlements.queries.snapshot import decided_arrays, read_population, snapshot_path
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.rulebook import Benefit
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

# Grants of who was eligible on the first day and is so by the run; where the amount is another now, months are counted from the facts.
_ADOPT = """
WITH made AS (
    INSERT INTO grant_given (public_id, person_id, household_id, area_path, benefit, title, in_kind, period, state, proposed_run_id,
        current_run_id, proposed_on, confirmed_on, from_on, amount, amount_since, suspended_for, code_digest, ended_because)
    SELECT gen_random_uuid(), d.person_id, p.household_id, d.area_path, %(benefit)s, %(title)s, %(in_kind)s, %(period)s, 'active', %(run)s,
        %(run)s, %(today)s, %(from_on)s, %(from_on)s, CASE WHEN %(in_kind)s THEN 0 ELSE d.amounts[%(index)s + 1] END,
        CASE WHEN d.amounts[%(index)s + 1] = t.amount THEN %(from_on)s::date END, '', '', ''
    FROM unnest(%(persons)s::bigint[], %(amounts)s::bigint[]) t (person_id, amount)
    JOIN decision d ON d.run_id = %(run)s AND d.person_id = t.person_id JOIN person p ON p.id = d.person_id
    WHERE get_byte(d.statuses, %(index)s) IN (1, 5)
      AND NOT EXISTS (SELECT 1 FROM grant_given g WHERE g.person_id = d.person_id AND g.benefit = %(benefit)s)
    ON CONFLICT DO NOTHING RETURNING id
), steps AS (
    INSERT INTO grant_step (grant_id, before, after, at, by, by_name, reason, run_id)
    SELECT id, '', 'active', %(now)s, %(by)s, %(by_name)s, %(reason)s, %(run)s FROM made
)
SELECT id FROM made ORDER BY id
"""


@transaction.atomic
def adopt_grants(actor: Actor, *, benefits: Collection[str], from_on: dt.date, cause: str) -> Adopted:
    """Everybody who by the latest city run is eligible for one of the benefits, and was so on the first day by the facts as they are known,
    has an active grant from that day; run again, nothing more happens. Who became eligible later is proposed like anybody.

    Raises NoDecisionYet before the first city run, InvalidInput for a day to come or an unknown benefit.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    said = checked_reason(cause)
    run = latest_city_run()
    if run is None or run.snapshot is None:
        raise NoDecisionYet("还没有全市核算结果，不能接续已经在发的待遇。", next_step="请先做一次全市核算。")
    if from_on > run.as_of:
        raise InvalidInput("起始日不能晚于最近一次全市核算的日期。", next_step="请改成已经过去的日期。", field="from_on")
    unknown = sorted(set(benefits) - set(run.benefits))
    if unknown:
        raise InvalidInput(f"没有叫“{unknown[0]}”的待遇。", next_step="请从政策里的待遇中选择。", field="benefits")
    lock_following()
    rules, then = policy.rulebook_of(run.pack_version_id, run.as_of), policy.rulebook_of(run.pack_version_id, from_on)
    facts = read_population(snapshot_path(run.snapshot.path), then.variables)
    outcome = decided_arrays(evaluate(then, facts.population))
    ids: list[int] = []
    for benefit in rules.benefits:
        if benefit.id not in benefits:
            continue
        index = next(b.index for b in then.benefits if b.id == benefit.id)
        rows = outcome.applies & ((outcome.status[:, index] == 1) | (outcome.status[:, index] == 5))
        ids += _adopt(
            actor, run, benefit, from_on, said, facts.population.person_id[rows].tolist(), outcome.amount[rows, index].tolist()
        )
    check_accounts(ids)
    audit.record(actor, "grants.adopt", detail={"grants": len(ids), "from_on": from_on, "cause": said})
    tell(ids, said)
    return Adopted(len(ids), from_on)


def _adopt(
    actor: Actor, run: Run, benefit: Benefit, from_on: dt.date, cause: str, persons: list[int], amounts: list[int]
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _ADOPT,
            {
                "run": run.id, "index": benefit.index, "benefit": benefit.id, "title": benefit.title, "in_kind": benefit.amount is None,
                "period": benefit.period.value, "today": clock.today(), "from_on": from_on, "persons": persons, "amounts": amounts,
                "now": clock.now(), "by": actor.id, "by_name": actor.name, "reason": cause,
            },
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]
