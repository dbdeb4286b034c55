"""Addresses of the inspectors' desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.inspect import rules

app_name = "inspect"
urlpatterns = [
    path("", rules.page_rules, name="rules"),
    path("export/", rules.page_export, name="rules_export"),
]
