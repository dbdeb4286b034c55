"""Machines that call the API. A token is shown once; the database keeps its hash."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from songhe.contexts.accounts.access import consumers_visible_to
from songhe.contexts.accounts.actions.users import check_area_path
from songhe.contexts.accounts.errors import ConsumerNameTaken, ConsumerUnknown
from songhe.contexts.accounts.models import Consumer
from songhe.contexts.accounts.queries.consumers import ConsumerView, consumer_view, token_hash
from songhe.contexts.accounts.words import CONSUMER_RIGHTS
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class NewConsumer:
    """A consumer with its fresh token; `token` is shown once and kept nowhere in clear."""

    consumer: ConsumerView
    token: str = field(repr=False)


@transaction.atomic
def create_consumer(actor: Actor, *, name: str, scopes: Iterable[Right], area_path: str) -> NewConsumer:
    """The consumer exists and may do what its scopes say, at the area and below."""
    require(actor, Right.MANAGE_USERS, area_path)
    check_area_path(area_path)
    wanted = frozenset(scopes)
    if not name.strip():
        raise InvalidInput("请填写系统名称。", next_step="例如:12345热线平台。", field="name")
    if not wanted or not wanted <= CONSUMER_RIGHTS:
        raise InvalidInput("接口权限不对。", next_step="请至少选一项，只能选列出的权限。", field="scopes")
    token = _new_token()
    consumer = Consumer(
        name=name.strip(), token_hash=token_hash(token), scopes=sorted(wanted), area_path=area_path,
        created_by=actor.id, created_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            consumer.save(force_insert=True)
    except IntegrityError:
        raise ConsumerNameTaken(
            f"「{name.strip()}」已经登记过了。", next_step="请换一个名称，或者给它换发令牌。", field="name"
        ) from None
    _audit(actor, "account.create_consumer", consumer)
    return NewConsumer(consumer_view(consumer), token)


@transaction.atomic
def rotate_token(actor: Actor, *, consumer_id: int) -> NewConsumer:
    """The consumer has a new token; the old one no longer opens anything."""
    consumer = _locked(actor, consumer_id)
    if consumer.revoked_at is not None:
        raise ConsumerUnknown("这个接口已经停用。", next_step="需要时请重新登记。")
    token = _new_token()
    consumer.token_hash = token_hash(token)
    consumer.save(update_fields=["token_hash"])
    _audit(actor, "account.rotate_token", consumer)
    return NewConsumer(consumer_view(consumer), token)


@transaction.atomic
def revoke_consumer(actor: Actor, *, consumer_id: int) -> ConsumerView:
    """The consumer's token opens nothing from now on."""
    consumer = _locked(actor, consumer_id)
    if consumer.revoked_at is None:
        consumer.revoked_at = clock.now()
        consumer.save(update_fields=["revoked_at"])
        _audit(actor, "account.revoke_consumer", consumer)
    return consumer_view(consumer)


def _new_token() -> str:
    return "songhe_" + secrets.token_urlsafe(32)


def _locked(actor: Actor, consumer_id: int) -> Consumer:
    require(actor, Right.MANAGE_USERS)
    consumer = consumers_visible_to(actor).select_for_update().filter(pk=consumer_id).first()
    if consumer is None:
        raise ConsumerUnknown("没有这个接口，或者不归您管理。", next_step="请刷新列表。")
    return consumer


def _audit(actor: Actor, action: str, consumer: Consumer) -> None:
    shown = {"name": consumer.name, "scopes": consumer.scopes}
    audit.record(actor, action, subject_type="consumer", subject_id=consumer.pk, area_path=consumer.area_path, detail=shown)
