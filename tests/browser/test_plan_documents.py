"""Plan documents in a real browser: a Word document with a table from upload to a confirmed pack; every page accessible; keyboard; no scripts."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.plan_tracking.models import FindingKept, PlanDocument, ReadItem
from songhe.contexts.policy_library.models import PackDraft
from songhe.foundation.access import Role
from tests.browser.conftest import SIZES, Watch, accessibility_problems, too_wide
from tests.contexts.plan_tracking.documents import RAW, UNRELATED, taken_in, word_document

SignIn = Callable[[Role], None]
PICTURES = os.environ.get("SONGHE_PICTURES", "")
DRAFT = RAW.replace("占比不低于73%", "占比不低于70%").replace("60个以上", "50个以上")


@pytest.mark.parametrize(("size", "large"), [("desk", False), ("phone", False), ("desk", True)])
def test_every_page_is_accessible(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, large_type: Callable[[], None], size: str, large: bool
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if large:
        large_type()
    sign_in(Role.CITY_OFFICER)
    empty = page.goto(f"{live_server.url}/city/plans/")
    assert empty is not None
    assert (accessibility_problems(page), too_wide(page)) == ([], 0)
    first = taken_in(DRAFT, stage="draft")
    second = taken_in(RAW, version_of=first)
    item = ReadItem.objects.filter(document=second, kind="target").order_by("start")[2]
    names = {
        "list": "", "new": "new/", "document": f"{second}/", "review": f"{second}/review/?at={item.start}",
        "edit": f"{second}/review/?at={item.start}&edit={item.pk}", "findings": f"{second}/findings/", "versions": f"{second}/versions/",
        "confirm": f"{second}/confirm/",
    }  # fmt: skip
    for name, address in names.items():
        page.goto(f"{live_server.url}/city/plans/{address}")
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}{'-large' if large else ''}.png"), full_page=size == "phone")
        assert (name, accessibility_problems(page), too_wide(page)) == (name, [], 0)
    watched.check()


def test_a_word_document_with_a_table_becomes_a_confirmed_pack(
    page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "云岭市规划.docx"
    file.write_bytes(word_document())
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/")
    page.get_by_role("link", name="规划文件").click()
    page.get_by_role("link", name="上传文件").first.click()
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("云岭市“十五五”养老服务发展规划")
    document = PlanDocument.objects.get()
    beds = ReadItem.objects.get(kind="target", read__indicator="家庭养老床位")
    page.goto(f"{live_server.url}/city/plans/{document.pk}/review/?at={beds.start}")
    mark = page.locator(f'.pane-text a[href="#item-{beds.pk}"]')
    expect(mark.first).to_be_visible()
    mark.first.click()  # from the text to what was read
    row = page.locator(f"#item-{beds.pk}")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    row.get_by_role("link", name="更正").click()
    row.get_by_label("数值").fill("2500")
    row.get_by_label("由哪个指标衡量").select_option("family_beds")
    row.get_by_label("为什么更正").fill("与原件核对")
    row.get_by_role("button", name="保存更正").click()
    expect(page.locator(f"#item-{beds.pk}")).to_contain_text("数值由“2,400”更正为“2,500”")
    page.goto(f"{live_server.url}/city/plans/{document.pk}/")
    page.get_by_role("button", name="其余的都认可").click()
    page.get_by_role("link", name="确认和下载").click()
    page.get_by_role("button", name="确认这份文件").click()
    expect(page.get_by_text("已确认，可以下载草稿包。")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载整包（zip）").click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as archive:
        targets = archive.read(f"plan_{document.pk}/targets.yaml").decode()
    assert "indicator: 家庭养老床位, value: 2500, value_max: null, unit: 张" in targets
    assert "measured_by: family_beds" in targets
    page.get_by_label("发文单位").fill("云岭市人民政府")
    page.get_by_role("button", name="拟成政策包草稿").click()
    expect(page.get_by_text("还没有施行").first).to_be_visible()
    assert PackDraft.objects.get().state == "draft"
    document.refresh_from_db()
    assert document.status == "confirmed"
    watched.check()


def test_items_are_decided_with_the_keyboard(page: Page, live_server: LiveServer, watched: Watch, sign_in: SignIn) -> None:
    document = taken_in()
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/plans/{document}/review/?part=1&show=read")
    items = page.locator("[data-item]")
    first, second = items.nth(0), items.nth(1)
    expect(page.locator("#undecided")).to_contain_text("全文还有40项待核对")
    first.focus()
    page.keyboard.press("a")
    expect(first).to_contain_text("已认可")
    expect(page.locator("#undecided")).to_contain_text("全文还有39项待核对")
    expect(second).to_be_focused()
    expect(page.locator(".read-mark.lit").first).to_be_in_viewport()
    page.keyboard.press("r")
    expect(second).to_contain_text("不算")
    expect(items.nth(2)).to_be_focused()
    page.keyboard.press("e")
    expect(items.nth(2).locator("input:focus")).to_have_count(1)
    page.keyboard.type("a")  # in a field a letter is a letter
    assert ReadItem.objects.filter(document=document, state="accepted").count() == 1
    watched.check()


def test_the_review_works_without_scripts(browser: Browser, live_server: LiveServer, page: Page, sign_in: SignIn) -> None:
    document = taken_in()
    sign_in(Role.CITY_OFFICER)
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768})
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    bare = plain.new_page()
    item = ReadItem.objects.filter(document=document, kind="target").order_by("start")[3]
    bare.goto(f"{live_server.url}/city/plans/{document}/review/?at={item.start}")
    bare.locator(f'.pane-text a[href="#item-{item.pk}"]').first.click()
    expect(bare.locator(f"#item-{item.pk}")).to_be_in_viewport()
    bare.locator(f"#item-{item.pk}").get_by_role("button", name="认可").click()
    expect(bare.locator(f"#item-{item.pk}")).to_contain_text("已认可")
    bare.goto(f"{live_server.url}/city/plans/{document}/findings/")
    finding = FindingKept.objects.filter(document_id=document).order_by("number")[0]
    bare.locator(f"#note-{finding.pk}").fill("请起草单位补上")
    bare.locator(f"#finding-{finding.pk}").get_by_role("button", name="记下").click()
    expect(bare.locator(f"#finding-{finding.pk}")).to_contain_text("处理：请起草单位补上")
    plain.close()


def test_an_unrelated_document_is_refused_on_the_form(
    page: Page, live_server: LiveServer, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "天气.txt"
    file.write_bytes(UNRELATED)
    sign_in(Role.CITY_OFFICER)
    page.goto(f"{live_server.url}/city/plans/new/")
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("alert")).to_contain_text("看起来不是规划或实施方案")
    assert not accessibility_problems(page)
    assert not PlanDocument.objects.exists()
