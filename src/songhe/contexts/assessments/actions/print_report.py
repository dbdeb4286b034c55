"""The report of a result as PDF/A, in plain Chinese, for the person to keep: every score with its reason, and how to object."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings

from songhe.contexts.assessments.models import CaseAssessor, Result
from songhe.contexts.assessments.queries.persons import persons
from songhe.contexts.assessments.words import CASE_KIND_LABELS, CaseKind, ResultState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.result import Outcome, from_json
from songhe.engines.scales.result import Result as Scored
from songhe.engines.scales.scale import Scale
from songhe.foundation import files
from songhe.foundation.printing import NoChineseFont, compile_pdf, font

SHEET = Path(__file__).resolve().parent / "report.typ"


def print_report(result: Result) -> int | None:
    """The result has its report, and the file's number is returned; None on a server without a Chinese typeface.

    A step inside an action. A result that has a report keeps it.
    """
    if result.report_id is None:
        try:
            content = compile_pdf(SHEET.read_bytes(), _data(result), made_on=result.announced_on)
        except NoChineseFont:
            return None
        name = f"能力评估报告-{result.announced_on:%Y%m%d}-{result.pk}.pdf"
        result.report_id = files.store(content, name=name, content_type="application/pdf").id
        result.save(update_fields=["report"])
    return result.report_id


def _data(result: Result) -> dict[str, object]:
    """Everything that is printed, as text: nothing is put together inside the sheet."""
    scale = policy.scales_of(result.pack_version_id)[result.scale]
    scored, person = from_json(result.scored), persons([result.person_id])[result.person_id]
    kind = CASE_KIND_LABELS[CaseKind(result.case.kind)]
    return {
        "title": f"{scale.title}报告", "demo": bool(getattr(settings, "SONGHE_DEMO", True)), "font": font(),
        "who": [
            ["姓名", person.name], ["性别", person.sex or "未知"], ["出生日期", _day(person.birth_date)], ["身份证号", person.id_number],
            ["住处", person.place], ["评估日期", _day(result.assessed_on)], ["为什么评", kind],
            ["评估机构", result.case.body.name if result.case.body else ""],
        ],
        "grade": f"{result.grade}级（{scale.grade_label(result.grade)}）",
        "standard": scale.standard, "verified": scale.verified, "note": scale.origin.note,
        "lines": [[line.label, line.answer_label or "没有评", _points(line.points)] for line in scored.lines],
        "dimensions": [[one.label, _points(one.points), str(one.high), one.level_label or ""] for one in scored.dimensions],
        "circumstances": [noted.why for noted in scored.circumstances if noted.value],
        "steps": _steps(scored), "differences": [
            [one["label"], one["lead"], one["second"], one["agreed"], one["why"]] for one in result.differences
        ],
        "assessors": _assessors(result), "signed_for": result.signed_for, "after": _after(result, scale),
    }  # fmt: skip


def _steps(scored: Scored) -> list[str]:
    told = [scored.first_why]
    told += [change.why for change in scored.changes if change.outcome is not Outcome.NOT_MET]
    return [*told, scored.final_why]


def _assessors(result: Result) -> list[list[str]]:
    seats = CaseAssessor.objects.filter(case_id=result.case_id).select_related("assessor").order_by("-lead")
    return [
        [
            "主评估员" if seat.lead else "评估员",
            seat.assessor.name,
            seat.assessor.certificate_no,
            "有医护背景" if seat.assessor.medical else "",
        ]
        for seat in seats
    ]


def _after(result: Result, scale: Scale) -> list[str]:
    if result.state == ResultState.CONFIRMING:
        return ["复评的等级与原来相同，原来的结果有效。"]
    last = result.objections_until - dt.timedelta(days=1)
    said = [f"这个结果从{_day(result.announced_on)}起公示。"]
    if last >= result.announced_on:
        said.append(f"不同意这个结果的，{_day(last)}（含当天）以前可以向镇街或社区提出，会换一家机构、换两个人重新评。")
    said.append(
        f"没有人提出异议的，公示后生效，到{_day(result.valid_to - dt.timedelta(days=1))}为止。情况有变化的，随时可以申请重新评。"
    )
    return said


def _points(points: int | None) -> str:
    return "—" if points is None else str(points)


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "未知"
