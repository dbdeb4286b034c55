"""A run says why the step that was asked for last was not done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_what_a_finding_is")]
    operations = [
        migrations.AddField(
            model_name="payrun",
            name="refused",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
