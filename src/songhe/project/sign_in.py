"""How people sign in: accounts are made by an administrator, never by the visitor."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from songhe.contexts.accounts import actions


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """No self-registration: rights come from a role that somebody answers for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always no."""
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors stand sealed in the database."""

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return actions.seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return actions.open_factor(encrypted_text)
