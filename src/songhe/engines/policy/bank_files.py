"""Writing a bank's file and reading its answer, by a layout of the pack. The same lines give the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from songhe.basics.money import yuan_to_fen
from songhe.engines.policy.banks import BankColumn, BankLayout, BankSheet

_NEWLINES: Mapping[str, str] = {"crlf": "\r\n", "lf": "\n"}


class BankFileFault(Exception):
    """A file cannot be written or read as its layout says; `row` counts from 1, 0 where it is the whole file."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(what)
        self.row = row
        self.what = what


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment as the bank sees it. `amount` in fen."""

    line: int
    reference: str
    account: str
    name: str
    amount: int
    text: str


@dataclass(frozen=True, slots=True)
class BankFileHead:
    """What is said of a whole file. `file` is its number, `total` in fen."""

    file: str
    count: int
    total: int
    month: dt.date
    date: dt.date
    bank: str = ""


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What the bank says of one payment; `reason` is its own word, or the layout's for the result. `account` is empty where the answer has none."""

    row: int
    reference: str
    amount: int
    account: str
    paid: bool
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An answer as read: the number of the file that it answers (empty where it does not say), and its lines."""

    file: str
    answers: tuple[BankAnswer, ...]


def write_bank_file(layout: BankLayout, head: BankFileHead, lines: Sequence[BankLine]) -> bytes:
    """The file's bytes; raises BankFileFault where something does not fit into its column or its encoding."""
    sheet = layout.outgoing
    about = _about(layout, head)
    rows: list[list[str]] = []
    if sheet.headings:
        rows.append([column.title for column in sheet.columns])
    if sheet.header:
        rows.append([about(column) for column in sheet.header])
    rows += [[_of_line(layout, column, line, about) for column in sheet.columns] for line in lines]
    if sheet.trailer:
        rows.append([about(column) for column in sheet.trailer])
    if layout.form == "csv":
        return _encoded(layout, _csv(layout, rows))
    kinds = [sheet.header] * bool(sheet.header) + [sheet.columns] * len(lines) + [sheet.trailer] * bool(sheet.trailer)
    end = _NEWLINES[layout.newline].encode()
    return b"".join(
        _fixed(layout, n, columns, row) + end for n, (columns, row) in enumerate(zip(kinds, rows, strict=True), start=1)
    )


def unfit(layout: BankLayout, line: BankLine) -> str:
    """The title or name of the first column that the line does not fit into; empty where all do."""
    for column in layout.outgoing.columns:
        value = {"account": line.account, "name": line.name, "text": line.text}.get(column.holds, "")
        if column.width and len(value.encode(layout.encoding, "replace")) > column.width:
            return column.title or column.holds
        if any(ord(letter) < 32 for letter in value):
            return column.title or column.holds
    return ""


def _about(layout: BankLayout, head: BankFileHead) -> Callable[[BankColumn], str]:
    said = {
        "file": head.file,
        "count": str(head.count),
        "total": _amount(layout, head.total),
        "month": f"{head.month:%Y%m}",
        "date": f"{head.date:%Y%m%d}",
        "bank": head.bank,
    }
    return lambda column: said.get(column.holds, "") if column.holds else column.says


def _of_line(layout: BankLayout, column: BankColumn, line: BankLine, about: Callable[[BankColumn], str]) -> str:
    match column.holds:
        case "line":
            return str(line.line)
        case "amount":
            return _amount(layout, line.amount)
        case "reference" | "account" | "name" | "text":
            return str(getattr(line, column.holds))
        case _:
            return about(column)


def _amount(layout: BankLayout, fen: int) -> str:
    return str(fen) if layout.amounts == "fen" else f"{fen // 100}.{fen % 100:02d}"


def _csv(layout: BankLayout, rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=_NEWLINES[layout.newline]).writerows(rows)
    return out.getvalue()


def _encoded(layout: BankLayout, text: str) -> bytes:
    try:
        return text.encode(layout.encoding)
    except UnicodeEncodeError as error:
        raise BankFileFault(0, f"“{text[error.start : error.end]}”不能写成 {layout.encoding}") from None


def _fixed(layout: BankLayout, row: int, columns: Sequence[BankColumn], values: Sequence[str]) -> bytes:
    parts = []
    for column, value in zip(columns, values, strict=True):
        content = _encoded(layout, value)
        if len(content) > column.width:
            raise BankFileFault(row, f"“{value}”超过了{column.width}个字节")
        fill = column.pad.encode() * (column.width - len(content))
        parts.append(fill + content if column.side == "right" else content + fill)
    return b"".join(parts)


