"""The roots of all addresses: sign-in, API, pages."""

from __future__ import annotations

from allauth.account.urls import urlpatterns as allauth_account
from django.urls import URLPattern, URLResolver, include, path

from songhe.api.application import api

SIGN_IN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",  # answers that accounts are made by an administrator
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
    }
)
"""What we take of allauth's pages; it has others, about e-mail addresses, that nobody here has a use for."""

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include([route for route in allauth_account if getattr(route, "name", None) in SIGN_IN])),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("api/v1/", api.urls),
    path("", include("songhe.web.urls")),
]
handler400 = "songhe.web.errors.bad_request"
handler403 = "songhe.web.errors.not_allowed"
handler404 = "songhe.web.errors.not_found"
handler500 = "songhe.web.errors.failed"
