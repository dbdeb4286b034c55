"""The API and its contract."""

from __future__ import annotations

import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from songhe.api import (
    assessment_registered,
    assessments,
    awards,
    dci,
    determination,
    documents,
    drafts,
    funds,
    grant_uses,
    grants,
    imports,
    indicators,
    known_parameters,
    links,
    messages,
    payments,
    people,
    plan,
    plan_assessment,
    plan_letters,
    plan_papers,
    plan_review,
    plans,
    policy,
    problems,
    register_files,
    registers,
    releases,
    repayments,
    returns,
    roster,
    rounds,
    services,
    tasks,
    vouchers,
)


class SongheAPI(NinjaAPI):
    """Django Ninja with refusals documented under their own media type."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The contract; refusals are `application/problem+json`, as they are answered."""
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation.get("responses", {}).items():
                    content = response.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        response["content"] = {problems.MEDIA_TYPE: content["application/json"]}
        return schema


api = SongheAPI(
    title="松鹤 API", version="1", docs_url=None, openapi_url="openapi.json", urls_namespace="api-1",
    description="A city's elderly-care services: people, what they are entitled to and why, and the rules.",
)  # fmt: skip
problems.register(api)
known_parameters.refuse_unknown(api, prefix="/api/v1/")
api.add_router("/people", people.router, tags=["people"])
api.add_router("/people", links.router, tags=["people"])
api.add_router("/link-candidates", links.candidates, tags=["people"])
api.add_router("", determination.router, tags=["determination"])
api.add_router("/assessments", assessments.router, tags=["assessments"])
api.add_router("/assessments", assessment_registered.router, tags=["assessments"])
api.add_router("", grants.router, tags=["grants"])
api.add_router("", grant_uses.router, tags=["grants"])
api.add_router("/grant-returns", returns.router, tags=["grants"])
api.add_router("", messages.router, tags=["messages"])
api.add_router("", payments.router, tags=["payments"])
api.add_router("/roster", roster.router, tags=["roster"])
api.add_router("/rounds", rounds.router, tags=["people"])
api.add_router("/imports", imports.router, tags=["imports"])
api.add_router("/dci", dci.router, tags=["dci"])
api.add_router("/pack", policy.router, tags=["policy"])
api.add_router("/pack", drafts.router, tags=["policy"])
api.add_router("/pack", services.router, tags=["policy"])
api.add_router("", registers.router, tags=["registers"])
api.add_router("", register_files.router, tags=["registers"])
api.add_router("/indicators", indicators.router, tags=["indicators"])
api.add_router("/releases", releases.router, tags=["releases"])
api.add_router("/plan", plan_papers.router, tags=["plan"])
api.add_router("/plan", plan.router, tags=["plan"])
api.add_router("/plan", plan_assessment.router, tags=["plan"])
api.add_router("/plan/letters", plan_letters.router, tags=["plan"])
api.add_router("/plan/tasks", tasks.router, tags=["plan"])
api.add_router("/plans", plans.router, tags=["plans"])
api.add_router("/plans", plan_review.router, tags=["plans"])
api.add_router("", funds.router, tags=["payments"])
api.add_router("/vouchers", vouchers.router, tags=["vouchers"])
api.add_router("/awards", awards.router, tags=["awards"])
api.add_router("/own-body", awards.own, tags=["awards"])
api.add_router("", repayments.router, tags=["payments"])
api.add_router("/documents", documents.router, tags=["documents"])


def openapi_text() -> str:
    """The contract as it is committed: sorted, indented, ending with a newline."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
