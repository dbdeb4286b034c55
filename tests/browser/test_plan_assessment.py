"""考核, 规划评估 and letters in a browser: every page reads at every size, and an evaluation goes from its figures to a finding that is followed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import EvaluationFinding
from songhe.contexts.registers import actions as registers
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import CITY

SignIn = Callable[[Role], None]


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", False), ("desk", True)])
def test_every_page_is_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, large_type: Callable[[], None], size: str, large: bool
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    sign_in(Role.CITY_OFFICER)
    last = clock.today().year - 1
    made = actions.freeze_evaluation(SYSTEM, kind="mid_term", title="中期评估", evaluator="区养老研究院")
    actions.add_finding(SYSTEM, evaluation_id=made.id, found="慢", about="T000-09", unit="民政局", due_on=clock.today())
    notice = registers.add_entry(SYSTEM, register="supervision_notices", area_path=CITY, values={
        "number": "1", "matter": "签约慢", "unit": "民政局", "issued_on": f"{last}-04-10", "due_on": f"{last}-04-20"})  # fmt: skip
    for address in (
        f"assessment/?period={last}-01", f"assessment/?period={last}-01&of=towns",
        f"assessment/units/民政局/notices_on_time/?period={last}-01", "evaluations/", f"evaluations/{made.id}/", f"letters/{notice.id}/",
    ):  # fmt: skip
        page.goto(f"{live_server.url}/city/plan/{address}")
        assert (address, accessibility_problems(page), too_wide(page)) == (address, [], 0)
    watched.check()


def test_an_evaluation_goes_from_its_figures_to_a_follow_up(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn
) -> None:
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/plan/evaluations/")
    page.get_by_label("名称").fill("第三方评估")
    page.get_by_label("由谁评估").fill("区养老研究院")
    page.get_by_role("button", name="开始评估").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("第三方评估")
    page.locator("summary", has_text="登记一条意见").click()
    page.get_by_label("发现的问题").fill("进度偏慢")
    page.get_by_label("由哪个单位跟进").select_option("民政局")
    page.get_by_label("哪天以前").fill((clock.today() + dt.timedelta(days=20)).isoformat())
    page.get_by_role("button", name="登记", exact=True).click()
    page.locator("summary", has_text="登记跟进").click()
    page.get_by_label("做了什么").fill("已签三家")
    page.get_by_label("现在怎样").select_option("doing")
    page.locator("article").get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("article").get_by_text("已签三家")).to_be_visible()
    assert EvaluationFinding.objects.get().state == "doing"
    watched.check()
