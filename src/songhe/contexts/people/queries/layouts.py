"""The departments' file layouts, read from packs/national/departments.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from songhe.contexts.people.errors import UnknownDepartment


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a department's file. `field` is an identity field or a variable; `words` maps cell text to a stored value."""

    header: str
    aliases: tuple[str, ...]
    field: str
    required: bool
    words: Mapping[str, object]
    low: int | None
    high: int | None


TOKEN = Column("填报编号", (), "sheet_token", False, {}, None, None)
"""The column of a sheet that was sent out to be filled in: it says which request and which person a row answers."""

EXPLANATION = "填写说明"  # the sheet of a template that explains it; never read
EXAMPLE = "示例"  # begins the name in a template's example row; never read


@dataclass(frozen=True, slots=True)
class CompleteList:
    """Of what a file may be the whole list: whoever is not in it is said to have `absent` as `variable`, once a human says that it is one."""

    id: str
    label: str
    variable: str
    absent: object


@dataclass(frozen=True, slots=True)
class Layout:
    """A department's file. `may_add`: its rows may bring in people nobody knew; `keeps_identity`: its names, households and communities count."""

    code: str
    label: str
    rank: int
    title: str
    may_add: bool
    keeps_identity: bool
    columns: tuple[Column, ...]
    complete_lists: tuple[CompleteList, ...] = ()


def _raw() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(settings.PACKS) / "national" / "departments.yaml").read_text("utf-8"))
    return loaded


def _column(entry: Mapping[str, Any]) -> Column:
    return Column(
        entry["header"], tuple(entry.get("aliases", ())), entry["is"], entry.get("required", False),
        {str(word): value for word, value in entry.get("words", {}).items()}, entry.get("from"), entry.get("to"),
    )  # fmt: skip


@cache
def layouts() -> tuple[Layout, ...]:
    """Every department's layout, by rank."""
    found = [
        Layout(
            code, entry["label"], entry["rank"], entry["file"], entry["may_add"], entry.get("keeps_identity", False),
            tuple(_column(column) for column in entry["columns"]),
            tuple(CompleteList(each["id"], each["label"], each["variable"], each["absent"]) for each in entry.get("complete_lists", ())),
        )
        for code, entry in _raw()["departments"].items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda layout: layout.rank))


def layout_of(department: str) -> Layout:
    """The layout of a department by label (公安) or code (police); raises UnknownDepartment."""
    for layout in layouts():
        if department in (layout.label, layout.code):
            return layout
    known = "、".join(layout.label for layout in layouts())
    raise UnknownDepartment(
        f"没有“{department[:20]}”的文件格式。", next_step=f"请从这些部门中选择：{known}。", field="department"
    )


@cache
def ranks() -> Mapping[str, int]:
    """Department label -> rank."""
    return {layout.label: layout.rank for layout in layouts()}
