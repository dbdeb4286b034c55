"""Open grants follow a published run the same day: they end, go on with another amount, are suspended or taken up again, with their dues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.entitlements.actions.count_dues import Counted, count_days, ever_active, write_dues
from songhe.contexts.entitlements.actions.grant_results import Followed
from songhe.contexts.entitlements.actions.make_notices import tell_by_letter
from songhe.contexts.entitlements.actions.move_grants import lock_following, move, tell
from songhe.contexts.entitlements.models import Decision, Due, Grant, Run
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import (
    CITY,
    OPEN_GRANTS,
    STATUS_LABELS,
    GrantState,
    NoticeKind,
    SuspendedFor,
    visit_key,
)
from songhe.contexts.people import facts
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import EndCause, Unsure, month_first
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.foundation import audit, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require

BLOCK = 1000
ENTITLED = (Status.ELIGIBLE, Status.PROVISIONAL)
BEGUN = (GrantState.ACTIVE, GrantState.SUSPENDED)

# Open grants of a city run's benefit for which the run says something else, or (where it covers the whole city) nothing any more.
_DIFFERENT = """
SELECT g.id FROM grant_given g LEFT JOIN decision d ON d.run_id = %(run)s AND d.person_id = g.person_id
WHERE g.benefit = %(benefit)s AND g.state IN ('proposed', 'notified', 'active', 'suspended') AND (
    d.person_id IS NULL OR %(index)s < 0
    OR get_byte(d.statuses, greatest(%(index)s, 0)) NOT IN (1, 5)
    OR NOT g.in_kind AND d.amounts[%(index)s + 1] <> g.amount
    OR d.area_path <> g.area_path
    OR g.overridden_by_id IS NOT NULL
    OR g.state = 'suspended' AND g.suspended_for = 'unsure')
  AND g.person_id <> ALL(%(newer)s)
ORDER BY g.id
"""


@dataclass(slots=True)
class _Tally:
    ended: int = 0
    changed: int = 0
    suspended: int = 0
    dues: int = 0

    def add(self, other: Followed) -> None:
        self.ended += other.ended
        self.changed += other.changed
        self.suspended += other.suspended
        self.dues += other.dues


def follow_decisions(actor: Actor, *, run_id: int) -> Followed:
    """What the run says of open grants holds of them; run again, nothing more happens. Needs Right.DETERMINE at the city, or the system.

    For a run of the whole city only the grants are read for which it says something new, or of whose past something has come in since the
    city run before, in transactions of BLOCK of them: killed in
    between, what was done stands whole and the rest is done by the next call. Grants of persons decided again since follow that decision.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    run = Run.objects.get(id=run_id, published_at__isnull=False)
    tally = _Tally()
    for ids in _concerned(run):
        tally.add(_follow(actor, run, ids))
    return Followed(run.id, tally.ended, tally.changed, tally.suspended, tally.dues)


def _concerned(run: Run) -> Iterator[list[int]]:
    if run.kind != CITY:
        people = list(Decision.objects.filter(run=run).values_list("person_id", flat=True))
        newer = Decision.objects.filter(person__in=people, run_id__gt=run.id, run__published_at__isnull=False)
        left = set(people) - set(newer.values_list("person_id", flat=True))
        ids = list(
            Grant.objects.filter(person__in=left).exclude(state=GrantState.REFUSED).order_by("id").values_list("id", flat=True)
        )
        yield from _blocks(ids)
        return
    found: list[int] = []
    newer_people = decided_since(run)
    if newer_people is None:
        return
    with connection.cursor() as cursor:
        benefits = Grant.objects.filter(state__in=OPEN_GRANTS).order_by("benefit").values_list("benefit", flat=True).distinct()
        for benefit in list(benefits):
            index = run.benefits.index(benefit) if benefit in run.benefits else -1
            cursor.execute(_DIFFERENT, {"run": run.id, "benefit": benefit, "index": index, "newer": newer_people})
            found += [row[0] for row in cursor.fetchall()]
    yield from _blocks(sorted({*found, *_with_other_past(run, newer_people)}))


def _with_other_past(run: Run, newer: Collection[int]) -> list[int]:
    """Grants with dues of whom something was received since the city run before this one that speaks of a month that is over."""
    before = (
        Run.objects.filter(kind=CITY, published_at__isnull=False, id__lt=run.id)
        .select_related("snapshot")
        .order_by("-id")
        .first()
    )
    if before is None or before.snapshot is None:
        return []
    people = set(facts.told_of_the_past(since=before.snapshot.taken_at, before=month_first(run.as_of))) - set(newer)
    return list(Grant.objects.filter(person__in=people, id__in=Due.objects.values("grant_id")).values_list("id", flat=True))


