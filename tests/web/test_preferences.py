"""Large type and the area of a desk: kept on this device, never leading elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from songhe.foundation.access import Role
from tests.web.city import COMMUNITY, OTHER_TOWN, TOWN, SmallCity

RoleClient = Callable[[Role], Client]


def test_large_type_goes_on_and_off(city: SmallCity, client: Client) -> None:
    assert '<html lang="zh-CN" class="public">' in client.get("/").content.decode()
    response = client.post("/large-type/", {"on": "1", "next": "/benefits/"})
    assert (response.status_code, response["Location"]) == (302, "/benefits/")
    assert '<html lang="zh-CN" class="public large">' in client.get("/").content.decode()
    client.post("/large-type/", {"on": "0", "next": "/"})
    assert '<html lang="zh-CN" class="public">' in client.get("/").content.decode()


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_a_preference_never_leads_to_another_host(city: SmallCity, client: Client, target: str) -> None:
    assert client.post("/large-type/", {"on": "1", "next": target})["Location"] == "/"


def test_an_area_within_the_grant_is_kept(client_for: RoleClient) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert clerk.post("/desks/area/", {"area": COMMUNITY, "next": "/"}).cookies["area"].value == COMMUNITY


@pytest.mark.parametrize("area", [OTHER_TOWN, "640381/", "nonsense", ""])
def test_an_area_outside_the_grant_is_not_kept(client_for: RoleClient, area: str) -> None:
    clerk = client_for(Role.STREET_CLERK)
    clerk.cookies["area"] = TOWN
    assert clerk.post("/desks/area/", {"area": area, "next": "/"}).cookies["area"].value == ""


def test_choosing_needs_an_account_and_a_post(city: SmallCity, client: Client) -> None:
    assert client.post("/desks/area/", {"area": TOWN}).status_code == 302
    assert client.get("/large-type/").status_code == 405
