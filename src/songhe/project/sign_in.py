"""How people sign in: accounts are made by an administrator, never by the visitor."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from songhe.contexts.accounts import actions, queries


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """No self-registration: rights come from a role that somebody answers for. The library's refusals in our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "这个账号已经停用，请联系本单位的安全管理员。",
        "enter_current_password": "现在的密码不对，请再输一遍。",
        "incorrect_code": "这个数字不对，请看手机上现在显示的是什么。",
        "incorrect_password": "密码不对，请再输一遍。",
        "rate_limited": "试得太多了，请过几分钟再试。",
        "too_many_login_attempts": "试得太多了，请过几分钟再试。",
        "username_password_mismatch": "账号或者密码不对。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always no."""
        return False

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """The library tells people by mail what changed in their sign-in; we have no mail and write it into the audit."""
        found = queries.actor_of_user(user.pk)
        if template_prefix.startswith("mfa/"):
            actions.note_factor(found, what=template_prefix.rsplit("/", 1)[-1])
        elif template_prefix.endswith("password_changed"):
            actions.note_password(found)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors stand sealed in the database; refusals in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "这个数字不对，请看手机上现在显示的是什么，或者等它换下一个。",
        "cannot_delete_authenticator": "现在不能停用两步登录。",
        "cannot_generate_recovery_codes": "先开启两步登录，才有备用码。",
    }

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return actions.seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return actions.open_factor(encrypted_text)
