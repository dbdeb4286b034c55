"""The roots of all addresses: pages, sign-in, API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("songhe.web.urls")),
]
handler400 = "songhe.web.errors.bad_request"
handler403 = "songhe.web.errors.not_allowed"
handler404 = "songhe.web.errors.not_found"
handler500 = "songhe.web.errors.failed"
