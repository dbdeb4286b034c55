"""Pack versions, kept whole, and the drafts that become versions after checks, a simulation and two approvals.

Triggers (migration 0002) hold what must never be: a maker who approves, an approval of another content than the draft's present one,
a version from a draft without two approvals, a version or an approval that is altered later.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from songhe.contexts.policy_library.words import DraftState


class PackVersion(models.Model):
    """A city's pack with the national one under it, exactly as it came into force, so that any old decision can be recomputed.

    `files` maps a relative path to the file's text; `overlay` holds the city's own changes:
    {"parameters": {name: [{"from", "value", "source", "note"}]}, "readings": {definition: reading}}.
    `content_hash` covers both; a version that restores an earlier one has the same. A version comes from a draft, or was loaded
    `direct` (the first files of a city, or those of a demonstration): nobody approved it, and the history says so.
    """

    pack = models.TextField()
    version = models.TextField()
    content_hash = models.CharField(max_length=64)
    files = models.JSONField()
    overlay = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.BigIntegerField()
    in_use = models.BooleanField(default=False)
    in_force_on = models.DateField()
    direct = models.BooleanField(default=False)
    draft = models.OneToOneField("policy_library.PackDraft", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "pack_version"
        constraints = [
            models.UniqueConstraint(fields=["in_use"], condition=Q(in_use=True), name="pack_version_one_in_use"),
            models.CheckConstraint(
                condition=Q(direct=True, draft=None) | Q(direct=False, draft__isnull=False), name="pack_version_draft_or_direct"
            ),
        ]
        indexes = [models.Index(fields=["content_hash"], name="pack_version_content")]


class PackDraft(models.Model):
    """A version in the making, on top of `base`. `seal` covers content, reason, day and revision: every edit breaks it.

    `files` is null where the base's files stay (kind changes); `changes` are the single changes of such a draft, as
    {"kind": "parameter", "name", "from", "value", "note"} or {"kind": "reading", "definition", "reading"}; `overlay` is what they come to.
    `restores` is the version whose content a roll-back takes. `makers` are the ids of all who made or edited it.
    """

    base = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # words.DraftKind
    restores = models.ForeignKey(PackVersion, null=True, on_delete=models.PROTECT, related_name="+")
    files = models.JSONField(null=True)
    overlay = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    title = models.TextField()
    reason = models.TextField()
    in_force_on = models.DateField()
    state = models.TextField(default=DraftState.DRAFT)
    revision = models.IntegerField(default=1)
    content_hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    makers = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField()

    class Meta:
        db_table = "pack_draft"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[state.value for state in DraftState]), name="pack_draft_known_state"),
            models.CheckConstraint(condition=Q(makers__len__gte=1), name="pack_draft_has_maker"),
        ]
        indexes = [models.Index(fields=["state", "in_force_on"], name="pack_draft_due")]


class DraftCheck(models.Model):
    """What the checks said of one sealed content: [{"severity": error | warning | case, "where", "message", "fix"}]."""

    draft = models.ForeignKey(PackDraft, on_delete=models.PROTECT, related_name="+")
    seal = models.CharField(max_length=64)
    passed = models.BooleanField()
    findings = models.JSONField()
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "pack_draft_check"
        constraints = [models.UniqueConstraint(fields=["draft", "seal"], name="pack_draft_check_once")]


class DraftSimulation(models.Model):
    """What one sealed content would do, as handed down by who can compute it (`actions.SimulationResult` as JSON). No names of people."""

    draft = models.ForeignKey(PackDraft, on_delete=models.PROTECT, related_name="+")
    seal = models.CharField(max_length=64)
    result = models.JSONField()
    simulated_at = models.DateTimeField()

    class Meta:
        db_table = "pack_draft_simulation"
        constraints = [models.UniqueConstraint(fields=["draft", "seal"], name="pack_draft_simulation_once")]


class DraftApproval(models.Model):
    """One person's yes to one sealed content; it does not outlive the seal."""

    draft = models.ForeignKey(PackDraft, on_delete=models.PROTECT, related_name="+")
    seal = models.CharField(max_length=64)
    approver = models.BigIntegerField()
    approver_name = models.TextField()
    approved_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "pack_draft_approval"
        constraints = [
            models.UniqueConstraint(fields=["draft", "seal", "approver"], name="pack_draft_approved_once_each"),
            models.CheckConstraint(condition=Q(approver__gt=0), name="pack_draft_approved_by_people"),
        ]


class DraftStep(models.Model):
    """One line of a draft's timeline."""

    draft = models.ForeignKey(PackDraft, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()  # words.Step
    at = models.DateTimeField()
    actor = models.BigIntegerField()
    actor_name = models.TextField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "pack_draft_step"
