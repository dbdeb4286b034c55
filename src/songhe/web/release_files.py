"""A release as files: every number in one csv, a workbook with a sheet a table, and the data dictionary that explains both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import HttpResponse

from songhe.contexts.statistics.queries import Category, ReleaseView, TableView
from songhe.web.release_shown import AREA, NOT_SHOWN

HEADER = ("表", "行分类", "行", "行编号", "上级区域", "列分类", "列", "列编号", "人数", "是否公布")
Line = Sequence[str | int | None]


def file_lines(view: ReleaseView) -> list[Line]:
    """The header and every cell; totals have the word 合计 in place of a class."""
    lines: list[Line] = [HEADER]
    lines.append(("总数", "", "合计", "", "", "", "合计", "", view.total, "是"))
    for table in view.tables:
        for row, cells in zip(table.rows.categories, table.cells, strict=True):
            for column, count in zip(table.columns.categories, cells, strict=True):
                lines.append(_line(table, row, column.title, column.id, count))
            lines.append(_line(table, row, "合计", "", row.count))
        for column in table.columns.categories:
            names = (table.title, table.rows.title, "合计", "", "", table.columns.title, column.title, column.id)
            lines.append((*names, column.count, "否" if column.count is None else "是"))
    return lines


def _line(table: TableView, row: Category, column: str, column_id: str, count: int | None) -> Line:
    above = table.rows.categories[row.parent].title if row.parent >= 0 else ""
    names = (table.title, table.rows.title, row.title, row.id, above, table.columns.title, column, column_id)
    return (*names, count, "否" if count is None else "是")


def dictionary_lines(view: ReleaseView) -> list[Line]:
    """The header, the columns of the file, and every class with what it means."""
    brief = view.brief
    lines: list[Line] = [("项目", "名称", "编号", "含义")]
    meanings = (
        "这个数属于哪张表", "行按什么分", "行的名称", "行的编号；区域为区划代码路径", "区域的上一级", "列按什么分", "列的名称", "列的编号",
        "人数，单位：人；不公布的为空", "“否”表示人数太少，或者公布了会让人推算出太少的人数",
    )  # fmt: skip
    lines += [("列", name, "", meaning) for name, meaning in zip(HEADER, meanings, strict=True)]
    lines.append(("范围", view.population, "", view.definition))
    lines.append(("截止", brief.as_of.isoformat(), "", f"年龄和各项情况按这一天计算；资料取于{brief.cut_off:%Y-%m-%d %H:%M}"))
    lines.append(("资料指纹", brief.snapshot, "", f"计算所用的资料快照；政策包版本{brief.pack_version}"))
    lines.append(("不公布", f"少于{view.threshold}人", "", view.threshold_note))
    for dimension in view.dimensions:
        lines.append(("分类", dimension.title, dimension.id, dimension.definition))
        if dimension.id != AREA:
            lines += [
                ("分类里的类", category.title, category.id, f"属于“{dimension.title}”") for category in dimension.categories
            ]
    return lines


def csv_answer(view: ReleaseView, lines: Iterable[Line], what: str) -> HttpResponse:
    """UTF-8 with the mark that spreadsheets need; text that would run as a formula cannot stand at the start of a cell."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
    return _answer(view, out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", what, "csv")


def _harmless(cell: str | int | None) -> str | int | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def workbook_answer(view: ReleaseView) -> HttpResponse:
    """A sheet of explanations, a sheet a table, the dictionary."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, grouped = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        sheets = [("数据字典", dictionary_lines(view)), *((table.title, _wide(view, table)) for table in view.tables)]
        for name, lines in sheets:
            sheet = book.add_worksheet(_sheet_name(name))
            for place, line in enumerate(lines):
                sheet.write_row(place, 0, line, bold if place == 0 else grouped)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 0, 22)
            sheet.set_column(1, max(len(lines[0]) - 1, 1), 14)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _answer(view, out.getvalue(), kind, "", "xlsx")


def _sheet_name(name: str) -> str:
    return "".join("·" if letter in "[]:*?/\\" else letter for letter in name)[:31]


def _wide(view: ReleaseView, table: TableView) -> list[Line]:
    """The table as it is read: a row a class, 合计 last."""
    lead = ("区域", "上级区域") if table.rows.id == AREA else (table.rows.title,)
    lines: list[Line] = [(*lead, *(f"{c.title}（人）" for c in table.columns.categories), "合计（人）")]
    for row, cells in zip(table.rows.categories, table.cells, strict=True):
        above = (table.rows.categories[row.parent].title if row.parent >= 0 else "",) if table.rows.id == AREA else ()
        lines.append((row.title, *above, *(_cell(count) for count in (*cells, row.count))))
    totals = [_cell(c.count) for c in table.columns.categories]
    lines.append(("合计", *([""] if table.rows.id == AREA else []), *totals, view.total))
    return lines


def _cell(count: int | None) -> str | int:
    return NOT_SHOWN if count is None else count


def _answer(view: ReleaseView, content: bytes, kind: str, what: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    demo = "-演示数据" if getattr(settings, "SONGHE_DEMO", True) else ""
    state = "" if view.brief.published_at else "-未发布"
    name = quote(f"{view.brief.title}{view.brief.year}{what}{state}{demo}.{ending}")
    response["Content-Disposition"] = f"attachment; filename=\"release.{ending}\"; filename*=UTF-8''{name}"
    return response
