"""Addresses of cases, results, objections, bodies and agreement; every desk that has to do with assessments mounts them under its own prefix."""

from __future__ import annotations

from django.urls import path

from songhe.web.assess import agreeing, appointing, cases, objecting, older, registered, second_looks, uses

urlpatterns = [
    path("cases/", cases.page_cases, name="ability_cases"),
    path("cases/export/", cases.page_cases_export, name="ability_cases_export"),
    path("cases/<int:case_id>/", cases.page_case, name="ability_case"),
    path("cases/<int:case_id>/appoint/", appointing.page_appoint, name="ability_appoint"),
    path("cases/<int:case_id>/withdraw/", cases.submit_withdraw, name="ability_withdraw"),
    path("results/<int:result_id>/", cases.page_result, name="ability_result"),
    path("results/<int:result_id>/report/", cases.page_report, name="ability_report"),
    path("results/<int:result_id>/object/", objecting.submit_objection, name="ability_object"),
    path("results/<int:result_id>/use/", objecting.submit_use, name="ability_use"),
    path("objections/", objecting.page_objections, name="ability_objections"),
    path("objections/export/", objecting.page_objections_export, name="ability_objections_export"),
    path("bodies/", registered.page_bodies, name="ability_bodies"),
    path("bodies/export/", registered.page_bodies_export, name="ability_bodies_export"),
    path("bodies/new/", registered.page_keep_body, name="ability_body_new"),
    path("bodies/<int:body_id>/", registered.page_body, name="ability_body"),
    path("bodies/<int:body_id>/edit/", registered.page_keep_body, name="ability_body_edit"),
    path("bodies/<int:body_id>/assessors/new/", registered.page_keep_assessor, name="ability_assessor_new"),
    path("bodies/<int:body_id>/assessors/<int:assessor_id>/", registered.page_keep_assessor, name="ability_assessor_edit"),
    path("assessors/<int:assessor_id>/interests/", registered.page_interests, name="ability_interests"),
    path("assessors/<int:assessor_id>/interests/declare/", registered.submit_interest, name="ability_interest"),
    path(
        "assessors/<int:assessor_id>/interests/<int:interest_id>/end/",
        registered.submit_end_interest,
        name="ability_interest_end",
    ),
    path("agreement/", agreeing.page_agreement, name="ability_agreement"),
    path("agreement/export/", agreeing.page_agreement_export, name="ability_agreement_export"),
    path("second-looks/", second_looks.page_second_looks, name="ability_second_looks"),
    path("second-looks/export/", second_looks.page_second_looks_export, name="ability_second_looks_export"),
    path("second-looks/draw/", second_looks.submit_draw, name="ability_draw"),
    path("older/", older.page_older, name="ability_older"),
    path("older/export/", older.page_older_export, name="ability_older_export"),
    path("older/one/", older.page_older_one, name="ability_older_one"),
    path("older/file/", older.page_older_file, name="ability_older_file"),
    path("older/template/", older.page_older_template, name="ability_older_template"),
    path("uses/", uses.page_uses, name="ability_uses"),
    path("uses/export/", uses.page_uses_export, name="ability_uses_export"),
]
