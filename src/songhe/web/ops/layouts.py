"""What a department's file must look like, in words, and as an empty file to fill in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import Column, Layout
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk

_CODES = frozenset({"id_number", "phone", "household_no", "area_code", "bank_account"})
_EXAMPLES = {
    "id_number": "18位公民身份号码，末位可以是 X",
    "phone": "11位手机号，或带区号的固定电话",
    "household_no": "户口簿上的户号",
    "area_code": "12位区划代码",
    "bank_account": "12到30位数字",
    "death_date": "日期，例如 2026-06-30",
}
_KINDS = {Type.DATE: "日期，例如 2026-06-30", Type.MONEY: "金额，元，例如 1280.50", Type.INT: "整数"}
_YES_NO = ("是", "否")
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column: what stands at its head, what else is taken for it, what may be filled in. `words` is empty where anything may."""

    header: str
    aliases: tuple[str, ...]
    required: bool
    fill: str
    words: tuple[str, ...]
    code: bool


def column_lines(layout: Layout) -> tuple[ColumnLine, ...]:
    """The columns of a department's file, in order."""
    known = policy.pack_in_use().pack.variables_of("person") if policy.is_pack_loaded() else {}
    return tuple(_line(column, known.get(column.field)) for column in layout.columns)


def _line(column: Column, variable: Variable | None) -> ColumnLine:
    words = _words(column, variable)
    fill = _EXAMPLES.get(column.field, "") or (_KINDS.get(variable.type, "") if variable else "文字")
    if not words and variable is not None and variable.type is Type.INT:
        fill = f"整数，{variable.unit}" if variable.unit else "整数"
    fill = "" if words and not (variable and variable.type is Type.INT) else f"{fill}，或者：" if words else fill
    return ColumnLine(column.header, column.aliases, column.required, fill, words, column.field in _CODES)


def _words(column: Column, variable: Variable | None) -> tuple[str, ...]:
    if variable is None or column.field in _EXAMPLES:
        return ()
    labels = _YES_NO if variable.type is Type.BOOL and not column.words else tuple(label for _, label in variable.values)
    return tuple(dict.fromkeys((*labels, *column.words)))


@desk(Right.IMPORT)
def page_template(request: PageRequest, department: str) -> HttpResponse:
    """The empty file: headers only, codes as text, words to choose from. `?format=csv` is plain."""
    layout = people.layout_of(department)
    plain = request.GET.get("format") == "csv"
    content = _csv(layout) if plain else _workbook(layout)
    kind = "text/csv; charset=utf-8" if plain else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    end = "csv" if plain else "xlsx"
    name = quote(f"{layout.label}-{layout.title}-空表.{end}")
    response["Content-Disposition"] = f"attachment; filename=\"template.{end}\"; filename*=UTF-8''{name}"
    return response


def _csv(layout: Layout) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([column.header for column in layout.columns])
    return out.getvalue().encode("utf-8-sig")


def _workbook(layout: Layout) -> bytes:
    """Codes stand in text columns, so that no digit is lost; a second sheet says what each column means."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, notes = book.add_worksheet(layout.title[:31]), book.add_worksheet("填写说明")
        bold, text = (
            book.add_format({"bold": True, "bg_color": "#E7EFEA", "num_format": "@"}),
            book.add_format({"num_format": "@"}),
        )
        notes.write_row(0, 0, ("列名", "必填", "怎么填", "也认得的列名"), bold)
        for place, line in enumerate(column_lines(layout)):
            sheet.set_column(place, place, 22 if line.code else 14, text if line.code else None)
            sheet.write_string(0, place, line.header, bold)
            if line.words and not line.fill and sum(map(len, line.words)) + len(line.words) < 255:
                choice = {"validate": "list", "source": list(line.words), "error_type": "warning"}
                sheet.data_validation(1, place, _MOST_ROWS, place, choice)
            told = (
                _quoted((line.header,)),
                "必填" if line.required else "",
                line.fill + "、".join(line.words),
                _quoted(line.aliases),
            )
            notes.write_row(place + 1, 0, told)
        sheet.freeze_panes(1, 0)
        notes.set_column(0, 3, 30)
    return out.getvalue()


def _quoted(headers: tuple[str, ...]) -> str:
    """In quotation marks, so that this sheet is not taken for a table when the file comes back."""
    return "".join(f"“{header}”" for header in headers)
