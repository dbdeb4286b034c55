"""Figures of a month: counted from one snapshot, frozen when the month is over, never changed after that.

A later correction of a frozen month is a new `FigureSet` of the same month with the next revision; the old one stays as it was.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class FigureSet(models.Model):
    """Every indicator of one month, counted at once. Revision 0 is the month that still runs: it is replaced, never revised."""

    period = models.DateField()  # the first day of the month
    revision = models.IntegerField()
    cut_off = models.DateTimeField()  # when the snapshot was taken
    as_of = models.DateField()  # the day that ages and dated values were counted on
    snapshot_sha256 = models.CharField(max_length=64)
    snapshot_path = models.TextField()
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)  # why a frozen month was counted again
    counted_at = models.DateTimeField()
    counted_by = models.BigIntegerField()

    class Meta:
        db_table = "figure_set"
        constraints = [
            models.UniqueConstraint(fields=["period", "revision"], name="figure_set_one_a_revision"),
            models.CheckConstraint(condition=Q(revision__gte=0), name="figure_set_revision_counts_up"),
            models.CheckConstraint(condition=Q(revision__lt=2) | ~Q(reason=""), name="figure_set_revised_with_a_reason"),
            models.CheckConstraint(condition=Q(period__day=1), name="figure_set_is_of_a_month"),
        ]
        indexes = [models.Index(fields=["-period", "-revision"], name="figure_set_newest")]


class FigureInput(models.Model):
    """What else than the snapshot a set was counted from, kept as a Parquet file: the areas, and the entries of each register."""

    figures = models.ForeignKey(FigureSet, on_delete=models.PROTECT, related_name="+")
    source = models.TextField()  # area, or register:<id>
    sha256 = models.CharField(max_length=64)
    path = models.TextField()
    rows = models.IntegerField()

    class Meta:
        db_table = "figure_input"
        constraints = [models.UniqueConstraint(fields=["figures", "source"], name="figure_input_once")]


class Figure(models.Model):
    """One indicator in one area. Areas in which nothing was counted have no row: there all three are zero.

    `denominator` is null for an indicator that is a count; `unknown` are the rows that cannot be told. A sum of decimals keeps its decimals.
    """

    figures = models.ForeignKey(FigureSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    indicator = models.TextField()
    version = models.TextField()  # of the indicator's definition
    area_path = models.TextField()
    numerator = models.DecimalField(max_digits=24, decimal_places=6)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    rows = models.IntegerField()  # of the numerator: a sum over no rows is not 0 but nothing
    unknown = models.IntegerField()

    class Meta:
        db_table = "figure"
        constraints = [
            models.UniqueConstraint(fields=["figures", "indicator", "area_path"], name="figure_once"),
            models.CheckConstraint(condition=Q(unknown__gte=0), name="figure_unknown_counts"),
        ]
        indexes = [models.Index(fields=["figures", "area_path"], name="figure_area", opclasses=["int8_ops", "text_pattern_ops"])]


class Release(models.Model):
    """A release about the elders of the city: draft, agreed to by another person than who made it, then published and never changed.

    `content` is the canonical text of all that may be shown (small counts are already left out); its hash is what a recomputation must give again.
    A correction is a release of its own that names the published one it takes the place of, with a reason.
    """

    year = models.IntegerField()
    title = models.TextField()
    as_of = models.DateField()  # the day that ages were counted on
    cut_off = models.DateTimeField()  # when the snapshot was taken
    snapshot_sha256 = models.CharField(max_length=64)
    snapshot_path = models.TextField()
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()
    checked_by = models.BigIntegerField(null=True)
    checked_by_name = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    remark = models.TextField(blank=True)  # of who checked
    published_by = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "release"
        constraints = [
            models.CheckConstraint(condition=Q(checked_by=None) | ~Q(checked_by=F("made_by")), name="release_checked_by_another"),
            models.CheckConstraint(
                condition=Q(checked_by=None, agreed=None, checked_at=None)
                | Q(checked_by__isnull=False, agreed__isnull=False, checked_at__isnull=False),
                name="release_check_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False, agreed=True),
                name="release_published_once_agreed",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, reason="") | (Q(corrects__isnull=False) & ~Q(reason="")),
                name="release_corrects_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["year"], condition=Q(corrects=None, published_at__isnull=False), name="release_first_of_a_year"
            ),
            models.UniqueConstraint(fields=["corrects"], condition=Q(published_at__isnull=False), name="release_corrected_once"),
        ]
        indexes = [models.Index(fields=["-year", "-id"], name="release_newest")]
