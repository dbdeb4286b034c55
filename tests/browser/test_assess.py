"""The assessors' desk in a real browser: the form online, without scripts and without a network; every page at every size."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.models import Form, Result
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.engines.scales.national import ABILITY, best
from tests.web.assessed import Assessed, Seat, appoint, build_assessed, settle, submit
from tests.web.city import PASSWORD, SmallCity

TABLET = (820, 1180)
PATIENCE = 20_000  # ms; what is waited for goes over IndexedDB and the network, on machines that do much else
expect.set_options(timeout=PATIENCE)
KEPT = "已存在这台设备上，还没有送达"


@pytest.fixture
def made(city: SmallCity) -> Assessed:
    return build_assessed(city)


def sign_in_as(page: Page, live_server: LiveServer, seat: Seat) -> None:
    """The browser is another assessor's from now on."""
    client = Client()
    user = get_user_model().objects.get(pk=seat.user_id)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def to_part(page: Page, name: str) -> None:
    """The part is open once its link says so; nothing is filled in before."""
    link = page.locator(f'[data-part-link="{name}"]')
    link.click()
    expect(link).to_have_attribute("aria-current", "step")


def state_of(page: Page) -> str:
    return page.locator("[data-when]:visible").inner_text()


def fill(page: Page, without: tuple[str, ...] = (), **answers: str) -> None:
    """Every item and circumstance is answered, part by part, as at the bedside."""
    chosen = best(ABILITY) | answers
    for dimension in ABILITY.dimensions:
        to_part(page, dimension.id)
        for item in dimension.items:
            if item.id not in without:
                page.locator(f'input[name="a-{item.id}"][value="{chosen[item.id]}"]').check()
    to_part(page, "others")
    for one in ABILITY.circumstances:
        if one.kind == "yes_no":
            page.locator(f'input[name="c-{one.id}"][value="no"]').check()
        elif one.kind == "count":
            page.locator(f'input[name="c-{one.id}"]').fill("0")
    fields = page.evaluate("[...new FormData(document.querySelector('.sheet'))].length") - 1  # without the token
    expect(page.locator(".sheet")).to_have_attribute("data-held", str(fields))


@pytest.mark.parametrize(
    ("size", "large"), [("tablet", False), ("desk", False), ("phone", False), ("desk", True), ("phone", True)]
)
def test_the_pages_are_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], large_type: Callable[[], None],
    made: Assessed, size: str, large: bool,
) -> None:  # fmt: skip
    width, height = TABLET if size == "tablet" else SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    other = actions.request_assessment(SYSTEM, person_id=made.town.husband.id).case_id
    appoint(other, made.body, made.lead, made.second, hours=3)
    for who, walking in ((made.lead, "some_help"), (made.second, "much_help")):
        submit(who, other, walking=walking)
    wife = actions.request_assessment(SYSTEM, person_id=made.town.wife.id).case_id
    sign_in(Role.ASSESSOR)
    own = ["/assess/", "/assess/cases/", f"/assess/cases/{made.case}/", f"/assess/cases/{made.case}/form/", f"/assess/cases/{other}/settle/",
           "/assess/objections/", "/assess/bodies/", f"/assess/assessors/{made.lead.id}/interests/", "/assess/rules/"]  # fmt: skip
    for path in own:
        seen(page, live_server, path)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    for part in ("others", "end"):
        to_part(page, part)
        assert (part, accessibility_problems(page)) == (part, [])
    settled = settle(made)
    sign_in(Role.CITY_OFFICER)
    for path in (
        f"/assess/cases/{wife}/appoint/?body={made.body}", "/assess/waiting/", f"/city/abilities/results/{settled.result_id}/", "/city/abilities/",
        "/city/abilities/agreement/", "/city/abilities/uses/", f"/city/abilities/bodies/{made.body}/", "/city/abilities/bodies/new/",
        f"/city/abilities/bodies/{made.body}/assessors/new/", "/street/abilities/cases/", f"/street/people/{made.town.poor.public_id}/",
        f"/street/people/{made.town.stranger.public_id}/assessment/", "/assessment/",
    ):  # fmt: skip
        seen(page, live_server, path)
    watched.check()


def seen(page: Page, live_server: LiveServer, path: str) -> None:
    page.goto(live_server.url + path)
    assert (path, accessibility_problems(page)) == (path, [])
    assert (path, too_wide(page)) == (path, 0)


