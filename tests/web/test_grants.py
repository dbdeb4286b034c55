"""待遇 at the street desk: letters of a community as one file, handing over and agreeing for many at once, one grant's file, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from io import BytesIO

import pdfplumber
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.words import GrantState
from songhe.contexts.people import actions as people
from songhe.foundation import clock, outbox
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, line_of, notice_of, notified

SignIn = Callable[[Role], Client]


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


def read(response: object) -> str:
    assert response.status_code == 200, response  # type: ignore[attr-defined]
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def pages_of(content: bytes) -> list[str]:
    with pdfplumber.open(BytesIO(content)) as file:
        return [(page.extract_text() or "").replace("\n", "").replace(" ", "") for page in file.pages]


def test_the_notices_of_the_town_and_of_nobody_else(client_for: SignIn, granted: Granted) -> None:
    page = read(client_for(Role.STREET_CLERK).get("/street/grants/"))
    assert "吴秀兰" in page
    assert "高龄老年人生活津贴" in page
    assert "小坝镇 · 永丰村" in page
    assert "王玉珍" not in page  # of the other town
    assert "王玉珍" in read(client_for(Role.CITY_OFFICER).get("/street/grants/"))


def test_letters_are_one_file_with_a_page_each_and_open_the_grant(client_for: SignIn, granted: Granted) -> None:
    client = client_for(Role.STREET_CLERK)
    answer = client.post("/street/grants/letters/")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    pages = pages_of(answer.content)
    assert len(pages) == len(queries.notices_due(SYSTEM, area_path="640381/640381100/").items)
    mine = next(page for page in pages if "吴秀兰老人" in page and "您可以领取高龄老年人生活津贴" in page)
    for told in (
        "每月",
        "元",
        "已满80周岁",
        "本市户籍",
        "收到这份通知后15天内",
        "http://testserver/mine/",
        "青铜峡市·小坝镇·永丰村",
    ):
        assert told in mine, told
    code = mine.split("查询码")[1][:10]
    found = queries.grant_by_code(code=code, id_last4="002X")
    assert found.public_id == granted.allowance.public_id
    exported = AuditEntry.objects.filter(action="list.export").latest("seq")
    assert (exported.detail["format"], exported.detail["rows"], exported.area_path[:17]) == (
        "pdf",
        len(pages),
        "640381/640381100/",
    )
    assert code not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_only_the_ticked_ones_are_printed(client_for: SignIn, granted: Granted) -> None:
    client = client_for(Role.STREET_CLERK)
    pages = pages_of(client.post("/street/grants/letters/chosen/", {"notice": notice_of(granted.allowance)}).content)
    assert len(pages) == 1
    nothing = client.post("/street/grants/letters/chosen/", {})
    assert nothing.status_code == 422
    assert "还没有选" in unescape(nothing.content.decode())


def test_marking_many_as_handed_over_starts_their_clocks(client_for: SignIn, granted: Granted) -> None:
    client = client_for(Role.STREET_CLERK)
    due = queries.notices_due(SYSTEM, area_path="640381/640381100/").items
    sent = {
        "every": "1",
        "shown": [each.notice.id for each in due],
        "delivered_on": clock.today().isoformat(),
        "received_by": "本人",
    }
    answer = client.post("/street/grants/delivered/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/street/grants/")
    assert f"已记下 {len(due)} 份通知" in read(client.get("/street/grants/"))
    line = line_of(granted.town.wife.id, "age_allowance")
    assert line.state is GrantState.NOTIFIED
    assert line.effective_on_silence is not None
    assert (line.effective_on_silence - clock.today()).days == 15
    assert "自动生效" in read(client.get("/street/grants/waiting/"))


def test_a_wrong_day_or_nobody_who_took_it_hands_nothing_over(client_for: SignIn, granted: Granted) -> None:
    client = client_for(Role.STREET_CLERK)
    notice = notice_of(granted.allowance)
    later = client.post("/street/grants/delivered/", {"notice": notice, "delivered_on": "2099-01-01", "received_by": "本人"})
    nobody = client.post(
        "/street/grants/delivered/", {"notice": notice, "delivered_on": clock.today().isoformat(), "received_by": " "}
    )
    foreign = line_of(granted.town.stranger.id, "age_allowance")
    other = client.post(
        "/street/grants/delivered/",
        {"notice": [notice, notice_of(foreign)], "delivered_on": clock.today().isoformat(), "received_by": "本人"},
    )
    assert (later.status_code, nobody.status_code, other.status_code) == (422, 422, 404)
    assert "这一天还没有到" in unescape(later.content.decode())
    assert "请写明谁收的" in unescape(nobody.content.decode())
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.PROPOSED
    assert line_of(granted.town.stranger.id, "age_allowance").state is GrantState.PROPOSED


def test_many_agree_at_once(client_for: SignIn, granted: Granted) -> None:
    client, line = client_for(Role.STREET_CLERK), notified(granted.allowance)
    answer = client.post("/street/grants/waiting/agree/", {"grant": line.id})
    assert (answer.status_code, answer["Location"]) == (302, "/street/grants/waiting/")
    assert line_of(line.person_id, line.benefit).state is GrantState.ACTIVE
    active = read(client.get("/street/grants/active/"))
    assert "吴秀兰" in active
    assert "元/月" in active


def test_a_refusal_needs_its_reason(client_for: SignIn, granted: Granted) -> None:
    client, line = client_for(Role.STREET_CLERK), notified(granted.allowance)
    address = f"/street/grants/{line.public_id}/"
    without = client.post(f"{address}refuse/", {"deed": "refuse", "reason": ""})
    assert without.status_code == 422
    assert "请写明老人为什么不要" in unescape(without.content.decode())
    assert line_of(line.person_id, line.benefit).state is GrantState.NOTIFIED
    assert client.post(f"{address}refuse/", {"deed": "refuse", "reason": "说用不着"}).status_code == 302
    page = read(client.get(address))
    assert "本人不要" in page
    assert "说用不着" in page
    assert "吴秀兰" in read(client.get("/street/grants/stopped/?state=refused"))


def test_the_file_of_a_grant_says_why_and_what_happened(client_for: SignIn, granted: Granted) -> None:
    client, line = client_for(Role.STREET_CLERK), notified(granted.allowance)
    address = f"/street/grants/{line.public_id}/"
    client.post(f"{address}confirm/")
    client.post(f"{address}suspend/", {"deed": "suspend", "reason": "家人说老人搬走了，在核实"})
    page = read(client.get(address))
    for told in ("已满80周岁", "公安", "家人说老人搬走了，在核实", "暂停", "恢复", f"第{granted.town.run}次核算", "经过"):
        assert told in page, told
    assert (
        "您的高龄老年人生活津贴先暂停"
        in pages_of(client.post("/street/grants/letters/chosen/", {"notice": notice_of(line)}).content)[0]
    )
    client.post(f"{address}resume/", {"reason": "核实过，还住在这里"})
    client.post(f"{address}end/", {"deed": "end", "until_on": clock.today().isoformat(), "reason": "老人说不想要了"})
    ended = read(client.get(address))
    assert "停止，老人说不想要了" in ended
    assert line_of(line.person_id, line.benefit).state is GrantState.ENDED


def test_a_death_is_told_to_the_family_and_nothing_is_asked_back_that_was_not_paid(client_for: SignIn, granted: Granted) -> None:
    line = notified(granted.allowance)
    entitlements.confirm_grant(SYSTEM, grant_id=line.id)
    entitlements.open_month(SYSTEM, month=clock.today().replace(day=1))
    people.correct_fact(
        SYSTEM, person_id=line.person_id, variable="alive", value=False, reason="死亡证明", since=dt.date(2026, 1, 1)
    )
    outbox.deliver_pending()  # the household is decided again …
    outbox.deliver_pending()  # … and the grant follows
    assert line_of(line.person_id, line.benefit).state is GrantState.ENDED
    pages = [
        page for page in pages_of(client_for(Role.STREET_CLERK).post("/street/grants/letters/").content) if "吴秀兰老人" in page
    ]
    assert any("吴秀兰老人的家人：吴秀兰老人的高龄老年人生活津贴停止了" in page for page in pages)
    assert not any("要退回" in page for page in pages)


def test_a_grant_of_another_town_is_not_there(client_for: SignIn, granted: Granted) -> None:
    foreign = line_of(granted.town.stranger.id, "age_allowance")
    client = client_for(Role.STREET_CLERK)
    for deed in ("", "confirm/", "refuse/"):
        address = f"/street/grants/{foreign.public_id}/{deed}"
        answer = client.post(address, {"reason": "不归我管的"}) if deed else client.get(address)
        assert (deed, answer.status_code) == (deed, 404)
    assert line_of(foreign.person_id, foreign.benefit).state is GrantState.PROPOSED


def test_the_person_page_tells_granted_from_eligible(client_for: SignIn, granted: Granted) -> None:
    page = read(client_for(Role.STREET_CLERK).get(f"/street/people/{granted.town.wife.public_id}/"))
    assert "待告知" in page
    assert f"/street/grants/{granted.allowance.public_id}/" in page


def test_lists_are_exported_and_logged(client_for: SignIn, granted: Granted) -> None:
    client = client_for(Role.STREET_CLERK)
    notified(granted.allowance)
    for address, told in (
        ("/street/grants/export/", "姓名,住在,哪一项,通知什么"),
        ("/street/grants/waiting/export/", "吴秀兰,小坝镇 · 永丰村,高龄老年人生活津贴"),
        ("/street/grants/active/export/", "姓名,住在,哪一项,金额"),
        ("/street/grants/stopped/export/", "哪天停的、为什么"),
        ("/street/grants/appeals/export/", "最晚哪天答复"),
        ("/street/grants/life-checks/export/", "上次认证或开始享受"),
        ("/street/grants/applications/export/", "申请哪一项"),
    ):
        before = AuditEntry.objects.filter(action="list.export").count()
        assert told in client.get(address).content.decode("utf-8-sig"), address
        assert AuditEntry.objects.filter(action="list.export").count() == before + 1


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/street/grants/", 25), ("/street/grants/waiting/", 25), ("/street/grants/active/", 25), ("/street/grants/appeals/", 25),
        ("/street/grants/applications/", 30), ("/street/grants/life-checks/", 25), ("/city/grants/", 30),
    ],
)  # fmt: skip
def test_a_list_asks_the_database_a_bounded_number_of_times(
    client_for: SignIn, granted: Granted, django_assert_max_num_queries: DjangoAssertNumQueries, address: str, most: int
) -> None:
    client = client_for(Role.CITY_OFFICER)
    client.get(address)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200
