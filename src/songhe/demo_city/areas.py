"""The city's areas: named ones from the pack, the rest generated, with codes, elders per community and a schematic outline."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from songhe.demo_city.fitting import whole
from songhe.demo_city.plan import CityPlan, Naming, Place

LEVELS = {"county": "county", "street": "town", "town": "town", "community": "community", "village": "community"}
SIDE = 0.05  # size of a town's hexagon in degrees of the schematic map


@dataclass(slots=True)
class Node:
    """An area being built; `elders` is counted down from the city."""

    name: str
    kind: str
    code: str
    parent: str
    elders: int = 0
    county: str = ""
    children: list[Node] = field(default_factory=list)
    outline: dict[str, object] | None = None

    @property
    def level(self) -> str:
        return LEVELS.get(self.kind, "city")

    @property
    def rural(self) -> bool | None:
        return {"village": True, "community": False}.get(self.kind)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


def generated_name(naming: Naming, kind: str, k: int) -> str:
    """The k-th generated name of a kind: all different while k < len(first) * len(second) and the lengths have no common factor."""
    return naming.first[k % len(naming.first)] + naming.second[k % len(naming.second)] + naming.suffix[kind]


def _code_of_town(county: str, k: int) -> str:
    return f"{county}{k + 1:03d}"


class _Builder:
    """Numbers areas as it goes: towns within their county, communities within their town."""

    def __init__(self, plan: CityPlan, city_code: str) -> None:
        self.naming, self.city_code = plan.naming, city_code

    def county(self, place: Place, elders: int, city: Node) -> Node:
        node = Node(place.name, "county", place.code or self.city_code, city.code, elders, county=place.code)
        self.towns(node, place, place.code or self.city_code)
        return node

    def towns(self, parent: Node, place: Place, county: str) -> None:
        """Named towns first, then generated ones; elders by share, generated communities dealt out evenly."""
        named = list(place.children)
        made = [
            Place(generated_name(self.naming, kind, k), kind, "", None, None, (), {})
            for kind, plural in (("street", "streets"), ("town", "towns"))
            for k in range(place.generate.get(plural, 0))
        ]
        towns = named + made
        counts = whole(_shares(towns), parent.elders) if towns else np.zeros(0, np.int64)
        dealt = _deal(towns, place.generate)
        numbers = {"community": 0, "village": 0}
        for k, (town, elders) in enumerate(zip(towns, counts, strict=True)):
            node = Node(town.name, town.kind, _code_of_town(county, k), parent.code, int(elders), county=parent.county)
            self._communities(node, town, dealt[k], place.rural, numbers)
            parent.children.append(node)

    def _communities(self, town: Node, place: Place, dealt: dict[str, int], rural: int | None, numbers: dict[str, int]) -> None:
        kinds: list[tuple[str, str, float | None]] = [(c.name, c.kind, c.share) for c in place.children]
        for kind, plural in (("community", "communities"), ("village", "villages")):
            for _ in range(place.generate.get(plural, 0) + dealt[kind]):
                kinds.append((generated_name(self.naming, kind, numbers[kind]), kind, None))
                numbers[kind] += 1
        if not kinds:
            kinds = [(town.name + "社区", "community", None)]
        rural = place.rural if place.rural is not None else rural
        for k, ((name, kind, _), elders) in enumerate(zip(kinds, _by_kind(kinds, town.elders, rural), strict=True)):
            town.children.append(Node(name, kind, f"{town.code}{k + 1:03d}", town.code, int(elders), county=town.county))


def _shares(places: list[Place]) -> np.ndarray:
    given = [p.share for p in places if p.share is not None]
    rest = max(1000.0 - sum(given), 0.0) / max(len(places) - len(given), 1) or 1.0
    return np.array([p.share if p.share is not None else rest for p in places])


def _deal(towns: list[Place], generate: dict[str, int] | object) -> list[dict[str, int]]:
    """Generated communities to streets (or to all, if there is none), villages to towns (or to all)."""
    assert isinstance(generate, dict)
    dealt = [{"community": 0, "village": 0} for _ in towns]
    for kind, plural, home in (("community", "communities", "street"), ("village", "villages", "town")):
        at = [i for i, t in enumerate(towns) if t.kind == home] or list(range(len(towns)))
        for k in range(generate.get(plural, 0)):
            dealt[at[k % len(at)]][kind] += 1
    return dealt


def _by_kind(kinds: list[tuple[str, str, float | None]], elders: int, rural: int | None) -> np.ndarray:
    """Elders of a town over its communities and villages, villages together holding `rural` per mille; places of a kind differ in size."""
    villages = np.array([kind == "village" for _, kind, _ in kinds])
    share = (rural if rural is not None else 500) if villages.any() and not villages.all() else 1000 * int(villages.all())
    weights = np.array([(s if s is not None else 1.0) * (1 + 0.35 * math.sin(1.7 * k)) for k, (_, _, s) in enumerate(kinds)])
    in_villages = round(elders * share / 1000)
    counts = np.zeros(len(kinds), np.int64)
    for chosen, total in ((villages, in_villages), (~villages, elders - in_villages)):
        if chosen.any():
            counts[chosen] = whole(weights[chosen], total)
    return counts


def build_areas(plan: CityPlan, *, code: str, name: str, elders: int) -> Node:
    """The city's tree of areas with whole numbers of elders in every community and a schematic outline for every town."""
    city = Node(name, "city", code, "", elders)
    builder = _Builder(plan, code)
    counties = [place for place in plan.areas if place.kind == "county"]
    if counties:
        counts = whole(_shares(counties), elders)
        city.children = [builder.county(place, int(n), city) for place, n in zip(counties, counts, strict=True)]
    else:
        builder.towns(city, Place(name, "city", code, None, None, plan.areas, {}), code)
    _draw(city)
    return city


def _spiral(n: int) -> list[tuple[int, int]]:
    """Axial coordinates of the first n hexagons of a spiral around the origin."""
    cells, ring = [(0, 0)], 1
    steps = ((-1, 1), (-1, 0), (0, -1), (1, -1), (1, 0), (0, 1))
    while len(cells) < n:
        q, r = ring, 0
        for dq, dr in steps:
            for _ in range(ring):
                cells.append((q, r))
                q, r = q + dq, r + dr
        ring += 1
    return cells[:n]


def _hexagon(q: int, r: int, centre: tuple[float, float]) -> dict[str, object]:
    x, y = centre[0] + SIDE * 1.5 * q, centre[1] + SIDE * math.sqrt(3) * (r + q / 2)
    corners = [
        [round(x + SIDE * 0.97 * math.cos(math.pi / 3 * k), 5), round(y + SIDE * 0.97 * math.sin(math.pi / 3 * k), 5)]
        for k in range(6)
    ]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def _draw(city: Node) -> None:
    """Hexagons in place of real borders: each county's towns form a cluster, the counties stand around the first one."""
    groups = [child for child in city.children if child.kind == "county"] or [city]
    reach = max((math.sqrt(len(group.children)) for group in groups), default=1.0) * SIDE * 2.1
    for k, group in enumerate(groups):
        angle = 2 * math.pi * k / max(len(groups) - 1, 1)
        centre = (0.0, 0.0) if k == 0 else (reach * math.cos(angle), reach * math.sin(angle))
        for town, (q, r) in zip(group.children, _spiral(len(group.children)), strict=True):
            town.outline = _hexagon(q, r, centre)
