"""Loading the areas of a city; nothing else changes them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.identifiers import Problem, parse_phone
from songhe.contexts.places.errors import AreaInvalid, AreaMoved, AreaUnknown
from songhe.contexts.places.models import Area, AreaDesk
from songhe.contexts.places.words import DEPTH
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class AreaInput:
    """An area to be loaded. `parent` is a code (None only for the city); `outline` a GeoJSON (Multi)Polygon as text, WGS84.

    `outline_source` says where the outline is from; ``schematic`` marks one that was drawn for a demonstration.
    """

    code: str
    name: str
    level: str
    parent: str | None = None
    rural: bool | None = None
    aliases: tuple[str, ...] = ()
    outline: str | None = None
    outline_source: str = ""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many areas were new, changed, and as they were."""

    created: int
    updated: int
    unchanged: int


@transaction.atomic
def load_areas(actor: Actor, *, areas: Sequence[AreaInput]) -> LoadResult:
    """Every area of the list stands as given; areas not listed stay. The same list again changes nothing."""
    ordered = sorted(areas, key=lambda area: DEPTH.get(area.level, len(DEPTH)))
    existing = {area.code: area for area in Area.objects.select_for_update().order_by("pk")}
    _check(ordered, existing)
    paths = _paths(ordered, existing)
    for area in ordered:
        require(actor, Right.IMPORT, paths[area.code])
    created, updated = 0, 0
    for level in DEPTH:
        fresh, changed = [], []
        for area in (a for a in ordered if a.level == level):
            row = existing.get(area.code)
            if row is None:
                row = Area(code=area.code, path=paths[area.code], parent=existing[area.parent] if area.parent else None)
                fresh.append(_fill(row, area))
            elif _differs(row, area):
                changed.append(_fill(row, area))
        for row in Area.objects.bulk_create(fresh):
            existing[row.code] = row
        Area.objects.bulk_update(changed, ["name", "level", "rural", "aliases", "outline", "outline_source"])
        created, updated = created + len(fresh), updated + len(changed)
    if created or updated:
        audit.record(actor, "places.load", subject_type="area", detail={"created": created, "updated": updated})
    return LoadResult(created, updated, len(ordered) - created - updated)


def _check(areas: Sequence[AreaInput], existing: dict[str, Area]) -> None:
    codes = {row.pk: code for code, row in existing.items()}
    levels = {code: row.level for code, row in existing.items()} | {area.code: area.level for area in areas}
    seen: set[str] = set()
    for area in areas:
        if area.code in seen:
            raise AreaInvalid(f"区划代码 {area.code} 出现了两次。", next_step="请删去重复的一条。", field="code")
        seen.add(area.code)
        if not area.code or "/" in area.code or not area.name.strip():
            raise AreaInvalid(f"区划「{area.code} {area.name}」缺少代码或名称。", next_step="请补全后再导入。", field="code")
        if area.level not in DEPTH:
            raise AreaInvalid(
                f"「{area.name}」的层级 {area.level} 不认识。", next_step="层级只能是全市、县、镇、社区四种。", field="level"
            )
        _check_parent(area, levels)
        row = existing.get(area.code)
        if row is not None and (codes[row.parent_id] if row.parent_id else None) != area.parent:
            raise AreaMoved(
                f"「{area.name}」的上级变了，不能直接改。", next_step="请为调整后的区划使用新代码，再迁移人员。", field="parent"
            )
        _check_outline(area)


def _check_parent(area: AreaInput, levels: dict[str, str]) -> None:
    if area.parent is None:
        if area.level != "city":
            raise AreaInvalid(f"「{area.name}」没有写上级。", next_step="除全市外，每个区划都要写上级代码。", field="parent")
        return
    above = levels.get(area.parent)
    if above is None:
        raise AreaInvalid(f"「{area.name}」的上级代码 {area.parent} 不存在。", next_step="请先补上上级区划。", field="parent")
    if DEPTH[above] >= DEPTH[area.level]:
        raise AreaInvalid(f"「{area.name}」的层级不低于它的上级。", next_step="请核对层级和上级代码。", field="level")


