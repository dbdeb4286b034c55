"""Pages of the pairs that may be one person, and of the records that make up a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from songhe.contexts.people import actions
from songhe.contexts.people.models import LinkCandidate, Person, PersonLink
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.contexts.people.city import id_number, table
from tests.web.city import SmallCity

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]
KNOWN, TWIN = id_number("19450301", 2), id_number("19450301", 4)


def brought_in(department: str, row: dict[str, str]) -> None:
    """The row is uploaded, checked and accepted."""
    batch = actions.upload_file(SYSTEM, department=department, name="f.csv", content=table([row]), stated_on=clock.today())
    actions.check_batch(SYSTEM, batch_id=batch)
    actions.accept_batch(SYSTEM, batch_id=batch)


@pytest.fixture
def asked(city: SmallCity) -> LinkCandidate:
    """Whether a row of 残联 means 张桂兰 of 永丰村."""
    police = {
        "公民身份号码": KNOWN,
        "姓名": "张桂兰",
        "户号": "H7",
        "村(社区)代码": "640381100001",
        "联系电话": "13800138000",
        "人员状态": "正常",
    }
    brought_in("公安", police)
    brought_in("残联", {"身份证号": TWIN, "姓名": "张桂兰", "村(社区)": "永丰村", "残疾等级": "二级", "联系电话": "13800138000"})
    return LinkCandidate.objects.get()


def test_the_list_says_what_agrees_and_the_pair_shows_both_masked(client_for: SignIn, asked: LinkCandidate) -> None:
    client = client_for(Role.COMMUNITY_WORKER)
    listed = client.get("/street/links/").content.decode()
    assert "张桂兰 是不是 张桂兰" in listed and "同一个电话" in listed and "证件号不同" in listed and "残联报送，第2行" in listed
    page = client.get(f"/street/links/{asked.id}/").content.decode()
    assert "认定是同一个人，这些说法会记到这位老人名下" in page and "残疾等级" in page and "二级" in page
    assert KNOWN not in page and TWIN not in page and "13800138000" not in page and "138****8000" in page
    assert "疑似同一人" in client.get("/street/").content.decode()
    exported = client.get("/street/links/export/?format=csv").content.decode("utf-8-sig").splitlines()
    assert exported[1].startswith("张桂兰,张桂兰,小坝镇 · 永丰村,")
    assert AuditEntry.objects.filter(action="list.export").count() == 1


def test_yes_links_and_goes_on_and_the_person_page_can_take_it_apart(client_for: SignIn, asked: LinkCandidate) -> None:
    client = client_for(Role.COMMUNITY_WORKER)
    refused = client.post(f"/street/links/{asked.id}/decide/", {"same": "yes", "reason": ""})
    assert refused.status_code == 422 and "请写明理由" in refused.content.decode() and PersonLink.objects.count() == 0
    answer = client.post(f"/street/links/{asked.id}/decide/", {"same": "yes", "reason": "换过身份证，已核对"}, follow=True)
    assert answer.redirect_chain == [("/street/links/", 302)]
    assert "已认定为同一个人" in answer.content.decode() and "没有要认的人" in answer.content.decode()
    known = Person.objects.get(name="张桂兰", stands_for=None)
    page = client.get(f"/street/people/{known.public_id}/").content.decode()
    assert (
        "由哪些单位的记录合成" in page
        and "残联写作“张桂兰”" in page
        and "人工确认" in page
        and "理由：换过身份证，已核对" in page
    )
    link = PersonLink.objects.get()
    undo = f"/street/people/{known.public_id}/links/{link.id}/undo/"
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "两位老人都见过"}).url == f"/street/people/{known.public_id}/#made-of"
    assert Person.objects.filter(name="张桂兰", stands_for=None).count() == 2
    assert "已拆开</strong>：两位老人都见过" in client.get(f"/street/people/{known.public_id}/").content.decode()


def test_with_htmx_the_row_goes_and_what_came_of_it_is_said(client_for: SignIn, asked: LinkCandidate) -> None:
    client = client_for(Role.STREET_CLERK)
    part = client.get(f"/street/links/{asked.id}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div") and "<html" not in part
    done = client.post(f"/street/links/{asked.id}/decide/", {"same": "no", "reason": "见过两位"}, headers={"HX-Request": "true"})
    assert done.headers["HX-Retarget"] == f"#work-{asked.id}" and "已作为另一位老人登记" in done.content.decode()
    assert client.post(f"/street/links/{asked.id}/decide/", {"same": "no", "reason": "见过两位"}).status_code == 409


def test_a_clerk_writes_the_number_of_the_other_record(client_for: SignIn, asked: LinkCandidate) -> None:
    client = client_for(Role.COMMUNITY_WORKER)
    actions.decide_candidate(SYSTEM, candidate_id=asked.id, same=False, reason="先当两位")
    known, twin = Person.objects.filter(name="张桂兰").order_by("id")
    wrong = client.post(f"/street/people/{twin.public_id}/link/", {"number": "13900001111", "reason": "问过家属"})
    assert wrong.status_code == 422 and "没有找到唯一的一位老人" in wrong.content.decode()
    done = client.post(f"/street/people/{twin.public_id}/link/", {"number": KNOWN, "reason": "问过家属"})
    assert done.url == f"/street/people/{known.public_id}/#made-of"
    assert client.get(f"/street/people/{twin.public_id}/").status_code == 200
    assert PersonLink.objects.get(undone_at=None).into_id == known.id


def test_who_has_no_business_there_is_refused(client_for: SignIn, asked: LinkCandidate) -> None:
    LinkCandidate.objects.update(from_area_path="640381/640381101/")
    assert client_for(Role.COMMUNITY_WORKER).get(f"/street/links/{asked.id}/").status_code == 404
    for role in (Role.PROVIDER_MANAGER, Role.AUDIT_ADMIN):
        assert client_for(role).get("/street/links/").status_code == 403
        assert client_for(role).post(f"/street/links/{asked.id}/decide/", {"same": "yes", "reason": "试试"}).status_code == 403
    assert PersonLink.objects.count() == 0
