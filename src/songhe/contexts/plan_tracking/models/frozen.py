"""What is frozen for good: an assessment of a period, an evaluation's figures; and what an evaluator found and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FrozenAssessment(models.Model):
    """Units and towns assessed for a period: `content` holds weights, rows and scores as canonical JSON, and never changes (trigger).

    Revision 1 is the first; a later one says why the period was assessed again.
    """

    start = models.DateField()
    end = models.DateField()
    revision = models.IntegerField()
    as_of = models.DateField()
    reason = models.TextField(blank=True)
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_assessment"
        constraints = [
            models.UniqueConstraint(fields=["start", "revision"], name="plan_assessment_one_a_revision"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="plan_assessment_revision_counts_up"),
            models.CheckConstraint(condition=Q(revision=1) | ~Q(reason=""), name="plan_assessment_again_with_a_reason"),
            models.CheckConstraint(condition=Q(start__day=1) & Q(end__gt=models.F("start")), name="plan_assessment_period"),
        ]
        indexes = [models.Index(fields=["-start", "-revision"], name="plan_assessment_newest")]


class Evaluation(models.Model):
    """An evaluation of the plan by its middle, its end or a third party: `content` holds how every target and task stood that day, and never changes.

    `state` is open while findings come in, concluded after that; the conclusion is the evaluator's own sentence.
    """

    kind = models.TextField()  # words.EvaluationKind
    title = models.TextField()
    evaluator = models.TextField()
    as_of = models.DateField()
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    state = models.TextField()  # words.EvaluationState
    conclusion = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plan_evaluation"
        constraints = [
            models.UniqueConstraint(fields=["title", "as_of"], name="plan_evaluation_once_a_day"),
            models.CheckConstraint(
                condition=Q(state="open", concluded_at=None, conclusion="")
                | (Q(state="concluded", concluded_at__isnull=False) & ~Q(conclusion="")),
                name="plan_evaluation_concluded_says_what",
            ),
        ]
        indexes = [models.Index(fields=["-as_of", "-id"], name="plan_evaluation_newest")]


class EvaluationFinding(models.Model):
    """What the evaluator found about a target, a task or the whole plan, what they advise, who follows up and by when. Never deleted."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    about = models.TextField(blank=True)  # target, task; empty for the whole plan
    about_id = models.TextField(blank=True)
    found = models.TextField()
    advice = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    state = models.TextField()  # words.StepState
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_evaluation_finding"
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="plan_evaluation_finding_once"),
            models.CheckConstraint(
                condition=Q(about="", about_id="") | (Q(about__in=["target", "task"]) & ~Q(about_id="")),
                name="plan_evaluation_finding_about",
            ),
            models.CheckConstraint(
                condition=Q(unit="", due_on=None) | (~Q(unit="") & Q(due_on__isnull=False)),
                name="plan_evaluation_finding_has_a_day",
            ),
        ]


class FindingStep(models.Model):
    """One thing that was done about a finding; only added."""

    finding = models.ForeignKey(EvaluationFinding, on_delete=models.PROTECT, related_name="+")
    from_state = models.TextField()
    to_state = models.TextField()
    note = models.TextField()
    unit = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_evaluation_finding_step"
