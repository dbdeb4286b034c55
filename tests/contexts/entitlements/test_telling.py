"""Notices by message: who gets one, what it says, what becomes of it when it does not arrive, and of one that nobody reads."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path

import pytest

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Grant, Notice, NoticeMessage
from songhe.contexts.entitlements.queries import grant_by_code
from songhe.contexts.messaging import actions as messaging
from songhe.contexts.messaging.actions import Receipt
from songhe.contexts.messaging.models import Message
from songhe.contexts.messaging.words import MessageState, ReceiptWay, RefusalWay, seal_context
from songhe.contexts.people.models import Person
from songhe.contexts.people.words import seal_context as person_context
from songhe.contexts.places.actions import DeskInput, keep_desks
from songhe.contexts.places.models import Area
from songhe.foundation import clock, outbox
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import open_sealed, seal
from songhe.foundation.models import OutboxEvent, WorkItem
from tests.contexts.entitlements.conftest import TOWN, Town
from tests.contexts.entitlements.grant_people import at, grant_of, known

DAY = dt.date(2026, 11, 21)


@pytest.fixture
def village(town: Town) -> Area:
    return Area.objects.get(path__startswith=TOWN, level="community")


@pytest.fixture
def connected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A drop folder: what leaves can be read there."""
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    file = tmp_path / "messages.yaml"
    file.write_text(f"gateway: files\nfiles: {{outgoing: {tmp_path}/out, incoming: {tmp_path}/in}}\n")
    monkeypatch.setenv("SONGHE_MESSAGES", str(file))
    return tmp_path


def with_phone(village: Area, name: str = "欧阳玉兰", phone: str = "13912345678", **facts: object) -> Person:
    person = at(village, name, "1946-09-20", **facts)
    if phone:
        Person.objects.filter(id=person.id).update(
            phone_sealed=seal(phone, context=person_context("phone", str(person.public_id)))
        )
    return person


def channel(grant: Grant) -> str:
    return Notice.objects.get(grant=grant).channel


def tell_all() -> None:
    """Every event has reached its listener (tests run inside one transaction, so nothing was delivered after a commit)."""
    outbox.deliver_pending()


def settled(state: MessageState, because: str = "", at: dt.datetime | None = None) -> None:
    row = Message.objects.get()
    messaging.take_receipts(SYSTEM, receipts=[Receipt(row.public_id, state, because, at or clock.now())], way=ReceiptWay.CALLBACK)
    tell_all()


def visits(grant: Grant) -> list[tuple[str, dt.date | None]]:
    return list(
        WorkItem.objects.filter(kind="grant_visit", detail__grant=grant.id, closed_at=None).values_list("title", "due_on")
    )


def test_a_message_says_the_surname_and_the_code_and_no_more(village: Area, connected: Path) -> None:
    keep_desks(SYSTEM, desks=[DeskInput(village.code, phone="0953-3051234")])
    known(with_phone(village))
    grant = grant_of(Person.objects.get(name="欧阳玉兰"))
    assert channel(grant) == "message"
    row = Message.objects.get()
    content = json.loads(open_sealed(row.sealed or b"", context=seal_context(str(row.public_id))))
    code = content["values"]["code"]
    assert (
        content["text"]
        == f"【养老服务】欧阳老人您好：有一项待遇请您看看要不要。查询码{code}，请到“我的待遇”查看，或问0953-3051234。"
    )
    assert (row.units, row.price, row.key) == (66, 45, f"grant_notice:{Notice.objects.get(grant=grant).id}")
    assert Grant.objects.get(id=grant.id).code_digest != ""
    known(Person.objects.get(name="欧阳玉兰"))
    assert Message.objects.count() == 1


