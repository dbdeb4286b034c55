"""Pages of a release: the way at the city desk, what the public sees, files, the rating; who may not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.models import Release
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.models import AuditEntry
from tests.web.city import CITY
from tests.web.crowd import build_crowd
from tests.web.town import Town, build_town

SignIn = Callable[[Role], Client]
SECOND = Actor(id=99, name="复核员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))


@pytest.fixture
def counted(client_for: SignIn) -> Town:
    town = build_town()
    build_crowd()
    actions.compute_figures(SYSTEM)
    return town


@pytest.fixture
def published(counted: Town) -> int:
    made = actions.draft_release(SYSTEM, year=2026)
    actions.check_release(SECOND, release_id=made.id, agrees=True)
    return actions.publish_release(SYSTEM, release_id=made.id).id


def test_before_the_first_release_the_public_page_says_so(client: Client, city: object) -> None:
    assert "还没有发布过老年人状况" in client.get(reverse("elders")).content.decode()


def test_a_release_goes_its_way_at_the_desk(client_for: SignIn, client: Client, counted: Town) -> None:
    officer = client_for(Role.CITY_OFFICER)
    assert officer.post(reverse("city:draft_release"), {"year": "2026"}).status_code == 302
    made = Release.objects.get()
    page = officer.get(reverse("city:release", args=[made.id])).content.decode()
    assert "待审核" in page and "这是您自己做的稿子" in page
    assert officer.post(reverse("city:check_release", args=[made.id]), {"agrees": "1"}).status_code == 409
    assert officer.post(reverse("city:publish_release", args=[made.id])).status_code == 409
    assert client.get(reverse("elders_release", args=[made.id])).status_code == 404
    assert client.get(reverse("elders_release_file", args=[made.id, "csv"])).status_code == 404
    actions.check_release(SECOND, release_id=made.id, agrees=True)
    assert officer.post(reverse("city:publish_release", args=[made.id])).status_code == 302
    shown = client.get(reverse("elders")).content.decode()
    assert "2026年老年人状况" in shown and made.content_sha256 in shown and "不能判断" in shown
    again = officer.post(reverse("city:recompute_release", args=[made.id]), follow=True).content.decode()
    assert "一字不差" in again


def test_only_the_city_makes_releases(client_for: SignIn, counted: Town) -> None:
    clerk = client_for(Role.STREET_CLERK)
    assert clerk.get(reverse("city:elders")).status_code == 200
    assert clerk.post(reverse("city:draft_release"), {"year": "2026"}).status_code == 403
    assert client_for(Role.CITY_OFFICER).post(reverse("city:draft_release"), {"year": "x"}).status_code == 422
    assert Release.objects.count() == 0
    assert not AuditEntry.objects.filter(action__startswith="release.").exists()


def test_files_say_what_is_published_and_the_dictionary_explains_them(client: Client, published: int) -> None:
    view = queries.release(SECOND, release_id=published)
    answer = client.get(reverse("elders_release_file", args=[published, "csv"]))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {line["是否公布"] for line in lines} <= {"是", "否"}
    assert all((line["人数"] == "") == (line["是否公布"] == "否") for line in lines)
    sexes = {line["列编号"]: line["人数"] for line in lines if line["表"] == "各年龄段的男女人数" and line["行"] == "合计"}
    assert sexes == {c.id: "" if c.count is None else str(c.count) for c in view.dimension("sex").categories}
    words = client.get(reverse("elders_release_file", args=[published, "dictionary"])).content.decode("utf-8-sig")
    for name in lines[0]:
        assert f"列,{name}," in words
    assert client.get(reverse("elders_release_file", args=[published, "xlsx"])).content.startswith(b"PK")
    assert client.get(reverse("elders_release_file", args=[published, "exe"])).status_code == 404


def test_tables_open_to_the_places_below(client: Client, published: int) -> None:
    top = client.get(reverse("elders_release_table", args=[published, "area_age"]))
    rows = top.context["table"].rows
    assert len(rows) == 2 and all(row.href for row in rows)
    below = client.get(rows[0].href)
    assert below.context["table"].totals.title == f"{rows[0].title}合计"
    assert [row.href for row in below.context["table"].rows] == [""] * len(below.context["table"].rows)
    assert client.get(reverse("elders_release_table", args=[published, "moon"])).status_code == 404


def test_a_rating_leaves_out_what_has_no_data_and_says_so(client_for: SignIn, counted: Town) -> None:
    officer = client_for(Role.CITY_OFFICER)
    found = queries.rating(SECOND)
    waiting = {part.indicator for area in found.areas for part in area.parts if part.points is None}
    assert "monthly_visit_rate" in waiting
    for area in found.areas:
        with_data = [part for part in area.parts if part.points is not None]
        if area.score is not None:
            weights = {rated.indicator: rated.weight for rated in found.indicators}
            total = sum(weights[part.indicator] for part in with_data)
            exact = sum((part.points or 0) * weights[part.indicator] for part in with_data) / total
            assert area.score == exact.quantize(Decimal("0.1"))
            assert abs(sum((part.share or Decimal(0)) for part in with_data) - 100) < Decimal("0.0001")
    page = officer.get(reverse("city:rating")).content.decode()
    assert "没有数据，不计分" in page and "演示取值" in page
    text = officer.get(reverse("city:rating_export"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "暂无数据，不计分" in text and "公布的权重" in text
