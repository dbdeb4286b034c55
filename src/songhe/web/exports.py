"""A list as a file: exactly the rows of the filters in the address, as csv or xlsx, and the audit chain says who took it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import HttpResponse

from songhe.foundation import audit, clock
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest

T = TypeVar("T")
Cell = str | int | None
MOST = 50_000
_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def every_row(fetch: Callable[[str | None], Page[T]]) -> list[T]:
    """The rows of all pages in order; InvalidInput where there are more than one file should hold."""
    found: list[T] = []
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        found += page.items
        if len(found) > MOST:
            raise InvalidInput(f"这份名单超过{MOST:,}行，一次导不出来。", next_step="请先按镇街或村（社区）缩小范围，再导出。")
        if page.next is None:
            return found
        cursor = page.next


def export(
    request: PageRequest, *, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], area_path: str = ""
) -> HttpResponse:
    """The rows as a file named by title and day. `?format=xlsx` is a workbook, anything else csv that Excel reads as Chinese."""
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    lines: list[list[Cell]] = [[*header], *([*row] for row in rows)]
    content = _workbook(title, lines) if kind == "xlsx" else _csv(lines)
    filters = {key: value for key, value in request.GET.items() if key != "q" and value}
    detail = {"title": title, "rows": len(lines) - 1, "format": kind, "filters": filters}
    audit.record(request.actor, "list.export", subject_type="list", area_path=area_path, detail=detail)
    response = HttpResponse(content, content_type=_KINDS[kind])
    demo = "-演示数据" if getattr(settings, "SONGHE_DEMO", True) else ""
    name = quote(f"{title}-{clock.today():%Y%m%d}{demo}.{kind}")
    response["Content-Disposition"] = f"attachment; filename=\"list.{kind}\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response


def _csv(lines: Sequence[Sequence[Cell]]) -> bytes:
    """With a mark that tells Excel it is UTF-8; text that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_amount(cell) else cell


def _is_amount(text: str) -> bool:
    return text[1:].replace(",", "").replace(".", "", 1).isdigit()


def _workbook(title: str, lines: Sequence[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for place, line in enumerate(lines):
            sheet.write_row(place, 0, line, bold if place == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(lines[0]) - 1, 16)
        sheet.set_header(f"&C{title}")
    return out.getvalue()
