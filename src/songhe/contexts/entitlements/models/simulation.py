"""Who would gain and lose by a draft of the pack."""

from __future__ import annotations

from django.db import models


class SimulatedChange(models.Model):
    """One person whose answer for one benefit a draft changes, by the newest simulation of the draft; fen a period.

    The sums over these rows stand with the draft (policy_library), which this context stands above: it hands them down. Simulated
    again, the rows are replaced. The reference to the person is not checked row by row (docs/decisions/0006).
    """

    draft = models.ForeignKey("policy_library.PackDraft", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    gains = models.BooleanField()
    fen_before = models.BigIntegerField()
    fen_after = models.BigIntegerField()

    class Meta:
        db_table = "simulated_change"
        constraints = [models.UniqueConstraint(fields=["draft", "person", "benefit"], name="simulated_change_once")]
        indexes = [models.Index(fields=["draft", "area_path", "person", "id"], name="simulated_change_place")]
