"""What a department's file must look like: each column in words, and the empty file to fill in, as xlsx and csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.layouts import EXAMPLE, Column, Layout, layout_of
from songhe.contexts.people.queries.workbook import FormColumn, form_workbook
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

EXAMPLE_NAME = f"{EXAMPLE}：王建国（这一行不会读，可以删去）"
_CODES = frozenset({"id_number", "phone", "household_no", "area_code", "bank_account", "former_id_number"})
_FILLS = {
    "id_number": "18位公民身份号码，末位可以是 X",
    "phone": "11位手机号，或带区号的固定电话",
    "household_no": "户口簿上的户号",
    "area_code": "12位区划代码；写了代码就不用写名称",
    "area_name": "村或社区的名称；全市有同名的，还要写镇街",
    "town_name": "镇或街道的名称",
    "bank_account": "12到30位数字",
    "death_date": "日期，例如 2026-06-30；健在的不填",
    "former_id_number": "换过号码的人，填换号以前的18位号码；没有换过的不填",
    "number_changed_on": "换号的日期，例如 2026-06-30；没有换过的不填",
    "name": "与证件上一样",
    "relation": "例如 户主、配偶、子",
}
_EXAMPLES = {
    "id_number": "11010519491231002X", "name": EXAMPLE_NAME, "sex": "男", "birth_date": "1949-12-31", "household_no": "000123456",
    "relation": "户主", "town_name": "某某镇", "area_code": "110105001001", "area_name": "某某村", "address": "某某镇某某村1组8号",
    "phone": "13800138000", "bank_account": "6222021234567890123", "diagnosis": "高血压", "alive": "健在",
}  # fmt: skip
_KINDS = {Type.DATE: "日期，例如 2026-06-30", Type.MONEY: "金额，元，例如 1280.50", Type.INT: "整数"}
_KIND_EXAMPLES = {Type.DATE: "2026-06-30", Type.MONEY: "1280.50", Type.INT: "3"}
_YES_NO = ("是", "否")
_HOW = (
    "这张表怎么填",
    "1. 在前一张工作表里，从第3行起，每人一行。第2行是示例，不会读，可以删去。",
    "2. 列名后有 * 的必须填；其他的不知道就空着，空着的格子不会抹掉已有的资料。",
    "3. 身份证号、电话、账号、代码这些列已设成文本格式，请直接填，不要改格式，免得丢掉数字。",
    "4. 有下拉选项的格子，请从选项里选。",
    "5. 不要合并单元格，不要在表里写公式。多出来的列不会读。",
    "6. 填好后，在“上传文件”页面上传；先检查，看过结果再确认入库。",
)


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: its header, what else is taken for it, how it is filled in. `words` may be filled in; `choices` are those to choose from.

    `fill` is empty where only `words` may stand. `code`: a number that must stay text.
    """

    field: str
    header: str
    aliases: tuple[str, ...]
    required: bool
    fill: str
    words: tuple[str, ...]
    choices: tuple[str, ...]
    example: str
    code: bool


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """An empty file to fill in; `kind` is xlsx or csv."""

    name: str
    kind: str
    content: bytes


def template_columns(department: str) -> tuple[TemplateColumn, ...]:
    """The columns of a department's file (by label or code), in order; raises UnknownDepartment."""
    return tuple(template_column(column) for column in layout_of(department).columns)


def template_column(column: Column) -> TemplateColumn:
    """How one column is filled in."""
    variable = None if column.field in _FILLS else find_variable(column.field)
    words, choices = _words(column, variable), _choices(column, variable)
    fill = _FILLS.get(column.field, "") or (_KINDS.get(variable.type, "") if variable else "文字")
    number = variable is not None and variable.type is Type.INT
    if number and not words and variable is not None and variable.unit:
        fill = f"整数，{variable.unit}"
    fill = "" if words and not number else f"{fill}，或者：" if words else fill
    example = _EXAMPLES.get(column.field) or (
        choices[0] if choices else _KIND_EXAMPLES.get(variable.type, "") if variable else ""
    )
    return TemplateColumn(
        column.field, column.header, column.aliases, column.required, fill, words, choices, example, column.field in _CODES
    )


def _words(column: Column, variable: Variable | None) -> tuple[str, ...]:
    if variable is None:
        return ()
    labels = _YES_NO if variable.type is Type.BOOL and not column.words else tuple(label for _, label in variable.values)
    return tuple(dict.fromkeys((*labels, *column.words)))


def _choices(column: Column, variable: Variable | None) -> tuple[str, ...]:
    """One word for each value."""
    if variable is None:
        return ()
    if variable.values:
        return tuple(label for _, label in variable.values)
    if variable.type is Type.BOOL and not column.words:
        return _YES_NO
    first: dict[object, str] = {}
    for word, value in column.words.items():
        first.setdefault(value, word)
    return tuple(first.values())


def template_file(department: str, *, kind: str = "xlsx") -> TemplateFile:
    """The empty file, with an example row that is not read; csv with UTF-8's mark, anything else xlsx."""
    layout = layout_of(department)
    columns = template_columns(department)
    name = f"{layout.label}-{layout.title}-空表"
    if kind == "csv":
        return TemplateFile(name, "csv", _csv(columns))
    form = [
        FormColumn(_marked(c), c.choices if len(c.choices) > 1 else (), 22 if c.code else 14, required=c.required)
        for c in columns
    ]
    rows = [[c.example for c in columns]]
    return TemplateFile(name, "xlsx", form_workbook(layout.title, form, rows, explanation=explanation(layout), examples=1))


def explanation(layout: Layout, *, how: Sequence[str] = _HOW) -> list[tuple[str, ...]]:
    """The sheet of explanations, line by line."""
    head: list[tuple[str, ...]] = [*((line,) for line in how), (), ("列名", "必填", "怎么填", "例子", "也认得的列名")]
    return [*head, *(_explained(column) for column in map(template_column, layout.columns))]


def _explained(column: TemplateColumn) -> tuple[str, ...]:
    return (
        column.header, "必填" if column.required else "", column.fill + "、".join(column.words),
        "王建国" if column.field == "name" else column.example, "、".join(column.aliases),
    )  # fmt: skip


def _marked(column: TemplateColumn) -> str:
    return f"{column.header}*" if column.required else column.header


def _csv(columns: Sequence[TemplateColumn]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_marked(c) for c in columns], [c.example for c in columns]])
    return out.getvalue().encode("utf-8-sig")
