"""Pages about which fact counts in a real browser: accessible at every size, the forms within them too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import SmallCity
from tests.web.test_which_fact_counts import say
from tests.web.town import Town, build_town


@pytest.fixture
def town(city: SmallCity) -> Town:
    made = build_town()
    say(made.wife, "残联", mobility_difficulty=False)
    say(made.wife, "社区", mobility_difficulty=True)
    return made


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_pages_are_accessible(
    page: Page,
    live_server: LiveServer,
    watched: Watch,
    sign_in: Callable[[Role], None],
    large_type: Callable[[], None],
    town: Town,
    size: str,
    large: bool,
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    for path in ("/street/disputes/", f"/street/people/{town.wife.public_id}/", "/city/disputes/", "/city/data-use/"):
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert (path, accessibility_problems(page)) == (path, [])
        assert (path, too_wide(page)) == (path, 0)
    sign_in(Role.AUDIT_ADMIN)
    page.goto(live_server.url + "/ops/data-use/")
    assert accessibility_problems(page) == []
    assert too_wide(page) == 0
    watched.check()
