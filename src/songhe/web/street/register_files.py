"""Files of a register: sending one, its verdicts, letting it in, the file with its verdicts, an empty one."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import xlsxwriter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.registers import actions
from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.queries import VERDICT_LABELS, FileLayout
from songhe.contexts.registers.words import FileStatus, Verdict
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import export
from songhe.web.lists import FieldProblem, chosen
from songhe.web.street.register_shared import VERDICT_CHIPS, frame_of, go

MOST_BYTES = 20 * 1024 * 1024
_MOST_ROWS = 5_000


@desk(Right.KEEP_REGISTERS)
def page_files(request: PageRequest, register: str) -> HttpResponse:
    """The form to send a file, what its columns mean, and the files sent before; on POST the file is checked at once."""
    problem: FieldProblem | None = None
    if request.method == "POST":
        sent = request.FILES.get("content")
        try:
            if sent is None or (sent.size or 0) > MOST_BYTES:
                raise InvalidInput("请选择文件，不超过20兆。", next_step="可以是 xlsx 或 csv。", field="content")
            done = actions.check_file(request.actor, register=register, name=sent.name or "file", content=sent.read())
            return go(request, "register_file", done.file_id)
        except InvalidInput as refused:
            problem = FieldProblem("content", f"{refused.sentence}{refused.next_step}")
    page = registers.register_files(request.actor, register=register, after=request.GET.get("after"))
    names = accounts.names_of(brief.uploaded_by for brief in page.items)
    found = {
        **frame_of(request),
        "layout": registers.file_layout(request.actor, register=register),
        "page": page,
        "lines": [(brief, tuple(brief.counts[v] for v in Verdict), names.get(brief.uploaded_by, "系统")) for brief in page.items],
        "heads": VERDICT_LABELS.values(),
        "problem": problem,
        "problems": (problem,) if problem else (),
    }
    return render(request, "street/register_files.html", found, status=422 if problem else 200)


@desk(Right.KEEP_REGISTERS)
def page_file(request: PageRequest, file: int) -> HttpResponse:
    """The verdicts of a file as filters and its rows one by one; a checked one can be let in from here."""
    options = tuple((verdict.value, label) for verdict, label in VERDICT_LABELS.items())
    verdict = chosen(request.GET, "verdict", options)
    view = registers.register_file(
        request.actor, file_id=file, verdict=Verdict(verdict) if verdict else None, after=request.GET.get("after")
    )
    brief = view.brief
    tabs = [("", "全部", sum(brief.counts.values()), not verdict)]
    tabs += [(each.value, VERDICT_LABELS[each], brief.counts[each], each == verdict) for each in Verdict]
    found = {
        **frame_of(request),
        "view": view,
        "brief": brief,
        "tabs": tabs,
        "rows": [(row, VERDICT_CHIPS[row.verdict], VERDICT_LABELS[row.verdict]) for row in view.rows.items],
        "waiting": brief.status is FileStatus.CHECKED,
        "useful": brief.counts[Verdict.NEW] + brief.counts[Verdict.UPDATE],
        "rejected": brief.counts[Verdict.REJECTED],
    }
    return render(request, "street/register_file.html", found)


@require_POST
@desk(Right.KEEP_REGISTERS)
def submit_file(request: PageRequest, file: int) -> HttpResponse:
    """The good rows of the file are in."""
    done = actions.accept_file(request.actor, file_id=file)
    messages.success(request, f"已入库：新增{done.counts[Verdict.NEW]}条，更新{done.counts[Verdict.UPDATE]}条。")
    return go(request, "register_file", file)


@desk(Right.KEEP_REGISTERS)
def page_file_result(request: PageRequest, file: int) -> HttpResponse:
    """The file again in its own layout, each row with its verdict."""
    result = registers.file_result(request.actor, file_id=file)
    return export(request, title=result.title, header=result.header, rows=result.rows)


@desk(Right.KEEP_REGISTERS)
def page_template(request: PageRequest, register: str) -> HttpResponse:
    """The empty file: headers, codes as text, words to choose from, a sheet that explains. `?format=csv` is plain."""
    layout = registers.file_layout(request.actor, register=register)
    plain = request.GET.get("format") == "csv"
    content = _csv(layout) if plain else _workbook(layout)
    kind = "text/csv; charset=utf-8" if plain else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    end = "csv" if plain else "xlsx"
    response["Content-Disposition"] = (
        f"attachment; filename=\"template.{end}\"; filename*=UTF-8''{quote(f'{layout.title}-空表.{end}')}"
    )
    return response


def _csv(layout: FileLayout) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([column.header for column in layout.columns])
    return out.getvalue().encode("utf-8-sig")


def _workbook(layout: FileLayout) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, notes = book.add_worksheet(layout.title[:31]), book.add_worksheet("填写说明")
        bold, text = (
            book.add_format({"bold": True, "bg_color": "#E7EFEA", "num_format": "@"}),
            book.add_format({"num_format": "@"}),
        )
        notes.write_row(0, 0, ("列名", "必填", "怎么填"), bold)
        for place, column in enumerate(layout.columns):
            sheet.set_column(place, place, 20 if column.text else 14, text if column.text else None)
            sheet.write_string(0, place, column.header, bold)
            if column.words and sum(map(len, column.words)) + len(column.words) < 255:
                choice = {"validate": "list", "source": list(column.words), "error_type": "warning"}
                sheet.data_validation(1, place, _MOST_ROWS, place, choice)
            told = f"{column.fill}{'：' if column.words else ''}{'、'.join(column.words)}"
            notes.write_row(place + 1, 0, (f"“{column.header}”", "必填" if column.required else "", told))
        sheet.freeze_panes(1, 0)
        notes.set_column(0, 2, 36)
    return out.getvalue()
