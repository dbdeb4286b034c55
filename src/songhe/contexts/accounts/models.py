"""Who signs in (users), what they may do and where (role grants), and machines that call the API (consumers)."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class User(AbstractUser):
    """A person with an account. Rights come from role grants only, never from Django's own permissions."""

    display_name = models.TextField()
    organisation = models.TextField(blank=True)
    area_path = models.TextField(blank=True)  # where the person works: who may manage the account follows from it

    class Meta:
        db_table = "account_user"
        indexes = [models.Index(fields=["area_path"], name="account_user_area", opclasses=["text_pattern_ops"])]


class RoleGrant(models.Model):
    """A role held by a user at an area and below. `valid_to` is the first day on which it no longer holds."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    area_path = models.TextField()  # accounts and places do not know each other; the path is the shared word
    granted_by = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "account_role_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="role_grant_dates_in_order"
            )
        ]


class Consumer(models.Model):
    """A machine that calls the API: a token (only its hash is stored), rights, and an area."""

    name = models.TextField(unique=True)
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of a random token of 256 bits
    scopes = models.JSONField(default=list)
    area_path = models.TextField()
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_consumer"
