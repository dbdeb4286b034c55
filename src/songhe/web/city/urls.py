"""Addresses of the city desk."""

from __future__ import annotations

from django.urls import include, path

from songhe.web import data_use
from songhe.web.city import changes, cockpit, decided, disputes, overview, policy, projection, roster, runs, what_if

app_name = "city"
urlpatterns = [
    path("", include("songhe.web.street.register_urls")),
    path("", cockpit.page_cockpit, name="plan"),
    path("plan/export/", cockpit.page_export, name="plan_export"),
    path("plan/report/", cockpit.page_report, name="plan_report"),
    path("plan/targets/<str:target_id>/", cockpit.page_target, name="target"),
    path("projection/", projection.page_projection, name="projection"),
    path("projection/export/", projection.page_export, name="projection_export"),
    path("projection/scenarios/", projection.submit_save, name="save_scenario"),
    path("projection/scenarios/<int:scenario_id>/withdraw/", projection.submit_withdraw, name="withdraw_scenario"),
    path("money/", overview.page_overview, name="overview"),
    path("money/export/", overview.page_export, name="overview_export"),
    path("disputes/", disputes.page_disputes, name="disputes"),
    path("disputes/export/", disputes.page_export, name="disputes_export"),
    path("data-use/", data_use.page_city, name="data_use"),
    path("data-use/export/", data_use.page_city_export, name="data_use_export"),
    path("people/<slug:benefit>/<slug:status>/", decided.page_decided, name="decided"),
    path("people/<slug:benefit>/<slug:status>/export/", decided.page_export, name="decided_export"),
    path("policy/", policy.page_benefits, name="policy"),
    path("policy/parameters/", policy.page_parameters, name="parameters"),
    path("policy/parameters/<slug:name>/", policy.page_parameter, name="parameter"),
    path("policy/parameters/<slug:name>/change/", changes.page_change_parameter, name="change_parameter"),
    path("policy/assumed/", policy.page_assumed, name="assumed"),
    path("policy/benefits/<slug:benefit>/", policy.page_benefit, name="benefit"),
    path("policy/definitions/<slug:name>/", policy.page_definition, name="definition"),
    path("policy/definitions/<slug:name>/read/<slug:reading>/", changes.page_choose_reading, name="choose_reading"),
    path("policy/versions/", policy.page_versions, name="versions"),
    path("policy/versions/export/", policy.page_versions_export, name="versions_export"),
    path("policy/export/<slug:section>/", policy.page_export, name="policy_export"),
    path("policy/<slug:section>/", policy.page_section, name="section"),
    path("what-if/", what_if.page_what_if, name="what_if"),
    path("what-if/export/", what_if.page_export, name="what_if_export"),
    path("runs/", runs.page_runs, name="runs"),
    path("runs/export/", runs.page_export, name="runs_export"),
    path("runs/request/", runs.submit_run, name="request_run"),
    path("roster/", roster.page_roster, name="roster"),
    path("roster/list/", roster.page_list, name="roster_list"),
    path("roster/export/", roster.page_export, name="roster_export"),
]
