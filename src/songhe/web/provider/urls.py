"""Addresses of the providers' desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.provider import rules

app_name = "provider"
urlpatterns = [
    path("", rules.page_rules, name="rules"),
    path("export/", rules.page_export, name="rules_export"),
]