def read_answer(layout: BankLayout, content: bytes) -> AnswerFile:
    """The answer as its layout says; raises BankFileFault with the row where it cannot be read, or where its own sums do not hold."""
    sheet = layout.answer
    rows = _csv_rows(layout, content) if layout.form == "csv" else _fixed_rows(layout, sheet, content)
    numbered = [(n, row) for n, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if sheet.headings:
        titles = [column.title for column in sheet.columns]
        if not numbered or [cell.strip() for cell in numbered[0][1]] != titles:
            raise BankFileFault(1, "第一行不是约定的栏目：" + "、".join(titles))
        numbered = numbered[1:]
    least = bool(sheet.header) + bool(sheet.trailer)
    if len(numbered) <= least:
        raise BankFileFault(0, "文件里一笔也没有")
    head = _cells(sheet.header, *numbered.pop(0)) if sheet.header else {}
    tail = _cells(sheet.trailer, *numbered.pop()) if sheet.trailer else {}
    answers = tuple(_answer(layout, n, _cells(sheet.columns, n, row)) for n, row in numbered)
    for said in (head, tail):
        _check_sums(layout, said, answers)
    return AnswerFile(head.get("file", ""), answers)


def _csv_rows(layout: BankLayout, content: bytes) -> list[list[str]]:
    try:
        text = content.decode(layout.encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise BankFileFault(row, f"这一行不是 {layout.encoding} 编码") from None
    try:
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    except csv.Error:
        raise BankFileFault(0, "不是完整的 csv 文件，可能没有传完") from None


def _fixed_rows(layout: BankLayout, sheet: BankSheet, content: bytes) -> list[list[str]]:
    lines = content.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    found = []
    for n, line in enumerate(lines, start=1):
        first, last = n == 1 and bool(sheet.header), n == len(lines) and bool(sheet.trailer)
        columns = sheet.header if first else sheet.trailer if last else sheet.columns
        if len(line) != sum(column.width for column in columns):
            raise BankFileFault(n, f"这一行长{len(line)}个字节，应该是{sum(column.width for column in columns)}个")
        at, cells = 0, []
        for column in columns:
            try:
                cells.append(line[at : at + column.width].decode(layout.encoding))
            except UnicodeDecodeError:
                raise BankFileFault(n, f"这一行不是 {layout.encoding} 编码") from None
            at += column.width
        found.append(cells)
    return found


def _cells(columns: Sequence[BankColumn], row: int, cells: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(columns):
        raise BankFileFault(row, f"这一行有{len(cells)}栏，应该有{len(columns)}栏")
    said = {}
    for column, cell in zip(columns, cells, strict=True):
        value = cell.strip()
        if column.holds:
            said[column.holds] = value
        elif value != column.says.strip():
            raise BankFileFault(row, f"这里应该是“{column.says}”，写的是“{value}”")
    return said


def _answer(layout: BankLayout, row: int, said: Mapping[str, str]) -> BankAnswer:
    result = said["result"]
    paid = result in layout.succeeded
    reason = "" if paid else said.get("reason") or layout.failures.get(result, "")
    if not paid and result not in layout.failures:
        raise BankFileFault(row, f"不认识处理结果“{result}”")
    return BankAnswer(row, said["reference"], _fen(layout, row, said["amount"]), said.get("account", ""), paid, result, reason)


def _fen(layout: BankLayout, row: int, text: str) -> int:
    try:
        return int(text) if layout.amounts == "fen" else yuan_to_fen(text)
    except ValueError:
        raise BankFileFault(row, f"金额“{text}”不是数字") from None


def _check_sums(layout: BankLayout, said: Mapping[str, str], answers: Sequence[BankAnswer]) -> None:
    """The header's and trailer's count and total, where they say them, are those of the lines."""
    if said.get("count") and _whole(said["count"]) != len(answers):
        raise BankFileFault(0, f"文件说有{said['count'].lstrip('0') or 0}笔，实际有{len(answers)}笔，可能没有传完")
    total = sum(answer.amount for answer in answers)
    if said.get("total") and _fen(layout, 0, said["total"]) != total:
        raise BankFileFault(0, "文件写的合计和各笔相加不一样，可能被改动过")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BankFileFault(0, f"笔数“{text}”不是数字")
    return int(text)


def read_bank_file(layout: BankLayout, content: bytes) -> tuple[BankLine, ...]:
    """The lines of a file that was written by the layout, as its bank reads them."""
    sheet = layout.outgoing
    rows = _csv_rows(layout, content) if layout.form == "csv" else _fixed_rows(layout, sheet, content)
    first, last = bool(sheet.headings) + bool(sheet.header), len(rows) - bool(sheet.trailer)
    found = []
    for n, row in enumerate(rows[first:last], start=1):
        said = _cells(sheet.columns, n, row)
        fen = _fen(layout, n, said["amount"])
        found.append(BankLine(n, said["reference"], said["account"], said["name"], fen, said.get("text", "")))
    return tuple(found)


def write_answer(layout: BankLayout, file: str, lines: Sequence[tuple[BankLine, str]]) -> bytes:
    """What a bank that keeps to the layout would answer: each line with a result. For trying, where no bank is at hand."""
    total = sum(line.amount for line, _ in lines)
    said = {"file": file, "count": str(len(lines)), "total": _amount(layout, total)}

    def cell(column: BankColumn, of: Mapping[str, str]) -> str:
        return of.get(column.holds, "") if column.holds else column.says

    sheet = layout.answer
    parts: list[tuple[Sequence[BankColumn], list[str]]] = []
    if sheet.headings:
        parts.append((sheet.columns, [column.title for column in sheet.columns]))
    if sheet.header:
        parts.append((sheet.header, [cell(column, said) for column in sheet.header]))
    for line, result in lines:
        of = {"line": str(line.line), "reference": line.reference, "account": line.account, "name": line.name, "result": result}
        of |= {"amount": _amount(layout, line.amount), "reason": layout.failures.get(result, "")}
        parts.append((sheet.columns, [cell(column, of) for column in sheet.columns]))
    if sheet.trailer:
        parts.append((sheet.trailer, [cell(column, said) for column in sheet.trailer]))
    if layout.form == "csv":
        return _encoded(layout, _csv(layout, [row for _, row in parts]))
    end = _NEWLINES[layout.newline].encode()
    return b"".join(_fixed(layout, n, columns, row) + end for n, (columns, row) in enumerate(parts, start=1))
