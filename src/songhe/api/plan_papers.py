"""The plan's printed papers over the API: its targets, an assessment, an evaluation, each as PDF/A."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponseBase
from ninja import Query, Router
from pydantic import Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.downloads import printed
from songhe.api.plan import TargetsAsked
from songhe.api.plan_assessment import AssessmentAsked
from songhe.api.problems import REFUSALS
from songhe.foundation import printing
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_FIGURES)
Number = Annotated[int, Field(ge=1, le=2**62)]


@router.get(
    "/targets/report", response={200: None, **REFUSALS}, auth=SEE, operation_id="print_targets", summary="The targets as PDF/A"
)
def print_targets(request: CallerRequest, asked: Query[TargetsAsked]) -> HttpResponseBase:
    """How the targets of the filters stand, as printed for people. That it was taken is recorded."""
    given = {"area": asked.area_path, "unit": asked.unit, "due": asked.due, "state": asked.state}
    return printed(printing.paper("plan.targets", request.auth, given))


@router.get(
    "/assessment/report",
    response={200: None, **REFUSALS},
    auth=SEE,
    operation_id="print_assessment",
    summary="An assessment as PDF/A",
)
def print_assessment(request: CallerRequest, asked: Query[AssessmentAsked]) -> HttpResponseBase:
    """The units or towns of a period with weights, items and scores."""
    given = {
        "of": asked.of,
        "period": asked.start.isoformat()[:7] if asked.start else "",
        "revision": str(asked.revision or ""),
    }
    return printed(printing.paper("plan.assessment", request.auth, given))


@router.get(
    "/evaluations/{evaluation}/report", response={200: None, **REFUSALS}, auth=SEE, operation_id="print_evaluation", summary="An evaluation as PDF/A"
)  # fmt: skip
def print_evaluation(request: CallerRequest, evaluation: Number) -> HttpResponseBase:
    """Frozen figures, today's beside them, findings and their follow-up."""
    return printed(printing.paper("plan.evaluation", request.auth, {"evaluation": str(evaluation)}))
