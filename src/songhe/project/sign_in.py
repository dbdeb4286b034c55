"""How people sign in: accounts are made by an administrator, never by the visitor."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """No self-registration: rights come from a role that somebody answers for."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always no."""
        return False
