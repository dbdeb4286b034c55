"""The answer of a person who has shown the code of a letter or message: the same moves and checks as at the counter."""

from __future__ import annotations

import uuid

from django.db import transaction

from songhe.contexts.entitlements.actions.grant_results import Moved
from songhe.contexts.entitlements.actions.handle_grants import confirm_grant, refuse_grant
from songhe.contexts.entitlements.actions.make_notices import deliver_notice
from songhe.contexts.entitlements.actions.move_grants import checked_reason, moved
from songhe.contexts.entitlements.errors import GrantNotFound, MoveNotAllowed
from songhe.contexts.entitlements.models import Grant, Notice
from songhe.contexts.entitlements.words import GRANT_STATE_LABELS, GrantState, NoticeKind
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import InvalidInput

SEEN_ONLINE = "本人（网上）"
LONGEST_NAME = 50


@transaction.atomic
def answer_online(*, public_id: uuid.UUID, agree: bool, by_name: str, relation: str, reason: str = "") -> Moved:
    """The proposed grant is active, or refused with the reason; a notice that was still to be handed over has been seen.

    For the page that has checked code and number; who answers is named in the step. The same answer again changes nothing; any other
    answer to a grant that is no longer proposed raises MoveNotAllowed.
    """
    name, kin = by_name.strip(), relation.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput("请写您的姓名。", next_step="以后好知道是谁答复的。", field="by_name")
    if not 1 <= len(kin) <= LONGEST_NAME:
        raise InvalidInput("请选您是老人的什么人。", field="relation")
    grant = Grant.objects.select_for_update().filter(public_id=public_id).first()
    if grant is None:
        raise GrantNotFound("没有找到这项待遇。", next_step="请重新输入查询码。")
    wanted = GrantState.ACTIVE if agree else GrantState.REFUSED
    if grant.state == wanted:
        return moved(grant)
    if grant.state not in (GrantState.PROPOSED, GrantState.NOTIFIED):
        raise MoveNotAllowed(
            f"这一项现在是“{GRANT_STATE_LABELS[GrantState(grant.state)]}”，已经不用答复。",
            next_step="要改变请打电话，或者到窗口说一声。",
        )
    said = "" if agree else checked_reason(reason)
    for notice_id in Notice.objects.filter(grant=grant, kind=NoticeKind.PROPOSED, delivered_on=None).values_list("id", flat=True):
        deliver_notice(SYSTEM, notice_id=notice_id, received_by=SEEN_ONLINE)
    who = f"网上答复，{name}（{kin}）"
    if agree:
        return confirm_grant(SYSTEM, grant_id=grant.id, reason=f"{who}同意")
    return refuse_grant(SYSTEM, grant_id=grant.id, reason=f"{who}不要：{said}"[:300])
