"""Pages of drafts and versions: a change of a parameter from the form to being in force, by three people; and the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.models import DraftApproval, DraftCheck, PackDraft, PackVersion
from songhe.contexts.policy_library.queries import DraftState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.web.city import CITY, PASSWORD, SmallCity
from tests.web.town import Town, build_town

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]
CHANGE = "/city/policy/parameters/allowance_80/change/"
ASKED = {"value": "200", "from": "2026-11-01", "note": "按市政府文件"}


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


def officer(name: str) -> Client:
    """Another city officer, signed in."""
    user = accounts.create_user(SYSTEM, username=name, display_name=f"同事{name}", area_path=CITY, password=PASSWORD).user
    accounts.grant_role(SYSTEM, user_id=user.id, role=Role.CITY_OFFICER, area_path=CITY)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def examined(draft: int) -> str:
    """Checked (taken as read: the checks have tests of their own) and simulated, as the job does; the address of its page."""
    seal = policy.draft(SYSTEM, draft_id=draft).brief.seal
    DraftCheck.objects.create(draft_id=draft, seal=seal, passed=True, findings=[], checked_at=clock.now())
    PackDraft.objects.filter(id=draft).update(state=DraftState.CHECKED)
    entitlements.simulate_draft(SYSTEM, draft_id=draft, seal=seal)
    return f"/city/policy/drafts/{draft}/"


def test_from_the_form_to_being_in_force_by_three_people(client_for: SignIn, town: Town) -> None:
    maker = client_for(Role.CITY_OFFICER)
    made = maker.post(CHANGE, ASKED)
    draft = PackDraft.objects.get().id
    page = f"/city/policy/drafts/{draft}/"
    assert (made.status_code, made["Location"]) == (302, page)
    assert PackVersion.objects.count() == 1
    waiting = maker.get(page).content.decode()
    assert "正在检查" in waiting
    assert "hx-get" in waiting
    examined(draft)
    seen = maker.get(page)
    assert "这份草稿是您拟的或者改过的，要由别人批准。" in seen.content.decode()
    assert (seen.context["effect"].result.gain, seen.context["effect"].more) == (2, 2 * 10_000)
    assert [(part.id, line.what, line.before, line.after) for part in seen.context["changes"] for line in part.changes] == [
        ("parameters", "从2026年11月1日起", "100.00 元/月，从2023年11月13日起（文件没有载明）", "200.00 元/月（文件没有载明）")
    ]
    seal = seen.context["brief"].seal
    assert maker.post(f"{page}approve/", {"seal": seal}).status_code == 409
    first, second = officer("first"), officer("second")
    assert "批准这些内容" in first.get(page).content.decode()
    assert first.post(f"{page}approve/", {"seal": "0" * 64}).status_code == 409
    assert first.post(f"{page}approve/", {"seal": seal, "note": "同意"}).status_code == 302
    assert (DraftApproval.objects.count(), PackVersion.objects.count()) == (1, 1)
    assert second.post(f"{page}approve/", {"seal": seal}).status_code == 302
    assert PackVersion.objects.get(in_use=True).overlay["parameters"]["allowance_80"][0]["value"] == "200"
    done = maker.get(page).content.decode()
    assert "已施行" in done
    assert "同意" in done
    assert "第" in maker.get("/city/policy/versions/").content.decode()


def test_a_second_change_goes_into_the_same_draft(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    client.post(CHANGE, ASKED)
    draft = PackDraft.objects.get().id
    read = "/city/policy/definitions/hard_up/read/all_kinds/"
    assert f'<option value="{draft}">' in client.get(read).content.decode()
    refused = client.post(read, {"reason": ""})
    assert (refused.status_code, PackDraft.objects.count()) == (422, 1)
    assert client.post(read, {"reason": "按上级答复", "draft": str(draft)})["Location"] == f"/city/policy/drafts/{draft}/"
    page = client.get(f"/city/policy/drafts/{draft}/").content.decode()
    assert "2项改动" in page
    assert client.post(f"/city/policy/drafts/{draft}/drop/0/").status_code == 302
    assert [change["kind"] for change in PackDraft.objects.get().changes] == ["reading"]


def test_edit_send_back_rebase_and_withdraw(client_for: SignIn, town: Town) -> None:
    maker, other = client_for(Role.CITY_OFFICER), officer("other")
    maker.post(CHANGE, ASKED)
    page = examined(PackDraft.objects.get().id)
    assert other.post(f"{page}return/", {"reason": ""}).status_code == 422
    assert other.post(f"{page}return/", {"reason": "请写明文号"}).status_code == 302
    assert "请写明文号" in maker.get(page).content.decode()
    assert maker.post(f"{page}edit/", {"reason": "青政发1号", "in_force_on": "昨天"}).status_code == 422
    assert maker.post(f"{page}edit/", {"reason": "青政发1号", "in_force_on": "2099-01-01"}).status_code == 302
    assert maker.post(f"{page}examine/").status_code == 302
    assert maker.post(f"{page}rebase/").status_code == 302
    assert maker.post(f"{page}withdraw/", {"reason": ""}).status_code == 422
    assert PackDraft.objects.get().state == DraftState.DRAFT
    assert maker.post(f"{page}withdraw/", {"reason": "不改了"})["Location"] == "/city/policy/drafts/"
    assert PackDraft.objects.get().state == DraftState.WITHDRAWN
    exported = maker.get("/city/policy/drafts/export/").content.decode("utf-8-sig")
    assert [row[4] for row in csv.reader(io.StringIO(exported))] == ["状态", "已撤回"]


def test_who_gains_is_listed_masked_and_taken_as_a_file(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    client.post(CHANGE, ASKED)
    page = examined(PackDraft.objects.get().id)
    listed = client.get(f"{page}people/", {"change": "gain"})
    assert {brief.name for _, brief, _ in listed.context["lines"]} == {"吴秀兰", "王玉珍"}
    assert client.get(f"{page}people/", {"change": "lose"}).context["lines"] == []
    rows = list(csv.reader(io.StringIO(client.get(f"{page}people/export/").content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["姓名", "吴秀兰", "王玉珍"]
    clerk = client_for(Role.STREET_CLERK)
    assert {brief.name for _, brief, _ in clerk.get(f"{page}people/").context["lines"]} == {"吴秀兰"}
    assert client_for(Role.INSPECTOR).get(f"{page}people/").status_code == 403


def test_an_earlier_version_is_restored_by_a_draft(client_for: SignIn, town: Town) -> None:
    client, first, second = client_for(Role.CITY_OFFICER), officer("first"), officer("second")
    start = PackVersion.objects.get().id
    client.post(CHANGE, ASKED)
    page = examined(PackDraft.objects.get().id)
    seal = PackDraft.objects.get().seal
    for each in (first, second):
        each.post(f"{page}approve/", {"seal": seal})
    now = PackVersion.objects.get(in_use=True).id
    compared = client.get(f"/city/policy/versions/{now}/")
    assert [line.after for part in compared.context["changes"] for line in part.changes] == ["200.00 元/月（文件没有载明）"]
    assert compared.context["may_restore"] is False
    first_one = client.get(f"/city/policy/versions/{start}/")
    assert first_one.context["changes"] == compared.context["changes"]
    assert (first_one.context["before_word"], first_one.context["after_word"]) == (f"第{start}号", f"第{now}号")
    assert client.post(f"/city/policy/versions/{start}/restore/", {"reason": ""}).status_code == 422
    made = client.post(f"/city/policy/versions/{start}/restore/", {"reason": "恢复"})
    assert made["Location"] == f"/city/policy/drafts/{PackDraft.objects.latest('id').id}/"
    assert "恢复以前的版本" in client.get(made["Location"]).content.decode()
    assert client.get("/city/policy/versions/9999/").status_code == 404


def test_what_was_tried_becomes_one_draft_or_none(client_for: SignIn, town: Town) -> None:
    client, tried = client_for(Role.CITY_OFFICER), "?p.allowance_80=200&r.hard_up=all_kinds"
    assert "拟成草稿" in client.get(f"/city/what-if/{tried}").content.decode()
    made = client.post(f"/city/what-if/draft/{tried}", {"from": "2026-11-01", "reason": "一并调整"})
    draft = PackDraft.objects.get()
    assert made["Location"] == f"/city/policy/drafts/{draft.id}/"
    assert [change["kind"] for change in draft.changes] == ["parameter", "reading"]
    for address, asked in (
        (f"/city/what-if/draft/{tried}", {"from": "哪天", "reason": "一并调整"}),
        (f"/city/what-if/draft/{tried}", {"from": "2026-11-01", "reason": ""}),
        ("/city/what-if/draft/?p.allowance_80=300&r.hard_up=nothing", {"from": "2026-11-01", "reason": "一半不行"}),
        ("/city/what-if/draft/", {"from": "2026-11-01", "reason": "什么也没有"}),
    ):
        assert client.post(address, asked).status_code in (404, 422)
    assert PackDraft.objects.count() == 1
    assert client_for(Role.STREET_CLERK).post(f"/city/what-if/draft/{tried}", {}).status_code == 403


@pytest.mark.parametrize("deed", ["approve", "return", "edit", "drop/0", "rebase", "examine", "withdraw"])
def test_who_only_reads_packs_does_nothing_to_a_draft(client_for: SignIn, town: Town, deed: str) -> None:
    client_for(Role.CITY_OFFICER).post(CHANGE, ASKED)
    draft = PackDraft.objects.get()
    clerk = client_for(Role.STREET_CLERK)
    assert clerk.get(f"/city/policy/drafts/{draft.id}/").status_code == 200
    assert clerk.get("/city/policy/drafts/").status_code == 200
    assert clerk.post(f"/city/policy/drafts/{draft.id}/{deed}/", {"reason": "试试", "seal": draft.seal}).status_code == 403
    assert PackDraft.objects.get().revision == draft.revision


def test_before_any_draft_the_page_says_what_to_do(client_for: SignIn, city: SmallCity) -> None:
    page = client_for(Role.CITY_OFFICER).get("/city/policy/drafts/").content.decode()
    assert "没有正在办的草稿" in page
