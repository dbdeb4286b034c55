"""One assessment of one person, from the request to the forms of both assessors."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Case(models.Model):
    """A request to assess a person by one scale, and what became of it. At most one open case a person and scale, besides a second assessment."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    scale = models.TextField()  # id of the scale in the pack
    kind = models.TextField()  # words.CaseKind
    origin = models.TextField()  # words.Origin
    reason = models.TextField(blank=True)
    requested_by = models.BigIntegerField()
    requested_at = models.DateTimeField()
    state = models.TextField()  # words.CaseState
    body = models.ForeignKey("Body", null=True, on_delete=models.PROTECT, related_name="+")
    visit_at = models.DateTimeField(null=True)
    visit_place = models.TextField(blank=True)
    with_health_check = models.BooleanField(default=False)  # joined with the yearly check of those over 65
    second_of = models.OneToOneField("Objection", null=True, on_delete=models.PROTECT, related_name="+")
    looks_again_at = models.OneToOneField(
        "Result", null=True, on_delete=models.PROTECT, related_name="+"
    )  # drawn for a second look
    closed_at = models.DateTimeField(null=True)
    closed_because = models.TextField(blank=True)

    class Meta:
        db_table = "assessment_case"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scale"],
                condition=Q(state__in=["requested", "appointed", "assessing", "settled"], second_of=None),
                name="assessment_case_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "withdrawn"]) | Q(closed_at__isnull=False),
                name="assessment_case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"]) | Q(body__isnull=False, visit_at__isnull=False),
                name="assessment_case_appointed_has_visit",
            ),
        ]
        indexes = [
            models.Index(fields=["area_path", "id"], name="assessment_case_area"),
            models.Index(fields=["visit_at"], condition=Q(state__in=["appointed", "assessing"]), name="assessment_case_visits"),
        ]


class CaseAssessor(models.Model):
    """Who assesses a case: two people, one of them leads."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey("Assessor", on_delete=models.PROTECT, related_name="+")
    lead = models.BooleanField()

    class Meta:
        db_table = "assessment_case_assessor"
        constraints = [
            models.UniqueConstraint(fields=["case", "assessor"], name="assessment_case_assessor_once"),
            models.UniqueConstraint(fields=["case", "lead"], name="assessment_case_one_lead_one_second"),
        ]


class Form(models.Model):
    """One assessor's own form, as filled on the spot. Its `public_id` is made on the device, so that sending it twice is one form.

    `answers` {item: option id}, `circumstances` {id: bool | count}, `particulars` the other fields of the form; `scored` is the engine's result
    (`engines.scales.result.to_json`), computed here when the form becomes final. `filled_from`/`filled_to` are the device's clock.
    """

    public_id = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey("Assessor", on_delete=models.PROTECT, related_name="+")
    state = models.TextField()  # words.FormState
    answers = models.JSONField(default=dict)
    circumstances = models.JSONField(default=dict)
    particulars = models.JSONField(default=dict)
    offline = models.BooleanField(default=False)  # kept on the device for a while before it arrived
    filled_from = models.DateTimeField()
    filled_to = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField()
    scored = models.TextField(blank=True)
    grade = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "assessment_form"
        constraints = [
            models.UniqueConstraint(fields=["case", "assessor"], name="assessment_form_one_each"),
            models.CheckConstraint(
                condition=~Q(state="final") | (Q(grade__isnull=False) & ~Q(scored="")), name="assessment_form_final_is_scored"
            ),
        ]
