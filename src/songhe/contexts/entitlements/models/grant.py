"""Grants: what a person has been given by name, from the proposal to its end, and what is due for each month of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Grant(models.Model):
    """One benefit given to one person. At most one open grant a person and benefit.

    `benefit` is the pack's id. `from_on` is the first day of entitlement, `until_on` the first day without it (null: open).
    `effective_on_silence`: the day on which a notified grant takes effect without an answer; null where the rule wants an answer.
    `amount` is what one period gives now, in fen (0 for a benefit in kind); what is owed for a month is in `Due`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey("people.Household", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    title = models.TextField()  # as the pack called it when it was proposed
    in_kind = models.BooleanField()
    period = models.TextField()  # engines.policy Period: month, year, once
    state = models.TextField()  # words.GrantState
    proposed_run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")
    current_run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")  # the decision that stands behind it now
    proposed_on = models.DateField()
    notified_on = models.DateField(null=True)
    effective_on_silence = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    suspended_since = models.DateField(null=True)
    amount = models.BigIntegerField(default=0)
    amount_since = models.DateField(null=True)  # first day of `amount`; null: not known, months are counted from the facts
    suspended_for = models.TextField(blank=True, default="", db_default="")  # words.SuspendedFor
    account_checked_on = models.DateField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)  # of the code printed on the letter, by which a person looks it up
    ended_because = models.TextField(blank=True)
    # the appeal by which it is given now against the rules
    overridden_by = models.ForeignKey("Appeal", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "grant_given"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "benefit"],
                condition=Q(state__in=["proposed", "notified", "active", "suspended"]),
                name="grant_one_open",
            ),
            models.CheckConstraint(condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="grant_ends_after_start"),
            models.CheckConstraint(condition=~Q(state="ended") | Q(until_on__isnull=False), name="grant_ended_has_day"),
            models.CheckConstraint(
                condition=~Q(state="suspended") | Q(suspended_since__isnull=False), name="grant_suspended_since"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="grant_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["area_path", "state", "id"], name="grant_area"),
            models.Index(fields=["effective_on_silence"], condition=Q(state="notified"), name="grant_clock"),
            models.Index(fields=["person", "id"], name="grant_person"),
            models.Index(fields=["household", "benefit"], name="grant_household"),
            models.Index(fields=["code_digest"], condition=~Q(code_digest=""), name="grant_code"),
        ]


