"""From a cell to a stored value, or to a problem with its reason and remedy. Every cell of a row is judged; nothing stops at the first fault."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from songhe.basics.identifiers import Phone, Problem, parse_phone, parse_resident_id
from songhe.basics.masking import mask_id_number
from songhe.basics.money import yuan_to_fen
from songhe.contexts.people.actions.read_sheets import Cell
from songhe.contexts.people.queries.batches import masked
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.layouts import Column
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

ERROR, NOTICE = "error", "notice"
_EXACT = 2**53
_YES = ("是", "有", "1", "√", "Y", "YES", "TRUE", "真")
_NO = ("否", "无", "0", "×", "N", "NO", "FALSE", "假", "没有")
_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)(?:[ T]0?0:00(?::00)?)?")
_TWO_DIGIT_YEAR = re.compile(r"\d{2}([-/.])\d{1,2}\1\d{1,2}|\d{2}年\d{1,2}月\d{1,2}日|\d{6}")
_SERIAL = re.compile(r"\d{1,5}(?:\.\d+)?")  # days since 1900, as a spreadsheet counts them
_OLDEST_YEAR = 1900
_SAYS_NOTHING = frozenset(("不详", "不清楚", "不知道", "未知", "待核实", "无法核实", "-", "--", "—", "——", "/"))
_FORMULA = re.compile(r"[=@]|[+-](?![\d-]*$)")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[·•.\- ])*")
_LONGEST_NAME, _LONGEST_TEXT = 50, 500
_SURNAMES_APART = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a cell. `value` is already masked."""

    column: str
    value: str
    code: str
    reason: str
    remedy: str
    level: str = ERROR


Judged = tuple[object, CellProblem | None]
Judge = Callable[[str], Judged]


def text_of(cell: Cell) -> str:
    """The cell as trimmed half-width text without a spreadsheet's text mark; a whole number without its point, a date as 2026-11-21."""
    if isinstance(cell, str):
        text = cell.strip()
        if text.startswith("'"):
            text = text[1:].lstrip()
        if not text.isprintable():
            text = "".join(c if c.isprintable() else " " for c in text).strip()
        return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell)


def judge_for(column: Column, as_of: dt.date) -> Judge:
    """How the cells of a column are read; `as_of` is the day from which a later date is impossible."""
    special: Mapping[str, Callable[[Column, dt.date], Judge]] = {
        "id_number": _id_number, "name": _name, "phone": _phone, "bank_account": _bank_account, "death_date": _date_judge,
        "former_id_number": _id_number, "number_changed_on": _date_judge,
    }  # fmt: skip
    if column.field in special:
        return special[column.field](column, as_of)
    variable = find_variable(column.field)
    if variable is None:
        return _free_text(column)
    if variable.type is Type.DATE:
        return _unless_it_says_nothing(column, _date_judge(column, as_of))
    if variable.type is Type.MONEY:
        return _unless_it_says_nothing(column, _money(column))
    if variable.type is Type.INT:
        return _unless_it_says_nothing(column, _whole_number(column, variable))
    return _unless_it_says_nothing(column, _word(column, variable))


def _unless_it_says_nothing(column: Column, judge: Judge) -> Judge:
    """A cell such as 不详 counts as empty: the fact stays unknown and the rest of the row is good."""

    def judged(text: str) -> Judged:
        if text in _SAYS_NOTHING:
            return _problem(column, text, "says_nothing", "这一格没有说明情况，按没有填处理。", "查清后请补报。", NOTICE)
        return judge(text)

    return judged


def _problem(column: Column, text: str, code: str, reason: str, remedy: str, level: str = ERROR) -> Judged:
    return None, CellProblem(column.header, masked(column.field, text), code, reason, remedy, level)


def _id_number(column: Column, as_of: dt.date) -> Judge:
    def judge(text: str) -> Judged:
        found = parse_resident_id(text, as_of=as_of)
        if isinstance(found, Problem):
            return _problem(column, text, f"id_{found.code.value}", found.reason, found.remedy)
        if found.extended:
            remedy = "不用处理；请原单位今后报送18位号码。"
            return found, CellProblem(
                column.header, mask_id_number(text), "id_extended", "15位旧号码，已换算成18位。", remedy, NOTICE
            )
        return found, None

    return judge


def _name(column: Column, as_of: dt.date) -> Judge:
    def judge(text: str) -> Judged:
        name = _SURNAMES_APART.sub("", text)
        if _FORMULA.match(name):
            return _problem(column, text, "formula", "姓名像是公式，不是文字。", "请改成老人的姓名；前面不要加等号等符号。")
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            return _problem(column, text, "name_unreadable", "姓名里有数字或符号，或者太长。", "请对照证件改正姓名。")
        return name, None

    return judge


def _phone(column: Column, as_of: dt.date) -> Judge:
    def judge(text: str) -> Judged:
        found = parse_phone(text)
        if isinstance(found, Phone):
            return found.number, None
        return _problem(column, text, f"phone_{found.code.value}", f"{found.reason}这个号码没有采用。", found.remedy, NOTICE)

    return judge


