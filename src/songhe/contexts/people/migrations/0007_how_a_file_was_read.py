"""What a file's headers were taken for, what is to be said of the file as a whole, rows corrected on the page or put aside."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_facts_grow_old")]

    operations = [
        migrations.AddField(model_name="importbatch", name="headings_sealed", field=models.BinaryField(default=b"")),
        migrations.AddField(
            model_name="importbatch",
            name="notes",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(model_name="importrow", name="corrected_sealed", field=models.BinaryField(default=b"")),
        migrations.AddField(
            model_name="importrow", name="set_aside", field=models.TextField(blank=True, default=""), preserve_default=False
        ),
        # rows come in by INSERT ... SELECT, which does not ask Django for a default
        migrations.RunSQL("ALTER TABLE import_row ALTER COLUMN corrected_sealed SET DEFAULT ''", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE import_row ALTER COLUMN set_aside SET DEFAULT ''", migrations.RunSQL.noop),
    ]
