"""Addresses of the operations desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.ops import design

app_name = "ops"
urlpatterns = [
    path("design/", design.page_design, name="design"),
]
