"""Files for banks and back (banks.yaml): columns, widths, encodings, what a bank's answers mean; typed and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Finding, Place

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Pack
    from songhe.engines.policy.sections import Section

FORMS = ("csv", "txt")
ENCODINGS = ("gb18030", "utf-8", "utf-8-sig")
AMOUNTS = ("yuan", "fen")
LINES = ("crlf", "lf")
SIDES = ("left", "right")
OF_LINE = ("line", "reference", "account", "name", "amount", "text")
OF_FILE = ("file", "count", "total", "month", "date", "bank")
OF_ANSWER = ("result", "reason")
NEEDED = ("account", "name", "amount", "reference")
ANSWERED = ("reference", "amount", "result")
MOST_WIDTH = 400
MOST_LINES = 999_999


@dataclass(frozen=True, slots=True)
class BankColumn:
    """A column: what `holds` its place (or the fixed text `says`). `width` is in bytes of the file's encoding (0: as long as it is)."""

    title: str
    holds: str
    says: str
    width: int
    side: str
    pad: str


@dataclass(frozen=True, slots=True)
class BankSheet:
    """One kind of file: headings, a first record about the file, one record a payment, a last record about the file."""

    headings: bool
    header: tuple[BankColumn, ...]
    columns: tuple[BankColumn, ...]
    trailer: tuple[BankColumn, ...]


@dataclass(frozen=True, slots=True)
class BankLayout:
    """A bank's file and its answer. Accounts that begin with one of `accounts` go there; the layout without any takes all others.

    `succeeded` are the answer's results that mean the money arrived; `failures` says others in words.
    """

    id: str
    title: str
    form: str
    encoding: str
    newline: str
    amounts: str
    accounts: tuple[str, ...]
    most_lines: int
    file_name: str
    outgoing: BankSheet
    answer: BankSheet
    succeeded: tuple[str, ...]
    failures: Mapping[str, str]
    cited: Cited
    at: Place


def read_banks(section: Section) -> dict[str, BankLayout]:
    """banks.yaml: id → layout."""
    found: dict[str, BankLayout] = {}
    for name, part in section.named("银行文件"):
        found[name] = _layout(name, part)
        part.done()
    return found


def _layout(name: str, part: Section) -> BankLayout:
    form = part.choice("form", FORMS, "csv")
    most = part.number("most_lines")
    if not isinstance(most, int) or not 1 <= most <= MOST_LINES:
        part.fault(part.line, "type", f"银行文件 {name} 的 most_lines 不对", f"要写1到{MOST_LINES}的整数")
        most = 1
    outgoing, answer = (
        part.inner("file", f"银行文件 {name} 的 file ", required=True),
        part.inner("answer", f"{name} 的 answer ", required=True),
    )
    failures = part.inner("failures", f"银行文件 {name} 的 failures ")
    layout = BankLayout(
        name, part.text("title", required=True), form, part.choice("encoding", ENCODINGS, "utf-8"), part.choice("newline", LINES, "crlf"),
        part.choice("amounts", AMOUNTS, "yuan"), part.texts("accounts"), most, part.text("file_name", required=True),
        _sheet(outgoing, form, (*OF_LINE, *OF_FILE)), _sheet(answer, form, (*OF_LINE, *OF_FILE, *OF_ANSWER)), part.texts("succeeded", required=True),
        MappingProxyType({code: failures.text(code) for code in failures.map.items} if failures else {}), part.cited(), part.at(),
    )  # fmt: skip
    for key, sheet, needed in (("file", layout.outgoing, NEEDED), ("answer", layout.answer, ANSWERED)):
        missing = [what for what in needed if what not in {column.holds for column in sheet.columns}]
        if missing:
            part.fault(
                part.at(key).line, "missing_key", f"银行文件 {name} 的 {key} 缺少{'、'.join(missing)}", "每一笔都要有这几栏"
            )
    return layout


def _sheet(part: Section | None, form: str, allowed: tuple[str, ...]) -> BankSheet:
    if part is None:
        return BankSheet(False, (), (), ())
    header, columns, trailer = (_columns(part, key, form, allowed) for key in ("header", "columns", "trailer"))
    sheet = BankSheet(part.flag("headings", False), header, columns, trailer)
    part.done()
    return sheet


def _columns(part: Section, key: str, form: str, allowed: tuple[str, ...]) -> tuple[BankColumn, ...]:
    found: list[BankColumn] = []
    for inner in part.each(key, "栏目"):
        holds, says, width, pad = (
            inner.choice("is", allowed, ""),
            inner.text("says"),
            inner.number("width"),
            inner.text("pad") or " ",
        )
        if bool(holds) == bool(says) and not (says == "" and inner.has("says")):
            inner.fault(inner.line, "shape", "栏目要写 is 或 says 其中一个", "is 可写的有：" + "、".join(allowed))
        if form == "txt" and (not isinstance(width, int) or not 1 <= width <= MOST_WIDTH):
            inner.fault(inner.line, "type", "定长文件的栏目要写宽度", f"width 写1到{MOST_WIDTH}的整数，单位是字节")
        if len(pad) != 1 or not pad.isascii():
            inner.fault(inner.line, "type", "填充字符不对", 'pad 写一个半角字符，例如 "0"')
        found.append(
            BankColumn(
                inner.text("title"), holds, says, width if isinstance(width, int) else 0, inner.choice("side", SIDES, "left"), pad
            )
        )
        inner.done()
    return tuple(found)


def check_banks(pack: Pack) -> Iterator[Finding]:
    """Every account has exactly one file to go to, and what a bank answers is told apart."""
    rest = [layout for layout in pack.banks.values() if not layout.accounts]
    if pack.banks and len(rest) != 1:
        at = next(iter(pack.banks.values())).at
        fix = "请留一个不写 accounts 的文件，装其余的账号"
        yield Finding(at.file, at.line, "banks", f"有{len(rest)}个银行文件没有写 accounts，只能有一个", fix)
    taken: dict[str, str] = {}
    for layout in pack.banks.values():
        for prefix in layout.accounts:
            other = next((name for known, name in taken.items() if known.startswith(prefix) or prefix.startswith(known)), None)
            if other is not None or not prefix.isdigit():
                yield Finding(
                    layout.at.file,
                    layout.at.line,
                    "banks",
                    f"账号开头“{prefix}”和 {other or layout.id} 的分不开",
                    "请写不重叠的数字",
                )
            taken[prefix] = layout.id
        for code in layout.succeeded:
            if code in layout.failures:
                yield Finding(layout.at.file, layout.at.line, "banks", f"结果“{code}”既是成功又是失败", "请只写在一处")


def layout_of(layouts: Mapping[str, BankLayout], account: str) -> BankLayout | None:
    """The layout whose file the account goes to."""
    found = next((layout for layout in layouts.values() if layout.accounts and account.startswith(layout.accounts)), None)
    return found or next((layout for layout in layouts.values() if not layout.accounts), None)
