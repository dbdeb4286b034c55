"""Whoever signs shows again who they are: the password, or the one-time code where a second factor is set up. Wrong tries count as at sign-in."""

from __future__ import annotations

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate

from songhe.contexts.accounts import queries as accounts
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Proof
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest

FIELD = "secret"


def proved(request: PageRequest) -> Proof:
    """That the person at the page is who is signed in, from what they typed in the field `secret`; InvalidInput where it is wrong.

    Five wrong passwords and the account rests for a quarter of an hour, as at sign-in.
    """
    typed = request.POST.get(FIELD, "")
    if not typed:
        raise InvalidInput("签名前要再输一次密码。", next_step="请输入您的登录密码，或者 6 位动态口令。", field=FIELD)
    if len(typed) == 6 and typed.isascii() and typed.isdigit() and _has_code(request):
        form = ReauthenticateForm(data={"code": typed}, user=request.user)
        if form.is_valid():
            return Proof(request.actor.id, "code", clock.now())
        raise InvalidInput("动态口令不对，没有签名。", next_step="请看手机上现在的 6 位数再输，或者输入登录密码。", field=FIELD)
    username = accounts.user(SYSTEM, user_id=request.actor.id).username
    found = authenticate(request, username=username, password=typed)
    if found is None or found.pk != request.actor.id:
        raise InvalidInput("密码不对，没有签名。", next_step="请再输一次您自己的登录密码。", field=FIELD)
    return Proof(request.actor.id, "password", clock.now())


def _has_code(request: PageRequest) -> bool:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    return bool(Authenticator.objects.filter(user_id=request.actor.id, type__in=kinds).exists())
