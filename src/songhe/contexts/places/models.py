"""Areas of a city: city, county, town or street, community or village."""

from __future__ import annotations

from django.db import models


class Area(models.Model):
    """One administrative area. `path` is the chain of codes from the city down, each followed by a slash."""

    code = models.TextField(unique=True)
    name = models.TextField()
    level = models.TextField()  # city | county | town | community
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    path = models.TextField(unique=True)
    rural = models.BooleanField(null=True)
    aliases = models.JSONField(default=list)
    outline = models.JSONField(null=True)  # GeoJSON geometry, WGS84
    outline_source = models.TextField(blank=True)  # "schematic" for a drawn demo outline

    class Meta:
        db_table = "area"
        indexes = [models.Index(fields=["path"], name="area_path_prefix", opclasses=["text_pattern_ops"])]
