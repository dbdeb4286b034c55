"""From a signed-in user or a token to the actor that every action and query asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q

from songhe.contexts.accounts.errors import UserUnknown
from songhe.contexts.accounts.models import Consumer, RoleGrant, User
from songhe.contexts.accounts.queries.consumers import token_hash
from songhe.contexts.accounts.words import CONSUMER_ROLES
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role


def actor_of_user(user_id: int) -> Actor:
    """The user with the grants in force today; raises UserUnknown where there is no active account."""
    row = User.objects.filter(pk=user_id, is_active=True).only("display_name").first()
    if row is None:
        raise UserUnknown("账号不存在或已停用。", next_step="请联系安全管理员。")
    today = clock.today()
    held = RoleGrant.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), user_id=user_id, valid_from__lte=today)
    grants = tuple(Grant(Role(role), path) for role, path in held.order_by("pk").values_list("role", "area_path"))
    return Actor(id=row.pk, name=row.display_name, kind="user", grants=grants)


def actor_of_token(token: str) -> Actor | None:
    """The API consumer that holds the token, None where nobody does any more. Its id is negative, so no user has the same."""
    row = Consumer.objects.filter(token_hash=token_hash(token), revoked_at=None).first()
    if row is None:
        return None
    scopes = frozenset(Right(scope) for scope in row.scopes)
    return Actor(
        id=-row.pk,
        name=row.name,
        kind="consumer",
        grants=tuple(Grant(role, row.area_path) for role in CONSUMER_ROLES),
        scopes=scopes,
    )


def names_of(actor_ids: Iterable[int]) -> Mapping[int, str]:
    """The names behind actor ids, as other tables keep them: users, consumers (negative) and the system (0)."""
    wanted = set(actor_ids)
    found = dict(User.objects.filter(pk__in=[i for i in wanted if i > 0]).values_list("pk", "display_name"))
    found |= {-pk: name for pk, name in Consumer.objects.filter(pk__in=[-i for i in wanted if i < 0]).values_list("pk", "name")}
    return found | ({SYSTEM.id: SYSTEM.name} if SYSTEM.id in wanted else {})
