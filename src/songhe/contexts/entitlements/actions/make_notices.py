"""Telling people: notices for what was proposed or has changed, their delivery, and the code by which a letter opens its grant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection, transaction

from songhe.contexts.entitlements.access import grants_visible_to, notices_visible_to
from songhe.contexts.entitlements.actions.codes import new_code
from songhe.contexts.entitlements.actions.grant_results import IssuedCode, Moved, NoticesMade
from songhe.contexts.entitlements.actions.move_grants import checked_day, grant_for, moved
from songhe.contexts.entitlements.actions.tell_by_message import notified, tell_by_message
from songhe.contexts.entitlements.errors import GrantNotFound
from songhe.contexts.entitlements.models import Grant, Notice
from songhe.contexts.entitlements.queries.grant_by_code import digest_of
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import GRANT_VISIT, GrantState, NoticeChannel, NoticeKind, visit_key
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput

OWNER = "社区"

# A notice for each proposed grant that has none; a visit for who stands in one of the visited groups of the roster.
_PROPOSED = """
INSERT INTO grant_notice (grant_id, kind, channel, made_at, received_by)
SELECT g.id, 'proposed', CASE WHEN EXISTS (
        SELECT 1 FROM roster_entry e JOIN roster_rule r ON r.id = e.rule_id AND r.kind = 'group' AND r.name = ANY(%(groups)s)
        WHERE e.person_id = g.person_id AND e.left_on IS NULL) THEN 'visit' ELSE 'letter' END, %(now)s, ''
FROM grant_given g
WHERE g.state = 'proposed' AND (%(ids)s::bigint[] IS NULL OR g.id = ANY(%(ids)s)) AND g.area_path LIKE %(path)s
  AND NOT EXISTS (SELECT 1 FROM grant_notice n WHERE n.grant_id = g.id AND n.kind = 'proposed')
RETURNING id, grant_id, channel
"""


@transaction.atomic
def make_notices(actor: Actor, *, area_path: str = "") -> NoticesMade:
    """Every proposed grant in the area has a notice; whoever is told by a visit is a work item of the community."""
    require(actor, Right.HANDLE_GRANTS, area_path or None)
    found = _make(None, area_path)
    audit.record(actor, "grants.make_notices", area_path=area_path, detail={"made": found.made, "visits": found.visits})
    return found


def make_notices_for(actor: Actor, grant_ids: Sequence[int]) -> NoticesMade:
    """The same for these grants, as a step inside an action that has checked access itself."""
    return _make(list(grant_ids), "") if grant_ids else NoticesMade(0, 0)


def _make(grant_ids: list[int] | None, area_path: str) -> NoticesMade:
    plan = granting()
    with connection.cursor() as cursor:
        cursor.execute(
            _PROPOSED, {"groups": list(plan.visit_groups), "now": clock.now(), "ids": grant_ids, "path": f"{area_path}%"}
        )
        rows = cursor.fetchall()
    visits = [grant for _, grant, channel in rows if channel == NoticeChannel.VISIT]
    due = clock.today() + dt.timedelta(plan.term("visit_days"))
    told = Grant.objects.filter(id__in=visits).values_list("id", "person_id", "area_path", "title")
    work_items.open_items_bulk(
        SYSTEM,
        items=[
            work_items.NewWorkItem(
                kind=GRANT_VISIT, key=visit_key(grant), owner=OWNER, area_path=path, subject_type="person", subject_id=person,
                title=f"上门告知“{title}”", detail={"grant": grant}, due_on=due,
            )
            for grant, person, path, title in told
        ],
    )  # fmt: skip
    tell_by_message([notice for notice, _, channel in rows if channel == NoticeChannel.LETTER], NoticeKind.PROPOSED)
    return NoticesMade(len(rows), len(visits))


def tell_by_letter(grant_ids: Sequence[int], kind: NoticeKind) -> None:
    """A letter of this kind waits to be printed for each grant (or a message goes), unless one waits already. A step inside an action."""
    waiting = set(
        Notice.objects.filter(grant__in=list(grant_ids), kind=kind, delivered_on=None).values_list("grant_id", flat=True)
    )
    now = clock.now()
    made = Notice.objects.bulk_create(
        [Notice(grant_id=g, kind=kind, channel=NoticeChannel.LETTER, made_at=now) for g in sorted(set(grant_ids) - waiting)],
        batch_size=2000,
    )
    tell_by_message([notice.id for notice in made], kind)


@transaction.atomic
def deliver_notice(actor: Actor, *, notice_id: int, delivered_on: dt.date | None = None, received_by: str) -> Moved:
    """The notice was handed over; a proposed grant is notified, and its clock runs where silence is enough.

    `received_by`: the person themselves, or name and relation of who took it.
    """
    notice = notices_visible_to(actor).filter(id=notice_id).first()
    if notice is None:
        raise GrantNotFound("没有找到这份通知，或者不在您负责的区域。", next_step="请刷新通知名单。")
    grant = grant_for(actor, notice.grant_id)
    notice = Notice.objects.select_for_update().get(id=notice_id)
    if notice.delivered_on is not None:
        raise Conflict("这份通知已经登记送达。", next_step="请刷新通知名单。")
    taken = received_by.strip()
    if not taken or len(taken) > 100:
        raise InvalidInput("请写明谁收的。", next_step="例如：本人；或“张三，儿子”。", field="received_by")
    day = checked_day(delivered_on, field="delivered_on")
    notice.delivered_on, notice.delivered_by, notice.received_by = day, actor.id, taken
    notice.save(update_fields=["delivered_on", "delivered_by", "received_by"])
    found = moved(grant)
    if notice.kind == NoticeKind.PROPOSED and grant.state == GrantState.PROPOSED:
        found = notified(actor, grant, day, taken)
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id)], outcome="已告知")
    audit.record(
        actor, "grant.deliver_notice", subject_type="grant", subject_id=grant.id, area_path=grant.area_path,
        detail={"notice": notice.id, "kind": notice.kind, "delivered_on": day},
    )  # fmt: skip
    return found


@transaction.atomic
def issue_code(actor: Actor, *, grant_id: int) -> IssuedCode:
    """The grant has a new look-up code, to be printed on a letter now: only its digest is kept. The code before it opens nothing any more."""
    grant = grant_for(actor, grant_id)
    code = new_code()
    grant.code_digest = digest_of(code)
    grant.save(update_fields=["code_digest"])
    audit.record(actor, "grant.issue_code", subject_type="grant", subject_id=grant.id, area_path=grant.area_path)
    return IssuedCode(grant.id, code)


@transaction.atomic
def issue_codes(actor: Actor, *, grant_ids: Collection[int]) -> tuple[IssuedCode, ...]:
    """The same for many letters at once, in the order of their numbers; recorded as one deed. GrantNotFound where one is not the actor's."""
    wanted = sorted(set(grant_ids))
    rows = list(grants_visible_to(actor).select_for_update(of=("self",)).filter(id__in=wanted).order_by("id"))
    if len(rows) != len(wanted):
        raise GrantNotFound("有的待遇没有找到，或者不在您负责的区域。", next_step="请刷新通知名单后再印。")
    for path in {row.area_path for row in rows}:
        require(actor, Right.HANDLE_GRANTS, path)
    issued = tuple(IssuedCode(row.id, new_code()) for row in rows)
    for row, each in zip(rows, issued, strict=True):
        row.code_digest = digest_of(each.code)
    Grant.objects.bulk_update(rows, ["code_digest"], batch_size=500)
    audit.record(actor, "grants.issue_codes", detail={"grants": wanted})
    return issued
