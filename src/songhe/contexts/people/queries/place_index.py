"""The community that a department's row means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
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

    def __init__(self, areas: Iterable[places.AreaView]) -> None:
        tree = list(areas)
        by_path = {area.path: area for area in tree}
        self._towns = {area.path: {_folded(name) for name in (area.name, *area.aliases)} for area in tree if area.level == "town"}
        self._by_code: dict[str, Spot] = {}
        self._by_name: dict[str, list[Spot]] = {}
        self._found: dict[tuple[str, str, str], Spot | str] = {}
        for area in tree:
            if area.level != "community":
                continue
            county = next((above.code for above in _above(area.path, by_path) if above.level == "county"), "")
            spot = Spot(area.id, area.code, area.name, area.path, county, area.rural)
            self._by_code[area.code] = spot
            for name in {_folded(name) for name in (area.name, *area.aliases)}:
                self._by_name.setdefault(name, []).append(spot)

    def find(self, *, code: str = "", name: str = "", town: str = "") -> Spot | str:
        """The community, or why it cannot be told, in Chinese."""
        key = (code, name, town)
        if key not in self._found:
            self._found[key] = self._look(code, _folded(name), _folded(town))
        return self._found[key]

    def _look(self, code: str, name: str, town: str) -> Spot | str:
        if code:
            spot = self._by_code.get(code)
            return spot if spot else "本市没有这个代码的村(社区)。"
        found = self._by_name.get(name, [])
        if town:
            found = [spot for spot in found if any(town in names and spot.path.startswith(path) for path, names in self._towns.items())]
        if len(found) == 1:
            return found[0]
        if not found:
            return "本市没有这个名称的村(社区)。" if not town else "这个镇(街道)里没有这个名称的村(社区)。"
        return f"本市有{len(found)}个同名的村(社区),分不清是哪一个,请写明镇(街道)。"


def place_index() -> PlaceIndex:
    """Over the city's areas as they are now."""
    return PlaceIndex(places.area_tree())


def _above(path: str, by_path: Mapping[str, places.AreaView]) -> list[places.AreaView]:
    parts = path.rstrip("/").split("/")
    return [by_path[above] for i in range(1, len(parts)) if (above := "/".join(parts[:i]) + "/") in by_path]


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
