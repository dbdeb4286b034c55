"""Reading one mapping of a YAML file key by key: wrong types, missing and unknown keys become findings with their line."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Collection, Iterator
from typing import Self

from songhe.basics.findings import Finding, Place
from songhe.basics.yaml_parts import Listing, Mapping, Part, Plain, Scalar

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Section:
    """One mapping. Ask for every key it may have, then call `done()`."""

    def __init__(self, findings: list[Finding], file: str, part: Part | None, what: str) -> None:
        self.findings, self.file, self.what = findings, file, what
        self.line = part.line if part is not None else 1
        self.map = part if isinstance(part, Mapping) else Mapping(self.line, {}, {})
        self.asked: set[str] = set()
        if part is not None and not isinstance(part, Mapping):
            self.fault(self.line, "shape", f"{what}要写成“键: 值”", "请照 docs/pack-format.md 的样子写")

    def fault(self, line: int, code: str, message: str, fix: str, severity: str = "error") -> None:
        self.findings.append(Finding(self.file, line, code, message, fix, severity))

    def at(self, key: str | None = None) -> Place:
        return Place(self.file, self.map.lines.get(key, self.line) if key else self.line)

    def has(self, key: str) -> bool:
        return key in self.map.items

    def part(self, key: str, *, required: bool = False) -> Part | None:
        self.asked.add(key)
        part = self.map.items.get(key)
        if isinstance(part, Scalar) and part.value is None and not part.quoted:
            part = None
        if part is None and required:
            self.fault(self.line, "missing_key", f"{self.what}没有写 {key}", f"请补上 {key}:")
        return part

    def scalar(self, key: str, kinds: tuple[type, ...], say: str, required: bool) -> Plain:
        part = self.part(key, required=required)
        if part is None:
            return None
        if (
            not isinstance(part, Scalar)
            or not isinstance(part.value, kinds)
            or (isinstance(part.value, bool) and bool not in kinds)
        ):
            self.fault(part.line, "type", f"{self.what}的 {key} 不对", f"{key} 要写{say}")
            return None
        return part.value

    def text(self, key: str, *, required: bool = False) -> str:
        return self.maybe_text(key, required=required) or ""

    def maybe_text(self, key: str, *, required: bool = False) -> str | None:
        value = self.scalar(key, (str, int, float, dt.date), "一段文字", required)
        return None if value is None else str(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.scalar(key, (bool,), " true 或 false", False)
        return default if value is None else bool(value)

    def number(self, key: str) -> float | int | None:
        value = self.scalar(key, (int, float), "一个数", False)
        return value if isinstance(value, int | float) else None

    def day(self, key: str, *, required: bool = False) -> dt.date | None:
        value = self.scalar(key, (dt.date,), "日期，例如 2024-01-01(不加引号)", required)
        return value if isinstance(value, dt.date) else None

    def choice(self, key: str, allowed: Collection[str], default: str) -> str:
        value = self.maybe_text(key)
        if value is None:
            return default
        if value not in allowed:
            self.fault(self.at(key).line, "choice", f"{self.what}的 {key} 不能写“{value}”", "可写的有：" + "、".join(allowed))
            return default
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        part = self.part(key, required=required)
        if part is None:
            return ()
        items = part.items if isinstance(part, Listing) else ()
        found = tuple(str(item.value) for item in items if isinstance(item, Scalar) and item.value is not None)
        if not isinstance(part, Listing) or len(found) != len(items):
            self.fault(part.line, "type", f"{self.what}的 {key} 不对", f"{key} 要写成列表，例如 [甲, 乙]")
        return found

    def inner(self, key: str, what: str, *, required: bool = False) -> Self | None:
        part = self.part(key, required=required)
        return None if part is None else type(self)(self.findings, self.file, part, what)

    def each(self, key: str, what: str) -> Iterator[Self]:
        """The mappings of a list under a key."""
        part = self.part(key)
        if part is None:
            return
        if not isinstance(part, Listing):
            self.fault(part.line, "type", f"{self.what}的 {key} 不对", f"{key} 要写成列表，每项以 - 开头")
            return
        for item in part.items:
            yield type(self)(self.findings, self.file, item, what)

    def named(self, what: str) -> Iterator[tuple[str, Self]]:
        """Every key of this mapping as an id with its own mapping."""
        for key, part in self.map.items.items():
            self.asked.add(key)
            if not NAME.fullmatch(key):
                self.fault(self.at(key).line, "id", f"“{key}”不能作{what}的名称", "名称用小写字母、数字和下划线，以字母开头")
                continue
            inner = type(self)(self.findings, self.file, part, f"{what} {key} ")
            inner.line = self.at(key).line
            yield key, inner

    def done(self) -> None:
        """Every key that nobody asked for is an error."""
        for key in self.map.items.keys() - self.asked:
            close = difflib.get_close_matches(key, sorted(self.asked), 1)
            fix = f"是不是想写 {close[0]}?" if close else "可写的有：" + "、".join(sorted(self.asked))
            value = self.map.items[key]
            if isinstance(value, Scalar) and value.value is None and not key.isascii():
                fix = "前面的文字里有半角逗号，被拆成了两段：请给整段文字加双引号"
            self.fault(self.at(key).line, "unknown_key", f"{self.what}里不认识“{key}”", fix)


def plain_value(part: Part) -> object:
    """The part as plain Python data; dates stay dates."""
    match part:
        case Scalar():
            return part.value
        case Listing():
            return [plain_value(item) for item in part.items]
        case Mapping():
            return {key: plain_value(item) for key, item in part.items.items()}
