"""短信 at the system desk, who wants none, desks on letters, and appeals that came late, as pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.models import Appeal
from songhe.contexts.entitlements.words import AppealState
from songhe.contexts.messaging import actions as messaging
from songhe.contexts.messaging import queries as messages
from songhe.contexts.messaging.actions import NewMessage
from songhe.contexts.messaging.models import Message
from songhe.contexts.places import queries as places
from songhe.foundation.access import SYSTEM, Role
from tests.web.city import SmallCity
from tests.web.granted import Granted, build_granted, notified

SignIn = Callable[[Role], Client]


def read(response: object) -> str:
    assert response.status_code == 200, response  # type: ignore[attr-defined]
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def test_the_channel_the_list_and_sending_again(
    city: SmallCity, client_for: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "messages.yaml"
    monkeypatch.setenv("SONGHE_MESSAGES", str(file))
    path = places.area_tree()[-1].path
    messaging.ask_for_messages(
        [
            NewMessage(
                "n:1", "grant_notice", "t", "{surname}老人：您好。", "【养老服务】吴老人：您好。", {}, "13912345678", path, 45
            )
        ]
    )
    messaging.send_waiting(SYSTEM)
    system = client_for(Role.SYSTEM_ADMIN)
    page = read(system.get("/ops/messages/"))
    for told in ("短信平台：未接通", "{surname}老人：您好。", "没有送达", "短信平台没有接通", "再发"):
        assert told in page, told
    for hidden in ("13912345678", "吴老人"):
        assert hidden not in page
    file.write_text("gateway: http\n")
    assert "短信平台的设置读不了" in read(system.get("/ops/messages/"))
    message = Message.objects.get()
    assert system.post(f"/ops/messages/{message.public_id}/again/")["Location"] == "/ops/messages/"
    assert messages.states_of(["n:1"]) == {"n:1": "waiting"}
    system.post(f"/ops/messages/{message.public_id}/again/")
    assert "这条短信正等着发" in read(system.get("/ops/messages/?state=waiting"))
    assert "短信平台没有接通" not in system.get("/ops/messages/export/").content.decode("utf-8-sig")
    assert client_for(Role.STREET_CLERK).get("/ops/messages/").status_code == 403


def test_desks_are_kept_by_who_works_there(city: SmallCity, client_for: SignIn) -> None:
    granted = build_granted()
    clerk, code = client_for(Role.STREET_CLERK), granted.allowance.area_path.rstrip("/").split("/")[-1]
    assert "没有登记电话" in read(clerk.get("/street/grants/desks/"))
    wrong = clerk.post("/street/grants/desks/", {"code": code, "phone": "3051234"})
    assert wrong.status_code == 422
    assert places.desks_of([granted.allowance.area_path]) == {}
    kept = clerk.post("/street/grants/desks/", {"code": code, "address": "村部", "phone": "0953-3051234", "hours": "每天上午"})
    assert kept["Location"] == "/street/grants/desks/"
    assert places.desks_of([granted.allowance.area_path])[granted.allowance.area_path].phone == "0953-3051234"
    assert "每天上午" in clerk.get("/street/grants/desks/export/").content.decode("utf-8-sig")


def test_a_late_appeal_is_turned_away_with_a_letter_or_heard(city: SmallCity, client_for: SignIn) -> None:
    granted: Granted = build_granted()
    line = notified(granted.allowance)
    told = {"person_id": line.person_id, "benefit": line.benefit, "by_name": "吴秀兰", "relation": "本人", "reason": "金额不对"}
    filed = entitlements.file_appeal(SYSTEM, **told)
    long_ago = dt.date(2026, 1, 5)
    Appeal.objects.filter(id=filed.appeal_id).update(last_day=long_ago)
    officer, address = client_for(Role.CITY_OFFICER), f"/city/grants/appeals/{filed.public_id}/"
    page = read(officer.get(address))
    assert "先定受理不受理" in page
    assert "定下来，答复老人" not in page
    assert officer.post(f"{address}late/", {"because_late": "没有理由"}).status_code == 422
    assert officer.post(f"{address}letter/").status_code == 409
    assert officer.post(f"{address}late/", {"hear": "no", "because_late": "过了期限，没有说明原因"}).status_code == 302
    letter = officer.post(f"{address}letter/")
    assert (letter["Content-Type"], letter.content[:5]) == ("application/pdf", b"%PDF-")
    assert queries.appeal(SYSTEM, appeal_id=filed.appeal_id).line.state is AppealState.NOT_HEARD
    again = entitlements.file_appeal(SYSTEM, **told)
    Appeal.objects.filter(id=again.appeal_id).update(last_day=long_ago)
    address = f"/city/grants/appeals/{again.public_id}/"
    assert officer.post(f"{address}late/", {"hear": "yes", "because_late": "住院，有证明"}).status_code == 302
    page = read(officer.get(address))
    for shown in ("仍然受理，因为：住院，有证明", "定下来，答复老人"):
        assert shown in page, shown
