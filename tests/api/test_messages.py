"""Messages over the API: receipts only with token and signature, the list without anybody's data."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from songhe.contexts.messaging.actions import NewMessage, ask_for_messages
from songhe.contexts.messaging.models import Message, MessageReceipt, MessageRefusal
from songhe.foundation import clock
from songhe.foundation.access import Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, OTHER_TOWN, TOWN

KEY = "a-key-of-thirty-two-characters!!"
ADDRESS = "/api/v1/messages/receipts"


def asked(key: str, area_path: str = CITY, number: str = "13912345678") -> Message:
    text = "【养老服务】吴老人：您好。"
    ask_for_messages([NewMessage(key, "grant_notice", "t", "{surname}老人：您好。", text, {}, number, area_path, 45)])
    return Message.objects.get(key=key)


def signed(platform: Caller, body: object, *, key: str = KEY, seconds: int = 0):  # type: ignore[no-untyped-def]
    content, moment = json.dumps(body).encode(), str(int(clock.now().timestamp()) + seconds)
    mac = hmac.new(key.encode(), moment.encode() + b"\n" + content, hashlib.sha256).hexdigest()
    headers = {"Authorization": f"Bearer {platform.token}", "X-Songhe-Time": moment, "X-Songhe-Signature": mac}
    return platform.client.post(ADDRESS, content, content_type="application/json", headers=headers)


@pytest.fixture
def platform(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    secret, file = tmp_path / "secret.json", tmp_path / "messages.yaml"
    secret.write_text(json.dumps({"key": KEY}))
    secret.chmod(0o600)
    file.write_text(f"gateway: http\nhttp: {{url: 'http://127.0.0.1:9/', secret_file: {secret}}}\n")
    monkeypatch.setenv("SONGHE_MESSAGES", str(file))
    return caller("短信平台", (Right.REPORT_MESSAGES,), CITY)


def test_receipts_need_token_and_signature(platform: Caller) -> None:
    message = asked("a")
    body = {
        "receipts": [
            {"message_id": str(message.public_id), "state": "delivered", "at": "2026-11-22T09:00:00+08:00"},
            {"message_id": "00000000-0000-4000-8000-000000000000", "state": "failed", "because": "phone_off", "at": "2026-11-22T09:00:00+08:00"},
        ],
        "unsubscribed": [str(message.public_id)],
    }  # fmt: skip
    refused = [
        signed(platform, body, key="another-key-another-key!"),
        signed(platform, body, seconds=-400),
        platform.post("/messages/receipts", body),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(401, "receipt_not_signed")] * 3
    assert (MessageReceipt.objects.count(), MessageRefusal.objects.count()) == (0, 0)
    assert signed(platform, body).json() == {"new": 1, "known": 0, "unknown": 1, "unsubscribed": 1}
    assert signed(platform, body).json() == {"new": 0, "known": 1, "unknown": 1, "unsubscribed": 1}
    assert (Message.objects.get().state, MessageRefusal.objects.count()) == ("delivered", 1)
    assert platform.get("/messages").status_code == 403


def test_the_list_holds_nobodys_data_and_stays_in_the_area(platform: Caller) -> None:
    town, city = caller("甲镇", (Right.TEND_MESSAGES,), TOWN), caller("市", (Right.TEND_MESSAGES,), CITY)
    here, there = asked("a", TOWN), asked("b", OTHER_TOWN, "13712345678")
    found = town.get("/messages").json()["items"]
    assert [each["message_id"] for each in found] == [str(here.public_id)]
    assert (found[0]["wording"], found[0]["price"], found[0]["state"]) == ("{surname}老人：您好。", 0, "waiting")
    assert not {"13912345678", "吴"} & set(json.dumps(found, ensure_ascii=False).split('"'))
    assert [each["message_id"] for each in city.get("/messages", limit=1).json()["items"]] == [str(there.public_id)]
    again = city.post(f"/messages/{there.public_id}/again", {})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert town.post(f"/messages/{there.public_id}/again", {}).status_code == 404
    channel = city.get("/messages/channel").json()
    assert (channel["gateway"], channel["waiting"], channel["asked_today"], channel["cost_today"]) == ("http", 2, 2, 0)
