"""YAML with positions: every mapping, list and scalar knows its line. Aliases, duplicate keys and odd tags are refused.

Plain words keep their text except null, true, false, numbers and dates, so `yes:` and `no:` are ordinary keys.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import yaml

from songhe.basics.findings import Finding

MAX_BYTES = 4_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Plain = str | int | float | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Scalar:
    line: int
    value: Plain
    quoted: bool


@dataclass(frozen=True, slots=True)
class Listing:
    line: int
    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    items: dict[str, Part]
    lines: dict[str, int]  # the line of each key


Part = Scalar | Listing | Mapping


class _Refused(Exception):
    def __init__(self, line: int, message: str, fix: str) -> None:
        super().__init__(message)
        self.line, self.message, self.fix = line, message, fix


def read_document(file: str, text: str) -> tuple[Part | None, list[Finding]]:
    """The document's parts (None if it is empty or broken) and what is wrong with it as YAML."""
    if len(text.encode()) > MAX_BYTES:
        return None, [Finding(file, 1, "yaml", "文件太大", f"最多 {MAX_BYTES // 1_000_000} MB,请拆开")]
    try:
        builder = _Builder(text)
        return builder.document(), []
    except _Refused as error:
        return None, [Finding(file, error.line, "yaml", error.message, error.fix)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fix = "请检查缩进、冒号后的空格和引号；文字里有逗号、冒号、问号、引号或括号时，整段加双引号"
        return None, [Finding(file, line, "yaml", f"不是合格的 YAML({error.problem or '读不下去'})", fix)]
    except yaml.YAMLError:
        return None, [Finding(file, 1, "yaml", "文件里有不能读的字符", "请存成 UTF-8 文本")]


class _Builder:
    def __init__(self, text: str) -> None:
        self.events = iter(yaml.parse(text, Loader=_LOADER))

    def document(self) -> Part | None:
        found: Part | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(_line(event), "一个文件里有两份 YAML", "请去掉 --- 之后的部分，或拆成两个文件")
                found = self.part(next(self.events), 0)
        return None if isinstance(found, Scalar) and found.value is None else found

    def part(self, event: yaml.Event, depth: int) -> Part:
        line = _line(event)
        if depth > 20:
            raise _Refused(line, "层次太深", "最多 20 层")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(line, "不能用 & 和 * 引用", "请把内容写全")
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Refused(line, f"不能用标签 {event.tag}", "请去掉标签，直接写值")  # type: ignore[attr-defined]
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(line, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Part] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self.part(inner, depth + 1))
            return Listing(line, tuple(items))
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(line, "读不懂这一行", "请检查缩进和括号")
        quoted = event.style in ("'", '"', "|", ">")
        return Scalar(line, str(event.value) if quoted else _plain(str(event.value), line), quoted)

    def mapping(self, line: int, depth: int) -> Mapping:
        items: dict[str, Part] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            at = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(at, "键只能是一个名称", "请检查花括号和缩进")
            key = str(event.value)
            if key in items:
                raise _Refused(at, f"“{key}”写了两次", f"第 {lines[key]} 行已经有了，请删掉一处")
            if key == "<<":
                raise _Refused(at, "不能用 << 合并", "请把内容写全")
            items[key] = self.part(next(self.events), depth + 1)
            lines[key] = at
        return Mapping(line, items, lines)


def _line(event: yaml.Event) -> int:
    """The line of an event, counted from 1."""
    return 1 if event.start_mark is None else int(event.start_mark.line) + 1


def _plain(text: str, line: int) -> Plain:
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise _Refused(line, f"没有 {text} 这一天", "请写实际的日期，如 2024-02-29") from error
    return text
