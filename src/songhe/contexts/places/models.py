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


class AreaDesk(models.Model):
    """Where people of an area go and whom they call: the community's own room, or the town's. `demo`: made up for a demonstration."""

    area = models.OneToOneField(Area, on_delete=models.PROTECT, related_name="+")
    address = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    hours = models.TextField(blank=True)
    demo = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "area_desk"
