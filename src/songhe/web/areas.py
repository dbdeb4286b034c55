"""The area filter of a list: the towns in the actor's areas, then the communities of the town that is chosen."""

from __future__ import annotations

from songhe.contexts.places import queries as places
from songhe.contexts.places.queries import AreaView
from songhe.foundation.access import Right
from songhe.web.access import PageRequest
from songhe.web.frame import area_path_of
from songhe.web.lists import Filter


def chosen_area(request: PageRequest) -> str:
    """The path that the address asks for, else the one the desk is narrowed to. Row filters keep it within the actor's areas."""
    return request.GET.get("area", "") or area_path_of(request)


def area_filter(request: PageRequest, right: Right) -> Filter:
    """Towns and, below the chosen (or only) town, its communities."""
    chosen = chosen_area(request)
    towns = places.areas_for(request.actor, right=right, level="town")
    town = next((area for area in towns if chosen.startswith(area.path)), towns[0] if len(towns) == 1 else None)
    options = [(area.path, area.name) for area in towns]
    if town is not None or not towns:
        below = places.areas_for(request.actor, right=right, level="community")
        inside = [area for area in below if town is None or area.path.startswith(town.path)]
        at = next((place for place, (path, _) in enumerate(options) if town is not None and path == town.path), -1) + 1
        options[at:at] = [(area.path, f"　{area.name}" if town else area.name) for area in inside]
    return Filter("area", "镇街或村（社区）", chosen, "choice", tuple(options), any="全部")


def town_names() -> dict[str, AreaView]:
    """Every area above the communities by its path."""
    found = [area for level in ("city", "county", "town") for area in places.areas_under("", level)]
    return {area.path: area for area in found}
