"""Half of each page is left free: whoever is new is written once more in the same transaction (with whom they live), and every department's
file writes most people again. A new version on the same page needs no entry in any of a person's indexes."""

from django.db import migrations

FORWARD = """
ALTER TABLE person SET (fillfactor = 50);
ALTER TABLE household SET (fillfactor = 50);
"""

BACKWARD = """
ALTER TABLE person SET (fillfactor = 80);
ALTER TABLE household SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0010_former_numbers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
