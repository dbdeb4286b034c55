"""The ledger in a real browser: accessible at every size, a step, a report and a file from the task's page without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.models import Evidence
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.web.city import SmallCity

TASK = "/city/plan/tasks/K000-13/"


@pytest.fixture
def begun(city: SmallCity) -> None:
    actions.add_step(SYSTEM, task_id="K000-13", title="核对签约名单", unit="卫生健康局", due_on=clock.today(), person="马丽")
    actions.report_progress(SYSTEM, task_id="K000-13", month=clock.today(), state="at_risk", done="签了3家", percent=40)
    actions.attach_evidence(SYSTEM, task_id="K000-13", name="签约表.pdf", content=b"%PDF-1.7 x")


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large"])
@pytest.mark.parametrize("size", sorted(SIZES))
def test_the_ledger_is_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None],
    begun: None, size: str, large: bool,
) -> None:  # fmt: skip
    sign_in(Role.CITY_OFFICER)
    if large:
        large_type()
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for address in ("/city/plan/tasks/", "/city/plan/timeline/", TASK):
        page.goto(live_server.url + address)
        for summary in page.locator("details.add-form > summary").all():
            summary.click()
        assert accessibility_problems(page) == [], address
        assert too_wide(page) == 0, address
    watched.check()


def test_a_task_is_worked_on_without_javascript(
    browser: Browser, page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], city: SmallCity
) -> None:
    sign_in(Role.CITY_OFFICER)
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state(), locale="zh-CN")
    plain = context.new_page()
    plain.goto(live_server.url + TASK)
    plain.locator("summary", has_text="加一个步骤").click()
    plain.fill("#step-title", "核对签约名单")
    plain.fill("#step-due_on", "2030-06-30")
    plain.locator("form[action$='/steps/'] button").click()
    expect(plain.get_by_role("rowheader", name="核对签约名单")).to_be_visible()
    plain.locator("summary", has_text="报告进展").click()
    plain.fill("#report-done", "签了3家")
    plain.fill("#report-percent", "40")
    plain.locator("form[action$='/reports/'] button").click()
    expect(plain.get_by_role("cell", name="签了3家")).to_be_visible()
    plain.locator("summary", has_text="上传佐证材料").click()
    plain.set_input_files("#evidence-file", files=[{"name": "表.exe", "mimeType": "application/pdf", "buffer": b"MZ program"}])
    plain.locator("form[action$='/evidence/'] button").click()
    expect(plain.locator("#evidence-file-problem")).to_be_visible()
    assert Evidence.objects.count() == 0
    plain.set_input_files("#evidence-file", files=[{"name": "表.exe", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"}])
    plain.locator("form[action$='/evidence/'] button").click()
    expect(plain.get_by_role("link", name="表.pdf")).to_be_visible()
    context.close()