def _bank_account(column: Column, as_of: dt.date) -> Judge:
    def judge(text: str) -> Judged:
        digits = text.replace(" ", "").lstrip("'")
        if "E+" in digits.upper() or "." in digits:
            return _problem(
                column, text, "account_damaged", "账号被表格软件改成了科学计数法，后面的数字已经丢失，没有采用。",
                "请让原单位把这一列设为文本格式后重新导出。", NOTICE,
            )  # fmt: skip
        if not re.fullmatch(r"\d{12,30}", digits):
            return _problem(
                column, text, "account_invalid", "银行账号应为12到30位数字，没有采用。", "请对照存折或银行卡核对。", NOTICE
            )
        return digits, None

    return judge


def _free_text(column: Column) -> Judge:
    def judge(text: str) -> Judged:
        if _FORMULA.match(text):
            return _problem(column, text, "formula", "内容像是公式，不是文字。", "请改成普通文字；前面不要加等号等符号。")
        if len(text) > _LONGEST_TEXT:
            return _problem(column, text, "too_long", f"内容超过{_LONGEST_TEXT}字。", "请写得简短一些。")
        return text, None

    return judge


def read_date(text: str) -> dt.date | None:
    """The date that the text writes in one of the accepted ways; None where it writes none. ValueError for 2023-02-30."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, _, m1, d1, m2, d2, m3, d3 = found.groups()
    return dt.date(int(year), int(m1 or m2 or m3), int(d1 or d2 or d3))


def _date_judge(column: Column, as_of: dt.date) -> Judge:
    def judge(text: str) -> Judged:
        try:
            day = read_date(text)
        except ValueError:
            return _problem(column, text, "date_impossible", "日历上没有这一天。", "请对照证件或原始材料核对日期。")
        if day is None:
            return _problem(column, text, *_why_no_date(text))
        if day > as_of:
            return _problem(column, text, "date_implausible", "日期晚于数据日期。", "请对照证件或原始材料核对日期。")
        if day.year < _OLDEST_YEAR:
            reason = "日期早得不合常理，可能是空格子被表格软件变成了1899年。"
            return _problem(column, text, "date_implausible", reason, "不知道的请留空；知道的请对照原始材料改正。")
        return day.isoformat(), None

    return judge


def _why_no_date(text: str) -> tuple[str, str, str]:
    """Code, reason and remedy for a text that is no date."""
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return "date_two_digit_year", "年份只写了两位，分不清是哪个世纪。", "请写四位年份，例如 1945-03-01。"
    if _SERIAL.fullmatch(text):
        return "date_serial", "这是表格软件里的日期序号，不是日期。", "请把这一列改成日期或文本格式，写成 2026-11-21 这样的形式。"
    return "date_unreadable", "日期认不出来。", "请写成 2026-11-21 这样的形式。"


def _money(column: Column) -> Judge:
    def judge(text: str) -> Judged:
        plain = text.removesuffix("元").strip().lstrip("¥")
        try:
            fen = yuan_to_fen(plain)
        except ValueError:
            return _problem(
                column, text, "money_unreadable", "金额认不出来。", "请以元为单位写数字，最多两位小数，例如 1280.50。"
            )
        if fen < 0:
            return _problem(column, text, "money_negative", "金额不能是负数。", "请核对金额。")
        return fen, None

    return judge


def _whole_number(column: Column, variable: Variable) -> Judge:
    words = {unicodedata.normalize("NFKC", word): value for word, value in column.words.items()}
    low, high = column.low if column.low is not None else 0, column.high if column.high is not None else 10**9

    def judge(text: str) -> Judged:
        value = words.get(text, int(text) if re.fullmatch(r"\d{1,9}", text) else None)
        if isinstance(value, int) and low <= value <= high:
            return value, None
        accepted = "、".join(words) if words else f"{low}到{high}之间的整数"
        return _problem(column, text, "not_in_list", f"“{variable.label}”不能是这个值。", f"请填：{accepted}。")

    return judge


def _word(column: Column, variable: Variable) -> Judge:
    accepted: dict[str, object] = {}
    if variable.type is Type.BOOL:
        accepted |= dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
    else:
        for code, label in variable.values:
            accepted |= {code.upper(): code, unicodedata.normalize("NFKC", label).upper(): code}
    accepted |= {unicodedata.normalize("NFKC", word).upper(): value for word, value in column.words.items()}
    usual = [*column.words] or (["是", "否"] if variable.type is Type.BOOL else [label for _, label in variable.values])

    def judge(text: str) -> Judged:
        value = accepted.get(text.upper())
        if value is not None:
            return value, None
        return _problem(column, text, "not_in_list", f"“{variable.label}”没有这种写法。", f"请填：{'、'.join(usual)}。")

    return judge
