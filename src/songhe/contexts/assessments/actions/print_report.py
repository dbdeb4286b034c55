"""The report of a result as PDF/A, in plain Chinese, for the person to keep: every score with its reason, who signed, and how to object; sealed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings

from songhe.basics.masking import mask_name
from songhe.contexts.assessments.models import CaseAssessor, Form, Result
from songhe.contexts.assessments.queries.persons import persons
from songhe.contexts.assessments.queries.signatures import SignatureView, elder_signature, signature_of_result, signatures_of
from songhe.contexts.assessments.words import CASE_KIND_LABELS, CaseKind, ResultState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.result import Outcome, from_json
from songhe.engines.scales.result import Result as Scored
from songhe.engines.scales.scale import Scale
from songhe.foundation import clock, files, signing
from songhe.foundation.printing import NoChineseFont, compile_pdf, font
from songhe.foundation.signing import Face

SHEET = Path(__file__).resolve().parent / "report.typ"


def print_report(result: Result) -> int | None:
    """The result has its report, signed by the installation's certificate, and the file's number is returned; None without a Chinese typeface.

    A step inside an action. A result that has a report keeps it. Raises SigningUnavailable.
    """
    if result.report_id is None:
        code = signing.new_code()
        try:
            made = compile_pdf(SHEET.read_bytes(), _data(result, code), made_on=result.announced_on)
        except NoChineseFont:
            return None
        content = signing.sign(made, code=code, face=_face(result)).content
        name = f"能力评估报告-{result.announced_on:%Y%m%d}-{result.pk}.pdf"
        result.report_id = files.store(content, name=name, content_type="application/pdf").id
        result.save(update_fields=["report"])
    return result.report_id


def _face(result: Result) -> Face:
    """What whoever checks the report is told; no more than the report says itself, the name in part only."""
    scale = policy.scales_of(result.pack_version_id)[result.scale]
    told = (
        ("姓名", mask_name(persons([result.person_id])[result.person_id].name)), ("评估日期", _day(result.assessed_on)),
        ("评估结果", f"{result.grade}级（{scale.grade_label(result.grade)}）"),
    )  # fmt: skip
    return Face(f"{scale.title}报告", result.case.body.name if result.case.body else "", told)


def _data(result: Result, code: str) -> dict[str, object]:
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
        "assessors": _assessors(result), "settled": _settled(result), "signed_for": result.signed_for, "drawn": _drawn(result),
        "after": _after(result, scale), "code": signing.spaced(code),
    }  # fmt: skip


def _steps(scored: Scored) -> list[str]:
    told = [scored.first_why]
    told += [change.why for change in scored.changes if change.outcome is not Outcome.NOT_MET]
    return [*told, scored.final_why]


def _assessors(result: Result) -> list[list[str]]:
    forms = {form.assessor_id: form for form in Form.objects.select_related("case", "assessor").filter(case_id=result.case_id)}
    signatures = signatures_of(forms.values())
    found = []
    for seat in CaseAssessor.objects.filter(case_id=result.case_id).select_related("assessor").order_by("-lead"):
        signed = signatures.get(forms[seat.assessor_id].pk) if seat.assessor_id in forms else None
        part = "主评估员" if seat.lead else "评估员"
        medical = "，有医护背景" if seat.assessor.medical else ""
        found.append([part, seat.assessor.name, f"{seat.assessor.certificate_no}{medical}", _signed(signed)])
    return found


def _settled(result: Result) -> str:
    signed = signature_of_result(result)
    return f"主评估员商定结果后签名：{_signed(signed)}" if signed else ""


def _signed(signed: SignatureView | None) -> str:
    if signed is None:
        return "没有电子签名"
    at = signed.signed_at.astimezone(clock.CITY_ZONE)
    return f"{_day(at.date())} {at:%H:%M} {signed.means_label}签名，摘要 {signed.digest[:16]}"


def _drawn(result: Result) -> str:
    """The elder's side's drawn signature as SVG; empty where nobody drew one."""
    seat = CaseAssessor.objects.filter(case_id=result.case_id, lead=True).first()
    form = Form.objects.filter(case_id=result.case_id, assessor_id=seat.assessor_id).first() if seat else None
    elder = elder_signature(form) if form else None
    return elder.svg if elder else ""


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
