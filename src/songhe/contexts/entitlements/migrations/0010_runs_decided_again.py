"""A run of the whole city that is decided again in the background."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entitlements", "0009_told_by_message_uses_late_appeals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("state", models.TextField()),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("compared", models.IntegerField(default=0)),
                ("decisions", models.IntegerField(default=0)),
                ("different", models.IntegerField(null=True)),
                ("rules_unchanged", models.BooleanField(null=True)),
                ("snapshot_unchanged", models.BooleanField(null=True)),
                ("failed", models.TextField(blank=True, default="")),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="entitlements.run"),
                ),
            ],
            options={
                "db_table": "run_recomputation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["run"],
                        condition=models.Q(("state__in", ["waiting", "working"])),
                        name="run_recomputation_one_at_work",
                    ),
                ],
            },
        ),
    ]
