"""The field that says what a check found no longer takes the name of a method of every model."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_vouchers_and_awards")]
    operations = [migrations.RenameField(model_name="finding", old_name="check", new_name="kind")]
