"""Questions about areas. They are public knowledge, so most need no actor."""

from songhe.contexts.places.queries.areas import (
    AreaView,
    LevelCount,
    ancestors,
    area,
    area_by_code,
    area_by_path,
    area_tree,
    areas_for,
    areas_under,
    count_by_level,
    full_name,
)
from songhe.contexts.places.queries.desks import CommunityDesk, DeskLine, desk_lines, desks_of, desks_without_phone
from songhe.contexts.places.queries.gazetteer import Gazetteer, Match, find_area, gazetteer
from songhe.contexts.places.queries.outlines import Outline, outlines, outlines_geojson

__all__ = [
    "AreaView",
    "CommunityDesk",
    "DeskLine",
    "Gazetteer",
    "LevelCount",
    "Match",
    "Outline",
    "ancestors",
    "area",
    "area_by_code",
    "area_by_path",
    "area_tree",
    "areas_for",
    "areas_under",
    "count_by_level",
    "desk_lines",
    "desks_of",
    "desks_without_phone",
    "find_area",
    "full_name",
    "gazetteer",
    "outlines",
    "outlines_geojson",
]