@pytest.mark.parametrize("why", ["no number", "landline", "refused", "no gateway", "visited group"])
def test_who_cannot_get_one_gets_a_letter_or_a_visit(
    village: Area, connected: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    phone = {"no number": "", "landline": "0953-3051234"}.get(why, "13912345678")
    person = with_phone(village, phone=phone, **({"assistance": "dibao", "lives_alone": True} if why == "visited group" else {}))
    if why == "refused":
        messaging.refuse_messages(SYSTEM, number=phone, way=RefusalWay.COUNTER, area_path=village.path)
    if why == "no gateway":
        monkeypatch.setenv("SONGHE_MESSAGES", str(connected / "none.yaml"))
    known(person)
    assert channel(grant_of(person)) == ("visit" if why == "visited group" else "letter")
    assert Message.objects.count() == 0


def test_arrived_it_is_notified_and_the_clock_runs(village: Area, connected: Path) -> None:
    person = with_phone(village)
    known(person)
    messaging.send_waiting(SYSTEM)
    for _ in range(2):
        settled(MessageState.DELIVERED, at=dt.datetime(2026, 11, 21, 18, tzinfo=clock.CITY_ZONE))
    grant = grant_of(person)
    assert (grant.state, grant.notified_on, grant.effective_on_silence) == ("notified", DAY, DAY + dt.timedelta(15))
    notice = Notice.objects.get(grant=grant)
    assert (notice.delivered_on, notice.received_by, notice.channel) == (DAY, "本人（短信）", "message")


@pytest.mark.parametrize(
    ("state", "because", "goes"),
    [("failed", "phone_off", "visit"), ("failed", "number_dead", "letter"), ("unknown", "cut_off", "visit"), ("failed", "refused_by_person", "letter")],
)  # fmt: skip
def test_what_does_not_arrive_is_told_another_way(village: Area, connected: Path, state: str, because: str, goes: str) -> None:
    person = with_phone(village)
    known(person)
    messaging.send_waiting(SYSTEM)
    settled(MessageState(state), because)
    grant = grant_of(person)
    assert (grant.state, channel(grant)) == ("proposed", goes)
    expected = [("短信没有送到，请上门告知“高龄老年人生活津贴”", DAY + dt.timedelta(10))] if goes == "visit" else []
    assert visits(grant) == expected
    settled(MessageState.DELIVERED, at=clock.now() + dt.timedelta(hours=1))  # it arrived after all
    assert grant_of(person).state == "notified"
    assert visits(grant) == []


def test_who_never_looks_is_visited_once(village: Area, connected: Path) -> None:
    person = with_phone(village)
    known(person)
    messaging.send_waiting(SYSTEM)
    settled(MessageState.DELIVERED)
    grant = grant_of(person)
    for days, made in ((6, 0), (7, 1), (8, 0)):
        with clock.frozen(dt.datetime(2026, 11, 21, 13, tzinfo=clock.CITY_ZONE) + dt.timedelta(days)):
            assert actions.visit_unread(SYSTEM) == made, days
    assert visits(grant) == [("短信没有人看，请上门问问“高龄老年人生活津贴”", dt.date(2026, 12, 8))]
    actions.note_opened(public_id=grant.public_id)
    assert visits(grant) == []


def test_who_has_looked_is_not_visited(village: Area, connected: Path) -> None:
    person = with_phone(village)
    known(person)
    row = Message.objects.get()
    code = json.loads(open_sealed(row.sealed or b"", context=seal_context(str(row.public_id))))["values"]["code"]
    Person.objects.filter(id=person.id).update(
        id_sealed=seal("000000194609200012", context=person_context("id_number", str(person.public_id)))
    )
    messaging.send_waiting(SYSTEM)
    settled(MessageState.DELIVERED)
    found = grant_by_code(code=code, id_last4="0012")
    actions.note_opened(public_id=uuid.UUID(found.public_id))
    assert NoticeMessage.objects.get().opened_on == DAY
    with clock.frozen(DAY + dt.timedelta(9)):
        assert actions.visit_unread(SYSTEM) == 0


def test_handed_over_meanwhile_a_late_receipt_changes_nothing(village: Area, connected: Path) -> None:
    person = with_phone(village)
    known(person)
    messaging.send_waiting(SYSTEM)
    actions.deliver_notice(SYSTEM, notice_id=Notice.objects.get(grant=grant_of(person)).id, received_by="本人")
    settled(MessageState.FAILED, "phone_off")
    notice = Notice.objects.get(grant=grant_of(person))
    assert (notice.received_by, visits(grant_of(person))) == ("本人", [])


def test_unplugged_meanwhile_what_waits_becomes_a_letter(village: Area, connected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = with_phone(village)
    known(person)
    monkeypatch.setenv("SONGHE_MESSAGES", str(connected / "none.yaml"))
    messaging.send_waiting(SYSTEM)
    tell_all()
    assert channel(grant_of(person)) == "letter"
    assert OutboxEvent.objects.filter(name="messaging.message_settled").count() == 1
