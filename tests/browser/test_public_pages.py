"""The public pages in a real browser: accessible at every size, no other host, nothing that the page policy forbids."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide

PAGES = (
    "/", "/accounts/login/", "/verify/", "/benefits/", "/benefits/age_allowance/", "/eligibility/", "/eligibility/question/", "/registers/",
)  # fmt: skip
LOOKS = [("desk", False), ("phone", False), ("desk", True), ("phone", True)]


def answer_all(page: Page, server: LiveServer) -> list[str]:
    """Walks through the questions, "not sure" at every third; returns the questions."""
    page.goto(server.url + "/eligibility/question/")
    asked: list[str] = []
    while page.locator("#question").count():
        asked.append(page.locator("#question").inner_text())
        assert len(asked) < 40
        if page.locator("#year").count():
            page.locator("#year").fill("1943")
            page.locator("input[name=month]").fill("3")
            page.locator("input[name=day]").fill("12")
            page.get_by_role("button", name="下一题").click()
        elif len(asked) % 3 == 0:
            page.locator(".choice.unsure").click()
        else:
            page.locator(".choice").first.click()
    return asked


@pytest.mark.parametrize(("size", "large"), LOOKS)
def test_public_pages_are_accessible_and_keep_to_themselves(
    page: Page, live_server: LiveServer, watched: Watch, large_type: Callable[[], None], size: str, large: bool
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    for address in PAGES:
        page.goto(live_server.url + address)
        expect(page.get_by_text("演示数据", exact=True)).to_be_visible()
        assert accessibility_problems(page) == [], address
        assert too_wide(page) == 0, address
    watched.check()


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", True)])
def test_the_way_through_the_questions_and_the_result(
    page: Page, live_server: LiveServer, watched: Watch, large_type: Callable[[], None], size: str, large: bool
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    asked = answer_all(page, live_server)
    assert len(asked) == len(set(asked)) >= 5
    assert page.url == live_server.url + "/eligibility/result/"
    assert "按您的回答" in page.locator("h1").inner_text()
    assert accessibility_problems(page) == []
    page.goto(live_server.url + "/eligibility/result/?all")
    assert page.locator(".conditions").first.is_visible()
    assert large or accessibility_problems(page) == []
    assert too_wide(page) == 0
    watched.check()


def test_large_type_is_large_and_its_targets_are(page: Page, live_server: LiveServer, watched: Watch) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + "/eligibility/question/registered_here/")
    page.get_by_role("button", name="关怀模式").click()
    page.wait_for_url("**/eligibility/question/registered_here/")
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    assert page.locator("body").evaluate(size) >= 24
    assert page.locator("h1").evaluate(size) >= 40
    heights = page.locator("button:visible").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert heights and min(heights) >= 60
    page.get_by_role("button", name="退出关怀模式").click()
    assert page.locator("body").evaluate(size) == 18


def test_pages_read_and_forms_work_without_scripts(page: Page, live_server: LiveServer, watched: Watch) -> None:
    context = page.context.browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain = context.new_page()
    asked = answer_all(plain, live_server)
    assert len(asked) >= 5
    plain.locator("details.why summary, .fold-list summary").first.click()
    assert plain.locator("text=觉得不对怎么办").first.is_visible()
    context.close()


def test_the_keyboard_reaches_everything_and_focus_is_seen(page: Page, live_server: LiveServer, watched: Watch) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到正文")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="看看我能享受什么")).to_be_focused()
    outline = page.locator(":focus").evaluate("(e) => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]")
    assert outline == ["solid", "3px"]


def test_reduced_motion_moves_nothing(page: Page, live_server: LiveServer, watched: Watch) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(live_server.url + "/")
    moving = page.locator(".btn").first.evaluate("(e) => getComputedStyle(e).transitionDuration")
    assert set(moving.replace(" ", "").split(",")) == {"0s"}


def test_paper_shows_the_reasons_and_no_buttons(page: Page, live_server: LiveServer, watched: Watch) -> None:
    answer_all(page, live_server)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".result-group > .decision details:not([open])").count() == 0
    assert page.locator(".result-group > .decision .conditions").first.is_visible()
    assert page.locator(".fold-list > li > details[open]").count() == 0
    assert page.locator("main .btn:visible").count() == 0
    assert page.locator(".demo-ribbon").is_visible()
    assert page.locator("nav:visible").count() == 0


def test_a_page_is_light(page: Page, live_server: LiveServer, watched: Watch) -> None:
    bodies: dict[str, bytes] = {}
    page.on("response", lambda response: bodies.setdefault(response.url, response.body()) if response.ok else None)
    page.goto(live_server.url + "/benefits/")
    page.wait_for_load_state("networkidle")
    assert len(bodies) >= 4
    assert sum(len(gzip.compress(body)) for body in bodies.values()) <= 150 * 1024
