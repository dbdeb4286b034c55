"""Addresses of 待遇 at the street desk."""

from __future__ import annotations

from django.urls import path

from songhe.web.street import appeal_filing, appeals, grant_applying, grant_file, grant_letters, grant_lists, life_checks, return_files

urlpatterns = [
    path("grants/", grant_lists.page_notices, name="grants"),
    path("grants/export/", grant_lists.page_notices_export, name="grants_export"),
    path("grants/delivered/", grant_lists.submit_delivered, name="grant_delivered"),
    path("grants/letters/", grant_letters.submit_letters, name="grant_letters"),
    path("grants/letters/chosen/", grant_letters.submit_letters_chosen, name="grant_letters_chosen"),
    path("grants/waiting/", grant_lists.page_waiting, name="grants_waiting"),
    path("grants/waiting/export/", grant_lists.page_waiting_export, name="grants_waiting_export"),
    path("grants/waiting/agree/", grant_lists.submit_agree, name="grants_agree"),
    path("grants/active/", grant_lists.page_active, name="grants_active"),
    path("grants/active/export/", grant_lists.page_active_export, name="grants_active_export"),
    path("grants/stopped/", grant_lists.page_stopped, name="grants_stopped"),
    path("grants/stopped/export/", grant_lists.page_stopped_export, name="grants_stopped_export"),
    path("grants/appeals/", appeals.page_appeals, name="appeals"),
    path("grants/appeals/export/", appeals.page_appeals_export, name="appeals_export"),
    path("grants/appeals/<uuid:public_id>/", appeals.page_appeal, name="appeal"),
    path("grants/life-checks/", life_checks.page_life_checks, name="life_checks"),
    path("grants/life-checks/export/", life_checks.page_export, name="life_checks_export"),
    path("grants/life-checks/record/", life_checks.submit_checked, name="life_checked"),
    path("grants/returns/<slug:kind>/", return_files.page_files, name="return_files"),
    path("grants/returns/<slug:kind>/template/", return_files.page_template, name="return_template"),
    path("grants/return/<int:file>/", return_files.page_file, name="return_file"),
    path("grants/return/<int:file>/accept/", return_files.submit_file, name="return_accept"),
    path("grants/return/<int:file>/result/", return_files.page_result, name="return_result"),
    path("grants/applications/", grant_applying.page_applications, name="applications"),
    path("grants/applications/export/", grant_applying.page_export, name="applications_export"),
    path("people/<uuid:public_id>/appeal/", appeal_filing.page_file_appeal, name="file_appeal"),
    path("people/<uuid:public_id>/apply/<slug:benefit>/", grant_applying.page_apply, name="apply"),
    path("grants/<uuid:public_id>/", grant_file.page_grant, name="grant"),
    path("grants/<uuid:public_id>/confirm/", grant_file.submit_confirm, name="grant_confirm"),
    path("grants/<uuid:public_id>/refuse/", grant_file.submit_refuse, name="grant_refuse"),
    path("grants/<uuid:public_id>/suspend/", grant_file.submit_suspend, name="grant_suspend"),
    path("grants/<uuid:public_id>/resume/", grant_file.submit_resume, name="grant_resume"),
    path("grants/<uuid:public_id>/end/", grant_file.submit_end, name="grant_end"),
    path("grants/<uuid:public_id>/account/", grant_file.submit_account, name="grant_account"),
    path("grants/<uuid:public_id>/notices/<int:notice>/letter/", grant_letters.page_letter, name="grant_letter"),
    path("grants/<uuid:public_id>/notices/<int:notice>/", grant_file.submit_deliver, name="grant_deliver"),
    path("grants/<uuid:public_id>/appeal/", grant_file.submit_appeal, name="grant_appeal"),
]
