"""The columns of a register's file: what names the entry, the declared fields, then state and days."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.registers.access import declared
from songhe.engines.policy.pack import RegisterEntry, RegisterField
from songhe.foundation.access import Actor

NUMBER, NAME, ID_NUMBER, PLACE = "entry_number", "person_name", "person_id_number", "place"
IN_STATE, OPENED, CLOSED, REASON = "in_state", "opened_on", "closed_on", "why"
_KINDS = {
    "text": "文字",
    "int": "整数",
    "decimal": "数",
    "money": "金额（元）",
    "bool": "是或否",
    "date": "日期，例如 2026-11-21",
}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column: `is_` is one of the names above or the id of a field; `words` are the cells that it accepts, empty for any."""

    header: str
    is_: str
    fill: str
    required: bool
    words: tuple[str, ...]
    aliases: tuple[str, ...]
    text: bool  # code-like: the cells have to be text, or digits get lost


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How a file of a register looks."""

    register: str
    title: str
    columns: tuple[FileColumn, ...]


def file_layout(actor: Actor, *, register: str) -> FileLayout:
    """The layout of a register's file; RegisterUnknown where the actor may not see it."""
    return layout_of(declared(actor, register))


def layout_of(register: RegisterEntry) -> FileLayout:
    """The layout that follows from a declaration."""
    states = tuple(label for _, label in register.states)
    head = [FileColumn("台账编号", NUMBER, "导出的表里才有；有编号时按编号找原来的那条", False, (), ("编号",), True)]
    if register.entity == "person":
        head += [
            FileColumn("姓名", NAME, "与证件一致", True, (), ("老人姓名",), False),
            FileColumn("身份证号", ID_NUMBER, "18位", True, (), ("公民身份号码", "身份证号码", "证件号码"), True),
        ]
    else:
        head.append(
            FileColumn(
                "所在区划", PLACE, "镇（街道）或村（社区）的代码或名称；不填按您负责的区域", False, (), ("所在地", "区划"), True
            )
        )
    tail = [
        FileColumn("状态", IN_STATE, f"不填：新登记的为“{states[0]}”，已有的不变", False, states, (), False),
        FileColumn("登记日期", OPENED, "不填按上传当天", False, (), (), False),
        FileColumn("结束日期", CLOSED, "状态已结束的才填", False, (), (), False),
        FileColumn("变更原因", REASON, "改了状态而这一步要写原因的，写在这里", False, (), (), False),
    ]
    return FileLayout(register.id, register.title, (*head, *(_column(field) for field in register.fields), *tail))


def _column(field: RegisterField) -> FileColumn:
    words = ("是", "否") if field.type == "bool" else tuple(label for _, label in field.values)
    unit = f"（{field.unit}）" if field.unit else ""
    hint = field.hint or ("请选择" if words else _KINDS[field.type])
    spellings = (field.label, f"{field.label}({field.unit})") if field.unit else ()
    return FileColumn(f"{field.label}{unit}", field.id, hint, field.required, words, spellings, field.type == "text")
