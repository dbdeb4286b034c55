"""Facts past their validity are marked; a record makes at most one life event of a kind."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_one_person_of_many_records")]

    operations = [
        migrations.AddField(
            model_name="household",
            name="stale",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="person",
            name="stale",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("stale", []), _negated=True), fields=["area_path"], name="person_stale"),
        ),
        migrations.AddConstraint(
            model_name="lifeevent",
            constraint=models.UniqueConstraint(fields=("person", "kind", "record"), name="life_event_once_a_record"),
        ),
        # rows come in by COPY and INSERT ... SELECT, which do not ask Django for a default
        migrations.RunSQL("ALTER TABLE person ALTER COLUMN stale SET DEFAULT '{}'", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE household ALTER COLUMN stale SET DEFAULT '{}'", migrations.RunSQL.noop),
    ]
