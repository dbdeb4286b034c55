"""What the check of a file found out about rows that no ID number decides, kept until the file is let in."""

from __future__ import annotations

from django.db import models


class StagedLink(models.Model):
    """A row of a checked file and the known person (`other`, who stands for nobody) whom it means or may mean.

    `kind`: two (the row's two numbers are those of `person` and of `other`), kept (the row goes to `person`, who stands for `other`),
    link (a person will be made of the row and linked to `other`) or review (a human has to say; one line for each likely
    person). Unlogged like the staged rows, and gone with them.
    """

    batch_id = models.BigIntegerField()
    sheet = models.TextField()
    row = models.IntegerField()
    kind = models.TextField()
    person_id = models.BigIntegerField(null=True)
    other_id = models.BigIntegerField()
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        db_table = "import_staged_link"
        indexes = [models.Index(fields=["batch_id", "sheet", "row"], name="staged_link_row")]
