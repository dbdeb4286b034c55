"""The city desk without a browser: figures that open to their rows, the pack browser, changes with their effect first, what-if, runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoCaptureOnCommitCallbacks

from songhe.contexts.entitlements.models import Run
from songhe.contexts.policy_library.models import PackDraft, PackVersion
from songhe.foundation.access import Role
from songhe.foundation.models import AuditEntry, OutboxEvent
from songhe.web.city.pack_tables import SECTIONS
from tests.web.city import OTHER_TOWN, SmallCity
from tests.web.town import Town, build_town

SignIn = Callable[[Role], Client]
ALLOWANCE = "/city/people/age_allowance/eligible/"
CHANGE = "/city/policy/parameters/allowance_80/change/"
READ = "/city/policy/definitions/hard_up/read/all_kinds/"


@pytest.fixture
def town(city: SmallCity) -> Town:
    return build_town()


def people_of(answer) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """Titles of the towns on the overview and the people of the first head."""
    return {line.title: line.counts[0].persons for line in answer.context["towns"].lines}


def test_the_overview_counts_people_by_town_and_says_unit_and_cut_off(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/money/", {"benefit": "age_allowance"})
    page = answer.content.decode()
    assert people_of(answer) == {"小坝镇": 1, "裕民街道": 1}
    assert answer.context["found"].persons == 5
    assert "全市概览" in page
    assert "元/月" in page
    assert "资料截至" in page
    assert ALLOWANCE in page


def test_a_clerk_sees_the_figures_of_the_own_town_only(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    answer = client.get("/city/money/", {"benefit": "age_allowance"})
    assert people_of(answer) == {"小坝镇": 1}
    assert answer.context["found"].persons == 4
    assert "裕民街道" not in answer.content.decode()
    elsewhere = client.get("/city/money/", {"area": OTHER_TOWN}).content.decode()
    assert "这个区域没有核算过的老人" in elsewhere
    exported = client.get("/city/money/export/").content.decode("utf-8-sig")
    assert "小坝镇" in exported
    assert "裕民街道" not in exported


def test_before_the_first_run_the_overview_says_what_to_do(client_for: SignIn, city: SmallCity) -> None:
    page = client_for(Role.CITY_OFFICER).get("/city/money/").content.decode()
    assert "还没有全市核算的结果" in page


def test_a_figure_opens_to_exactly_its_people(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get(ALLOWANCE)
    assert [line.brief.name for line in answer.context["lines"]] == ["吴秀兰", "王玉珍"]
    assert answer.context["total"] == 2
    assert f"/street/people/{town.wife.public_id}/#decision-age_allowance" in answer.content.decode()
    narrowed = client_for(Role.CITY_OFFICER).get(ALLOWANCE, {"area": OTHER_TOWN})
    assert [line.brief.name for line in narrowed.context["lines"]] == ["王玉珍"]
    assert client_for(Role.CITY_OFFICER).get("/city/people/age_allowance/perhaps/").status_code == 404


def test_a_clerk_of_another_town_gets_no_row_of_it(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    assert [line.brief.name for line in client.get(ALLOWANCE).context["lines"]] == ["吴秀兰"]
    elsewhere = client.get(ALLOWANCE, {"area": OTHER_TOWN}).content.decode()
    assert "这里没有人" in elsewhere
    assert "王玉珍" not in elsewhere
    exported = client.get(ALLOWANCE + "export/", {"area": OTHER_TOWN}).content.decode("utf-8-sig")
    header = ["姓名", "性别", "年龄（周岁）", "住在", "身份证号", "金额（元/月）"]
    assert list(csv.reader(io.StringIO(exported))) == [header]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_people_of_a_figure_as_a_file_are_recorded(client_for: SignIn, town: Town, kind: str) -> None:
    answer = client_for(Role.CITY_OFFICER).get(ALLOWANCE + "export/", {"format": kind})
    assert f".{kind}" in answer["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row[0] for row in rows] == ["姓名", "吴秀兰", "王玉珍"]
    else:
        assert answer.content[:2] == b"PK"
    detail = AuditEntry.objects.get(action="list.export").detail
    assert (detail["title"], detail["rows"], detail["format"]) == ("高龄老年人生活津贴-符合条件", 2, kind)


@pytest.mark.parametrize("section", [*SECTIONS, "assumed", "versions"])
@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.INSPECTOR])
def test_every_part_of_the_pack_can_be_read_and_taken_as_a_file(
    client_for: SignIn, city: SmallCity, section: str, role: Role
) -> None:
    client = client_for(role)
    address = "/city/policy/" if section == "benefits" else f"/city/policy/{section}/"
    answer = client.get(address)
    assert answer.status_code == 200
    if section != "versions":
        assert len(answer.context["table"].rows) > 0
        exported = client.get(f"/city/policy/export/{section}/").content.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(exported)))) == 1 + len(answer.context["table"].rows)


def test_the_table_is_narrowed_by_words(client_for: SignIn, city: SmallCity) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/policy/parameters/", {"find": "80—89"})
    assert [row[0].text for row in answer.context["table"].rows] == ["80—89周岁高龄津贴"]
    assert "没有找到" in client_for(Role.CITY_OFFICER).get("/city/policy/parameters/", {"find": "不存在的"}).content.decode()


def test_one_benefit_is_told_in_words_with_its_clauses(client_for: SignIn, city: SmallCity) -> None:
    page = client_for(Role.CITY_OFFICER).get("/city/policy/benefits/age_allowance/").content.decode()
    assert "“高龄老年人”" in page
    assert "四(二)1" in page
    assert "如果周岁年龄≥100，就是“100周岁及以上高龄津贴”" in page
    assert "p.allowance" not in page
    assert client_for(Role.CITY_OFFICER).get("/city/policy/benefits/nothing/").status_code == 404


def test_a_definition_shows_both_readings_and_the_one_chosen(client_for: SignIn, city: SmallCity) -> None:
    page = client_for(Role.CITY_OFFICER).get("/city/policy/definitions/hard_up/").content.decode()
    assert "社会救助类别属于（特困供养、低保、低保边缘）" in page
    assert "现在这样理解" in page
    assert READ in page
    assert READ not in client_for(Role.STREET_CLERK).get("/city/policy/definitions/hard_up/").content.decode()


def test_a_parameter_is_drafted_after_its_effect_was_seen(client_for: SignIn, town: Town) -> None:
    client, asked = client_for(Role.CITY_OFFICER), {"value": "200", "from": "2026-12-01", "note": "按市政府文件"}
    seen = client.get(CHANGE, asked)
    assert "拟成草稿" in seen.content.decode()
    assert (seen.context["effect"].gain, seen.context["effect"].fen_more) == (2, 2 * 10_000)
    assert PackDraft.objects.count() == 0
    done = client.post(CHANGE, asked)
    draft = PackDraft.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/city/policy/drafts/{draft.id}/")
    assert draft.overlay["parameters"]["allowance_80"][0]["value"] == "200"
    assert PackVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"value": "很多", "from": "2026-12-01", "note": "按文件"}, "change-value"),
        ({"value": "", "from": "2026-12-01", "note": "按文件"}, "change-value"),
        ({"value": "200", "from": "明天", "note": "按文件"}, "change-from"),
        ({"value": "200", "from": "2026-12-01", "note": ""}, "change-note"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_beside_its_field(
    client_for: SignIn, town: Town, asked: dict[str, str], field: str
) -> None:
    for answer in (client_for(Role.CITY_OFFICER).get(CHANGE, asked), client_for(Role.CITY_OFFICER).post(CHANGE, asked)):
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'href="#{field}"' in page
        assert f'id="{field}-problem"' in page
    assert PackDraft.objects.count() == 0


def test_another_reading_is_drafted_after_its_effect_was_seen(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    assert "拟成草稿" in client.get(READ).content.decode()
    assert PackDraft.objects.count() == 0
    assert client.post(READ, {"reason": "按上级答复"})["Location"] == f"/city/policy/drafts/{PackDraft.objects.get().id}/"
    assert PackDraft.objects.get().overlay["readings"] == {"hard_up": "all_kinds"}
    assert client.post("/city/policy/definitions/hard_up/read/three_kinds/", {"reason": "和现在一样"}).status_code == 409
    assert (PackDraft.objects.count(), PackVersion.objects.count()) == (1, 1)


@pytest.mark.parametrize("path", [CHANGE, READ, "/city/what-if/", "/city/what-if/export/"])
def test_a_clerk_changes_and_tries_nothing(client_for: SignIn, town: Town, path: str) -> None:
    client = client_for(Role.STREET_CLERK)
    assert client.get(path).status_code == 403
    assert client.post(path, {"value": "200", "from": "2026-12-01", "note": "按文件"}).status_code == 403
    assert PackDraft.objects.count() == 0


def test_what_if_compares_and_stores_nothing(client_for: SignIn, town: Town) -> None:
    client, before = client_for(Role.CITY_OFFICER), Run.objects.count()
    answer = client.get("/city/what-if/", {"p.allowance_80": "200"})
    shown = answer.context["effect"]
    assert {person.name for person, _ in shown.people} == {"吴秀兰", "王玉珍"}
    assert {name: (town.gain, more) for name, town, more in shown.towns} == {"小坝镇": (1, 10_000), "裕民街道": (1, 10_000)}
    assert "80—89周岁高龄津贴 100.00 → 200 元/月" in answer.content.decode()
    assert (PackVersion.objects.count(), Run.objects.count()) == (1, before)
    exported = client.get("/city/what-if/export/", {"p.allowance_80": "200"}).content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(exported))] == ["姓名", "吴秀兰", "王玉珍"]


def test_what_if_takes_readings_and_wordings(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    worded = client.get("/city/what-if/", {"definition": "aged", "wording": "age >= 70"})
    assert worded.context["effect"].gain >= 2
    assert client.get("/city/what-if/", {"r.hard_up": "all_kinds"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"p.allowance_80": "很多"}, "p-allowance_80"), ({"definition": "aged", "wording": "age >="}, "wording")],
)
def test_what_if_keeps_what_was_typed_when_it_cannot_be_read(
    client_for: SignIn, town: Town, asked: dict[str, str], field: str
) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/what-if/", asked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert ("很多" if field.startswith("p-") else "age &gt;=") in page


def test_empty_fields_leave_the_address(client_for: SignIn, city: SmallCity) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/what-if/", {"p.allowance_80": "", "r.hard_up": "all_kinds"})
    assert (answer.status_code, answer["Location"]) == (302, "/city/what-if/?r.hard_up=all_kinds")


def test_the_runs_show_what_decided_what(client_for: SignIn, town: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get("/city/runs/")
    page = answer.content.decode()
    assert [(line.brief.id, line.state) for line in answer.context["lines"]] == [(town.run, "in_use")]
    assert Run.objects.get(pk=town.run).rulebook_hash[:12] in page
    assert "第一次核算" in page


def test_asking_for_a_run_publishes_the_wish_once(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    refused = client.post("/city/runs/request/", {"cause": " "})
    assert refused.status_code == 422
    assert 'href="#run-cause"' in refused.content.decode()
    assert not OutboxEvent.objects.filter(name="entitlements.city_run_requested").exists()
    assert client.post("/city/runs/request/", {"cause": "核对导入结果"})["Location"] == "/city/runs/"
    assert OutboxEvent.objects.get(name="entitlements.city_run_requested").payload == {"cause": "核对导入结果"}
    assert AuditEntry.objects.get(action="run.requested").detail == {"cause": "核对导入结果"}


@pytest.mark.parametrize("path", ["/city/runs/export/", "/city/policy/versions/export/"])
def test_the_histories_can_be_taken_as_a_file(client_for: SignIn, town: Town, path: str) -> None:
    exported = client_for(Role.CITY_OFFICER).get(path).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(exported)))) == 2


def test_a_wish_for_a_run_becomes_one_job(
    client_for: SignIn, town: Town, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = client_for(Role.CITY_OFFICER)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/city/runs/request/", {"cause": "核对导入结果"})
    assert [job.args["cause"] for job in ProcrastinateJob.objects.filter(task_name="determine_city")] == ["核对导入结果"]


def test_a_clerk_sees_runs_and_cannot_ask_for_one(client_for: SignIn, town: Town) -> None:
    client = client_for(Role.STREET_CLERK)
    assert "重新核算全市" not in client.get("/city/runs/").content.decode()
    assert client.post("/city/runs/request/", {"cause": "核对导入结果"}).status_code == 403
    assert not OutboxEvent.objects.filter(name="entitlements.city_run_requested").exists()
