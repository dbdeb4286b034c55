"""Outlines of areas for maps."""

from __future__ import annotations

import json
from dataclasses import dataclass

from songhe.contexts.places.models import Area


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of an area: GeoJSON geometry as text, WGS84. `schematic`: drawn for a demonstration, not surveyed."""

    area_id: int
    code: str
    name: str
    path: str
    geometry: str
    source: str
    schematic: bool


def outlines(path: str = "", level: str | None = None) -> tuple[Outline, ...]:
    """The outlines that are known at or below the path, by path."""
    rows = Area.objects.filter(path__startswith=path, outline__isnull=False).order_by("path")
    if level is not None:
        rows = rows.filter(level=level)
    return tuple(
        Outline(pk, code, name, at, json.dumps(shape, separators=(",", ":")), source, source == "schematic")
        for pk, code, name, at, shape, source in rows.values_list("pk", "code", "name", "path", "outline", "outline_source")
    )


def outlines_geojson(path: str = "", level: str | None = None) -> str:
    """The same as one GeoJSON FeatureCollection; the properties are code, name, path, source, schematic."""
    features = [
        f'{{"type":"Feature","properties":{_properties(outline)},"geometry":{outline.geometry}}}'
        for outline in outlines(path, level)
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"


def _properties(outline: Outline) -> str:
    shown = {"code": outline.code, "name": outline.name, "path": outline.path}
    return json.dumps(shown | {"source": outline.source, "schematic": outline.schematic}, ensure_ascii=False)