def decided_since(run: Run) -> list[int] | None:
    """Who was decided again by a later run of households; None where the whole city was: then the later run is the one to follow."""
    later = Run.objects.filter(id__gt=run.id, published_at__isnull=False)
    if later.filter(kind=CITY).exists():
        return None
    return sorted(set(Decision.objects.filter(run__in=later).values_list("person_id", flat=True)))


def _blocks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BLOCK):
        yield list(ids[start : start + BLOCK])


@transaction.atomic
def _follow(actor: Actor, run: Run, ids: Sequence[int]) -> Followed:
    lock_following()
    grants = list(Grant.objects.select_for_update().filter(id__in=ids).order_by("id"))
    rules = policy.rulebook_of(run.pack_version_id, run.as_of)
    rows = {d.person_id: d for d in Decision.objects.filter(run=run, person__in={g.person_id for g in grants})}
    found = count_days(grants)
    tally, kept = _Tally(), list[Grant]()
    moved: dict[NoticeKind, list[int]] = {}
    for grant in grants:
        told = _step(actor, run, rules, grant, rows.get(grant.person_id), found.get(grant.id), tally)
        if told is not None:
            moved.setdefault(told, []).append(grant.id)
        kept.append(grant)
    _remember_end(kept, found)
    owed = ever_active([g.id for g in kept])
    dues = write_dues([g for g in kept if g.id in owed], found, run_id=run.id, cause=run.cause or "重新核算", until=None)
    over = {due.grant_id for due in dues if due.replaces is not None and due.amount < due.replaces.amount}
    begun = {g.id for g in kept if g.id in owed}
    for kind, told_ids in moved.items():
        tell_by_letter([i for i in told_ids if i in begun], kind)
    tell_by_letter(sorted(over), NoticeKind.RECOVERY)
    changed = sorted({i for each in moved.values() for i in each} | {due.grant_id for due in dues})
    result = Followed(run.id, tally.ended, tally.changed, tally.suspended, len(dues))
    if changed:
        audit.record(
            actor, "grants.follow", subject_type="run", subject_id=run.id,
            detail={"ended": tally.ended, "changed": tally.changed, "suspended": tally.suspended, "dues": len(dues),
                    "difference": _difference(dues)},
        )  # fmt: skip
        tell(changed, run.cause or "重新核算")
    return result


def _difference(dues: Sequence[Due]) -> int:
    return sum(due.amount - (due.replaces.amount if due.replaces else 0) for due in dues)


def _step(
    actor: Actor, run: Run, rules: Rulebook, grant: Grant, row: Decision | None, found: Counted | None, tally: _Tally
) -> NoticeKind | None:
    """The grant is in the state that the decision calls for; what the person has to be told of it."""
    if grant.state not in OPEN_GRANTS:
        return None
    if row is not None and row.area_path != grant.area_path:
        grant.area_path = row.area_path
        grant.save(update_fields=["area_path"])
    status, amount = _said(rules, grant, row)
    now = found.now if found is not None else None
    ruling = now.appeal if now is not None else None
    if now is not None and ruling is not None:  # an appeal was upheld against the rules
        status, amount = Status.ELIGIBLE, now.span.amount or 0
    if status is Status.CANNOT_TELL:
        return _unsure(actor, run, grant, tally)
    if status not in ENTITLED:
        if now is not None and now.span.amount is not None:
            return None  # by what has come in since
        return _end(actor, run, rules, grant, row, status, found, tally)
    if grant.state == GrantState.SUSPENDED and grant.suspended_for == SuspendedFor.UNSURE:
        move(actor, grant, GrantState.ACTIVE, reason="资料已经核实", run_id=run.id)
        tally.changed += 1
    if grant.overridden_by_id != ruling:
        grant.overridden_by_id = ruling
        grant.save(update_fields=["overridden_by"])
    if grant.in_kind or amount == grant.amount:
        return None
    grant.amount, grant.amount_since, grant.current_run_id = amount, _since(found, amount), run.id
    grant.save(update_fields=["amount", "amount_since", "current_run"])
    tally.changed += 1
    return NoticeKind.CHANGED if grant.state in BEGUN else None


def _said(rules: Rulebook, grant: Grant, row: Decision | None) -> tuple[Status, int]:
    benefit = next((b for b in rules.benefits if b.id == grant.benefit), None)
    if row is None or benefit is None:
        return (Status.NOT_ELIGIBLE if benefit is not None else Status.NOT_IN_FORCE), 0
    return Status(bytes(row.statuses)[benefit.index]), row.amounts[benefit.index]


def _since(found: Counted | None, amount: int) -> dt.date | None:
    """The first day of the present amount, where the days tell it."""
    if found is None or not found.basis or found.basis[-1].span.amount != amount:
        return None
    day = found.basis[-1].span.first
    for b in reversed(found.basis):
        if b.span.amount != amount:
            break
        day = b.span.first
    return day


