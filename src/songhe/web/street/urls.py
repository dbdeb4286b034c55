"""Addresses of the street desk."""

from __future__ import annotations

from django.urls import include, path

from songhe.web.city import roster
from songhe.web.street import conflicts, consents, disputes, facts, links, people, person, reports, round_asking, rounds, work

app_name = "street"
urlpatterns = [
    path("", include("songhe.web.street.register_urls")),
    path("", work.page_work, name="work"),
    path("work/export/", work.page_export, name="work_export"),
    path("work/<int:item>/", work.page_item, name="item"),
    path("work/<int:item>/fact/", work.submit_fact, name="item_fact"),
    path("work/<int:item>/outcome/", work.submit_outcome, name="item_outcome"),
    path("conflicts/", conflicts.page_conflicts, name="conflicts"),
    path("conflicts/<int:batch>/", conflicts.page_conflict_rows, name="conflict_rows"),
    path("conflicts/<int:batch>/export/", conflicts.page_export, name="conflicts_export"),
    path("links/", links.page_links, name="links"),
    path("links/export/", links.page_export, name="links_export"),
    path("links/<int:candidate>/", links.page_link, name="link"),
    path("links/<int:candidate>/decide/", links.submit_decide, name="link_decide"),
    path("people/<uuid:public_id>/link/", links.submit_link, name="link_by_hand"),
    path("people/<uuid:public_id>/links/<int:link>/undo/", links.submit_unlink, name="unlink"),
    path("people/", people.page_people, name="people"),
    path("people/find/", people.submit_find, name="find"),
    path("people/export/", people.page_export, name="people_export"),
    path("people/<uuid:public_id>/", person.page_person, name="person"),
    path("people/<uuid:public_id>/runs/<int:run>/", person.page_run, name="person_run"),
    path("people/<uuid:public_id>/reveal/", person.submit_reveal, name="reveal"),
    path("people/<uuid:public_id>/consents/", consents.submit_consent, name="consent"),
    path("disputes/", disputes.page_disputes, name="disputes"),
    path("disputes/export/", disputes.page_export, name="disputes_export"),
    path("disputes/<uuid:public_id>/<slug:variable>/ask/", disputes.submit_ask, name="dispute_ask"),
    path("people/<uuid:public_id>/facts/<slug:variable>/", facts.page_correct, name="correct"),
    path("census/", rounds.page_rounds, name="census"),
    path("census/new/", rounds.page_new, name="census_new"),
    path("census/<int:round_id>/", rounds.page_round, name="census_round"),
    path("census/<int:round_id>/close/", rounds.submit_close, name="census_close"),
    path("census/<int:round_id>/people/", rounds.page_people, name="census_people"),
    path("census/<int:round_id>/people/export/", rounds.page_people_export, name="census_people_export"),
    path("census/<int:round_id>/paper/", rounds.page_paper, name="census_paper"),
    path("census/<int:round_id>/table/", rounds.page_table, name="census_table"),
    path("census/<int:round_id>/table/export/", rounds.page_table_export, name="census_table_export"),
    path("census/<int:round_id>/people/<uuid:public_id>/", round_asking.page_ask, name="census_ask"),
    path("reports/", reports.page_reports, name="reports"),
    path("reports/new/", reports.page_new, name="report_new"),
    path("reports/<int:sheet>/", reports.page_sheet, name="report"),
    path("reports/<int:sheet>/file/", reports.page_file, name="report_file"),
    path("reports/<int:sheet>/return/", reports.submit_return, name="report_return"),
    path("roster/", roster.page_roster, name="roster"),
    path("roster/list/", roster.page_list, name="roster_list"),
    path("roster/export/", roster.page_export, name="roster_export"),
]
