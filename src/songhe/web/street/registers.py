"""The registers of the city: which there are, and the entries of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.registers import queries as registers
from songhe.contexts.registers.queries import EntryLine, RegisterView
from songhe.contexts.registers.words import Expectation
from songhe.engines.policy.pack import RegisterField
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter
from songhe.web.exports import every_row, export
from songhe.web.frame import area_path_of
from songhe.web.lists import Filter, chosen
from songhe.web.street.register_shared import EXPECTED, frame_of

_OVER = (("yes", "已结束的"), ("all", "全部"))
_SHOWN = 6  # columns of the list; the rest stands on the entry's page


@desk(Right.SEE_REGISTERS)
def page_registers(request: PageRequest) -> HttpResponse:
    """Every register that the actor may see, with how many entries are open."""
    found = registers.registers(request.actor, area_path=area_path_of(request))
    lines = [(each, each.expected[Expectation.MISSING], each.expected[Expectation.LEAVING]) for each in found]
    roster = request.actor.may(Right.SEE_DECISIONS)
    return render(request, "street/registers.html", {**frame_of(request), "lines": lines, "roster": roster})


def _filters(request: PageRequest, view: RegisterView) -> tuple[Filter, ...]:
    states = tuple(view.declared.states)
    hint = "姓名、拼音或身份证号" if view.declared.entity == "person" else "名称里的字"
    return (
        Filter("text", "找什么", request.GET.get("text", "").strip()[:50], hint=hint),
        Filter("state", "状态", chosen(request.GET, "state", states), "choice", states),
        Filter("over", "是否结束", chosen(request.GET, "over", _OVER), "choice", _OVER, any="没有结束的"),
        area_filter(request, Right.SEE_REGISTERS),
    )


def _columns(view: RegisterView) -> list[RegisterField]:
    """The fields that the list shows: those declared, else the first ones."""
    fields = [field for field in view.declared.fields if not field.sensitive and field.id != "name"]
    return [field for field in fields if field.id in view.declared.columns] or fields[:_SHOWN]


def _found(
    request: PageRequest, register: str, filters: tuple[Filter, ...], after: str | None, limit: int = 50
) -> Page[EntryLine]:
    text, state, over, area = (each.value for each in filters)
    wanted = {"": False, "yes": True, "all": None}[over]
    return registers.entries(
        request.actor, register=register, area_path=area, state=state or None, text=text, over=wanted, after=after, limit=limit
    )


@desk(Right.SEE_REGISTERS)
def page_register(request: PageRequest, register: str) -> HttpResponse:
    """The entries of a register; filters and cursor stand in the address."""
    view = registers.register(request.actor, register=register, area_path=area_path_of(request))
    filters = _filters(request, view)
    page = _found(request, register, filters, request.GET.get("after"))
    shown = _columns(view)
    ids = {field.id for field in shown}
    found = {
        **frame_of(request),
        "view": view,
        "filters": filters,
        "page": page,
        "fields": shown,
        "lines": [(line, [value for value in line.values if value.field.id in ids]) for line in page.items],
        "states": [(view.declared.label_of(state), state, count) for state, count in view.by_state.items()],
        "expected": [(EXPECTED[kind][0], kind.value, count) for kind, count in view.expected.items() if count],
        "may_keep": request.actor.may(Right.KEEP_REGISTERS),
        "cleared": request.path if any(each.value for each in filters) else "",
    }
    return render(request, "street/register.html", found)


@desk(Right.SEE_REGISTERS)
def page_register_export(request: PageRequest, register: str) -> HttpResponse:
    """The list of the filters as a file that can be filled in and sent back: the number names the entry."""
    view = registers.register(request.actor, register=register)
    filters = _filters(request, view)
    lines = every_row(lambda after: _found(request, register, filters, after, limit=500))
    fields = [field for field in view.declared.fields if not field.sensitive]
    ids = [field.id for field in fields]
    who = "姓名" if view.declared.entity == "person" else "所在地"
    header = (
        "台账编号",
        who,
        "所在区划",
        *(f"{f.label}（{f.unit}）" if f.unit else f.label for f in fields),
        "状态",
        "登记日期",
        "结束日期",
    )
    rows = [
        (
            str(line.id), line.name, line.place, *(value.cell for value in line.values if value.field.id in ids), line.state_label,
            f"{line.opened_on}", f"{line.closed_on or ''}",
        )
        for line in lines
    ]  # fmt: skip
    return export(request, title=view.declared.title, header=header, rows=rows, area_path=filters[3].value)
