"""Every part of the design system on one page, so that a new page is put together from what is there and not invented again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render

from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.decisions import ConditionShown, DecisionShown, ParameterShown, ValueShown
from songhe.web.lists import FieldProblem, Filter, MaskedField, Member, Moment, PersonHead, RowAction, WorkRow
from songhe.web.rules import ParameterHistory, ParameterValueShown
from songhe.web.words import CHIPS

_DAY = dt.date(2026, 11, 21)
_COLOURS = ("paper", "surface", "ink", "ink-2", "pine", "pine-deep", "mist", "seal", "amber", "rule")
_ICONS = tuple(sorted(file.stem for file in (Path(__file__).resolve().parents[1] / "templates" / "icons").glob("*.svg")))
_SAMPLE_DECISION = DecisionShown(
    benefit="sample_care",
    title="护理补贴（样例）",
    status="cannot_tell",
    tone="warn",
    amount="",
    unit="",
    answer="还不能确定您能不能领取护理补贴：您还没有做过能力评估。",
    next_steps=("请社区帮您预约能力评估，不收费。",),
    conditions=(
        ConditionShown("已满60周岁", "yes", (ValueShown("年龄", "80周岁", "公安", dt.date(2026, 9, 30)),), "样例文件 第一条"),
        ConditionShown(
            "家庭经济困难", "yes", (ValueShown("社会救助类别", "低保", "民政", dt.date(2026, 10, 8)),), "样例文件 第二条"
        ),
        ConditionShown("经评估达到中度失能以上", "unknown", (ValueShown("能力等级", "没有资料"),), "样例文件 第三条", "assumed"),
    ),
    changes=("能力评估结果为2级及以上，就符合条件；不到2级，就不符合。",),
    parameters=(ParameterShown("中度失能护理补贴标准", "200.00 元/月", "样例文件 第四条", "assumed"),),
    where="户籍所在镇（街道）便民服务中心，电话12345",
    objection="请向镇（街道）便民服务中心提出，工作人员会重新核对每一项资料。",
    cite="样例文件 第三条",
    as_of=_DAY,
)
_SAMPLE_PERSON = PersonHead(
    name="样例老人",
    sex="女",
    age="80周岁",
    area="样例镇 样例村",
    tags=("低保", "独居"),
    fields=(MaskedField("id_number", "身份证号", "000000********0012", "#"), MaskedField("phone", "电话", "139****0000", "#")),
    household=(Member("样例家人", note="配偶,82周岁"),),
)
_SAMPLE_WORK = (
    WorkRow(
        1,
        "样例老人：补能力等级",
        "#work-1",
        "缺这一项，护理补贴还不能确定",
        ("样例镇 样例村", "已等12天"),
        True,
        dt.date(2026, 11, 15),
        (RowAction("填写", "#"), RowAction("不需要", "#")),
    ),
    WorkRow(
        2,
        "样例老人二：核对居住地址",
        "#work-2",
        "公安和社区登记的地址不一样",
        ("样例镇 样例社区", "已等3天"),
        False,
        dt.date(2026, 12, 1),
        (RowAction("填写", "#"),),
    ),
)
_SAMPLE_HISTORY = ParameterHistory(
    "sample_allowance",
    "津贴标准（样例）",
    "元/月",
    (
        ParameterValueShown(dt.date(2025, 1, 1), "120.00", "样例文件 第五条", "stated", "", True),
        ParameterValueShown(dt.date(2023, 11, 13), "100.00", "没有文件载明", "assumed", "按演示取值", False),
    ),
)
_SAMPLE_CHART = {
    "kind": "bar",
    "sideways": True,
    "unit": "人",
    "labels": ["样例镇甲", "样例镇乙", "样例镇丙", "样例街道"],
    "series": [{"name": "符合条件", "values": [1280, 960, 420, 310]}],
    "target": 1000,
}
_SAMPLE_MAP = {
    "type": "FeatureCollection",
    "note": "示意图，不是行政区划界线",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": f"sample{i}", "name": name, "value": value, "shown": f"{value:,} 人"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + 0.1, y + 0.01], [x + 0.11, y + 0.09], [x, y + 0.08], [x, y]]],
            },
        }
        for i, (name, value, x, y) in enumerate(
            (("样例镇甲", 1280, 106.0, 38.0), ("样例镇乙", 960, 106.12, 38.0), ("样例镇丙", 420, 106.05, 38.1))
        )
    ],
}


_SAMPLE_FILTERS = (
    Filter("name", "姓名", hint="姓名或拼音"),
    Filter("town", "镇街", kind="choice", options=(("a", "样例镇甲"), ("b", "样例镇乙"))),
    Filter("since", "从哪天起", kind="date"),
)


@desk(Right.SEE_JOBS)
def page_design(request: PageRequest) -> HttpResponse:
    """All parts with made-up sample content."""
    found = {
        "colours": _COLOURS,
        "icons": _ICONS,
        "chips": tuple(CHIPS),
        "decision": _SAMPLE_DECISION,
        "person": _SAMPLE_PERSON,
        "rows": _SAMPLE_WORK,
        "history": _SAMPLE_HISTORY,
        "filters": _SAMPLE_FILTERS,
        "people": Page(
            (("样例老人", "女", "80周岁", 12_800, "eligible"), ("样例老人二", "男", "91周岁", 0, "cannot_tell")), "next"
        ),
        "moments": (
            Moment(_DAY, "核算结果有变化：护理补贴还不能确定", "缺能力等级"),
            Moment(dt.date(2026, 10, 8), "民政更新了社会救助类别", "无 → 低保"),
        ),
        "problems": (FieldProblem("sample-phone", "电话号码少了一位"),),
        "chart": _SAMPLE_CHART,
        "map": _SAMPLE_MAP,
    }
    return render(request, "ops/design.html", found)
