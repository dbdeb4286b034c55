"""The ledger of the plan's tasks: what each task breaks into, what its units report of it, and the files that prove it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class UnitSeat(models.Model):
    """The unit for which a user or a consumer of the API acts. Who has none and holds the whole city sees every task."""

    actor_kind = models.TextField()  # user, consumer
    actor_id = models.BigIntegerField()
    unit = models.TextField()  # as the plan prints it
    given_by = models.BigIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        db_table = "plan_unit_seat"
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_id"], name="plan_unit_seat_one_each"),
            models.CheckConstraint(condition=~Q(unit=""), name="plan_unit_seat_names_a_unit"),
        ]


class LedgerTask(models.Model):
    """A task of the plan as far as the ledger holds on to it: title, units and deadlines stay in the pack, under `task_id`."""

    task_id = models.TextField(unique=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "plan_ledger_task"


class TaskStep(models.Model):
    """A step of a task, done by one unit. Never deleted: one that is not needed any more is dropped."""

    task = models.ForeignKey(LedgerTask, on_delete=models.PROTECT, related_name="+")
    title = models.TextField()
    unit = models.TextField()
    person = models.TextField(blank=True)
    due_on = models.DateField()
    state = models.TextField()  # words.StepState
    done_on = models.DateField(null=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "plan_task_step"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="plan_step_done_has_its_day",
            ),
            models.UniqueConstraint(fields=["task", "title"], condition=~Q(state="dropped"), name="plan_step_once"),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state__in=["not_begun", "doing"]), name="plan_step_open_due")]


class StepMove(models.Model):
    """A step was made (`from_state` empty) or moved: by whom, for which unit, from where to where. Only added."""

    step = models.ForeignKey(TaskStep, on_delete=models.PROTECT, related_name="+")
    from_state = models.TextField(blank=True)
    to_state = models.TextField()
    unit = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_step_move"


class ProgressReport(models.Model):
    """What a unit did on a task in a month. Reports are only added; the latest one of a month is the one that counts."""

    task = models.ForeignKey(LedgerTask, on_delete=models.PROTECT, related_name="+")
    unit = models.TextField()
    month = models.DateField()  # its first day
    state = models.TextField()  # words.ReportState
    done = models.TextField()
    percent = models.SmallIntegerField(null=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_progress_report"
        indexes = [models.Index(fields=["task", "-month", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(percent=None) | Q(percent__gte=0, percent__lte=100), name="plan_report_percent"),
            models.CheckConstraint(condition=Q(month__day=1), name="plan_report_month_is_its_first_day"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(percent=None) | Q(percent=100), name="plan_report_done_is_all_of_it"
            ),
        ]


class Evidence(models.Model):
    """A file that proves what was done. The content is kept once; the same content hangs on a task once."""

    task = models.ForeignKey(LedgerTask, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(TaskStep, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()  # cleaned, with the ending of what it really is
    kind = models.TextField()  # words.EVIDENCE_KINDS
    size = models.BigIntegerField()  # bytes
    unit = models.TextField(blank=True)
    scanned_by = models.TextField(blank=True)  # the virus scanner that found nothing; empty: none has looked
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_evidence"
        constraints = [
            models.UniqueConstraint(fields=["task", "file"], name="plan_evidence_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="plan_evidence_not_empty"),
        ]


class EntryFile(models.Model):
    """A file that came with a comment or notice of a register: the letter itself, say. Kept once, hangs on an entry once."""

    entry = models.ForeignKey("registers.Entry", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    kind = models.TextField()  # words.EVIDENCE_KINDS
    size = models.BigIntegerField()  # bytes
    scanned_by = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plan_entry_file"
        constraints = [
            models.UniqueConstraint(fields=["entry", "file"], name="plan_entry_file_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="plan_entry_file_not_empty"),
        ]
