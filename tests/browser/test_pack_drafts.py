"""Drafts of the pack and the public list in a real browser: accessible at every size, without JavaScript, approved by two others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library.models import DraftCheck, PackDraft, PackVersion
from songhe.contexts.policy_library.queries import DraftState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import SmallCity
from tests.web.town import Town, build_town


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


@pytest.fixture
def waiting(town: Town) -> PackDraft:
    """A draft that the system made, checked and simulated."""
    made = actions.draft_parameter(SYSTEM, name="allowance_80", value="200.00", valid_from=clock.today(), note="按市政府文件")
    DraftCheck.objects.create(draft_id=made.id, seal=made.seal, passed=True, findings=[], checked_at=clock.now())
    PackDraft.objects.filter(id=made.id).update(state=DraftState.CHECKED)
    entitlements.simulate_draft(SYSTEM, draft_id=made.id, seal=made.seal)
    return PackDraft.objects.get()


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_accessible_at_every_size(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], waiting: PackDraft, size: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    version = PackVersion.objects.get().id
    for address in ("/services/", f"/services/versions/{version}/changes/"):
        page.goto(live_server.url + address)
        assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    sign_in(Role.CITY_OFFICER)
    for address in ("/city/policy/drafts/", f"/city/policy/drafts/{waiting.id}/", f"/city/policy/drafts/{waiting.id}/people/",
                    f"/city/policy/versions/{version}/"):  # fmt: skip
        page.goto(live_server.url + address)
        assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    watched.check()


def test_two_people_approve_and_the_value_holds(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], waiting: PackDraft, city: SmallCity
) -> None:
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/policy/drafts/{waiting.id}/")
    page.get_by_label("意见（可以不填）").fill("同意")
    page.get_by_role("button", name="批准这些内容").click()
    expect(page.locator("main")).to_contain_text("还要另一位批准")
    expect(page.get_by_role("button", name="批准这些内容")).to_have_count(0)
    colleague = accounts.actor_of_user(city.users[Role.CITY_OFFICER])
    other = type(colleague)(id=colleague.id + 1000, name="另一位", kind="user", grants=colleague.grants)
    actions.approve_draft(other, draft_id=waiting.id, seal=waiting.seal)
    page.reload()
    expect(page.locator(".page-head")).to_contain_text("已施行")
    page.goto(live_server.url + "/services/")
    expect(page.locator("main")).to_contain_text("80—89周岁高龄津贴：200.00 元/月")
    watched.check()