class GrantStep(models.Model):
    """One move of a grant: from which state to which, when, by whom, why, by which decision. Only added to."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    before = models.TextField(blank=True)
    after = models.TextField()
    at = models.DateTimeField()
    by = models.BigIntegerField()
    by_name = models.TextField()
    reason = models.TextField(blank=True)
    run = models.ForeignKey("Run", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "grant_step"
        indexes = [models.Index(fields=["grant", "id"], name="grant_step_of")]


class Due(models.Model):
    """What is due to a grant for a month (or year, or once), as decided by `run`. Each change is a new revision that names the one before.

    `period` is the first day of the month (of the year; of the month of a once-only benefit). `amount` in fen; 0 where nothing is due.
    `days` of `of_days` where the pack counts part of a month by days; equal otherwise. `reason` says in Chinese why it is as it is.
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    period = models.DateField()
    revision = models.IntegerField()
    amount = models.BigIntegerField()
    days = models.SmallIntegerField()
    of_days = models.SmallIntegerField()
    run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    basis = models.JSONField(
        default=list, db_default=[]
    )  # [{from, to, amount or null, rules}]: what a month was counted from again
    made_at = models.DateTimeField()

    class Meta:
        db_table = "grant_due"
        constraints = [
            models.UniqueConstraint(fields=["grant", "period", "revision"], name="grant_due_revision_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="grant_due_not_negative"),
            models.CheckConstraint(condition=Q(days__gte=0) & Q(days__lte=F("of_days")), name="grant_due_days_within"),
            models.CheckConstraint(
                condition=Q(revision=1, replaces=None) | Q(revision__gt=1, replaces__isnull=False), name="grant_due_names_the_old"
            ),
        ]
        indexes = [models.Index(fields=["period", "grant"], name="grant_due_period")]


class Notice(models.Model):
    """One notice to a person about a grant: by letter, message, or the visit of a community worker, and whether it arrived."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # words.NoticeKind: proposed, changed, suspended, ended, recovery
    channel = models.TextField()  # words.NoticeChannel: letter, message, visit
    made_at = models.DateTimeField()
    delivered_on = models.DateField(null=True)
    delivered_by = models.BigIntegerField(null=True)
    received_by = models.TextField(blank=True)  # who took it: the person, or name and relation
    letter = models.ForeignKey("foundation.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "grant_notice"
        indexes = [models.Index(fields=["grant", "id"], name="grant_notice_of")]


class Appeal(models.Model):
    """Somebody does not agree with a decision: about a grant, or about a benefit that was not given. The decision stands in view by `run`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")  # the decision appealed against
    by_name = models.TextField()
    relation = models.TextField()
    reason = models.TextField()
    channel = models.TextField()  # words.AppealChannel: counter, portal, visit
    filed_by = models.BigIntegerField()
    filed_on = models.DateField()
    due_on = models.DateField()  # by working days of the pack
    last_day = models.DateField(null=True)  # of the term for appealing; null: nobody knows when the person heard of the decision
    heard_because = models.TextField(blank=True, default="")  # why one that came late is heard all the same …
    heard_by = models.BigIntegerField(null=True)  # … and who says so
    state = models.TextField()  # words.AppealState
    decided_by = models.BigIntegerField(null=True)
    decided_on = models.DateField(null=True)
    decided_because = models.TextField(blank=True)
    new_run = models.ForeignKey("Run", null=True, on_delete=models.PROTECT, related_name="+")
    corrections = models.JSONField(default=list)  # [{variable, value, since}]: facts that were corrected when it was upheld
    override_from = models.DateField(null=True)  # upheld against the rules: the person is entitled from this day …
    override_until = models.DateField(null=True)  # … until the day before this one (null: for good) …
    override_amount = models.BigIntegerField(null=True)  # … to so many fen a period …
    override_against = models.JSONField(null=True)  # … although these conditions failed then: it ends when another one does

    class Meta:
        db_table = "grant_appeal"
        constraints = [
            models.UniqueConstraint(fields=["person", "benefit"], condition=Q(state="open"), name="grant_appeal_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", decided_on=None) | (~Q(state="open") & Q(decided_on__isnull=False)),
                name="grant_appeal_decided_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "rejected"])
                | Q(last_day=None)
                | Q(filed_on__lte=F("last_day"))
                | ~Q(heard_because=""),
                name="grant_appeal_late_heard_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["area_path", "state", "due_on"], name="grant_appeal_area")]


class Application(models.Model):
    """Somebody asks for a benefit that is given on application. At most one open application a person and benefit.

    `documents` are the titles that were handed in; what a department knows already is not asked. `run` is the decision at the filing.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    by_name = models.TextField()
    relation = models.TextField()
    channel = models.TextField()  # words.AppealChannel
    documents = models.JSONField(default=list)
    run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")
    filed_by = models.BigIntegerField()
    filed_on = models.DateField()
    due_on = models.DateField()  # by working days of the pack
    state = models.TextField()  # words.ApplicationState
    decided_by = models.BigIntegerField(null=True)
    decided_on = models.DateField(null=True)
    decided_because = models.TextField(blank=True)
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "grant_application"
        constraints = [
            models.UniqueConstraint(fields=["person", "benefit"], condition=Q(state="open"), name="grant_application_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", decided_on=None) | (~Q(state="open") & Q(decided_on__isnull=False)),
                name="grant_application_decided_has_day",
            ),
        ]
        indexes = [models.Index(fields=["area_path", "state", "due_on"], name="grant_application_area")]


class LifeCheck(models.Model):
    """Somebody has confirmed that the person is alive and entitled (待遇资格认证), on a day, through a channel. Only added to."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    checked_on = models.DateField()
    channel = models.TextField()  # words.LifeCheckChannel: counter, visit, department, portal
    outcome = models.TextField()  # words.LifeCheckOutcome: alive, not_met, died_reported
    by = models.BigIntegerField()
    note = models.TextField(blank=True)
    source = models.TextField(blank=True, default="", db_default="")  # the department whose data said it
    way = models.TextField(blank=True, default="", db_default="")  # where it saw the person: 医院就诊, 公交卡 …
    file = models.ForeignKey("ReturnFile", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "life_check"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "checked_on", "outcome", "source", "way"], condition=~Q(source=""), name="life_check_said_once"
            )
        ]
        indexes = [models.Index(fields=["person", "-checked_on"], name="life_check_person")]


class CodeTry(models.Model):
    """A wrong try to open a grant by a code; a clock for the next one. Of code and place only digests."""

    code_digest = models.CharField(max_length=64)
    place_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "grant_code_try"
        indexes = [
            models.Index(fields=["code_digest", "at"], name="grant_code_try_code"),
            models.Index(fields=["place_digest", "at"], name="grant_code_try_place"),
        ]
