"""Three stories from a fact to the money, in the browser and through the year: somebody turns eighty, somebody dies, somebody objects and is right.

With SONGHE_PICTURES naming a folder, each story leaves the pictures that stand in docs/how-to/from-fact-to-money.md.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from songhe.contexts.accounts.models import RoleGrant
from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.payments import actions as payments
from songhe.contexts.payments.models import BankFile, PayRun
from songhe.contexts.people.models import Person
from songhe.contexts.people.words import seal_context
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.encryption import blind_index, seal
from tests.browser.conftest import Watch, accessibility_problems
from tests.contexts.entitlements.grant_people import POLICE, at, grant_of, known, newest, say
from tests.contexts.payments.conftest import answer
from tests.web.city import COMMUNITY, SmallCity

NUMBER = "00000019461205002X"
ACCOUNT = "6222000000000001"


class Story:
    """A browser that walks through the year: who is signed in, what the day is, pictures by the way."""

    def __init__(self, page: Page, url: str, sign_in: Callable[[Role], None], folder: Path) -> None:
        self.page, self.url, self.sign_in, self.folder = page, url, sign_in, folder

    def as_role(self, role: Role, path: str) -> None:
        self.page.context.clear_cookies()
        self.sign_in(role)
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def picture(self, name: str) -> None:
        assert accessibility_problems(self.page) == []
        if place := os.environ.get("SONGHE_PICTURES"):
            self.page.evaluate("window.scrollTo(0, 0)")
            self.page.screenshot(path=Path(place) / f"{name}.png", full_page=True)

    def night(self) -> None:
        """What the jobs of a night do: everybody decided, grants followed, clocks run out, accounts seen."""
        entitlements.follow_run(SYSTEM, run_id=entitlements.determine_city(SYSTEM, cause="每天核算"))
        entitlements.let_silent_grants_begin(SYSTEM)
        entitlements.check_all_accounts(SYSTEM)

    def hand_over(self, name: str, title: str) -> str:
        """The clerk prints the letter and hands it over; its text."""
        self.as_role(Role.STREET_CLERK, "/street/grants/")
        self.page.get_by_label(f"选中{name}的{title}").check()
        with self.page.expect_download() as waiting:
            self.press("印选中的")
        waiting.value.save_as(self.folder / "letter.pdf")
        self.page.get_by_label("谁收的").fill(name)
        self.press("选中的已送到")
        expect(self.page.get_by_text("已记下 1 份通知")).to_be_visible()
        with pdfplumber.open(self.folder / "letter.pdf") as found:
            return (found.pages[0].extract_text() or "").replace("\n", "").replace(" ", "")

    def pay(self, month: dt.date, *, picture: str = "") -> PayRun:
        """The month's run by two people, with the bank's answer, to balanced."""
        self.as_role(Role.CITY_OFFICER, "/city/pay/")
        self.page.get_by_label("月份").select_option(f"{month:%Y-%m}")
        self.press("做一批名单")
        run = PayRun.objects.latest("id")
        self.press("冻结名单")
        self.press("核对名单")
        if self.page.get_by_role("link", name=re.compile("处理.*条核对结果")).count():
            self.page.get_by_role("link", name=re.compile("处理.*条核对结果")).click()
            for box in self.page.locator("input[name=finding]").all():
                box.check()
            self.page.get_by_label("怎么处理").select_option("released")
            self.page.get_by_label("理由").fill("已核实")
            self.press("处理选中的")
        self.as_role(Role.FINANCE_OFFICER, f"/city/pay/runs/{run.pk}/")
        self.press("复核通过")
        self.press("做银行文件")
        for file in BankFile.objects.filter(run=run):
            self.page.locator(f"#content-{file.pk}").set_input_files(
                {"name": "回盘.txt", "mimeType": "text/plain", "buffer": answer(file, {})}
            )
            self.press("读入")
            expect(self.page.get_by_text("银行的回盘文件已经读入", exact=False)).to_be_visible()
        self.press("对平这一批")
        expect(self.page.get_by_text("一分不差").first).to_be_visible()
        if picture:
            self.picture(picture)
        run.refresh_from_db()
        return run


@pytest.fixture
def story(page: Page, live_server: LiveServer, watched: Watch, sign_in: Callable[[Role], None], tmp_path: Path) -> Story:
    RoleGrant.objects.update(valid_from=dt.date(2020, 1, 1))  # the stories have days of their own
    return Story(page, live_server.url, sign_in, tmp_path)


def elder(name: str, birth: str) -> Person:
    """A woman with an ID number and an account, of whom the departments have said everything."""
    with transaction.atomic():
        person = at(Area.objects.get(path=COMMUNITY), name, birth)
    owner = str(person.public_id)
    person.id_sealed = seal(NUMBER, context=seal_context("id_number", owner))
    person.id_index = blind_index(NUMBER, kind="id_number")
    person.bank_account_sealed = seal(ACCOUNT, context=seal_context("bank_account", owner))
    person.save()
    payments.keep_fund_line(SYSTEM, fund="city_budget", year=2026, amount=100_000_000, document="试财〔2026〕1号")
    payments.keep_fund_line(SYSTEM, fund="city_budget", year=2027, amount=100_000_000, document="试财〔2027〕1号")
    return person


def test_somebody_turns_eighty_and_is_paid_without_having_asked(story: Story, city: SmallCity) -> None:
    with clock.frozen(dt.date(2026, 11, 22)):
        person = elder("王玉兰", "1946-12-05")
        story.night()
        story.as_role(Role.STREET_CLERK, f"/street/people/{person.public_id}/")
        expect(story.page.locator("main")).to_contain_text("还没有满80周岁")
    with clock.frozen(dt.date(2026, 12, 5)):
        story.night()
        letter = story.hand_over("王玉兰", "高龄老年人生活津贴")
        assert "什么都不用办" in letter and "每月100.00元" in letter
        story.picture("turns-80-letter-handed-over")
        found = re.search(r"查询码([0-9A-Z]{4,5}-?[0-9A-Z]{4,5}-?[0-9A-Z]{2,5})", letter)
        assert found is not None, letter
    with clock.frozen(dt.date(2026, 12, 21)):
        story.night()
        assert grant_of(person).state == "active"
        run = story.pay(dt.date(2026, 12, 1), picture="turns-80-run-balanced")
        assert (run.amount, newest(grant_of(person))) == (100_00, {"2026-12": 100_00})
        story.page.context.clear_cookies()
        story.page.goto(f"{story.url}/mine/")
        story.page.get_by_label("通知上的查询码").fill(found[1])
        story.page.get_by_label("老人身份证号的最后四位").fill("002X")
        story.press("查看")
        expect(story.page.locator("main")).to_contain_text("100.00")
        expect(story.page.locator("main")).to_contain_text("2026年12月")
        story.picture("turns-80-my-benefits")


def test_somebody_dies_and_what_was_overpaid_comes_back(story: Story, city: SmallCity) -> None:
    with clock.frozen(dt.date(2026, 10, 20)):
        person = elder("吴桂英", "1940-03-01")
        story.night()
        story.hand_over("吴桂英", "高龄老年人生活津贴")
    with clock.frozen(dt.date(2026, 11, 10)):
        story.night()
        story.pay(dt.date(2026, 11, 1))
    with clock.frozen(dt.date(2026, 12, 10)):
        story.pay(dt.date(2026, 12, 1))
    with clock.frozen(dt.date(2027, 1, 8)):
        paid = newest(grant_of(person))
        with transaction.atomic():
            say(person, POLICE, "2027-01-08", death_date="2026-11-20", alive=False)
        known(person, cause="公安：已去世")
        grant = grant_of(person)
        now = newest(grant)
        assert (grant.state, now["2026-11"], now["2026-12"]) == ("ended", paid["2026-11"], 0)
        story.as_role(Role.CITY_OFFICER, "/city/pay/")
        story.page.get_by_label("月份").select_option("2027-01")
        story.press("做一批名单")
        expect(story.page.get_by_text("没有要发的款", exact=False)).to_be_visible()
        story.as_role(Role.FINANCE_OFFICER, "/city/pay/overpaid/")
        expect(story.page.locator("main")).to_contain_text("吴桂英：还要退100.00 元")
        story.picture("dies-to-be-handed-back")
        story.page.locator("summary", has_text="登记退款").click()
        story.page.get_by_label("金额（元）").fill("100")
        story.page.get_by_label("收据号").fill("2027-0001")
        story.page.get_by_label("谁交的").fill("儿子")
        story.press("登记退款")
        expect(story.page.get_by_text("已经退清", exact=False)).to_be_visible()
        story.as_role(Role.STREET_CLERK, f"/street/grants/{grant.public_id}/")
        expect(story.page.locator("main")).to_contain_text("已停止")
        story.picture("dies-grant-ended")


def test_somebody_objects_and_is_right(story: Story, city: SmallCity) -> None:
    with clock.frozen(dt.date(2026, 11, 22)):
        person = elder("李秀珍", "1947-05-01")
        story.night()
        story.as_role(Role.STREET_CLERK, f"/street/people/{person.public_id}/")
        story.page.get_by_role("link", name="不同意结果，登记申诉").click()
        story.page.get_by_label("对哪一项不同意").select_option("age_allowance")
        story.page.get_by_label("哪里不对", exact=False).fill("户口簿上是1946年5月，公安登记错了一年")
        story.picture("objects-at-the-counter")
        story.press("收下申诉")
        expect(story.page.get_by_text("申诉已收下", exact=False).first).to_be_visible()
        story.as_role(Role.CITY_OFFICER, "/city/grants/appeals/")
        story.page.get_by_role("link", name="李秀珍").click()
        expect(story.page.locator("#words")).to_contain_text("户口簿上是1946年5月")
        story.page.get_by_label("支持申诉，重新核算").check()
        story.page.get_by_label("理由（老人会看到）").fill("查过户口簿，确实是1946年5月")
        story.page.locator("summary", has_text="支持时：更正资料").click()
        story.page.locator("#value-birth_date").fill("1946-05-01")
        story.page.locator("#since-birth_date").fill("2026-01-01")
        story.picture("objects-decision")
        story.press("定下来，答复老人")
        expect(story.page.get_by_text("已支持申诉", exact=False).first).to_be_visible()
        story.night()
        assert grant_of(person).state in {"proposed", "notified", "active"}
        if grant_of(person).state != "active":
            story.hand_over("李秀珍", "高龄老年人生活津贴")
    with clock.frozen(dt.date(2026, 12, 10)):
        story.night()
        grant = grant_of(person)
        assert grant.state == "active"
        run = story.pay(dt.date(2026, 12, 1), picture="objects-paid-with-arrears")
        owed = sum(newest(grant).values())
        assert (run.amount, owed > 100_00) == (owed, True)
