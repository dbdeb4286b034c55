"""The pack browser: every rule, value and source of the city's pack, what is assumed, and how the pack came to be as it is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.city.assumptions import assumptions
from songhe.web.city.pack_tables import SECTIONS, PackTable, cite_cell
from songhe.web.city.rule_words import in_words
from songhe.web.exports import export
from songhe.web.lists import Filter
from songhe.web.public.benefits import benefit_page
from songhe.web.rules import citation_text, mark_of, parameter_history

TABS = tuple((name, title) for name, (title, _) in SECTIONS.items())
_ENTRIES = {"parameters": "city:parameters", "assumed": "city:assumed"}


def _table(section: str) -> PackTable:
    pack = policy.pack_in_use().pack
    if section == "assumed":
        return assumptions(pack)
    if section not in SECTIONS:
        raise NotFound("政策包里没有这一部分。", next_step="请从上面的分类里选择。")
    return SECTIONS[section][1](pack)


def _show(request: PageRequest, section: str) -> HttpResponse:
    text = request.GET.get("find", "").strip()
    table = _table(section)
    found = {
        "table": table.having(text) if text else table,
        "whole": len(table.rows),
        "tabs": TABS,
        "filters": (Filter("find", "找", text, hint="名称、内容、文件"),),
        "cleared": request.path if text else "",
        "pack": policy.pack_in_use().pack,
        "section": _ENTRIES.get(section, "city:policy"),
    }
    return render(request, "city/pack_table.html", found)


@desk(Right.SEE_PACKS)
def page_benefits(request: PageRequest) -> HttpResponse:
    """The benefits, first part of the pack."""
    return _show(request, "benefits")


@desk(Right.SEE_PACKS)
def page_parameters(request: PageRequest) -> HttpResponse:
    """The parameters with today's values."""
    return _show(request, "parameters")


@desk(Right.SEE_PACKS)
def page_assumed(request: PageRequest) -> HttpResponse:
    """What no document states or nobody has checked."""
    return _show(request, "assumed")


@desk(Right.SEE_PACKS)
def page_section(request: PageRequest, section: str) -> HttpResponse:
    """Any other part of the pack."""
    return _show(request, section)


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest, section: str) -> HttpResponse:
    """The same table as a file."""
    table = _table(section).having(request.GET.get("find", "").strip())
    marks = {"": "", "assumed": "演示取值", "unverified": "未核对原文"}
    rows = [[*("；".join(filter(None, (cell.text, cell.small))) for cell in row), marks[row[-1].mark]] for row in table.rows]
    return export(request, title=table.title, header=(*table.heads, "标记"), rows=rows)


@desk(Right.SEE_PACKS)
def page_benefit(request: PageRequest, benefit: str) -> HttpResponse:
    """One benefit with conditions, clauses, formula in words and the history of its parameters."""
    pack, day = policy.pack_in_use().pack, clock.today()
    entry = pack.benefits.get(benefit)
    if entry is None:
        raise NotFound("政策包里没有这项待遇。", next_step="请从待遇列表里选择。")
    rules = entry.on(day)
    conditions = [
        (condition.yes, in_words(pack, condition.expression.text), cite_cell(pack, condition.cited))
        for condition in (rules.who if rules else ())
    ]
    found = {
        "benefit": benefit_page(pack, entry, day),
        "conditions": conditions,
        "pay": in_words(pack, rules.pay.text) if rules and rules.pay else "",
        "section": "city:policy",
        "groups": [group.title for group in pack.groups.values() if benefit in group.among]
        + [cap.title for cap in pack.caps.values() if benefit in cap.among],
    }
    return render(request, "city/benefit.html", found)


@desk(Right.SEE_PACKS)
def page_definition(request: PageRequest, name: str) -> HttpResponse:
    """One definition; where there are readings, each of them and the one chosen."""
    pack = policy.pack_in_use().pack
    entry = pack.definitions.get(name)
    if entry is None:
        raise NotFound("政策包里没有这个定义。", next_step="请从定义列表里选择。")
    readings = [
        (reading, in_words(pack, reading.expression.text), reading.id == entry.chosen) for reading in entry.readings.values()
    ]
    found = {
        "entry": entry,
        "words": in_words(pack, entry.read_as().text),
        "readings": readings,
        "cite": citation_text(pack, entry.cited.cite),
        "mark": mark_of(entry.cited),
        "may_change": request.actor.may(Right.CHANGE_PACKS),
        "section": "city:policy",
    }
    return render(request, "city/definition.html", found)


@desk(Right.SEE_PACKS)
def page_parameter(request: PageRequest, name: str) -> HttpResponse:
    """One parameter: all its values with their sources, and the way to change it."""
    pack = policy.pack_in_use().pack
    entry = pack.parameters.get(name)
    if entry is None:
        raise NotFound("政策包里没有这个参数。", next_step="请从标准和参数里选择。")
    found = {
        "entry": entry,
        "history": parameter_history(pack, entry, clock.today()),
        "today": clock.today(),
        "may_change": request.actor.may(Right.CHANGE_PACKS),
        "section": "city:policy",
    }
    return render(request, "city/parameter.html", found)