def test_every_target_of_the_form_is_large_enough_for_a_finger(
    page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    sign_in(Role.ASSESSOR)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    for part in (*(dimension.id for dimension in ABILITY.dimensions), "others", "end"):
        to_part(page, part)
        boxes = page.locator(
            ".sheet .sheet-option:visible, .sheet .btn:visible, .sheet-parts a, .sheet .form-control:visible, .sheet-open a:visible"
        )
        small = [box for each in boxes.all() if (box := each.bounding_box()) is not None and box["height"] < 48]
        assert (part, small) == (part, [])


def test_answers_arrive_by_themselves_and_the_form_is_handed_in(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    sign_in(Role.ASSESSOR)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    expect(page.locator("#part-mobility")).to_be_hidden()
    fill(page, without=("memory",), walking="some_help")
    expect(page.locator("[data-when=sent]")).to_contain_text(f"已送达 {clock.now():%H}:")
    assert Form.objects.get().state == "draft"
    to_part(page, "end")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-open-list] a")).to_have_text(["记忆"])
    page.locator("[data-open-list] a").click()
    expect(page.locator("#item-memory")).to_be_in_viewport()
    page.locator('input[name="a-memory"][value="normal"]').check()
    to_part(page, "end")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-after]")).to_be_visible()
    kept = Form.objects.get()
    assert (kept.state, kept.offline, kept.answers["walking"]) == ("final", False, "some_help")
    assert page.evaluate(HELD) == [[], ["/assess/"]] or page.evaluate(HELD) == [[], []]
    watched.check()


HELD = """async () => {
  const open = indexedDB.open("songhe-assess", 1);
  const db = await new Promise((yes) => { open.onsuccess = () => yes(open.result); });
  const all = (name) => new Promise((yes) => { const r = db.transaction(name).objectStore(name).getAll(); r.onsuccess = () => yes(r.result); });
  return [(await all("sheets")).map((row) => row.who), (await all("pages")).map((row) => row.path)];
}"""
"""Names of the sheets and addresses of the pages that the device holds."""


