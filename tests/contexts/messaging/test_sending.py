"""One message for one notice, whatever times out, is answered twice, refused or killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.messaging import actions, queries
from songhe.contexts.messaging.actions import Receipt
from songhe.contexts.messaging.actions import send_messages as sending
from songhe.contexts.messaging.errors import GatewayWrong, MessageTooLong, NumberNotUsable, WouldBeTwo
from songhe.contexts.messaging.models import Message, MessageReceipt
from songhe.contexts.messaging.words import MessageState, ReceiptWay, RefusalWay, units_of
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import OutboxEvent
from tests.contexts.messaging.conftest import NUMBER, Platform, ask, connect_http

pytestmark = pytest.mark.django_db
Connect = Callable[..., None]


def stands(key: str = "grant_notice:1") -> tuple[str, str]:
    row = Message.objects.get(key=key)
    return row.state, row.because


def told() -> list[tuple[str, str]]:
    rows = OutboxEvent.objects.filter(name="messaging.message_settled").order_by("id")
    return [(row.payload["key"], row.payload["state"]) for row in rows]


def receipt(state: MessageState, minute: int = 0, because: str = "") -> Receipt:
    at = dt.datetime(2026, 11, 22, 9, minute, tzinfo=clock.CITY_ZONE)
    return Receipt(Message.objects.get().public_id, state, because, at)


def test_sent_once_and_the_receipt_settles_it(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    ask()
    assert actions.send_waiting(SYSTEM) == actions.Sent(1, 0, 0)
    assert actions.send_waiting(SYSTEM) == actions.Sent(0, 0, 0)
    assert [(each["number"], each["text"]) for each in platform.requests] == [(NUMBER, "【养老服务】吴老人：您好。")]
    assert stands() == ("handed_over", "")
    for _ in range(2):
        actions.take_receipts(SYSTEM, receipts=[receipt(MessageState.DELIVERED)], way=ReceiptWay.CALLBACK)
    assert stands() == ("delivered", "")
    assert MessageReceipt.objects.count() == 1
    assert told() == [("grant_notice:1", "delivered")]
    assert Message.objects.get().sealed is None  # number and text are not kept


def test_asked_for_twice_it_is_one(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    ask()
    ask()
    held = Message.objects.get()
    copied = {
        field.attname: getattr(held, field.attname) for field in Message._meta.fields if field.name not in {"id", "public_id"}
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(**copied)
    actions.send_waiting(SYSTEM)
    assert len(platform.taken) == 1


@pytest.mark.parametrize("trouble", ["take, then hang", "take, then 500", "500 without taking"])
def test_a_platform_that_takes_a_number_once_is_asked_again(platform: Platform, connect: Connect, trouble: str) -> None:
    connect_http(connect, platform)
    platform.says = [trouble, "take"]
    ask()
    assert actions.send_waiting(SYSTEM).handed == 1  # the pause is nothing here
    assert len(platform.requests) == 2
    assert len({each["message_id"] for each in platform.requests}) == 1
    assert len(platform.taken) == 1
    assert stands() == ("handed_over", "")


@pytest.mark.parametrize("trouble", ["take, then hang", "take, then 500", "500 without taking"])
def test_any_other_platform_is_never_asked_twice(platform: Platform, connect: Connect, trouble: str) -> None:
    connect_http(connect, platform, same_once=False)
    platform.says = [trouble, "take"]
    key = ask()
    assert actions.send_waiting(SYSTEM) == actions.Sent(0, 1, 0)
    assert actions.send_waiting(SYSTEM) == actions.Sent(0, 0, 0)
    assert (len(platform.requests), stands()) == (1, ("unknown", "cut_off"))
    assert told() == [(key, "unknown")]
    with pytest.raises(WouldBeTwo):
        actions.send_again(SYSTEM, public_id=Message.objects.get().public_id)
    assert stands() == ("unknown", "cut_off")


@pytest.mark.parametrize(("same_once", "requests", "ends"), [(True, 2, "handed_over"), (False, 1, "unknown")])
def test_killed_between_the_answer_and_its_note(
    platform: Platform, connect: Connect, monkeypatch: pytest.MonkeyPatch, same_once: bool, requests: int, ends: str
) -> None:
    connect_http(connect, platform, same_once=same_once)
    ask()

    def killed(*args: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.send_waiting(SYSTEM)
    assert actions.send_waiting(SYSTEM) == actions.Sent(0, 0, 0)  # its lease holds
    with clock.frozen(clock.now() + dt.timedelta(minutes=6)):
        platform_clock_is_ours = actions.send_waiting(SYSTEM)
    assert platform_clock_is_ours.later == 0
    assert (len(platform.requests), len(platform.taken), stands()[0]) == (requests, 1, ends)


def test_a_busy_platform_is_asked_later_and_then_given_up(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform, first_pause_seconds=60)
    platform.says = ["busy"]
    ask()
    start = clock.now()
    for minutes, later in ((0, 1), (0.5, 0), (1.1, 1), (2, 0)):
        with clock.frozen(start + dt.timedelta(minutes=minutes)):
            assert actions.send_waiting(SYSTEM).later == later, minutes
    with clock.frozen(start + dt.timedelta(minutes=4)):
        assert actions.send_waiting(SYSTEM).settled == 1
    assert stands() == ("failed", "not_reached")
    actions.send_again(SYSTEM, public_id=Message.objects.get().public_id)  # it never left
    platform.says = ["take"]
    assert actions.send_waiting(SYSTEM).handed == 1
    assert len(platform.taken) == 1


def test_a_refusal_is_final_and_repeats_no_number(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    platform.says = ["refuse"]
    ask()
    assert actions.send_waiting(SYSTEM).settled == 1
    row = Message.objects.get()
    assert (row.state, row.because, row.last_error) == ("failed", "refused_by_platform", "短信平台不收：号码＊＊＊不在白名单")


def test_nobody_listens_at_the_address(connect: Connect) -> None:
    connect(gateway="http", http={"url": "http://127.0.0.1:9/send", "tries": 1, "same_once": False})
    ask()
    assert actions.send_waiting(SYSTEM).settled == 1
    assert stands() == ("failed", "not_reached")


def test_receipts_out_of_order_undo_nothing(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    ask()
    actions.send_waiting(SYSTEM)
    sent = [
        receipt(MessageState.FAILED, 5, "phone_off"),
        receipt(MessageState.DELIVERED, 9),
        receipt(MessageState.FAILED, 7, "x"),
    ]
    for each in sent:
        actions.take_receipts(SYSTEM, receipts=[each], way=ReceiptWay.CALLBACK)
    assert stands() == ("delivered", "")
    assert told() == [("grant_notice:1", "failed"), ("grant_notice:1", "delivered")]


def test_receipts_are_asked_for(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform, receipts_url=platform.url + "/receipts")
    ask()
    actions.send_waiting(SYSTEM)
    number = str(Message.objects.get().public_id)
    platform.receipts = [
        {"message_id": number, "state": "failed", "because": "number_dead", "at": "2026-11-22T09:00:00+08:00"},
        {"message_id": "nonsense", "state": "delivered", "at": "2026-11-22T09:00:00+08:00"},
        {"message_id": number, "state": "delivered", "at": "no day"},
    ]
    assert actions.fetch_receipts(SYSTEM) == 1
    assert stands() == ("failed", "number_dead")
    assert actions.fetch_receipts(SYSTEM) == 0


def test_without_a_receipt_it_is_unknown_after_three_days(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    ask()
    actions.send_waiting(SYSTEM)
    start = clock.now()
    for hours, found in ((71, 0), (73, 1), (74, 0)):
        with clock.frozen(start + dt.timedelta(hours=hours)):
            assert actions.give_up_waiting(SYSTEM) == found
    assert stands() == ("unknown", "no_receipt")


def test_without_a_gateway_it_fails_at_once(connect: Connect) -> None:
    connect(gateway="none")
    assert not queries.is_connected()
    ask()
    assert actions.send_waiting(SYSTEM) == actions.Sent(0, 1, 0)
    assert stands() == ("failed", "not_connected")


def test_who_refuses_gets_none_also_none_that_waits(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    assert queries.sendable([NUMBER, "0953-3051234", "", "13712345678"]) == (True, False, False, True)
    ask()
    actions.refuse_messages(SYSTEM, number="139 1234 5678", way=RefusalWay.COUNTER, area_path="640381/")
    actions.refuse_messages(SYSTEM, number=NUMBER, way=RefusalWay.VISIT, area_path="640381/")
    assert queries.sendable([NUMBER]) == (False,)
    assert actions.send_waiting(SYSTEM).settled == 1
    assert (stands(), platform.requests) == (("failed", "refused_by_person"), [])
    actions.accept_messages(SYSTEM, number=NUMBER, area_path="640381/")
    assert queries.sendable([NUMBER]) == (True,)


def test_one_message_is_seventy_units_and_a_rare_character_counts_twice(connect: Connect) -> None:
    assert units_of("𠮷老人") == 4
    ask(text="字" * 70)
    with pytest.raises(MessageTooLong, match="有71个"):
        ask("other", text="字" * 69 + "𠮷")
    with pytest.raises(NumberNotUsable):
        ask("other", number="0953-3051234")
    assert Message.objects.count() == 1


def test_cost_counts_what_left(platform: Platform, connect: Connect) -> None:
    connect_http(connect, platform)
    platform.says = ["take", "take", "refuse"]
    for key in ("a", "b", "c"):
        ask(key)
    actions.send_waiting(SYSTEM)
    counts = queries.message_counts(SYSTEM, since=queries.start_of_today())
    assert (counts.asked, counts.by_state[MessageState.HANDED_OVER], counts.by_state[MessageState.FAILED], counts.cost) == (
        3,
        2,
        1,
        90,
    )


@pytest.mark.parametrize(
    "wrong", [{"gateway": "pigeon"}, {"gateway": "http", "http": {"url": "http://sms.example.cn/"}}, {"gateway": "files"}]
)
def test_a_wrong_file_is_said_and_nothing_leaves(connect: Connect, wrong: dict[str, object]) -> None:
    connect(**wrong)
    ask()
    with pytest.raises(GatewayWrong):
        actions.send_waiting(SYSTEM)
    assert (stands()[0], queries.is_connected()) == ("waiting", False)
    assert "短信平台的设置读不了" in queries.channel_state(SYSTEM).wrong
