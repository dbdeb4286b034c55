"""The community that a department's row means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.places import queries as places


@dataclass(frozen=True, slots=True)
class Spot:
    """A community or village. `county` is the code of the county above it, empty where the city has none; `rural` None where unknown."""

    id: int
    code: str
    name: str
    path: str
    county: str
    rural: bool | None


class PlaceIndex:
    """Finds the community that a row names by code, or by name within the town it names, or by a name that is unique in the city."""

    def __init__(self, names: places.Gazetteer) -> None:
        by_path = {area.path: area for area in names.areas}
        self._names = names
        self._spots = {area.code: _spot(area, by_path) for area in names.areas if area.level == "community"}
        self._found: dict[tuple[str, str, str], Spot | str] = {}

    def find(self, *, code: str = "", name: str = "", town: str = "") -> Spot | str:
        """The community, or why it cannot be told, in Chinese."""
        key = (code, name, town)
        if key not in self._found:
            self._found[key] = self._look(code, name, town)
        return self._found[key]

    def _look(self, code: str, name: str, town: str) -> Spot | str:
        if code:
            return self._spots.get(code) or "本市没有这个代码的村(社区)。"
        within = ""
        if town:
            above = self._names.find(town).area
            if above is None or above.level != "town":
                return "本市没有这个名称的镇(街道)。"
            within = above.path
        match = self._names.find(name, within=within)
        if match.area is not None and match.area.level == "community":
            return self._spots[match.area.code]
        if len(match.candidates) > 1:
            return f"本市有{len(match.candidates)}个同名的村(社区),分不清是哪一个，请写明镇(街道)。"
        return "这个镇(街道)里没有这个名称的村(社区)。" if town else "本市没有这个名称的村(社区)。"


def place_index() -> PlaceIndex:
    """Over the city's areas as they are now."""
    return PlaceIndex(places.gazetteer())


def _spot(area: places.AreaView, by_path: Mapping[str, places.AreaView]) -> Spot:
    parts = area.path.rstrip("/").split("/")
    above = [by_path[path] for i in range(1, len(parts)) if (path := "/".join(parts[:i]) + "/") in by_path]
    county = next((step.code for step in above if step.level == "county"), "")
    return Spot(area.id, area.code, area.name, area.path, county, area.rural)
