"""Who is eligible by a published run and has no grant is proposed one; who could have one on application is looked up.

One statement a benefit, over the run's decisions. Whoever was decided before and was not eligible then has their first day looked for in
the facts as they are known to have been; the others, of whom nothing was known before, begin with the run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from songhe.basics.ages import months_before
from songhe.contexts.entitlements.actions.count_dues import histories_by_person
from songhe.contexts.entitlements.actions.follow_decisions import decided_since
from songhe.contexts.entitlements.actions.grant_results import Proposed
from songhe.contexts.entitlements.actions.handle_grants import check_accounts
from songhe.contexts.entitlements.actions.make_notices import make_notices_for
from songhe.contexts.entitlements.actions.move_grants import lock_following, move, tell
from songhe.contexts.entitlements.models import Grant, Run
from songhe.contexts.entitlements.queries.decided_then import SpanThen, member_spans
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import CITY, GRANT_OFFER, GrantState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import GrantRule
from songhe.engines.policy.rulebook import Benefit
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require

REASON = "核算结果符合条件，免申请提出"
GOES_ON = "条件没有中断，接续以前的待遇"
OWNER = "社区"

# Decisions of the run, where they are the newest of their person, who is eligible (or provisionally so) for benefit number %(index)s.
_ELIGIBLE = """
SELECT d.person_id, p.household_id, d.area_path, d.amounts[%(index)s + 1] AS amount FROM decision d JOIN person p ON p.id = d.person_id
WHERE d.run_id = %(run)s AND get_byte(d.statuses, %(index)s) IN (1, 5) AND p.stands_for_id IS NULL
  AND d.person_id <> ALL(%(newer)s)
  AND NOT EXISTS (SELECT 1 FROM grant_given g WHERE g.person_id = d.person_id AND g.benefit = %(benefit)s
                  AND (g.state <> 'ended' OR %(lifetime)s AND g.until_on > g.from_on))
  AND NOT (%(household)s AND EXISTS (SELECT 1 FROM grant_given g WHERE g.household_id = p.household_id AND g.benefit = %(benefit)s
                  AND g.state = 'ended' AND g.until_on > g.from_on))
"""
# Of these, who was decided before: then their first day is looked for.
_BEFORE = f"""
SELECT e.person_id FROM ({_ELIGIBLE}) e
WHERE EXISTS (SELECT 1 FROM decision b JOIN determination_run r ON r.id = b.run_id AND r.published_at IS NOT NULL
              WHERE b.person_id = e.person_id AND b.run_id < %(run)s)
"""  # noqa: S608
_INSERT = f"""
WITH made AS (
    INSERT INTO grant_given (public_id, person_id, household_id, area_path, benefit, title, in_kind, period, state, proposed_run_id,
        current_run_id, proposed_on, from_on, amount, amount_since, suspended_for, code_digest, ended_because)
    SELECT gen_random_uuid(), e.person_id, e.household_id, e.area_path, %(benefit)s, %(title)s, %(in_kind)s, %(period)s, 'proposed', %(run)s,
        %(run)s, %(today)s, coalesce(f.day, %(as_of)s), CASE WHEN %(in_kind)s THEN 0 ELSE e.amount END,
        CASE WHEN f.day IS NULL THEN %(as_of)s::date END, '', '', ''
    FROM ({_ELIGIBLE}) e LEFT JOIN unnest(%(persons)s::bigint[], %(days)s::date[]) f (person_id, day) ON f.person_id = e.person_id
    ON CONFLICT DO NOTHING RETURNING id
), steps AS (
    INSERT INTO grant_step (grant_id, before, after, at, by, by_name, reason, run_id)
    SELECT id, '', 'proposed', %(now)s, %(by)s, %(by_name)s, %(reason)s, %(run)s FROM made
)
SELECT id FROM made ORDER BY id
"""  # noqa: S608
_GOES_ON = """
SELECT n.id FROM grant_given n JOIN grant_given o ON o.person_id = n.person_id AND o.benefit = n.benefit AND o.id < n.id
    AND o.state = 'ended' AND o.until_on = n.from_on AND o.until_on > o.from_on
JOIN LATERAL (SELECT run_id FROM grant_step s WHERE s.grant_id = o.id ORDER BY s.id DESC LIMIT 1) e ON e.run_id IS NOT NULL
WHERE n.id = ANY(%s) ORDER BY n.id
"""
_OFFERS = f"""
SELECT e.person_id, e.area_path FROM ({_ELIGIBLE}) e
WHERE NOT EXISTS (SELECT 1 FROM grant_application a WHERE a.person_id = e.person_id AND a.benefit = %(benefit)s AND a.state = 'open')
"""  # noqa: S608


@transaction.atomic
def propose_grants(actor: Actor, *, run_id: int) -> Proposed:
    """Everybody eligible by the run has a grant (or had it refused, or once for good); run again, nothing more happens.

    Benefits on application are not proposed: a work item of the community says who could apply, where the pack wants that. Who was
    decided again since is left to that decision. Needs Right.DETERMINE at the city, or the system.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    lock_following()
    run = Run.objects.get(id=run_id, published_at__isnull=False)
    newer = decided_since(run)
    if newer is None:
        return Proposed(run.id, 0, 0)
    plan, pack = granting(), policy.pack_of(run.pack_version_id)
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    made, offered = list[int](), list[work_items.NewWorkItem]()
    kept = set[str]()
    for benefit in rules.benefits:
        rule, entry = plan.rule(benefit.id), pack.benefits[benefit.id]
        in_kind = benefit.amount is None
        if not benefit.in_force:
            continue
        if entry.application == "none" and rule.gives(in_kind=in_kind):
            made += _propose(actor, run, benefit, rule, newer)
        elif entry.application != "none" and rule.offered:
            offered += _offers(run, benefit, rule, newer)
            kept |= {item.key for item in offered}
    opened = _settle_offers(run, offered)
    _go_on(actor, run, made)
    make_notices_for(actor, made)
    audit.record(
        actor, "grants.propose", subject_type="run", subject_id=run.id, detail={"proposed": len(made), "offered": len(offered)}
    )
    tell(made, run.cause)
    return Proposed(run.id, len(made), opened)


