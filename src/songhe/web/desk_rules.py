"""The rules that concern one desk, read-only: chosen tables of the pack, searched by `q`, and as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.web.access import PageRequest
from songhe.web.city.pack_tables import PackTable
from songhe.web.exports import export
from songhe.web.lists import Filter

Tables = Callable[[Pack], Sequence[PackTable]]
_NAME = re.compile(r"\b[a-z][a-z0-9_]*\b")


def only(table: PackTable, titles: Collection[str], *, id: str, title: str, lead: str, without: str = "") -> PackTable:
    """The rows of these titles under another heading, without the column of this head."""
    kept = [place for place, head in enumerate(table.heads) if head != without]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows if row[0].text in titles)
    return replace(table, id=id, title=title, lead=lead, heads=tuple(table.heads[place] for place in kept), rows=rows)


def definitions_naming(pack: Pack, variable: str) -> set[str]:
    """The definitions that a variable decides, through others too, whichever reading is chosen."""
    texts = {
        name: " ".join(
            expression.text
            for expression in (entry.expression, *(each.expression for each in entry.readings.values()))
            if expression
        )
        for name, entry in pack.definitions.items()
    }
    found: set[str] = set()
    grown = {variable}
    while grown:
        grown = {name for name, text in texts.items() if name not in found and names_any(text, grown)}
        found |= grown
    return found


def names_any(text: str, names: Iterable[str]) -> bool:
    """Whether an expression names one of these."""
    return not set(names).isdisjoint(_NAME.findall(text))


def page_of(request: PageRequest, tables: Tables, template: str) -> HttpResponse:
    """The tables with the rows in which the words searched for stand."""
    pack, text = policy.pack_in_use().pack, request.GET.get("q", "").strip()
    every = tables(pack)
    found = {
        "pack": pack,
        "tables": [table.having(text) for table in every] if text else every,
        "filters": (Filter("q", "找规定", text, hint="例如：护理、补贴、床位"),),
        "cleared": request.path if text else "",
    }
    return render(request, template, found)


def export_of(request: PageRequest, tables: Tables, title: str) -> HttpResponse:
    """The same tables one under the other: part, rule, what it says, clause."""
    pack, text = policy.pack_in_use().pack, request.GET.get("q", "").strip()
    rows = [
        (
            table.title,
            row[0].text,
            "；".join(f"{head}：{cell.text}" for head, cell in zip(table.heads[1:-1], row[1:-1], strict=True) if cell.text),
            row[-1].text,
            row[-1].small,
        )
        for table in (each.having(text) for each in tables(pack))
        for row in table.rows
    ]
    return export(request, title=title, header=("部分", "规定", "内容", "依据", "说明"), rows=rows)
