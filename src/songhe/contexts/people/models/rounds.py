"""Census rounds: who was asked what, and when it has to be asked again. And what people agreed to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from songhe.contexts.people.models.person import Person


class CensusRound(models.Model):
    """One round of asking everybody of an area: which facts, from when to when, and after how many days an answer is stale."""

    title = models.TextField()
    area_path = models.TextField()
    variables = ArrayField(models.TextField())
    from_age = models.IntegerField(default=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    refresh_days = models.IntegerField()
    opened_by = models.BigIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "census_round"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="census_round_ends_after_start")
        ]


class CensusAnswer(models.Model):
    """A person was asked in a round: what came of it. The facts themselves are records of the community like any other."""

    round = models.ForeignKey(CensusRound, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.TextField()  # words.AskOutcome
    asked_on = models.DateField()
    asked_by = models.BigIntegerField()
    stated_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "census_answer"
        constraints = [models.UniqueConstraint(fields=["round", "person"], name="census_answer_once")]
        indexes = [models.Index(fields=["person"], name="census_answer_person")]


class CensusTally(models.Model):
    """One community of a round as counted at a moment: how many are to be asked and what is known of them. Frozen when the round is closed.

    `numbers` is queries.round_numbers.Numbers as JSON: whole numbers only, people by age, sex, value of a fact, and by what is missing or old.
    """

    round = models.ForeignKey(CensusRound, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    counted_at = models.DateTimeField()
    numbers = models.JSONField()

    class Meta:
        db_table = "census_tally"
        constraints = [models.UniqueConstraint(fields=["round", "area_path"], name="census_tally_once")]


class Consent(models.Model):
    """What a person (or who acts for them) agreed to or refused, for one use of their data. The latest of a use counts; none is deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    use = models.TextField()  # id in packs/national/data_uses.yaml
    given = models.BooleanField()
    stated_on = models.DateField()
    until = models.DateField(null=True)
    channel = models.TextField()  # counter | visit | paper | online
    by_whom = models.TextField(blank=True)  # self, or the relation of who acted for them
    recorded_by = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "data_consent"
