"""Who sees which assessments: by area, or as one of the two assessors of a case."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from songhe.contexts.assessments.errors import (
    AssessorNotFound,
    BodyNotFound,
    CaseNotFound,
    NotYourCase,
    ObjectionNotFound,
    ResultNotFound,
)
from songhe.contexts.assessments.models import (
    Assessor,
    Body,
    Case,
    CaseAssessor,
    Form,
    Interest,
    Objection,
    Result,
    ResultUse,
    TakenOver,
)
from songhe.contexts.assessments.words import FormState
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def _own(actor: Actor) -> Q:
    """Cases that the actor assesses."""
    if not actor.may(Right.ASSESS) or actor.kind != "user":
        return Q(pk__in=[])
    return Q(pk__in=CaseAssessor.objects.filter(assessor__user_id=actor.id).values("case_id"))


def _or(within: Q, other: Q) -> Q:
    """Either of the two; an empty Q matches every row, and Django would drop it from an or."""
    return within | other if within else within


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Case]:
    """Cases in the actor's areas, and those that the actor assesses; narrowed to `area_path`."""
    own = _own(actor) & Q(area_path__startswith=area_path)
    return Case.objects.filter(_or(rows_within(actor, Right.SEE_ASSESSMENTS, area_path=area_path), own))


def case_for(actor: Actor, case_id: int, *, right: Right | None = None, lock: bool = False) -> Case:
    """The case; CaseNotFound where the actor sees none, AccessDenied without the right at its area (None: seeing it is enough)."""
    rows = Case.objects.select_for_update(of=("self",)) if lock else Case.objects.all()
    found = rows.filter(_or(rows_within(actor, Right.SEE_ASSESSMENTS), _own(actor)), pk=case_id).first()
    if found is None:
        raise CaseNotFound("没有找到这次评估，或者它不归您办。", next_step="请回到列表重新选择。")
    if right is not None:
        require(actor, right, found.area_path)
    return found


def seat_for(actor: Actor, case: Case, *, certificate_no: str = "") -> CaseAssessor:
    """The actor's own part in the case; NotYourCase where the actor is not one of its two assessors.

    A system that has the right to assess in the case's area acts for the assessor of the certificate.
    """
    require(actor, Right.ASSESS)
    rows = CaseAssessor.objects.select_related("assessor__body").filter(case=case)
    if actor.kind == "consumer":
        require(actor, Right.ASSESS, case.area_path)
        found = rows.filter(assessor__certificate_no=certificate_no).first()
    else:
        found = rows.filter(assessor__user_id=actor.id).first() if actor.kind == "user" else None
    if found is None:
        raise NotYourCase("您不是这次评估的评估员，不能填表。", next_step="请由安排好的评估员登录后填写。")
    return found


def forms_visible_to(actor: Actor) -> QuerySet[Form]:
    """One's own forms, and forms of visible cases once both are final: nobody is led by the other's answers."""
    final = Form.objects.filter(case=OuterRef("case"), state=FormState.FINAL)
    both = Exists(final.filter(assessor__lt=OuterRef("assessor"))) | Exists(final.filter(assessor__gt=OuterRef("assessor")))
    own = Q(assessor__user_id=actor.id) if actor.kind == "user" and actor.may(Right.ASSESS) else Q(pk__in=[])
    return Form.objects.filter(own | Q(both, state=FormState.FINAL), case__in=visible_to(actor))


def results_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Result]:
    """Results in the actor's areas, and those of cases that the actor assesses."""
    return Result.objects.filter(
        _or(rows_within(actor, Right.SEE_ASSESSMENTS, area_path=area_path), Q(case__in=visible_to(actor, area_path=area_path)))
    )


def result_for(actor: Actor, result_id: int, *, right: Right | None = None, lock: bool = False) -> Result:
    """The result; ResultNotFound where the actor sees none, AccessDenied without the right at its area."""
    rows = results_visible_to(actor).filter(pk=result_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise ResultNotFound("没有找到这个评估结果，或者您不能查看。", next_step="请回到列表重新选择。")
    if right is not None:
        require(actor, right, found.area_path)
    return found


def objections_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Objection]:
    """Objections to visible results."""
    return Objection.objects.filter(result__in=results_visible_to(actor, area_path=area_path))


def objection_for(actor: Actor, objection_id: int, *, right: Right | None = None, lock: bool = False) -> Objection:
    """The objection with its result; ObjectionNotFound where the actor sees none, AccessDenied without the right at its area."""
    rows = objections_visible_to(actor).filter(pk=objection_id).select_related("result")
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise ObjectionNotFound("没有找到这件异议，或者您不能查看。", next_step="请回到“异议复评”重新选择。")
    if right is not None:
        require(actor, right, found.result.area_path)
    return found


def uses_visible_to(actor: Actor) -> QuerySet[ResultUse]:
    """Uses of visible results."""
    return ResultUse.objects.filter(result__in=results_visible_to(actor))


def taken_over_visible_to(actor: Actor) -> QuerySet[TakenOver]:
    """Older results of people in the actor's areas, and of people whom the actor assesses."""
    own = Q(person__in=visible_to(actor).values("person_id"))
    return TakenOver.objects.filter(rows_within(actor, Right.SEE_ASSESSMENTS) | own)


def _around(actor: Actor, right: Right) -> Q:
    """Rows that work in the actor's areas or around them: a body of the whole city is seen by every part of it."""
    found = Q(pk__in=[])
    for path in actor.area_paths(right):
        above = ["/".join(path.split("/")[:depth]) + "/" for depth in range(1, path.count("/") + 1)] if path else []
        found |= Q(area_path__startswith=path) | Q(area_path__in=above)
    return found


def bodies_visible_to(actor: Actor) -> QuerySet[Body]:
    """Assessment bodies that work where the actor may see assessments, and the one that the actor assesses for."""
    own = Exists(Assessor.objects.filter(body=OuterRef("pk"), user_id=actor.id)) if actor.kind == "user" else Q(pk__in=[])
    return Body.objects.filter(_around(actor, Right.SEE_ASSESSMENTS) | Q(own))


def body_for(actor: Actor, body_id: int, *, lock: bool = False) -> Body:
    """The body; BodyNotFound where the actor sees none."""
    rows = bodies_visible_to(actor).filter(pk=body_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise BodyNotFound("没有找到这家评估机构，或者您不能查看。", next_step="请回到“机构与评估员”重新选择。", field="body")
    return found


def assessors_visible_to(actor: Actor) -> QuerySet[Assessor]:
    """Assessors of the bodies in the actor's areas, and the actor's own entry."""
    own = Q(user_id=actor.id) if actor.kind == "user" else Q(pk__in=[])
    bodies = Body.objects.filter(_around(actor, Right.SEE_ASSESSMENTS))
    return Assessor.objects.filter(Q(body__in=bodies) | own)


def assessor_for(actor: Actor, assessor_id: int, *, lock: bool = False, field: str = "assessor") -> Assessor:
    """The assessor with their body; AssessorNotFound where the actor sees none."""
    rows = assessors_visible_to(actor).filter(pk=assessor_id).select_related("body")
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise AssessorNotFound("没有找到这名评估员，或者您不能查看。", next_step="请回到“机构与评估员”重新选择。", field=field)
    return found


def interests_visible_to(actor: Actor) -> QuerySet[Interest]:
    """Conflicts of interest of visible assessors."""
    return Interest.objects.filter(assessor__in=assessors_visible_to(actor))
