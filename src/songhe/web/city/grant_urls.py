"""Addresses of 待遇 at the city desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.city import appeals, grants

urlpatterns = [
    path("", grants.page_grants, name="grants"),
    path("export/", grants.page_export, name="grants_export"),
    path("appeals/", appeals.page_appeals, name="appeals"),
    path("appeals/export/", appeals.page_appeals_export, name="appeals_export"),
    path("appeals/<uuid:public_id>/", appeals.page_appeal, name="appeal"),
    path("appeals/<uuid:public_id>/late/", appeals.submit_late, name="appeal_late"),
    path("appeals/<uuid:public_id>/letter/", appeals.submit_not_heard_letter, name="appeal_letter"),
    path("appeals/<uuid:public_id>/decide/", appeals.submit_decision, name="appeal_decided"),
]
