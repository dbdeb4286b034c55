"""Addresses of the providers' desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.city import awards
from songhe.web.provider import claims, rules

app_name = "provider"
urlpatterns = [
    path("", rules.page_rules, name="rules"),
    path("export/", rules.page_export, name="rules_export"),
    path("claims/", claims.page_claims, name="claims"),
    path("claims/export/", claims.page_claims_export, name="claims_export"),
    path("claims/new/<slug:kind>/", claims.page_claim, name="claim"),
    path("claims/months/<slug:benefit>/<slug:month>/", claims.submit_settle, name="settle"),
    path("claims/<uuid:award>/", claims.page_award, name="award"),
    path("claims/<uuid:award>/documents/", claims.submit_documents, name="add_documents"),
    path("claims/documents/<int:document>/", awards.page_document, name="document"),
]
