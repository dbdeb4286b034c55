"""A department or institution relies on a result instead of assessing again; every use is written down."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.access import result_for
from songhe.contexts.assessments.errors import CaseStateRefused
from songhe.contexts.assessments.models import ResultUse
from songhe.contexts.assessments.queries.results import report_file
from songhe.contexts.assessments.words import ResultState
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class UseRecorded:
    """The use, and what the result says: its grade by its own scale."""

    use_id: int
    result_id: int
    scale: str
    grade: int


@dataclass(frozen=True, slots=True)
class ReportTaken:
    """The report as a file; that it was taken stands in the audit chain."""

    name: str
    content: bytes


@transaction.atomic
def record_use(actor: Actor, *, result_id: int, department: str, purpose: str) -> UseRecorded:
    """The use of a result in force is written down, with who used it, for whom and for what.

    Raises CaseStateRefused for a result that does not (or no longer) count, InvalidInput, ResultNotFound, AccessDenied.
    """
    result = result_for(actor, result_id, right=Right.SEE_ASSESSMENTS)
    for text, field, label in ((department, "department", "使用部门"), (purpose, "purpose", "用途")):
        if not 2 <= len(text.strip()) <= 200 or "\0" in text:
            raise InvalidInput(f"请写明{label}。", next_step="例如：残联，核定护理补贴。", field=field)
    if result.state != ResultState.IN_FORCE:
        raise CaseStateRefused("这个结果现在不作数，不能使用。", next_step="请看这位老人最近一次有效的结果。")
    use = ResultUse.objects.create(
        result=result, department=department.strip(), purpose=purpose.strip(), used_by=actor.id, used_by_name=actor.name,
        used_at=clock.now(),
    )  # fmt: skip
    detail = {"result": result.pk, "department": department.strip(), "purpose": purpose.strip()}
    audit.record(
        actor, "assessments.record_use", subject_type="assessment_case", subject_id=result.case_id, area_path=result.area_path,
        detail=detail,
    )  # fmt: skip
    return UseRecorded(use.pk, result.pk, result.scale, result.grade)


@transaction.atomic
def take_report(actor: Actor, *, result_id: int) -> ReportTaken:
    """The printed report. Raises ResultNotFound where the actor may not see it or none has been printed."""
    name, content = report_file(actor, result_id=result_id)
    result = result_for(actor, result_id)
    audit.record(
        actor, "assessments.take_report", subject_type="assessment_case", subject_id=result.case_id, area_path=result.area_path
    )
    return ReportTaken(name, content)
