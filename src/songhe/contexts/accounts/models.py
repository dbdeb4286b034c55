"""Who signs in (users), what they may do and where (role grants), and machines that call the API (consumers)."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with an account. Rights come from role grants only, never from Django's own permissions."""

    display_name = models.TextField()
    organisation = models.TextField(blank=True)

    class Meta:
        db_table = "account_user"


class RoleGrant(models.Model):
    """A role held by a user at an area and below, from a day until a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    area_path = models.TextField()  # accounts and places do not know each other; the path is the shared word
    granted_by = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "account_role_grant"


class Consumer(models.Model):
    """A machine that calls the API: a token (only its hash is stored), rights, and an area."""

    name = models.TextField(unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    area_path = models.TextField()
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_consumer"
