"""Who signed what: each assessor under the own form and the lead under the result, and the elder's side under the lead's form."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Signature(models.Model):
    """One signature by one's own account, under a form or under a result. Only added to.

    `digest` is the SHA-256 (hex) of exactly what was signed, see `queries.signatures`; `means` is words.SignedBy.
    """

    form = models.OneToOneField("Form", null=True, on_delete=models.PROTECT, related_name="+")
    result = models.OneToOneField("Result", null=True, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey("Assessor", on_delete=models.PROTECT, related_name="+")
    signed_by = models.BigIntegerField()  # the account, or the consumer that acted for the assessor
    signed_by_name = models.TextField()
    means = models.TextField()
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "assessment_signature"
        constraints = [
            models.CheckConstraint(
                condition=Q(form__isnull=False, result=None) | Q(form=None, result__isnull=False),
                name="assessment_signature_of_one_thing",
            )
        ]


class ElderSignature(models.Model):
    """How the elder's side signed on the form: drawn, by a name in words, or not able to, with a witness.

    `sealed` is sealed JSON of names, strokes, reason and witness; it changes with the draft and no more once the form is final.
    """

    form = models.OneToOneField("Form", on_delete=models.PROTECT, related_name="+")
    way = models.TextField()  # words.ElderSigns
    sealed = models.BinaryField()

    class Meta:
        db_table = "assessment_elder_signature"
