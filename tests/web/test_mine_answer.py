"""The answer at home: yes, no, what is wrong; the same moves and checks as at the counter; told in the step who answered."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.words import AppealState, GrantState
from songhe.contexts.places.actions import DeskInput, keep_desks
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import WorkItem
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, line_of, notified

ADDRESS = "/mine/benefits/1/answer/"


@pytest.fixture
def granted(city: SmallCity) -> Granted:
    return build_granted()


@pytest.fixture
def opened(client: Client, granted: Granted) -> Client:
    code = entitlements.issue_code(SYSTEM, grant_id=granted.allowance.id).code
    assert client.post("/mine/", {"code": code, "last4": "002X"})["Location"] == "/mine/benefits/"
    return client


def said(answer: str, **more: str) -> dict[str, str]:
    return {"answer": answer, "by_name": "李国华", "relation": "配偶"} | more


def test_yes_makes_it_active_and_the_notice_is_seen(opened: Client, granted: Granted) -> None:
    assert "我来答复" in unescape(opened.get("/mine/benefits/").content.decode())
    page = unescape(opened.get(ADDRESS).content.decode())
    assert "您可以领取，每月" in page
    assert "吴秀兰" not in page
    for incomplete in (said(""), said("agree", by_name=" "), said("agree", relation="邻居"), said("refuse")):
        assert opened.post(ADDRESS, incomplete).status_code == 422
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.PROPOSED
    assert opened.post(ADDRESS, said("agree"))["Location"] == "/mine/benefits/"
    file = queries.grant(SYSTEM, grant_id=granted.allowance.id)
    assert (file.line.state, file.line.confirmed_on) == (GrantState.ACTIVE, clock.today())
    assert [(step.after, step.reason) for step in file.steps[1:]] == [
        (GrantState.NOTIFIED, "已告知，本人（网上）收"), (GrantState.ACTIVE, "网上答复，李国华（配偶）同意"),
    ]  # fmt: skip
    assert file.notices[-1].received_by == "本人（网上）"
    assert WorkItem.objects.filter(
        kind="grant_account", detail__grant=granted.allowance.id, closed_at=None
    ).exists()  # as at the counter
    assert opened.post(ADDRESS, said("refuse", reason="不要了"))["Location"] == "/mine/benefits/"  # answered: nothing more here
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.ACTIVE


def test_no_refuses_it_with_the_reason(opened: Client, granted: Granted) -> None:
    notified(granted.allowance)
    assert opened.post(ADDRESS, said("refuse", reason="想留给更需要的人")).status_code == 302
    file = queries.grant(SYSTEM, grant_id=granted.allowance.id)
    assert (file.line.state, file.steps[-1].reason) == (GrantState.REFUSED, "网上答复，李国华（配偶）不要：想留给更需要的人")


def test_what_is_wrong_goes_to_the_city_and_is_no_silence(opened: Client, granted: Granted) -> None:
    line = notified(granted.allowance)
    assert opened.post(ADDRESS, said("wrong", reason="我是1936年生的", wrong="0")).status_code == 302
    (appeal,) = queries.appeals_of(SYSTEM, person_id=granted.town.wife.id)
    assert (appeal.state, appeal.reason[:14]) == (AppealState.OPEN, "写得不对的是“已满80周岁”")
    assert opened.get(ADDRESS)["Location"] == "/mine/benefits/"
    assert line.effective_on_silence is not None
    with clock.frozen(line.effective_on_silence):
        assert entitlements.let_silent_grants_begin(SYSTEM) == 0
        entitlements.withdraw_appeal(SYSTEM, appeal_id=appeal.id, because="本人撤回")
        assert entitlements.let_silent_grants_begin(SYSTEM) == 1


def test_without_the_code_nothing_is_answered(client: Client, granted: Granted) -> None:
    assert client.post(ADDRESS, said("agree"))["Location"] == "/mine/"
    assert line_of(granted.town.wife.id, "age_allowance").state is GrantState.PROPOSED


def test_whom_to_ask_is_the_community_where_it_is_known(opened: Client, granted: Granted) -> None:
    page = unescape(opened.get("/mine/benefits/").content.decode())
    assert "您所在村、社区的电话和开放时间还没有登记" in page
    code = granted.allowance.area_path.rstrip("/").split("/")[-1]
    keep_desks(SYSTEM, desks=[DeskInput(code, "村部一楼", "0953 3051234", "周一到周五 8:30-17:30")])
    page = unescape(opened.get("/mine/benefits/").content.decode())
    for told in ("村部一楼", "0953-3051234", "开放时间：周一到周五 8:30-17:30"):
        assert told in page, told
