"""The public list and the purchase catalogue on the portal: now, as they were, what changed, as files, for every city."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.web.service_list import list_of
from songhe.web.service_list_files import pdf_of, workbook_of
from tests.contexts.policy_library.in_force import put_in_force
from tests.web.city import PACKS, SmallCity

pytestmark = pytest.mark.django_db
CITIES = ("dawukou", "qidong", "qingtongxia", "weihai", "xuchang")


def test_everybody_reads_the_list_with_marks_and_sources(city: SmallCity) -> None:
    page = Client().get("/services/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "80—89周岁高龄津贴：100.00 元/月" in text
    assert "演示取值，文件未载明" in text
    assert "经济困难的失能老年人、经济困难的高龄老年人、经济困难又无人照顾的老年人" in text
    assert page.context["found"].assumed == 9
    assert len(page.context["found"].services) == 23


def test_an_earlier_list_stays_and_the_difference_is_told(city: SmallCity) -> None:
    first = policy.pack_in_use().version_id
    with clock.frozen(clock.today() + dt.timedelta(days=40)):
        day = clock.today().isoformat()
        second = put_in_force(
            {"parameters": {"allowance_80": [{"from": day, "value": "120.00", "source": "assumed", "note": "测试"}]}}
        )
        assert "80—89周岁高龄津贴：120.00 元/月" in Client().get("/services/").content.decode()
        old = Client().get(f"/services/versions/{first}/").content.decode()
        assert "80—89周岁高龄津贴：100.00 元/月" in old
        assert "这是以前的清单" in old
        changed = Client().get(f"/services/versions/{second}/changes/")
        assert [(line.title, line.after) for part in changed.context["changes"] for line in part.changes] == [
            ("80—89周岁高龄津贴", "120.00 元/月（文件没有载明）")
        ]
        assert "这是最早的一版" in Client().get(f"/services/versions/{first}/changes/").content.decode()
        assert list_of(first).services[3].standards[2].text == "80—89周岁高龄津贴：100.00 元/月"
    assert Client().get("/services/versions/9999/").status_code == 404


def test_no_draft_is_public(city: SmallCity) -> None:
    version = PackVersion.objects.get().id
    actions.draft_parameter(SYSTEM, name="allowance_80", value="777.00", valid_from=clock.today(), note="测试")
    assert "777" not in Client().get("/services/").content.decode()
    assert "777" not in Client().get(f"/services/versions/{version}/").content.decode()
    assert Client().get("/city/policy/drafts/").status_code == 302


@pytest.mark.parametrize("pack", CITIES)
def test_pdf_and_workbook_of_every_city(db: None, pack: str) -> None:
    actions.load_folder(SYSTEM, root=PACKS, city=pack)
    found = list_of()
    pdf = pdf_of(found)
    assert pdf[:5] == b"%PDF-"
    assert pdf == pdf_of(found)
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook_of(found)))
    assert book.sheet_names == ["基本养老服务清单", "政府购买养老服务目录"]
    services, purchases = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert services[1][:6] == ["序号", "对象", "项目", "内容", "标准", "牵头责任部门"]
    assert (len(services), len(purchases)) == (2 + len(found.services), 2 + len(found.purchases))
    said = [str(row[4]) for row in services[2:]]
    assert "文件没有写明" in said
    for each, text in zip(found.services, said, strict=True):
        assert all(one.text in text for one in each.standards)
        assert text.count("演示取值，文件未载明") == sum(one.mark == "assumed" for one in each.standards)


@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_the_files_are_for_everybody(city: SmallCity, kind: str, start: bytes) -> None:
    version = PackVersion.objects.get().id
    for address in (f"/services/files/{kind}/", f"/services/versions/{version}/files/{kind}/"):
        answer = Client().get(address)
        assert answer.status_code == 200
        assert answer.content.startswith(start)
    assert Client().get("/services/files/doc/").status_code == 404
