"""A small city for tests of pages: areas, a pack of a few rules, and an account for each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.people.models import Household, Person
from songhe.contexts.places import actions as places
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library import actions as policy
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role

PACKS = Path(__file__).resolve().parents[2] / "packs"
CITY = "640381/"
TOWN = "640381/640381100/"
OTHER_TOWN = "640381/640381101/"
COMMUNITY = "640381/640381100/640381100001/"
PASSWORD = "Songhe-cedar-2026"
HOMES: Mapping[Role, str] = {Role.STREET_CLERK: TOWN, Role.COMMUNITY_WORKER: COMMUNITY}

AREAS = (
    places.AreaInput("640381", "青铜峡市", "city"),
    places.AreaInput("640381100", "小坝镇", "town", "640381"),
    places.AreaInput("640381101", "裕民街道", "town", "640381"),
    places.AreaInput("640381100001", "永丰村", "community", "640381100", rural=True),
    places.AreaInput("640381100002", "古峡社区", "community", "640381100", rural=False),
)


@dataclass(frozen=True, slots=True)
class SmallCity:
    """User ids by role; user names are the roles' own names."""

    users: Mapping[Role, int]


def build_city(pack: str = "qingtongxia") -> SmallCity:
    """The areas are loaded, the pack is in use, each role has an account with PASSWORD."""
    places.load_areas(SYSTEM, areas=AREAS)
    _one_made_up_person()
    policy.load_folder(SYSTEM, root=PACKS, city=pack)
    users = {}
    for role in Role:
        home = HOMES.get(role, CITY)
        user = accounts.create_user(SYSTEM, username=str(role), display_name="李文静", area_path=home, password=PASSWORD).user
        accounts.grant_role(SYSTEM, user_id=user.id, role=role, area_path=home)
        users[role] = user.id
    return SmallCity(users)


def _one_made_up_person() -> None:
    area = Area.objects.get(path=COMMUNITY)
    household = Household.objects.create(key="H1", area=area, area_path=COMMUNITY, changed_at=clock.now())
    Person.objects.create(
        household=household,
        area=area,
        area_path=COMMUNITY,
        name="王桂兰",
        pinyin="wangguilan",
        initials="wgl",
        demo=True,
        changed_at=clock.now(),
    )