def _go_on(actor: Actor, run: Run, made: Sequence[int]) -> None:
    """What begins on the day on which the rules ended an earlier grant (a death was a mistake, say) goes on without a new answer."""
    with connection.cursor() as cursor:
        cursor.execute(_GOES_ON, [list(made)])
        ids = [row[0] for row in cursor.fetchall()]
    for grant in Grant.objects.select_for_update().filter(id__in=ids).order_by("id"):
        grant.confirmed_on = clock.today()
        move(actor, grant, GrantState.ACTIVE, reason=GOES_ON, run_id=run.id)
    if ids:
        check_accounts(ids)


def _asked(run: Run, benefit: Benefit, rule: GrantRule, newer: list[int]) -> dict[str, Any]:
    return {
        "newer": newer, "run": run.id, "index": benefit.index, "benefit": benefit.id, "lifetime": rule.lifetime,
        "household": rule.lifetime and bool(benefit.first_by),
    }  # fmt: skip


def _propose(actor: Actor, run: Run, benefit: Benefit, rule: GrantRule, newer: list[int]) -> list[int]:
    asked = _asked(run, benefit, rule, newer)
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, asked)
        first_days = _first_days([row[0] for row in cursor.fetchall()], benefit.id, run.as_of)
        values: dict[str, Any] = {
            "title": benefit.title, "in_kind": benefit.amount is None, "period": benefit.period.value, "today": clock.today(),
            "as_of": run.as_of, "persons": list(first_days), "days": list(first_days.values()), "now": clock.now(), "by": actor.id,
            "by_name": actor.name, "reason": REASON,
        }  # fmt: skip
        cursor.execute(_INSERT, {**asked, **values})
        return [row[0] for row in cursor.fetchall()]


def _first_days(person_ids: Sequence[int], benefit: str, as_of: dt.date) -> Mapping[int, dt.date]:
    """The first day of the time, up to the day of the run, in which each person has been eligible without a break, as far as that is known;
    not further back than the pack looks, nor than the end of an earlier grant.
    """
    if not person_ids:
        return {}
    bound = months_before(as_of, granting().term("look_back_months"))
    ended = _ended_before(person_ids, benefit)
    found: dict[int, dt.date] = {}
    decided: dict[int, Mapping[int, Sequence[SpanThen]]] = {}
    histories = histories_by_person(person_ids)
    for person in person_ids:
        home = histories[person]
        if home.household_id not in decided:
            decided[home.household_id] = member_spans(home, since=bound, until=as_of, lenient=False)
        day = as_of
        for span in reversed(decided[home.household_id][person]):
            if not span.of(benefit).entitled:
                break
            day = span.first
        found[person] = max(day, ended.get(person, day))
    return found


def _ended_before(person_ids: Sequence[int], benefit: str) -> Mapping[int, dt.date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, max(until_on) FROM grant_given WHERE person_id = ANY(%s) AND benefit = %s AND state = 'ended' GROUP BY 1",
            [list(person_ids), benefit],
        )
        return dict(cursor.fetchall())


def offer_key(person_id: int, benefit: str) -> str:
    """The key of the work item that says somebody could apply."""
    return f"{GRANT_OFFER}:{person_id}:{benefit}"


def _offers(run: Run, benefit: Benefit, rule: GrantRule, newer: list[int]) -> list[work_items.NewWorkItem]:
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, _asked(run, benefit, rule, newer))
        return [
            work_items.NewWorkItem(
                kind=GRANT_OFFER, key=offer_key(person, benefit.id), owner=OWNER, area_path=path, subject_type="person", subject_id=person,
                title=f"可以申请“{benefit.title}”，请告诉老人", detail={"benefit": benefit.id, "run": run.id},
            )
            for person, path in cursor.fetchall()
        ]  # fmt: skip


def _settle_offers(run: Run, offered: Sequence[work_items.NewWorkItem]) -> int:
    """Open items are those of this run; of others only where the run decided the whole city or their person."""
    wanted = {item.key for item in offered}
    open_now = work_items.open_keys(GRANT_OFFER)
    if run.kind != CITY:
        people = {str(person) for person in _people_of(run)}
        open_now = frozenset(key for key in open_now if key.split(":")[1] in people)
    opened = work_items.open_items_bulk(SYSTEM, items=[item for item in offered if item.key not in open_now])
    work_items.close_by_keys(SYSTEM, keys=sorted(open_now - wanted), outcome="已申请、已享受，或不再符合条件")
    return opened


def _people_of(run: Run) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM decision WHERE run_id = %s", [run.id])
        return [row[0] for row in cursor.fetchall()]
