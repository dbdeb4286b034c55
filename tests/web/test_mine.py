"""我的待遇: the code of a letter and four digits open it for ten minutes; nothing is hinted, kept or cached; an objection reaches the city."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.words import AppealState, GrantState
from songhe.foundation.access import SYSTEM, Role
from songhe.web.public import mine
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, line_of, notified

SignIn = Callable[[Role], Client]


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


def look(client: Client, code: str, last4: str = "002X") -> object:
    return client.post("/mine/", {"code": code, "last4": last4})


def code_of(granted: Granted) -> str:
    return entitlements.issue_code(SYSTEM, grant_id=granted.allowance.id).code


def read(response: object) -> str:
    assert response.status_code == 200, response  # type: ignore[attr-defined]
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def opened(client: Client, granted: Granted) -> str:
    answer = look(client, code_of(granted))
    assert (answer.status_code, answer["Location"]) == (302, "/mine/benefits/")  # type: ignore[attr-defined,index]
    return read(client.get("/mine/benefits/"))


def test_what_i_get_why_and_what_next(client: Client, granted: Granted) -> None:
    notified(granted.allowance)
    page = opened(client, granted)
    for told in (
        "高龄老年人生活津贴",
        "您可以领取，每月",
        "已满80周岁。",
        "同意的话，什么都不用办",
        "就自动生效",
        "不同意，或者哪里写得不对",
    ):
        assert told in page, told
    for hidden in ("吴秀兰", "李国华", "002X", "13900001234"):
        assert hidden not in page, hidden


def test_small_letters_spaces_and_hyphens_do_not_matter(client: Client, granted: Granted) -> None:
    code = code_of(granted)
    assert look(client, f" {code[:5].lower()}-{code[5:].lower()} ", "002x").status_code == 302  # type: ignore[attr-defined]


def test_a_wrong_code_and_a_wrong_number_say_the_same(client: Client, granted: Granted) -> None:
    code = code_of(granted)
    wrong_code, wrong_number = look(client, "ABCDEFGHJK"), look(client, code, "1234")
    told = [
        unescape(answer.content.decode()).split("error-summary-title")[-1].split("</div>")[0]  # type: ignore[attr-defined]
        for answer in (wrong_code, wrong_number)
    ]
    assert told[0] == told[1]
    assert "对不上" in told[0]
    assert client.get("/mine/benefits/")["Location"] == "/mine/"


def test_guessing_ends_soon(client: Client, granted: Granted) -> None:
    code = code_of(granted)
    answers = [look(client, code, "0000") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {422}  # type: ignore[attr-defined]
    right = look(client, code)
    assert right.status_code == 429  # type: ignore[attr-defined]
    assert "输错的次数太多了" in unescape(right.content.decode())  # type: ignore[attr-defined]
    assert client.get("/mine/benefits/")["Location"] == "/mine/"


def test_nothing_is_cached_and_leaving_forgets(client: Client, granted: Granted) -> None:
    opened(client, granted)
    answer = client.get("/mine/benefits/")
    assert "no-store" in answer["Cache-Control"]
    cookie = client.cookies[mine.COOKIE]
    assert (cookie["max-age"], cookie["path"], cookie["httponly"], cookie["samesite"]) == (600, "/mine/", True, "Strict")
    assert client.post("/mine/leave/")["Location"] == "/mine/"
    assert client.get("/mine/benefits/")["Location"] == "/mine/"


def test_ten_minutes_later_the_code_is_asked_for_again(client: Client, granted: Granted, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(client, granted)
    monkeypatch.setattr(mine, "SECONDS", -1)
    assert client.get("/mine/benefits/")["Location"] == "/mine/"


def test_a_forged_cookie_opens_nothing(client: Client, granted: Granted) -> None:
    client.cookies[mine.COOKIE] = f"{granted.allowance.public_id}:1:x"
    assert client.get("/mine/benefits/")["Location"] == "/mine/"


def test_an_objection_reaches_the_city_and_its_answer_comes_back(client: Client, client_for: SignIn, granted: Granted) -> None:
    notified(granted.allowance)
    opened(client, granted)
    without = client.post("/mine/benefits/1/object/", {"reason": "", "by_name": "李国华", "relation": "配偶"})
    assert without.status_code == 422
    assert queries.appeals_of(SYSTEM, person_id=granted.town.wife.id) == ()
    sent = {"reason": "我是1936年生的", "wrong": "0", "by_name": "李国华", "relation": "配偶"}
    assert client.post("/mine/benefits/1/object/", sent)["Location"] == "/mine/benefits/"
    (appeal,) = queries.appeals_of(SYSTEM, person_id=granted.town.wife.id)
    assert (appeal.state, appeal.channel, appeal.by_name) == (AppealState.OPEN, "portal", "李国华")
    assert appeal.reason.startswith("写得不对的是“已满80周岁”。我是1936年生的")
    assert "正在办理" in read(client.get("/mine/benefits/"))
    assert client.get("/mine/benefits/1/object/").status_code == 302  # one at a time
    officer = client_for(Role.CITY_OFFICER)
    page = read(officer.get(f"/city/grants/appeals/{appeal.public_id}/"))
    for told in ("我是1936年生的", "当时的决定", "用当时的资料再算，结果一样", "已满80周岁", "资料的指纹", "支持申诉，重新核算"):
        assert told in page, told
    address = f"/city/grants/appeals/{appeal.public_id}/decide/"
    half = officer.post(address, {"answer": "uphold", "because": "查过户口簿", "value-birth_date": "1936-01-01"})
    assert half.status_code == 422
    assert "请填从哪天起" in unescape(half.content.decode())
    assert queries.appeals_of(SYSTEM, person_id=granted.town.wife.id)[0].state is AppealState.OPEN
    answer = {
        "answer": "uphold", "because": "查过户口簿，确实是1936年", "value-birth_date": "1936-01-01", "since-birth_date": "2026-01-01",
    }  # fmt: skip
    done = officer.post(address, answer)
    assert (done.status_code, done["Location"]) == (302, f"/city/grants/appeals/{appeal.public_id}/")
    assert queries.appeals_of(SYSTEM, person_id=granted.town.wife.id)[0].state is AppealState.UPHELD
    line = line_of(granted.town.wife.id, "age_allowance")
    assert (line.state, line.amount > granted.allowance.amount) == (GrantState.ACTIVE, True)  # over ninety
    assert "支持申诉。查过户口簿，确实是1936年" in read(client.get("/mine/benefits/"))


def test_only_the_city_decides(client_for: SignIn, granted: Granted) -> None:
    filed = entitlements.file_appeal(
        SYSTEM, person_id=granted.town.wife.id, benefit="age_allowance", by_name="吴秀兰", relation="本人", reason="金额不对"
    )
    clerk = client_for(Role.STREET_CLERK)
    assert "吴秀兰" in read(clerk.get("/street/grants/appeals/"))
    assert "定下来，答复老人" not in read(clerk.get(f"/street/grants/appeals/{filed.public_id}/"))
    refused = clerk.post(f"/city/grants/appeals/{filed.public_id}/decide/", {"answer": "reject", "because": "没有不对"})
    assert refused.status_code == 403
    assert queries.appeals_of(SYSTEM, person_id=granted.town.wife.id)[0].state is AppealState.OPEN


def test_the_numbers_of_the_city(client_for: SignIn, granted: Granted) -> None:
    line = notified(granted.allowance)
    entitlements.confirm_grant(SYSTEM, grant_id=line.id)
    page = read(client_for(Role.CITY_OFFICER).get("/city/grants/"))
    for told in ("高龄老年人生活津贴", "小坝镇", "裕民街道", "还没有送到的通知", "享受中"):
        assert told in page, told
    rows = client_for(Role.CITY_OFFICER).get("/city/grants/export/").content.decode("utf-8-sig").splitlines()
    assert f"小坝镇,高龄老年人生活津贴,享受中,1,{line.amount // 100}.00,元/月" in rows
