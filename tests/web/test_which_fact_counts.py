"""Pages about which fact counts: what departments differ on, what a person agreed to, who looked, and what happened to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.models import Consent, LifeEvent, Person, Record
from songhe.foundation import clock
from songhe.foundation.access import Role
from songhe.foundation.models import AuditEntry, WorkItem
from tests.web.city import OTHER_TOWN, SmallCity
from tests.web.town import ID_NUMBER, Town, build_town

SignIn = Callable[[Role], Client]


@transaction.atomic
def say(person: Person, department: str, **values: object) -> Record:
    """What a department says today, and what counts after it."""
    said = Record.objects.create(
        person=person, department=department, stated_on=clock.today(), received_at=clock.now(), values=values, identity={}
    )
    settle_persons([person.id])
    return said


@pytest.fixture
def town(city: SmallCity) -> Town:
    made = build_town()
    say(made.wife, "残联", mobility_difficulty=False)
    say(made.wife, "社区", mobility_difficulty=True)
    say(made.wife, "卫健", dementia=True)
    say(made.stranger, "社区", resident_here=False)
    return made


def test_the_list_says_who_says_what_in_the_own_area(client_for: SignIn, town: Town) -> None:
    page = client_for(Role.STREET_CLERK).get("/street/disputes/").content.decode()
    assert "行动不便" in page
    assert "这一项首先以残联的数据为准。" in page
    assert "社区：是" in page
    assert "王玉珍" not in page
    assert "没有符合条件的" in client_for(Role.STREET_CLERK).get(f"/street/disputes/?area={OTHER_TOWN}").content.decode()


def test_the_list_as_a_file_is_what_is_shown(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.STREET_CLERK).get("/street/disputes/export/?variable=mobility_difficulty")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{town.wife.name},")
    assert "社区（" in lines[1]
    assert AuditEntry.objects.get(action="list.export").detail["title"] == "数据有出入"


def test_a_department_is_asked_and_only_the_own_address_is_gone_back_to(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    url = f"/street/disputes/{town.wife.public_id}/mobility_difficulty/ask/"
    answer = client.post(url, {"department": "残联", "note": "家人说能走", "back": "https://example.com/"})
    assert (answer.status_code, answer["Location"]) == (302, "/street/disputes/")
    item = WorkItem.objects.get(kind="disputed_fact")
    assert (item.owner, item.detail["note"]) == ("残联", "家人说能走")
    assert "等残联答复" in client.get("/street/disputes/").content.decode()
    client.post(f"/street/disputes/{town.stranger.public_id}/resident_here/ask/", {"department": "公安"})
    assert WorkItem.objects.filter(kind="disputed_fact").count() == 1


def test_the_city_sees_how_many_by_fact_departments_and_town(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/disputes/")
    assert {(c.variable, c.departments, c.people) for c in answer.context["counts"]} >= {
        ("mobility_difficulty", (), 1), ("mobility_difficulty", ("残联", "社区"), 1), ("resident_here", ("公安", "社区"), 1)
    }  # fmt: skip
    assert sorted(people for _, people in answer.context["towns"]) == [1, 1]
    for path in ("/city/money/", "/city/data-use/"):  # the three stand as tabs over each other
        assert 'href="/city/disputes/"' in client_for(Role.CITY_OFFICER).get(path).content.decode()
    assert client_for(Role.AUDIT_ADMIN).get("/city/disputes/").status_code == 403
    assert "和" in client_for(Role.CITY_OFFICER).get("/city/disputes/export/").content.decode("utf-8-sig")


def test_a_consent_is_taken_down_on_the_persons_page_and_taken_back(client_for: SignIn, town: Town) -> None:
    client, url = client_for(Role.STREET_CLERK), f"/street/people/{town.wife.public_id}/consents/"
    asked = {"field": "id_number", "reason": "约上门助浴", "use": "referral"}
    reveal = f"/street/people/{town.wife.public_id}/reveal/"
    form = {
        "use": "referral",
        "given": "1",
        "by_whom": "self",
        "channel": "counter",
        "stated_on": clock.today().isoformat(),
        "until": "",
    }
    assert client.post(reveal, asked).status_code == 422
    assert client.post(url, form)["Location"] == f"/street/people/{town.wife.public_id}/#data-use"
    assert ID_NUMBER in client.post(reveal, asked).content.decode()
    client.post(url, form | {"given": "0"})
    assert client.post(reveal, asked).status_code == 422
    client.post(url, form | {"stated_on": "昨天"})
    client.post(url, form | {"use": ""})
    assert Consent.objects.count() == 2
    page = client.get(f"/street/people/{town.wife.public_id}/").content.decode()
    assert "不同意" in page
    assert "交给服务机构" in page
    assert "约上门助浴" in page


def test_looks_are_counted_for_the_audit_administrator_and_for_the_own_city(client_for: SignIn, town: Town) -> None:
    reveal = {"field": "phone", "reason": "上门前先打电话", "use": "visit"}
    client_for(Role.STREET_CLERK).post(f"/street/people/{town.wife.public_id}/reveal/", reveal)
    for role, path in ((Role.AUDIT_ADMIN, "/ops/data-use/"), (Role.CITY_OFFICER, "/city/data-use/")):
        answer = client_for(role).get(path)
        assert [(c.use, c.role, c.field, c.times) for c in answer.context["counts"]] == [
            ("联系和走访老人", "镇街工作人员", "联系电话", 1)
        ]
        assert "联系和走访老人,镇街工作人员,联系电话,1,1,1,1" in client_for(role).get(f"{path}export/").content.decode(
            "utf-8-sig"
        )
        yesterday = clock.today() - dt.timedelta(days=1)
        assert client_for(role).get(f"{path}?until={yesterday}").context["counts"] == ()
        assert client_for(role).get(f"{path}?since=昨天").status_code == 422
    assert client_for(Role.STREET_CLERK).get("/ops/data-use/").status_code == 403
    assert client_for(Role.SECURITY_ADMIN).get("/city/data-use/").status_code == 403


def test_what_happened_stands_in_the_timeline(client_for: SignIn, town: Town) -> None:
    say(town.wife, "公安", alive=False)
    assert LifeEvent.objects.get(person=town.wife).kind == "died"
    page = client_for(Role.STREET_CLERK).get(f"/street/people/{town.wife.public_id}/").content.decode()
    assert "<p>去世</p>" in page
    assert "公安说的" in page
    assert "已去世" in page