def _check_outline(area: AreaInput) -> None:
    if area.outline is None:
        return
    try:
        shape = json.loads(area.outline)
        polygons = {"Polygon": lambda c: [c], "MultiPolygon": list}[shape["type"]](shape["coordinates"])
        sound = bool(polygons) and all(_ring_is_sound(ring) for polygon in polygons for ring in polygon)
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise AreaInvalid(
            f"「{area.name}」的边界不是完整的多边形。", next_step="边界要用经纬度的 GeoJSON 多边形，首尾相接。", field="outline"
        )


def _ring_is_sound(ring: Sequence[Sequence[float]]) -> bool:
    on_earth = all(math.isfinite(p[0]) and math.isfinite(p[1]) and abs(p[0]) <= 180 and abs(p[1]) <= 90 for p in ring)
    return len(ring) >= 4 and ring[0] == ring[-1] and on_earth


def _paths(areas: Sequence[AreaInput], existing: dict[str, Area]) -> dict[str, str]:
    paths = {code: row.path for code, row in existing.items()}
    for area in areas:  # from the top down, so a parent's path is known
        paths[area.code] = (paths[area.parent] if area.parent else "") + area.code + "/"
    return paths


def _wanted(area: AreaInput) -> dict[str, object]:
    outline = json.loads(area.outline) if area.outline is not None else None
    return {
        "name": area.name.strip(), "level": area.level, "rural": area.rural, "aliases": list(area.aliases),
        "outline": outline, "outline_source": area.outline_source,
    }  # fmt: skip


def _differs(row: Area, area: AreaInput) -> bool:
    return any(getattr(row, name) != value for name, value in _wanted(area).items())


def _fill(row: Area, area: AreaInput) -> Area:
    for name, value in _wanted(area).items():
        setattr(row, name, value)
    return row


@dataclass(frozen=True, slots=True)
class DeskInput:
    """What is to stand on letters and pages about an area; an empty text is not known."""

    code: str
    address: str = ""
    phone: str = ""
    hours: str = ""
    demo: bool = False


LONGEST_LINE = 60


@transaction.atomic
def keep_desks(actor: Actor, *, desks: Sequence[DeskInput]) -> int:
    """Each area's desk stands as given; how many changed. Needs HANDLE_GRANTS in the area. Raises AreaUnknown, AreaInvalid; then nothing
    was written.
    """
    areas = {area.code: area for area in Area.objects.filter(code__in=[each.code for each in desks])}
    held = {row.area_id: row for row in AreaDesk.objects.select_for_update().filter(area__in=areas.values()).order_by("pk")}
    changed: list[Area] = []
    for each in desks:
        area = areas.get(each.code)
        if area is None:
            raise AreaUnknown(f"没有代码是 {each.code} 的区划。", next_step="请核对区划代码。", field="code")
        require(actor, Right.HANDLE_GRANTS, area.path)
        wanted = _desk(each)
        row = held.get(area.pk) or AreaDesk(area=area)
        if row.pk is None or any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.changed_at = clock.now()
            row.save()
            changed.append(area)
    if changed:
        common = changed[0].path if len(changed) == 1 else ""
        audit.record(
            actor, "places.keep_desks", subject_type="area", area_path=common, detail={"codes": [a.code for a in changed][:200]}
        )
    return len(changed)


def _desk(each: DeskInput) -> dict[str, object]:
    for field, text in (("address", each.address), ("hours", each.hours)):
        if len(text) > LONGEST_LINE:
            raise AreaInvalid(f"最多写{LONGEST_LINE}个字。", next_step="请写短一些，信上只有一行。", field=field)
    phone = each.phone.strip()
    if phone:
        found = parse_phone(phone)
        if isinstance(found, Problem):
            raise AreaInvalid(found.reason, next_step=found.remedy, field="phone")
        phone = found.number + (f"转{found.extension}" if found.extension else "")
    return {"address": each.address.strip(), "phone": phone, "hours": each.hours.strip(), "demo": each.demo}
