"""A file of results by an older scale: its columns, and its rows as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from songhe.basics.cell_text import Cell, plain_text
from songhe.contexts.assessments.errors import OlderFileRefused
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.scale import Scale, Use
from songhe.foundation import files

MOST_ROWS = 20_000
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class OlderColumn:
    """A column of the file: `id` is number, grade, assessed_on, assessed_by, or points: or levels: before a dimension."""

    id: str
    header: str
    required: bool
    fill: str


@dataclass(frozen=True, slots=True)
class OlderLayout:
    """How a file of an older scale looks."""

    scale: str
    title: str
    standard: str
    columns: tuple[OlderColumn, ...]


def older_scales() -> tuple[Scale, ...]:
    """The scales of which results are only taken over."""
    return tuple(one for one in policy.scales_in_use()[1].values() if one.use is Use.IMPORT_ONLY)


def older_layout(scale: str = "") -> OlderLayout:
    """The layout of a scale's file, of the first one where none is named; OlderFileRefused where there is none."""
    found = next((one for one in older_scales() if not scale or one.id == scale), None)
    if found is None:
        raise OlderFileRefused("没有可以录入旧结果的量表。", next_step="请从列表里选择。", field="scale")
    grades = "、".join(f"{one.grade}（{one.label}）" for one in found.grades)
    columns = [
        OlderColumn("number", "身份证号", True, "18位"),
        OlderColumn("grade", "等级", True, f"写数字或者名称：{grades}"),
        OlderColumn("assessed_on", "评估日期", True, "例如2023-05-06"),
        OlderColumn("assessed_by", "谁评的", True, "医院或评估机构的名称"),
    ]
    for one in found.dimensions:
        if one.high is not None:
            columns.append(OlderColumn(f"points:{one.id}", f"{one.label}分数", False, f"{one.low or 0}到{one.high}，没有就空着"))
        columns.append(OlderColumn(f"levels:{one.id}", f"{one.label}分级", False, "没有就空着"))
    return OlderLayout(found.id, found.title, found.standard, tuple(columns))


def older_rows(file_id: int, layout: OlderLayout) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and the text of every known column, for rows with something in them; OlderFileRefused where the file is not one of these."""
    content = files.read(file_id)
    lines = _sheet(content) if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) else _csv(content)
    body = iter(lines)
    columns = _columns(body, layout)
    seen = 0
    for number, cells in body:
        row = {name: plain_text(cells[place]) if place < len(cells) else "" for name, place in columns.items()}
        if not any(row.values()):
            continue
        seen += 1
        if seen > MOST_ROWS:
            raise OlderFileRefused(f"文件超过{MOST_ROWS:,}行。", next_step="请分成几个文件上传。", field="content")
        yield number, row
    if not seen:
        raise OlderFileRefused("文件里没有要录入的行。", next_step="请从表头下面一行开始填写。", field="content")


def _columns(body: Iterator[tuple[int, Sequence[Cell]]], layout: OlderLayout) -> dict[str, int]:
    known = {column.header: column.id for column in layout.columns}
    needed = {column.id for column in layout.columns if column.required}
    for _, (_, cells) in zip(range(_HEADER_WITHIN), body, strict=False):
        found = {known[text]: place for place, cell in enumerate(cells) if (text := plain_text(cell).strip()) in known}
        if needed <= set(found):
            return found
    heads = "、".join(column.header for column in layout.columns if column.required)
    raise OlderFileRefused("没有找到表头。", next_step=f"前十行里要有这几列：{heads}。可以先下载空表来填。", field="content")


def _sheet(content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except CalamineError:
        raise OlderFileRefused(
            "表格打不开，文件可能损坏或设了密码。", next_step="请去掉密码或重新导出后再上传。", field="content"
        ) from None
    return list(enumerate(sheet.iter_rows(), start=(sheet.start or (0, 0))[0] + 1))


def _csv(content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise OlderFileRefused("文件里的文字读不出来。", next_step="请另存为 xlsx 再上传。", field="content")
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        return [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise OlderFileRefused("文件里有读不了的行。", next_step="请用表格软件打开，另存后再上传。", field="content") from None
