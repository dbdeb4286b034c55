"""Choosing an area on a form: the city or a town from a list, and within a town a community by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.places import queries as places
from songhe.contexts.places.queries import AreaView
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest

_INDENT = {"city": "", "county": "　", "town": "　　"}
_FEW = 400


@dataclass(frozen=True, slots=True)
class AreaForm:
    """What the two fields offer and what was typed. `communities` is empty where there are too many to offer."""

    areas: tuple[tuple[str, str], ...]
    communities: tuple[str, ...]
    area: str
    community: str


def area_form(request: PageRequest, *, right: Right) -> AreaForm:
    """The fields, with what was typed before."""
    found = places.areas_for(request.actor, right=right)
    higher = [area for area in found if area.level != "community"] or list(found)
    top = min((area.path.count("/") for area in higher), default=0)
    offered = tuple((area.path, "　" * (area.path.count("/") - top) + area.name) for area in higher)
    communities = sorted({area.name for area in found if area.level == "community"})
    typed = (request.POST.get("area", ""), request.POST.get("community", ""))
    return AreaForm(offered, tuple(communities) if len(communities) <= _FEW else (), *typed)


def chosen_path(request: PageRequest, *, right: Right) -> str:
    """The path of the area that the form names; raises InvalidInput where there is none of that name in the actor's areas."""
    found = places.areas_for(request.actor, right=right)
    area = next((each for each in found if each.path == request.POST.get("area")), None)
    if area is None:
        raise InvalidInput("请选择区域。", next_step="从列表里选市或镇街。", field="area")
    name = request.POST.get("community", "").strip()
    return _community(found, area, name).path if name else area.path


def _community(found: tuple[AreaView, ...], area: AreaView, name: str) -> AreaView:
    inside = [each for each in found if each.level == "community" and each.path.startswith(area.path)]
    named = [each for each in inside if name == each.name or name in each.aliases or name == each.code]
    if len(named) == 1:
        return named[0]
    sentence = f"{area.name}没有叫“{name[:20]}”的村（社区）。" if not named else f"{area.name}有{len(named)}个“{name[:20]}”。"
    raise InvalidInput(sentence, next_step="请先选好镇街，再写村（社区）的全名。", field="community")


def names_of_areas() -> Mapping[str, str]:
    """The name of every area by path; the empty path is all areas."""
    return {area.path: area.name for area in places.area_tree()} | {"": "全部区域"}
