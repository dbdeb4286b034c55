"""Addresses of the assessors' desk."""

from __future__ import annotations

from django.urls import include, path

from songhe.web.assess import device, forms, rules, settling, signing_form, visits

app_name = "assess"
urlpatterns = [
    path("", visits.page_visits, name="visits"),
    path("visits/export/", visits.page_visits_export, name="visits_export"),
    path("waiting/", visits.page_waiting, name="waiting"),
    path("waiting/export/", visits.page_waiting_export, name="waiting_export"),
    path("sw.js", device.page_worker, name="worker"),
    path("device/", device.part_device, name="device"),
    path("", include("songhe.web.assess.ability_urls")),
    path("cases/<int:case_id>/form/", forms.page_form, name="form"),
    path("cases/<int:case_id>/sign/", signing_form.page_sign, name="sign"),
    path("cases/<int:case_id>/settle/", settling.page_settle, name="settle"),
    path("rules/", rules.page_rules, name="rules"),
    path("rules/export/", rules.page_export, name="rules_export"),
]
