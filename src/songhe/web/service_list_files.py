"""The public list and the purchase catalogue as files: PDF on A4 by typst, and a workbook of two sheets."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import HttpResponse

from songhe.foundation.errors import NotFound
from songhe.foundation.printing import compile_pdf, font
from songhe.web.service_list import NO_STANDARD, ListShown, PurchaseShown, ServiceShown
from songhe.web.words import SOURCE_NOTES

SHEET = Path(__file__).resolve().parent / "templates" / "public" / "service_list.typ"
SERVICES_HEAD = ("序号", "对象", "项目", "内容", "标准", "牵头责任部门", "类别", "依据", "依据的标记")
PURCHASES_HEAD = ("序号", "项目", "服务对象", "内容", "标准", "优先保障", "牵头责任部门", "依据", "依据的标记")
_TITLES = ("基本养老服务清单", "政府购买养老服务目录")


def file_answer(found: ListShown, kind: str) -> HttpResponse:
    """The lists as pdf or xlsx. Raises NotFound for anything else."""
    if kind == "pdf":
        return _answer(found, pdf_of(found), "application/pdf", "pdf")
    if kind == "xlsx":
        content = workbook_of(found)
        return _answer(found, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    raise NotFound("没有这种文件。", next_step="请回到清单页面重新选择。")


def workbook_of(found: ListShown) -> bytes:
    """Two sheets; every standard with its mark in words."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheets: tuple[tuple[str, Sequence[str], list[list[str | int]]], ...] = (
            (_TITLES[0], SERVICES_HEAD, [_service_line(each) for each in found.services]),
            (_TITLES[1], PURCHASES_HEAD, [_purchase_line(each) for each in found.purchases]),
        )
        for title, head, lines in sheets:
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, [_about(found)])
            sheet.write_row(1, 0, head, bold)
            for place, line in enumerate(lines, start=2):
                sheet.write_row(place, 0, line, wrapped)
            sheet.freeze_panes(2, 0)
            sheet.set_column(0, 0, 6)
            sheet.set_column(1, len(head) - 1, 24)
    return out.getvalue()


def _service_line(each: ServiceShown) -> list[str | int]:
    row = each.row
    return [
        row.number,
        row.target,
        row.title,
        row.content,
        standards_text(each),
        row.owner,
        each.kind,
        each.cite,
        _said(each.mark),
    ]


def standards_text(each: ServiceShown) -> str:
    """All standards of a row with their marks."""
    return "；".join(f"{one.text}{_bracketed(one.mark)}" for one in each.standards) or NO_STANDARD


def _purchase_line(each: PurchaseShown) -> list[str | int]:
    row = each.row
    standard = row.standard or NO_STANDARD
    return [row.number, row.title, row.target, row.content, standard, each.priority, row.owner, each.cite, _said(each.mark)]


def _said(mark: str) -> str:
    return SOURCE_NOTES.get(mark, "")


def _bracketed(mark: str) -> str:
    return f"（{_said(mark)}）" if mark else ""


def _about(found: ListShown) -> str:
    state = "现行" if found.current else "以前的"
    return f"{found.place}，{_day(found.version.in_force_on)}起施行的第{found.version.id}号版本（{state}），按{_day(found.day)}的规定"


def pdf_of(found: ListShown) -> bytes:
    """The lists as PDF/A-2b, the same bytes for the same list. Raises NoChineseFont."""
    data = {
        "title": f"{found.place}基本养老服务清单", "second": _TITLES[1], "about": _about(found), "demo": bool(getattr(settings, "SONGHE_DEMO", True)),
        "font": font(), "assumed": found.assumed, "none": NO_STANDARD,
        "services": [
            {
                "number": str(each.row.number), "target": each.row.target, "title": each.row.title, "content": each.row.content,
                "owner": each.row.owner, "cite": each.cite + _bracketed(each.mark),
                "standards": [one.text + _bracketed(one.mark) for one in each.standards],
            }
            for each in found.services
        ],
        "purchases": [
            {
                "number": str(each.row.number), "target": each.row.target, "title": each.row.title, "content": each.row.content,
                "standard": each.row.standard, "priority": each.priority, "owner": each.row.owner, "cite": each.cite + _bracketed(each.mark),
            }
            for each in found.purchases
        ],
    }  # fmt: skip
    return compile_pdf(SHEET.read_bytes(), data, made_on=found.day)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _answer(found: ListShown, content: bytes, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    demo = "-演示数据" if getattr(settings, "SONGHE_DEMO", True) else ""
    name = quote(f"{found.place}基本养老服务清单-{found.version.in_force_on:%Y%m%d}{demo}.{ending}")
    response["Content-Disposition"] = f"attachment; filename=\"services.{ending}\"; filename*=UTF-8''{name}"
    return response
