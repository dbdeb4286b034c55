"""Addresses of the assessors' desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.assess import rules

app_name = "assess"
urlpatterns = [
    path("", rules.page_rules, name="rules"),
    path("export/", rules.page_export, name="rules_export"),
]
