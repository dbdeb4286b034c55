"""Secrets of second factors (authenticator apps, recovery codes) stand sealed in the tables of the sign-in library.

The library hands us a text without saying whose it is, so all of them are bound to one place. What stood there before it was sealed is still
read, and sealed by the next walk.
"""

from __future__ import annotations

from collections import Counter

from allauth.mfa.models import Authenticator
from django.db import transaction

from songhe.contexts.accounts.actions.users import audited, locked
from songhe.contexts.accounts.errors import GrantToOneself
from songhe.contexts.accounts.models import User
from songhe.contexts.accounts.queries.users import UserView, view_of
from songhe.foundation.access import Actor, require_system
from songhe.foundation.encryption import SealBroken, open_sealed, seal
from songhe.foundation.keys import KeyUnavailable
from songhe.foundation.resealing import Resealed, Told, reseal_text, silent

MARK = "sm4:"
_CONTEXT = "accounts:second_factor"
_SECRETS = ("secret", "seed")
"""Where the library keeps a secret in a factor's data: of an app, of recovery codes."""


def seal_factor(text: str) -> str:
    """The secret, sealed, as text."""
    return MARK + seal(text, context=_CONTEXT).hex()


def open_factor(text: str) -> str:
    """The secret in clear; raises SealBroken or KeyUnavailable."""
    return open_sealed(bytes.fromhex(text.removeprefix(MARK)), context=_CONTEXT) if text.startswith(MARK) else text


@transaction.atomic
def remove_factors(actor: Actor, *, user_id: int) -> UserView:
    """The account has no second step and no recovery codes any more: for somebody who lost phone and codes and stands at the counter."""
    if actor.kind == "user" and actor.id == user_id:
        raise GrantToOneself("不能这样停用自己的两步登录。", next_step="请在“登录安全”里办理，或者请另一位安全管理员。")
    user = locked(actor, user_id)
    Authenticator.objects.filter(user=user).delete()
    audited(actor, "account.remove_factors", user)
    return view_of(user)


@transaction.atomic
def note_factor(actor: Actor, *, what: str) -> None:
    """What somebody did about their own second step (`totp_activated`, `totp_deactivated`, `recovery_codes_generated`) stands in the audit."""
    user = User.objects.get(pk=actor.id)
    audited(actor, "account.own_factor", user, what=what)


def reseal_values(actor: Actor, *, told: Told = silent) -> Resealed:
    """Every second factor's secret is sealed under the current key. For the system alone."""
    require_system(actor)
    done, broken = 0, list[str]()
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        try:
            moved = _reseal(pk)
        except (SealBroken, KeyUnavailable):
            broken.append(f"{Authenticator._meta.db_table}:{pk}:data")
        else:
            done += moved
            told(moved)
    return Resealed(done, 0, tuple(broken))


@transaction.atomic
def _reseal(pk: int) -> int:
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if factor is None:
        return 0
    moved = {name: reseal_text(factor.data[name], context=_CONTEXT, mark=MARK) for name in _SECRETS if name in factor.data}
    changed = {name: text for name, text in moved.items() if text is not None}
    if changed:
        factor.data = factor.data | changed
        factor.save(update_fields=["data"])
    return len(changed)


def sealed_values_by_key(actor: Actor) -> Counter[int]:
    """How many secrets need each key. For the system alone."""
    require_system(actor)
    found: Counter[int] = Counter()
    for data in Authenticator.objects.values_list("data", flat=True):
        found.update(
            int(data[name].removeprefix(MARK)[2:10], 16) for name in _SECRETS if str(data.get(name, "")).startswith(MARK)
        )
    return found


def unopened_sealed_values(actor: Actor) -> tuple[str, ...]:
    """Which secrets do not open: a look after a restore. For the system alone."""
    require_system(actor)
    broken = []
    for factor in Authenticator.objects.order_by("pk"):
        for name in _SECRETS:
            try:
                open_factor(str(factor.data.get(name, "")))
            except (SealBroken, KeyUnavailable):
                broken.append(f"{Authenticator._meta.db_table}:{factor.pk}:{name}")
    return tuple(broken)