def _unsure(actor: Actor, run: Run, grant: Grant, tally: _Tally) -> NoticeKind | None:
    """What cannot be told any more: as the pack wants, the grant goes on or pauses; what is missing is a work item already."""
    if grant.state != GrantState.ACTIVE or granting().rule(grant.benefit).unsure is not Unsure.SUSPEND:
        return None
    reason = "有的资料已过期或缺失，核实前暂停，核实后补发"
    move(actor, grant, GrantState.SUSPENDED, reason=reason, run_id=run.id, suspended_for=SuspendedFor.UNSURE)
    tally.suspended += 1
    return NoticeKind.SUSPENDED


def _end(
    actor: Actor,
    run: Run,
    rules: Rulebook,
    grant: Grant,
    row: Decision | None,
    status: Status,
    found: Counted | None,
    tally: _Tally,
) -> NoticeKind:
    began = grant.state in BEGUN
    day = found.ends_on if found is not None and found.ends_on is not None else run.as_of
    cause = found.cause if found is not None else EndCause.OTHER
    reason = _ruling_over(grant, day) or why(rules, grant.benefit, row, status, cause, day, forgiven=_forgiven(grant))
    grant.current_run_id, grant.overridden_by = run.id, None
    grant.save(update_fields=["current_run", "overridden_by"])
    move(actor, grant, GrantState.ENDED, reason=reason, run_id=run.id, until_on=day if began else grant.from_on)
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id), f"grant_account:{grant.id}"], outcome=reason)
    tally.ended += 1
    return NoticeKind.ENDED


def _ruling_over(grant: Grant, day: dt.date) -> str:
    """What ended, where the days of the appeal's decision by which it was given are over."""
    ruling = grant.overridden_by
    if ruling is None or ruling.decided_on is None or ruling.override_until is None or day < ruling.override_until:
        return ""
    return f"{day:%Y年%-m月%-d日}起不再发：{ruling.decided_on:%Y年%-m月%-d日}的申诉决定只到前一天"


def _forgiven(grant: Grant) -> frozenset[str]:
    """The conditions that failed already when an appeal gave the grant against them."""
    ruling = grant.overridden_by
    return frozenset(ruling.override_against or ()) if ruling is not None else frozenset()


def why(
    rules: Rulebook, benefit_id: str, row: Decision | None, status: Status, cause: EndCause, day: dt.date,
    *, forgiven: Collection[str] = (),
) -> str:  # fmt: skip
    """Why somebody is not entitled, in Chinese: what happened, which condition does not hold (other than those `forgiven`), or which other
    benefit is kept.
    """
    on = f"{day:%Y年%-m月%-d日}起"
    if cause is EndCause.DIED:
        return f"{on}不再发：已去世"
    benefit = next((b for b in rules.benefits if b.id == benefit_id), None)
    if row is None or benefit is None:
        return f"{on}不再发：" + ("户口或住处已不在本市" if cause is EndCause.MOVED else "政策不再包括这种情况")
    if status is Status.DISPLACED:
        kept = _kept_instead(rules, benefit.index, row)
        return f"{on}改领{kept}" if kept else f"{on}{STATUS_LABELS[status]}"
    if status is Status.OTHER_MEMBER:
        return f"{on}由同户另一位家人享受，每户只发一份"
    possible = int.from_bytes(bytes(row.true_mask), "little") | int.from_bytes(bytes(row.unknown_mask), "little")
    failing = [c for c in benefit.conditions if not possible >> c.bit & 1]
    failed = next((c.no for c in failing if c.id not in forgiven), failing[0].no if failing else STATUS_LABELS[status])
    return f"{on}不再发：{failed}"


def _kept_instead(rules: Rulebook, index: int, row: Decision) -> str:
    statuses: Mapping[int, Status] = {place: Status(code) for place, code in enumerate(bytes(row.statuses))}
    names = [
        f"“{rules.benefits[other].title}”"
        for group in rules.groups
        if index in group.among
        for other in group.among
        if other != index and statuses[other] in ENTITLED
    ]
    return "、".join(dict.fromkeys(names))


def _remember_end(grants: Sequence[Grant], found: Mapping[int, Counted]) -> None:
    """A grant that the rules ended keeps the last day that is known now: a death may turn out to have been earlier, or later."""
    for grant in grants:
        counted = found.get(grant.id)
        if grant.state != GrantState.ENDED or counted is None or counted.ends_on is None or grant.until_on is None:
            continue
        day = max(counted.ends_on, grant.from_on)
        if day != grant.until_on and grant.until_on > grant.from_on:
            grant.until_on = day
            grant.save(update_fields=["until_on"])
