"""What came out: the agreed result of a case, objections to it, and who used it for what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Result(models.Model):
    """The result of a case, from both assessors' forms. Never changed but for its state and the days on which that changed.

    `differences`: [{"item", "lead", "second", "agreed", "why"}] where the two forms differed. `scored` is the engine's result over the agreed
    answers. `valid_to` is the first day on which the grade no longer counts as fresh.
    """

    case = models.OneToOneField("Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    scale = models.TextField()
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    circumstances = models.JSONField()
    differences = models.JSONField(default=list)
    scored = models.TextField()
    grade = models.SmallIntegerField()
    assessed_on = models.DateField()
    settled_by = models.BigIntegerField()
    settled_at = models.DateTimeField()
    signed_for = models.TextField(blank=True)  # who signed for the elder: the elder, or name and relation
    state = models.TextField()  # words.ResultState
    announced_on = models.DateField()
    objections_until = models.DateField()  # the first day on which no objection can be made any more
    in_force_on = models.DateField(null=True)
    valid_to = models.DateField()
    report = models.ForeignKey("foundation.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assessment_result"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scale"], condition=Q(state="in_force"), name="assessment_result_one_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(in_force_on__isnull=False), name="assessment_result_in_force_since"
            ),
            models.CheckConstraint(condition=Q(valid_to__gt=F("assessed_on")), name="assessment_result_valid_after"),
        ]
        indexes = [models.Index(fields=["area_path", "id"], name="assessment_result_area")]


class Objection(models.Model):
    """Somebody does not agree with a result while it is announced. One open objection a result."""

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    by_name = models.TextField()
    relation = models.TextField()
    reason = models.TextField()
    filed_by = models.BigIntegerField()
    filed_at = models.DateTimeField()
    state = models.TextField()  # words.ObjectionState
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_because = models.TextField(blank=True)

    class Meta:
        db_table = "assessment_objection"
        constraints = [
            models.UniqueConstraint(fields=["result"], condition=Q(state="open"), name="assessment_objection_one_open")
        ]


class ResultUse(models.Model):
    """One use of a result by a department or an institution: who, for what, when. Only added to."""

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    department = models.TextField()
    purpose = models.TextField()
    used_by = models.BigIntegerField()
    used_by_name = models.TextField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "assessment_result_use"
        indexes = [models.Index(fields=["result", "-used_at"], name="assessment_result_use_of")]


class TakenOver(models.Model):
    """A result made elsewhere by a scale that is no longer assessed by, as it was sent; it never becomes a grade of another scale. Only added to."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    scale = models.TextField()
    assessed_on = models.DateField()
    assessed_by = models.TextField()
    grade = models.SmallIntegerField()
    points = models.JSONField(default=dict)
    levels = models.JSONField(default=dict)
    entered_by = models.BigIntegerField()
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "assessment_taken_over"
        constraints = [models.UniqueConstraint(fields=["person", "scale", "assessed_on"], name="assessment_taken_over_once")]
