"""Drafts of the pack, their checks, simulations and approvals; a version comes from an approved draft or was loaded directly."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

STATES = ["draft", "checked", "simulated", "approved", "in_force", "overtaken", "withdrawn"]

EARLIER = """
UPDATE pack_version SET direct = true, in_force_on = (loaded_at AT TIME ZONE 'Asia/Shanghai')::date;
"""


def _id() -> tuple[str, models.Field]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _to(model: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=f"policy_library.{model}")


class Migration(migrations.Migration):
    dependencies = [
        ("policy_library", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PackDraft",
            fields=[
                _id(),
                ("kind", models.TextField()),
                ("files", models.JSONField(null=True)),
                ("overlay", models.JSONField(default=dict)),
                ("changes", models.JSONField(default=list)),
                ("title", models.TextField()),
                ("reason", models.TextField()),
                ("in_force_on", models.DateField()),
                ("state", models.TextField(default="draft")),
                ("revision", models.IntegerField(default=1)),
                ("content_hash", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
                ("makers", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("made_at", models.DateTimeField()),
                ("base", _to("packversion")),
                (
                    "restores",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policy_library.packversion",
                    ),
                ),
            ],
            options={
                "db_table": "pack_draft",
                "constraints": [
                    models.CheckConstraint(condition=Q(("state__in", STATES)), name="pack_draft_known_state"),
                    models.CheckConstraint(condition=Q(("makers__len__gte", 1)), name="pack_draft_has_maker"),
                ],
                "indexes": [models.Index(fields=["state", "in_force_on"], name="pack_draft_due")],
            },
        ),
        migrations.CreateModel(
            name="DraftCheck",
            fields=[
                _id(),
                ("seal", models.CharField(max_length=64)),
                ("passed", models.BooleanField()),
                ("findings", models.JSONField()),
                ("checked_at", models.DateTimeField()),
                ("draft", _to("packdraft")),
            ],
            options={
                "db_table": "pack_draft_check",
                "constraints": [models.UniqueConstraint(fields=("draft", "seal"), name="pack_draft_check_once")],
            },
        ),
        migrations.CreateModel(
            name="DraftSimulation",
            fields=[
                _id(),
                ("seal", models.CharField(max_length=64)),
                ("result", models.JSONField()),
                ("simulated_at", models.DateTimeField()),
                ("draft", _to("packdraft")),
            ],
            options={
                "db_table": "pack_draft_simulation",
                "constraints": [models.UniqueConstraint(fields=("draft", "seal"), name="pack_draft_simulation_once")],
            },
        ),
        migrations.CreateModel(
            name="DraftApproval",
            fields=[
                _id(),
                ("seal", models.CharField(max_length=64)),
                ("approver", models.BigIntegerField()),
                ("approver_name", models.TextField()),
                ("approved_at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("draft", _to("packdraft")),
            ],
            options={
                "db_table": "pack_draft_approval",
                "constraints": [
                    models.UniqueConstraint(fields=("draft", "seal", "approver"), name="pack_draft_approved_once_each"),
                    models.CheckConstraint(condition=Q(("approver__gt", 0)), name="pack_draft_approved_by_people"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftStep",
            fields=[
                _id(),
                ("step", models.TextField()),
                ("at", models.DateTimeField()),
                ("actor", models.BigIntegerField()),
                ("actor_name", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("draft", _to("packdraft")),
            ],
            options={"db_table": "pack_draft_step"},
        ),
        migrations.AlterField("packversion", "content_hash", models.CharField(max_length=64)),
        migrations.AddField("packversion", "direct", models.BooleanField(default=False)),
        migrations.AddField(
            "packversion",
            "draft",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policy_library.packdraft",
            ),
        ),
        migrations.AddField("packversion", "in_force_on", models.DateField(null=True)),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
    ]
