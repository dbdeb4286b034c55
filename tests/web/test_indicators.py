"""Pages of the indicators: figures with their rows, areas, revisions, printed figures; what each role may see; exports recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from songhe.contexts.statistics import actions
from songhe.contexts.statistics.models import FigureSet
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import OTHER_TOWN, TOWN
from tests.web.town import Town, build_town

SignIn = Callable[[Role], Client]


@pytest.fixture
def counted(client_for: SignIn) -> Town:
    """The town's people, decided and counted."""
    town = build_town()
    actions.compute_figures(SYSTEM)
    return town


def test_the_list_has_every_state_and_leads_to_rows(client_for: SignIn, counted: Town) -> None:
    page = client_for(Role.CITY_OFFICER).get(reverse("city:indicators"), {"name": "老年人口", "theme": "人口"}).content.decode()
    assert "60岁及以上老年人口" in page
    assert reverse("city:indicator_rows", args=["elders_60", "numerator"]) in page
    assert "资料截至" in page
    assert "有数据" in page and "暂无数据" in page
    waiting = client_for(Role.CITY_OFFICER).get(reverse("city:indicators"), {"name": "月探访率"}).content.decode()
    assert "有了每次探访的记录才能计算" in waiting


def test_the_list_is_paged_by_a_cursor_in_the_address(client_for: SignIn, counted: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    first = client.get(reverse("city:indicators")).context
    after = first["page"].next
    second = client.get(reverse("city:indicators"), {"after": after}).context
    assert len(first["lines"]) == 40
    assert not {line.view.id for line in first["lines"]} & {line.view.id for line in second["lines"]}


def test_one_indicator_says_how_it_is_counted(client_for: SignIn, counted: Town) -> None:
    page = client_for(Role.CITY_OFFICER).get(reverse("city:indicator", args=["family_doctor_60"])).content.decode()
    for words in (
        "签约家庭医生的60周岁及以上人数除以60周岁及以上人数",
        "健在并且周岁年龄≥60并且已签约家庭医生",
        "分子 ÷ 分母 × 100",
        "演示取值",
    ):
        assert words in page
    assert client_for(Role.CITY_OFFICER).get(reverse("city:indicator", args=["moon"])).status_code == 404


def test_rows_are_people_by_name_with_masked_numbers(client_for: SignIn, counted: Town) -> None:
    page = client_for(Role.CITY_OFFICER).get(reverse("city:indicator_rows", args=["elders_60", "numerator"])).content.decode()
    assert "吴秀兰" in page and "张建明" in page
    assert "00000019410601002X" not in page
    assert "和指标上的数一致" in page


def test_a_clerk_sees_their_town_only(client_for: SignIn, counted: Town) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert clerk.get(reverse("city:indicators")).status_code == 200
    page = clerk.get(reverse("city:indicator_rows", args=["elders_60", "numerator"])).content.decode()
    assert "吴秀兰" in page and counted.stranger.name not in page
    assert clerk.get(reverse("city:indicator", args=["elders_60"]), {"area": OTHER_TOWN}).status_code == 403
    assert clerk.get(reverse("city:indicator_rows", args=["elders_60", "numerator"]), {"area": OTHER_TOWN}).status_code == 403
    assert clerk.get(reverse("city:indicator_baseline")).status_code == 403
    assert clerk.get(reverse("city:indicator", args=["elders_60"]), {"area": TOWN}).status_code == 200


@pytest.mark.parametrize("role", [Role.COMMUNITY_WORKER, Role.PROVIDER_MANAGER, Role.SECURITY_ADMIN])
def test_who_sees_no_figures_sees_no_indicators(client_for: SignIn, counted: Town, role: Role) -> None:
    assert client_for(role).get(reverse("city:indicators")).status_code == 403


def test_a_file_of_rows_is_recorded(client_for: SignIn, counted: Town) -> None:
    answer = client_for(Role.CITY_OFFICER).get(reverse("city:indicator_rows_export", args=["elders_60", "numerator"]))
    text = answer.content.decode("utf-8-sig")
    assert "吴秀兰" in text and "00000019410601002X" not in text
    entry = AuditEntry.objects.filter(action="list.export").latest("seq")
    assert entry.detail["title"] == "60岁及以上老年人口-分子"
    rows = len(text.strip().splitlines()) - 1
    assert entry.detail["rows"] == rows
    look = AuditEntry.objects.get(action="people.open_list")
    assert (look.subject_id, look.detail["label"], look.detail["rows"], look.detail["whole"]) == (
        "elders_60", "指标的名单：60岁及以上老年人口（分子）", rows, True,
    )  # fmt: skip


def test_opening_rows_says_what_for_and_counts_as_a_look(client_for: SignIn, counted: Town) -> None:
    clerk, address = client_for(Role.STREET_CLERK), reverse("city:indicator_rows", args=["elders_60", "numerator"])
    assert "核对统计数" in clerk.get(address).content.decode()
    clerk.get(address, {"use": "visit"})
    looks = AuditEntry.objects.filter(action="people.open_list").order_by("seq")
    assert [(look.detail["use"], look.detail["role"], look.area_path) for look in looks] == [
        ("figures", "street_clerk", TOWN),
        ("visit", "street_clerk", TOWN),
    ]
    counts = client_for(Role.AUDIT_ADMIN).get("/ops/data-use/").context["counts"]
    assert {(c.use, c.field, c.people) for c in counts} == {
        ("核对统计数", "指标的名单：60岁及以上老年人口（分子）", None),
        ("联系和走访老人", "指标的名单：60岁及以上老年人口（分子）", None),
    }


def test_printed_figures_and_contradictions_are_shown(client_for: SignIn, counted: Town) -> None:
    page = client_for(Role.CITY_OFFICER).get(reverse("city:indicator_baseline")).content.decode()
    for words in ("42,034", "文件自相矛盾", "6.692", "6.96", "60岁及以上占比较2010年增长", "还没有记录"):
        assert words in page


def test_a_frozen_month_is_revised_with_a_reason_only(client_for: SignIn, counted: Town) -> None:
    client = client_for(Role.CITY_OFFICER)
    month = FigureSet.objects.get()
    assert (
        client.post(reverse("city:revise_indicators"), {"period": f"{month.period:%Y-%m-%d}", "reason": "补录"}).status_code
        == 422
    )
    assert client.post(reverse("city:revise_indicators"), {"period": "x", "reason": "补录"}).status_code == 422
    assert FigureSet.objects.count() == 1
    assert client.get(reverse("city:indicator_months")).status_code == 200
    assert client.post(reverse("city:count_indicators")).status_code == 302
    assert client_for(Role.STREET_CLERK).post(reverse("city:count_indicators")).status_code == 403


def test_before_anything_is_counted_the_pages_say_so(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    page = client.get(reverse("city:indicators")).content.decode()
    assert "还没有统计过" in page
    for name in ("city:indicator_baseline", "city:indicator_months"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("city:indicator_rows", args=["elders_60", "numerator"])).status_code == 404