def test_without_scripts_the_form_is_plain(
    browser: Browser, live_server: LiveServer, page: Page, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    sign_in(Role.ASSESSOR)
    context = browser.new_context(java_script_enabled=False, viewport={"width": TABLET[0], "height": TABLET[1]}, locale="zh-CN")
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    chosen = best(ABILITY) | {"walking": "some_help"}
    for item, option in chosen.items():
        if item != "memory":
            plain.locator(f'input[name="a-{item}"][value="{option}"]').check()
    for one in ABILITY.circumstances:
        if one.kind == "yes_no":
            plain.locator(f'input[name="c-{one.id}"][value="no"]').check()
        elif one.kind == "count":
            plain.locator(f'input[name="c-{one.id}"]').fill("0")
    plain.get_by_role("button", name="提交").click()
    expect(plain.locator(".error-summary")).to_contain_text("记忆")
    expect(plain.locator('input[name="a-walking"][value="some_help"]')).to_be_checked()
    plain.locator('input[name="a-memory"][value="normal"]').check()
    plain.get_by_role("button", name="提交").click()
    expect(plain.get_by_text("评估表已经送达")).to_be_visible()
    assert Form.objects.get().state == "final"
    context.close()


def take_along(page: Page, live_server: LiveServer) -> None:
    """The first page is opened with a network; its forms come to the device, and the worker is there."""
    page.goto(f"{live_server.url}/assess/")
    expect(page.locator("[data-take-along]")).to_contain_text("今天的 1 张评估表已存在这台设备上")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_without_a_network_answers_stay_on_the_device_and_arrive_later(
    page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    sign_in(Role.ASSESSOR)
    take_along(page, live_server)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/assess/")
    page.locator("[data-keep]").click()
    expect(page.get_by_role("heading", name="张建明的评估表")).to_be_visible()
    fill(page, walking="some_help")
    expect(page.locator("[data-when=kept]")).to_contain_text(KEPT)
    expect(page.locator("[data-when=kept]")).to_contain_text("没有网络")
    page.reload()
    expect(page.locator("[data-progress]")).to_have_text("26")
    expect(page.locator('input[name="a-walking"][value="some_help"]')).to_be_checked()
    to_part(page, "end")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-locked]")).to_be_visible()
    assert KEPT in state_of(page)
    assert accessibility_problems(page) == []
    assert Form.objects.count() == 0
    page.goto(f"{live_server.url}/assess/")
    expect(page.locator("[data-device-sheets]")).to_contain_text("张建明")
    assert page.evaluate(HELD)[0] == ["张建明"]
    page.context.set_offline(False)
    expect(page.locator("[data-device-news]")).to_contain_text("1张表刚刚送达")
    expect(page.locator("[data-device-sheets]")).to_be_hidden()
    kept = Form.objects.get()
    assert (kept.state, kept.offline, kept.answers["walking"], len(kept.answers)) == ("final", True, "some_help", 26)
    held = page.evaluate(HELD)
    assert held[0] == [] and f"/assess/cases/{made.case}/form/" not in held[1]


def test_what_is_refused_stays_on_the_device_with_the_reason(
    page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    sign_in(Role.ASSESSOR)
    take_along(page, live_server)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    page.context.set_offline(True)
    fill(page)
    to_part(page, "end")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-locked]")).to_be_visible()
    actions.withdraw_case(SYSTEM, case_id=made.case, because="老人不愿评估")
    page.context.set_offline(False)
    expect(page.locator("[data-refusal]")).to_contain_text("这张表来晚了，没有收进来")
    expect(page.locator("[data-refusal]")).to_contain_text("您填的都还在这台设备上")
    assert KEPT in state_of(page)
    assert page.evaluate(HELD)[0] == ["张建明"] and Form.objects.count() == 0
    page.goto(f"{live_server.url}/assess/")
    expect(page.locator("[data-device-sheets]")).to_contain_text("没有收下：这次评估已经结束")


def test_another_assessor_sees_nothing_of_what_waits_and_does_not_send_it(
    page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    sign_in(Role.ASSESSOR)
    take_along(page, live_server)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    page.context.set_offline(True)
    fill(page)
    to_part(page, "end")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-locked]")).to_be_visible()
    page.goto("about:blank")
    sign_in_as(page, live_server, made.second)  # before the network is back: the worker may send at once, as whoever is signed in
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/assess/")
    waiting = page.locator("[data-device-sheets]")
    expect(waiting).to_contain_text("另一位评估员的一张表")
    expect(waiting).not_to_contain_text("张建明")
    assert Form.objects.count() == 0
    sign_in(Role.ASSESSOR)
    page.goto(f"{live_server.url}/assess/")
    expect(page.locator("[data-device-news]")).to_contain_text("1张表刚刚送达")
    assert Form.objects.get().state == "final"


def draw(page: Page) -> None:
    """A signature with two lines, by a pointer that goes down, along and up; it is in the form once the box says so."""
    pad = page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for start, end in (((0.2, 0.3), (0.5, 0.7)), ((0.6, 0.3), (0.8, 0.6))):
        page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
        page.mouse.up()
    expect(pad).to_have_attribute("aria-label", "签名的框，已经签了")


def test_the_elder_signs_on_the_tablet_without_a_network_and_the_assessor_with_the_password(
    page: Page, live_server: LiveServer, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    sign_in(Role.ASSESSOR)
    take_along(page, live_server)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/form/")
    page.context.set_offline(True)
    fill(page)
    to_part(page, "end")
    page.get_by_label("在屏幕上签名").check()
    page.get_by_label("谁签的").fill("本人")
    draw(page)
    expect(page.locator("[data-when=kept]")).to_contain_text(KEPT)
    strokes = json.loads(page.locator("[name=e-strokes]").input_value())
    assert [len(line) >= 4 for line in strokes] == [True, True]
    fields = page.evaluate("[...new FormData(document.querySelector('.sheet'))].length") - 1
    expect(page.locator(".sheet")).to_have_attribute("data-held", str(fields))
    page.reload()
    expect(page.locator("[data-progress]")).to_have_text("26")
    to_part(page, "end")
    expect(page.locator("[data-pad]")).to_have_attribute("aria-label", "签名的框，已经签了")
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-locked]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-after]")).to_be_visible()
    page.get_by_role("link", name="去签名").click()
    expect(page.locator("svg.drawn")).to_be_visible()
    assert accessibility_problems(page) == []
    page.get_by_label("再输一次您的登录密码").fill("wrong")
    page.get_by_role("button", name="签名", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("密码不对，没有签名")
    page.get_by_label("再输一次您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签名", exact=True).click()
    expect(page.get_by_text("已签名。还要等另一位评估员")).to_be_visible()
    view = queries.case(made.lead.actor, case_id=made.case).forms[0]
    assert view.elder is not None and view.signature is not None
    assert ([list(line) for line in view.elder.strokes], view.elder.signer) == (strokes, "本人")
    assert (view.signature.means, view.signature.unchanged, view.offline) == ("password", True, True)


def test_both_forms_are_agreed_on_and_previewed(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], made: Assessed
) -> None:
    submit(made.lead, made.case, walking="some_help", eating="guided")
    submit(made.second, made.case, walking="much_help", eating="guided")
    sign_in(Role.ASSESSOR)
    page.goto(f"{live_server.url}/assess/cases/{made.case}/")
    page.get_by_role("link", name="商定结果").click()
    page.get_by_label("平地行走商定为").select_option("much_help")
    page.get_by_label("平地行走的理由").fill("又看着走了一遍")
    page.get_by_role("button", name="再算一遍看看").click()
    expect(page.locator("#preview")).to_contain_text("1级（轻度失能）")
    expect(page.get_by_label("平地行走的理由")).to_have_value("又看着走了一遍")
    page.get_by_label("老人这边谁签的字").fill("本人")
    page.get_by_label("再输一次您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="定结果，开始公示").click()
    expect(page.get_by_role("heading", name="张建明：轻度失能（1级）")).to_be_visible()
    watched.check()
    result = Result.objects.get()
    assert (result.grade, result.objections_until) == (1, clock.today() + timedelta(days=7))
