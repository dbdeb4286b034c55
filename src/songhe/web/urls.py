"""Addresses of all pages. Each desk adds its own list; every page carries an access rule (web/access.py)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from songhe.web.public import assessment, benefits, elders, eligibility, home, mine, mine_answer, registers, services, verify
from songhe.web.signing import desks, preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.page_home, name="home"),
    path("desks/", desks.page_desks, name="desks"),
    path("large-type/", preferences.submit_large_type, name="large_type"),
    path("desks/area/", preferences.submit_area, name="choose_area"),
    path("eligibility/", eligibility.page_start, name="eligibility"),
    path("eligibility/question/", eligibility.page_question, name="question"),
    path("eligibility/question/<slug:variable>/", eligibility.page_question, name="question_again"),
    path("eligibility/result/", eligibility.page_result, name="result"),
    path("eligibility/forget/", eligibility.submit_forget, name="forget_answers"),
    path("benefits/", benefits.page_benefits, name="benefits"),
    path("benefits/<slug:benefit>/", benefits.page_benefit, name="benefit"),
    path("assessment/", assessment.page_assessment, name="assessment"),
    path("mine/", mine.page_mine, name="mine"),
    path("mine/benefits/", mine.page_grants, name="mine_grants"),
    path("mine/benefits/<int:number>/answer/", mine_answer.page_answer, name="mine_answer"),
    path("mine/benefits/<int:number>/object/", mine.page_object, name="mine_object"),
    path("mine/leave/", mine.submit_leave, name="mine_leave"),
    path("verify/", verify.page_verify, name="verify"),
    path("services/", services.page_services, name="services"),
    path("services/files/<slug:kind>/", services.page_file, name="services_file"),
    path("services/versions/<int:version>/", services.page_version, name="services_version"),
    path("services/versions/<int:version>/changes/", services.page_changes, name="services_changes"),
    path("services/versions/<int:version>/files/<slug:kind>/", services.page_version_file, name="services_version_file"),
    path("registers/", registers.page_registers, name="public_registers"),
    path("elders/", elders.page_elders, name="elders"),
    path("elders/<int:release_id>/", elders.page_release, name="elders_release"),
    path("elders/<int:release_id>/tables/<slug:table>/", elders.page_table, name="elders_release_table"),
    path("elders/<int:release_id>/dictionary/", elders.page_dictionary, name="elders_release_dictionary"),
    path("elders/<int:release_id>/files/<slug:kind>/", elders.page_file, name="elders_release_file"),
    path("street/", include("songhe.web.street.urls")),
    path("city/", include("songhe.web.city.urls")),
    path("ops/", include("songhe.web.ops.urls")),
    path("provider/", include("songhe.web.provider.urls")),
    path("assess/", include("songhe.web.assess.urls")),
    path("inspect/", include("songhe.web.inspect.urls")),
]
