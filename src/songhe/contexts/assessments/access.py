"""Who sees which assessments: by area, or as one of the two assessors of a case."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from songhe.contexts.assessments.models import Assessor, Body, Case, CaseAssessor, Form, Interest, Objection, Result, ResultUse
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def _own(actor: Actor) -> Q:
    """Cases that the actor assesses."""
    if not actor.may(Right.ASSESS) or actor.kind != "user":
        return Q(pk__in=[])
    return Q(Exists(CaseAssessor.objects.filter(case=OuterRef("pk"), assessor__user_id=actor.id)))


def visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Case]:
    """Cases in the actor's areas, and those that the actor assesses."""
    return Case.objects.filter(rows_within(actor, Right.SEE_ASSESSMENTS, area_path=area_path) | _own(actor))


def forms_visible_to(actor: Actor) -> QuerySet[Form]:
    """Forms of visible cases; an assessor does not see the other one's form before both are final."""
    return Form.objects.filter(case__in=visible_to(actor))


def results_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Result]:
    """Results in the actor's areas, and those of cases that the actor assesses."""
    return Result.objects.filter(rows_within(actor, Right.SEE_ASSESSMENTS, area_path=area_path) | Q(case__in=visible_to(actor)))


def objections_visible_to(actor: Actor) -> QuerySet[Objection]:
    """Objections to visible results."""
    return Objection.objects.filter(result__in=results_visible_to(actor))


def uses_visible_to(actor: Actor) -> QuerySet[ResultUse]:
    """Uses of visible results."""
    return ResultUse.objects.filter(result__in=results_visible_to(actor))


def bodies_visible_to(actor: Actor) -> QuerySet[Body]:
    """Assessment bodies that work where the actor may see assessments; a body of the whole city is seen by every part of it."""
    return (
        Body.objects.filter(rows_within(actor, Right.SEE_ASSESSMENTS))
        if actor.may(Right.SEE_ASSESSMENTS)
        else Body.objects.none()
    )


def assessors_visible_to(actor: Actor) -> QuerySet[Assessor]:
    """Assessors of visible bodies, and the actor's own entry."""
    own = Q(user_id=actor.id) if actor.kind == "user" else Q(pk__in=[])
    return Assessor.objects.filter(Q(body__in=bodies_visible_to(actor)) | own)


def interests_visible_to(actor: Actor) -> QuerySet[Interest]:
    """Conflicts of interest of visible assessors."""
    return Interest.objects.filter(assessor__in=assessors_visible_to(actor))
