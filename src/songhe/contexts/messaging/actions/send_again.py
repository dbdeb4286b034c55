"""A message that never left is sent again; and who wants no messages, or wants them again."""

from __future__ import annotations

import uuid

from django.db import transaction

from songhe.contexts.messaging.access import refusals, visible_to
from songhe.contexts.messaging.errors import MessageNotFound, NumberNotUsable, WouldBeTwo
from songhe.contexts.messaging.models import Message, MessageRefusal
from songhe.contexts.messaging.queries.sendable import KIND, mobile
from songhe.contexts.messaging.words import MessageState, RefusalWay
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import blind_index
from songhe.foundation.errors import Conflict


@transaction.atomic
def send_again(actor: Actor, *, public_id: uuid.UUID) -> None:
    """The message waits again. Only one that certainly never reached the platform: raises WouldBeTwo for any other, Conflict while it waits."""
    found = visible_to(actor).select_for_update().filter(public_id=public_id).first()
    if found is None:
        raise MessageNotFound("没有找到这条短信，或者不在您负责的区域。", next_step="请刷新名单。")
    require(actor, Right.TEND_MESSAGES, found.area_path)
    if found.state == MessageState.WAITING:
        raise Conflict("这条短信正等着发。", next_step="不用再办，等一会儿刷新看看。")
    if found.state != MessageState.FAILED or found.doubtful or found.handed_at is not None or found.sealed is None:
        raise WouldBeTwo("短信平台可能已经收下这一条，再发老人会收到两条。", next_step="这件事已经改为书面或上门告知。")
    found.state, found.because, found.settled_at, found.tries, found.next_try_at = (
        MessageState.WAITING, "", None, 0, clock.now(),
    )  # fmt: skip
    found.file = None
    found.save()
    audit.record(actor, "message.send_again", subject_type="message", subject_id=found.id, area_path=found.area_path)


@transaction.atomic
def refuse_messages(actor: Actor, *, number: str, way: RefusalWay, area_path: str) -> None:
    """No message goes to this number any more, also none that waits already. Said twice, it is kept once."""
    require(actor, Right.HANDLE_GRANTS, area_path)
    MessageRefusal.objects.get_or_create(
        number_index=_index(number), lifted_at=None, defaults={"since": clock.now(), "way": way.value, "said_to": actor.id}
    )
    audit.record(actor, "message.refuse", subject_type="message_number", area_path=area_path, detail={"way": way.value})


@transaction.atomic
def accept_messages(actor: Actor, *, number: str, area_path: str) -> None:
    """Messages may go to this number again."""
    require(actor, Right.HANDLE_GRANTS, area_path)
    refusals().filter(number_index=_index(number)).update(lifted_at=clock.now())
    audit.record(actor, "message.accept", subject_type="message_number", area_path=area_path)


@transaction.atomic
def refuse_by_reply(actor: Actor, *, message_id: uuid.UUID) -> bool:
    """Whoever got this message has answered that they want no more; False where it is none of ours."""
    require(actor, Right.REPORT_MESSAGES)
    index = Message.objects.filter(public_id=message_id).values_list("number_index", flat=True).first()
    if index is None:
        return False
    _, new = MessageRefusal.objects.get_or_create(
        number_index=index, lifted_at=None, defaults={"since": clock.now(), "way": RefusalWay.REPLY.value, "said_to": actor.id}
    )
    if new:
        audit.record(actor, "message.refuse", subject_type="message_number", detail={"way": RefusalWay.REPLY.value})
    return True


def _index(number: str) -> bytes:
    plain = mobile(number)
    if not plain:
        raise NumberNotUsable("这不是手机号码。", next_step="请核对老人登记的电话。", field="number")
    return blind_index(plain, kind=KIND)
