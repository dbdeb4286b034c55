"""Notices that go by message: asked for, delivered, or told another way; what arrived and was never looked at becomes a visit.

A message goes to whoever has a mobile number and has not refused, where a gateway is connected and the pack has a text for the kind of notice.
People of the pack's visited groups are visited, whatever number they have.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from songhe.basics.surnames import surname_of
from songhe.contexts.entitlements.actions.codes import new_code
from songhe.contexts.entitlements.actions.grant_results import Moved
from songhe.contexts.entitlements.actions.move_grants import move
from songhe.contexts.entitlements.models import Grant, Notice, NoticeMessage
from songhe.contexts.entitlements.queries.grant_by_code import digest_of
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import GRANT_VISIT, TOLD_BY_MESSAGE, GrantState, NoticeChannel, NoticeKind, visit_key
from songhe.contexts.messaging import actions as messaging_actions
from songhe.contexts.messaging import queries as messaging
from songhe.contexts.messaging.events import MessageSettled
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import TakesEffect
from songhe.engines.policy.messages import MOST_UNITS, MessagePlan, units_of
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Right, require

PURPOSE = "grant_notice"
OWNER = "社区"
LETTER_INSTEAD = frozenset({"not_connected", "refused_by_person", "number_dead"})
"""Why a message failed where a letter reaches the person; in all other cases somebody visits."""
BLOCK = 2000


def tell_by_message(notice_ids: Collection[int], kind: NoticeKind) -> int:
    """Those of these waiting letters that can go by message do; how many. A step inside an action that has checked access itself."""
    plan = policy.pack_in_use().pack.messages
    text = f"grant_{kind}"
    if not notice_ids or plan is None or text not in plan.texts or not messaging.is_connected():
        return 0
    ordered = sorted(notice_ids)
    return sum(_ask(ordered[start : start + BLOCK], plan, text) for start in range(0, len(ordered), BLOCK))


def _ask(notice_ids: Sequence[int], plan: MessagePlan, text: str) -> int:
    notices = list(
        Notice.objects.filter(id__in=notice_ids, channel=NoticeChannel.LETTER, delivered_on=None).select_related("grant")
    )
    known = {each.person_id: each for each in people.phones({n.grant.person_id for n in notices})}
    reached = [n for n in notices if n.grant.person_id in known]
    can = messaging.sendable([known[n.grant.person_id].phone for n in reached])
    desks = places.desks_of({n.grant.area_path for n in reached})
    items, told, grants = [], [], []
    for notice, may in zip(reached, can, strict=True):
        if not may:
            continue
        person, code = known[notice.grant.person_id], new_code()
        values = {"surname": surname_of(person.name), "code": code, "phone": _phone(desks.get(notice.grant.area_path))}
        filled = plan.filled(text, values)
        if units_of(filled) > MOST_UNITS:
            continue
        items.append(
            messaging_actions.NewMessage(
                key=f"{PURPOSE}:{notice.id}", purpose=PURPOSE, template=text, wording=plan.texts[text].text, text=filled, values=values,
                number=person.phone, area_path=notice.grant.area_path, price=plan.price.value,
            )
        )  # fmt: skip
        notice.channel, notice.grant.code_digest = NoticeChannel.MESSAGE, digest_of(code)
        told.append(notice)
        grants.append(notice.grant)
    messaging_actions.ask_for_messages(items)
    Notice.objects.bulk_update(told, ["channel"], batch_size=500)
    Grant.objects.bulk_update(grants, ["code_digest"], batch_size=500)
    NoticeMessage.objects.bulk_create([NoticeMessage(notice=n) for n in told], ignore_conflicts=True)
    return len(told)


def _phone(desk: places.CommunityDesk | None) -> str:
    """Whom a message says to call: the community, or the counter of the pack."""
    if desk is not None and desk.phone:
        return desk.phone
    contact = policy.pack_in_use().pack.contact
    return contact.phone if contact is not None else "社区"


@transaction.atomic
def note_message(event: MessageSettled) -> None:
    """A notice that was delivered by message is delivered; otherwise it is a letter or a visit now. Told twice, nothing more happens."""
    number = event.key.partition(":")[2]
    if event.purpose != PURPOSE or not number.isdecimal():
        return
    notice = Notice.objects.select_for_update(of=("self",)).select_related("grant").filter(id=int(number)).first()
    told = NoticeMessage.objects.select_for_update().filter(notice_id=int(number)).first()
    if notice is None or told is None or told.state == "delivered" or told.state == event.state:
        return
    told.state, told.because, told.settled_at = event.state, event.because, event.at
    told.save(update_fields=["state", "because", "settled_at"])
    if notice.delivered_on is not None:
        return  # somebody was quicker
    if event.state == "delivered":
        _delivered(notice, event.at)
    elif event.because in LETTER_INSTEAD:
        notice.channel = NoticeChannel.LETTER
        notice.save(update_fields=["channel"])
    else:
        notice.channel = NoticeChannel.VISIT
        notice.save(update_fields=["channel"])
        _visit([told], f"短信没有送到，请上门告知“{notice.grant.title}”")


def _delivered(notice: Notice, at: dt.datetime) -> None:
    day = at.astimezone(clock.CITY_ZONE).date()
    notice.delivered_on, notice.delivered_by, notice.received_by = day, SYSTEM.id, TOLD_BY_MESSAGE
    notice.channel = NoticeChannel.MESSAGE
    notice.save(update_fields=["delivered_on", "delivered_by", "received_by", "channel"])
    grant = Grant.objects.select_for_update().get(id=notice.grant_id)
    if notice.kind == NoticeKind.PROPOSED and grant.state == GrantState.PROPOSED:
        notified(SYSTEM, grant, day, TOLD_BY_MESSAGE)
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant.id)], outcome="短信送达")
    audit.record(
        SYSTEM, "grant.deliver_notice", subject_type="grant", subject_id=grant.id, area_path=grant.area_path,
        detail={"notice": notice.id, "kind": notice.kind, "delivered_on": day, "channel": "message"},
    )  # fmt: skip


def notified(actor: Actor, grant: Grant, day: dt.date, taken: str) -> Moved:
    """The locked proposed grant is notified, and its clock runs where silence is enough. A step inside an action."""
    plan = granting()
    silent = plan.rule(grant.benefit).takes_effect is TakesEffect.SILENCE
    grant.notified_on = day
    grant.effective_on_silence = day + dt.timedelta(plan.term("silence_days")) if silent else None
    return move(actor, grant, GrantState.NOTIFIED, reason=f"已告知，{taken}收")


def _visit(rows: Iterable[NoticeMessage], title: str = "") -> int:
    due, today = clock.today() + dt.timedelta(granting().term("visit_days")), clock.today()
    asked = list(rows)
    found = {n.id: n for n in Notice.objects.filter(id__in=[row.notice_id for row in asked]).select_related("grant")}
    items = []
    for row in asked:
        grant = found[row.notice_id].grant
        items.append(
            work_items.NewWorkItem(
                kind=GRANT_VISIT, key=visit_key(grant.id), owner=OWNER, area_path=grant.area_path, subject_type="person",
                subject_id=grant.person_id, title=title or f"短信没有人看，请上门问问“{grant.title}”", detail={"grant": grant.id}, due_on=due,
            )
        )  # fmt: skip
        row.visit_on = today
    NoticeMessage.objects.bulk_update(asked, ["visit_on"], batch_size=500)
    work_items.open_items_bulk(SYSTEM, items=items)
    return len(items)


@transaction.atomic
def visit_unread(actor: Actor) -> int:
    """Whoever got a message, has neither looked nor answered for the pack's days, is visited; how many new visits. Done once each."""
    pack = policy.pack_in_use().pack
    require(actor, Right.DETERMINE, f"{pack.place.code}/")
    if pack.messages is None:
        return 0
    before = clock.now() - dt.timedelta(pack.messages.days_until_visit.value)
    rows = NoticeMessage.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state="delivered", opened_on=None, visit_on=None, settled_at__lte=before, notice__kind=NoticeKind.PROPOSED,
        notice__grant__state=GrantState.NOTIFIED,
    )  # fmt: skip
    made = _visit(rows.order_by("id"))
    if made:
        audit.record(actor, "grants.visit_unread", detail={"visits": made})
    return made


@transaction.atomic
def note_opened(*, public_id: uuid.UUID) -> None:
    """Who has shown the code of a message has seen it: no visit is needed for it any more. For the page that has checked the code."""
    rows = NoticeMessage.objects.select_for_update(of=("self",)).filter(notice__grant__public_id=public_id, opened_on=None)
    found = list(rows.select_related("notice"))
    for row in found:
        row.opened_on = clock.today()
    NoticeMessage.objects.bulk_update(found, ["opened_on"])
    unread = {row.notice.grant_id for row in found if row.visit_on is not None and row.state == "delivered"}
    work_items.close_by_keys(SYSTEM, keys=[visit_key(grant) for grant in unread], outcome="本人已看到短信")
