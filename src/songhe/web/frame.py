"""What surrounds every page: whose city, whether the data are made up, large type, the desk's navigation, the bell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache
from django.http import HttpRequest

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import work_items
from songhe.foundation.access import ROLE_LABELS, Actor, Right
from songhe.web.access import VISITOR, actor_of
from songhe.web.desks import Desk, Entry, desk_at, desks_of

LARGE_TYPE_COOKIE = "large_type"
AREA_COOKIE = "area"
DEMO_KEY = "songhe.web.demo"


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """An area the actor may narrow the desk to."""

    path: str
    label: str
    chosen: bool


class Frame:
    """The frame of one page. Everything is looked up only if the page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self._request)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.actor.kind != VISITOR.kind

    @cached_property
    def must_secure(self) -> bool:
        """Whether the actor's role needs a second step at sign-in that the account does not have: no desk opens before."""
        return accounts.lacks_second_factor(self.actor)

    @cached_property
    def place(self) -> str:
        """The city's name, or the system's before a pack is loaded."""
        return policy.pack_in_use().pack.place.name if policy.is_pack_loaded() else "松鹤"

    @property
    def demo(self) -> bool:
        """Whether people of this city are made up; looked up once a minute, as a whole city may have to be looked through."""
        return bool(cache.get_or_set(DEMO_KEY, people.holds_demo_people, 60))

    @property
    def large_type(self) -> bool:
        """Whether 关怀模式 is on."""
        return self._request.COOKIES.get(LARGE_TYPE_COOKIE) == "1"

    @cached_property
    def desk(self) -> Desk | None:
        """The desk of this page, None on public pages."""
        return desk_at(self._request.path)

    @cached_property
    def desks(self) -> tuple[Desk, ...]:
        """The desks of this actor."""
        return desks_of(self.actor)

    @cached_property
    def other_desks(self) -> tuple[tuple[Desk, Entry], ...]:
        """The actor's other desks, each with the first page that they may open there."""
        return tuple((desk, desk.entries_for(self.actor)[0]) for desk in self.desks if desk != self.desk)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The side navigation."""
        return self.desk.entries_for(self.actor) if self.desk else ()

    @property
    def page(self) -> str:
        """The name of this page's route."""
        match = self._request.resolver_match
        return match.view_name if match else ""

    @property
    def roles(self) -> str:
        """The actor's roles in words."""
        return "、".join(dict.fromkeys(ROLE_LABELS[grant.role] for grant in self.actor.grants))

    @cached_property
    def area_path(self) -> str:
        """The area that this desk is narrowed to; empty for all areas of the actor."""
        return area_path_of(self._request)

    @cached_property
    def areas(self) -> tuple[AreaChoice, ...]:
        """The towns of the actor, or the communities where there is one town; a choice of one is none."""
        for level in ("town", "community"):
            found = places.areas_for(self.actor, right=Right.SEE_PEOPLE, level=level)
            if len(found) > 1:
                return tuple(AreaChoice(area.path, area.name, area.path == self.area_path) for area in found)
        return ()

    @property
    def may_search(self) -> bool:
        """Whether the top bar has a search box."""
        return bool(self.desk and self.desk.search) and self.actor.may(Right.SEE_PEOPLE)

    @property
    def has_bell(self) -> bool:
        """Whether the top bar has a bell."""
        return bool(self.desk and self.desk.work) and self.actor.may(Right.SEE_WORK)

    @cached_property
    def open_work(self) -> str:
        """Open work items in the areas of this actor: 37, or 999+ where there are more; empty where there are none."""
        found = work_items.count_open(self.actor, area_path=self.area_path)
        return "999+" if found > 999 else str(found or "")


def area_path_of(request: HttpRequest) -> str:
    """The area the actor narrowed the desk to, if any of their rights reaches there; else empty."""
    path = request.COOKIES.get(AREA_COOKIE, "")
    actor = actor_of(request)
    return path if path and any(path.startswith(grant.area_path) for grant in actor.grants) else ""


def context(request: HttpRequest) -> dict[str, Frame]:
    """Template context: `frame`."""
    return {"frame": Frame(request)}
