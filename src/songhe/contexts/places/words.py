"""The levels of a city's areas, from the whole down."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"


LEVEL_LABELS: Mapping[Level, str] = {
    Level.CITY: "全市",
    Level.COUNTY: "县(市、区)",
    Level.TOWN: "镇(街道)",
    Level.COMMUNITY: "社区(村)",
}

DEPTH: Mapping[str, int] = {level.value: depth for depth, level in enumerate(Level)}
