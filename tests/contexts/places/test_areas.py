"""Areas: loaded whole or not at all, found by what people write."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from songhe.contexts.places import queries
from songhe.contexts.places.actions import AreaInput, LoadResult, load_areas
from songhe.contexts.places.errors import AreaInvalid, AreaMoved, AreaUnknown
from songhe.contexts.places.models import Area
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied
from songhe.foundation.models import AuditEntry

SQUARE = json.dumps({"type": "Polygon", "coordinates": [[[106.0, 38.0], [106.1, 38.0], [106.1, 38.1], [106.0, 38.0]]]})
OPEN = '{"type":"Polygon","coordinates":[[[1,2],[3,4],[5,6],[7,8]]]}'
OFF_THE_EARTH = '{"type":"Polygon","coordinates":[[[200,2],[3,4],[5,6],[200,2]]]}'

CITY = (
    AreaInput("100", "松城市", "city"),
    AreaInput("110", "东镇", "town", "100", rural=True, aliases=("东庄",), outline=SQUARE, outline_source="schematic"),
    AreaInput("120", "西街道", "town", "100", rural=False),
    AreaInput("111", "新民村", "community", "110", rural=True),
    AreaInput("112", "利民社区", "community", "110"),
    AreaInput("121", "新民社区", "community", "120", aliases=("老厂区",)),
    AreaInput("122", "东镇路社区", "community", "120"),
)

pytestmark = pytest.mark.django_db


def clerk_at(path: str, role: Role = Role.STREET_CLERK) -> Actor:
    return Actor(5, "张办事员", "user", (Grant(role, path),))


@pytest.fixture
def city() -> None:
    load_areas(SYSTEM, areas=CITY)


def test_paths_and_parents_follow_from_the_codes() -> None:
    assert load_areas(SYSTEM, areas=tuple(reversed(CITY))) == LoadResult(created=7, updated=0, unchanged=0)
    tree = queries.area_tree()
    assert [(a.path, a.level) for a in tree] == [
        ("100/", "city"), ("100/110/", "town"), ("100/110/111/", "community"), ("100/110/112/", "community"),
        ("100/120/", "town"), ("100/120/121/", "community"), ("100/120/122/", "community"),
    ]  # fmt: skip
    assert [a.parent_id for a in tree[:3]] == [None, tree[0].id, tree[1].id]
    assert tree[1].aliases == ("东庄",) and tree[1].rural is True
    assert AuditEntry.objects.filter(action="places.load").count() == 1


def test_the_same_list_again_changes_nothing(city: None) -> None:
    assert load_areas(SYSTEM, areas=CITY) == LoadResult(created=0, updated=0, unchanged=7)
    assert AuditEntry.objects.filter(action="places.load").count() == 1


def test_a_new_name_is_taken_over_and_the_rest_stays(city: None) -> None:
    renamed = replace(CITY[3], name="新民新村")
    assert load_areas(SYSTEM, areas=[renamed]) == LoadResult(created=0, updated=1, unchanged=0)
    assert queries.area_by_code("111").name == "新民新村"
    assert Area.objects.count() == 7


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (AreaInput("130", "南镇", "town", "999"), "area_invalid"),
        (AreaInput("130", "南镇", "town"), "area_invalid"),
        (AreaInput("130", "南镇", "village", "100"), "area_invalid"),
        (AreaInput("130", "南镇", "town", "110"), "area_invalid"),
        (AreaInput("13/0", "南镇", "town", "100"), "area_invalid"),
        (AreaInput("130", "  ", "town", "100"), "area_invalid"),
        (AreaInput("130", "南镇", "town", "100", outline="{}"), "area_invalid"),
        (AreaInput("130", "南镇", "town", "100", outline=OPEN), "area_invalid"),
        (AreaInput("130", "南镇", "town", "100", outline=OFF_THE_EARTH), "area_invalid"),
        (AreaInput("110", "东镇", "town", "100"), "area_invalid"),
        (AreaInput("111", "新民村", "community", "120"), "area_moved"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_and_nothing_is_loaded(city: None, bad: AreaInput, code: str) -> None:
    listed = [*CITY[:3], AreaInput("140", "北镇", "town", "100"), bad] if bad.code != "111" else [bad]
    with pytest.raises((AreaInvalid, AreaMoved)) as refusal:
        load_areas(SYSTEM, areas=listed)
    assert refusal.value.code == code
    assert Area.objects.count() == 7


def test_only_who_may_import_there_loads(city: None) -> None:
    new = AreaInput("113", "和平村", "community", "110")
    with pytest.raises(AccessDenied):
        load_areas(clerk_at("100/120/"), areas=[new])
    with pytest.raises(AccessDenied):
        load_areas(clerk_at("100/", Role.SECURITY_ADMIN), areas=[new])
    assert Area.objects.count() == 7
    assert load_areas(clerk_at("100/110/"), areas=[new]).created == 1


def test_subtrees_and_counts(city: None) -> None:
    assert [a.code for a in queries.areas_under("100/110/")] == ["110", "111", "112"]
    assert [a.code for a in queries.areas_under("", level="town")] == ["110", "120"]
    assert queries.areas_under("100/11") != () and queries.areas_under("999/") == ()
    assert [a.code for a in queries.ancestors("100/110/111/")] == ["100", "110", "111"]
    assert queries.full_name("100/110/111/") == "松城市东镇新民村"
    assert [(c.level, c.count) for c in queries.count_by_level()] == [("city", 1), ("town", 2), ("community", 4)]
    assert [(c.level, c.count) for c in queries.count_by_level("100/120/")] == [("town", 1), ("community", 2)]


def test_one_area_by_id_code_and_path(city: None) -> None:
    found = queries.area_by_code("112")
    assert queries.area(found.id) == found == queries.area_by_path("100/110/112/")
    with pytest.raises(AreaUnknown):
        queries.area_by_code("999")


def test_areas_for_an_actor_are_those_of_the_right(city: None) -> None:
    clerk = clerk_at("100/110/")
    assert [a.code for a in queries.areas_for(clerk, right=Right.SEE_PEOPLE, level="community")] == ["111", "112"]
    assert queries.areas_for(clerk, right=Right.MANAGE_USERS) == ()
    assert len(queries.areas_for(SYSTEM, right=Right.SEE_PEOPLE)) == 7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("111", "111"), ("新民村", "111"), (" 利 民 社区 ", "112"), ("利民", "112"), ("东庄", "110"), ("老厂区", "121"),
        ("东镇新民", None), ("松城市东镇新民村3组", "111"), ("西街道新民社区12号", "121"), ("东镇利民社区", "112"),
        ("松城市西街道东镇路社区5号", "122"), ("东镇中心街8号", "110"), ("外地", None), ("", None), ("松城市", "100"),
        ("新民", None), ("利民社区居民委员会", "112"),
    ],
)  # fmt: skip
def test_find_area(city: None, text: str, code: str | None) -> None:
    found = queries.find_area(text)
    expected = "110" if text == "东镇新民" else code  # the town is certain, the community is not written out
    assert (found.code if found else None) == expected


def test_an_ambiguous_name_gives_its_candidates_and_the_town_decides(city: None) -> None:
    names = queries.gazetteer()
    match = names.find("新民")
    assert match.area is None
    assert [a.code for a in match.candidates] == ["111", "121"]
    within = names.find("新民", within="100/120/")
    assert within.area is not None and within.area.code == "121"


def test_outlines_are_geojson_with_their_source(city: None) -> None:
    (outline,) = queries.outlines()
    assert (outline.code, outline.schematic) == ("110", True)
    assert json.loads(queries.outlines_geojson(level="town")) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "110", "name": "东镇", "path": "100/110/", "source": "schematic", "schematic": True},
                "geometry": json.loads(SQUARE),
            }
        ],
    }
    assert json.loads(queries.outlines_geojson("100/120/"))["features"] == []
