"""Everything in the pack that no document states or that has not been checked against one, on one page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from songhe.engines.policy.pack import Cited, Pack
from songhe.foundation import clock
from songhe.web.city.pack_tables import Cell, PackTable, cite_cell, reading_of
from songhe.web.rules import mark_of, value_text

_HEADS = ("名称", "类别", "现在的取值", "为什么要核实")


def assumptions(pack: Pack) -> PackTable:
    """Parameters, readings, conditions, amounts in kind and the demonstration's figures, assumed ones first."""
    rows = sorted(_rows(pack), key=lambda row: row[-1].mark != "assumed")
    lead = "文件没有写明、由演示取值的，还没有和原文核对的，以及原文可以有几种理解的。"
    return PackTable("assumed", "待核实与假定值", lead, _HEADS, tuple(rows))


def _rows(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    yield from _parameters(pack)
    yield from _definitions(pack)
    day = clock.today()
    for benefit in pack.benefits.values():
        rules = benefit.on(day)
        link = reverse("city:benefit", args=[benefit.id])
        for condition in rules.who if rules else ():
            if mark_of(condition.cited):
                yield _row(pack, Cell(benefit.title, "", link), "待遇的条件", condition.yes, condition.cited)
        if mark_of(benefit.cited):
            yield _row(pack, Cell(benefit.title, "", link), "待遇", rules.gives if rules else "", benefit.cited)
    yield from _others(pack)


def _parameters(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    for entry in pack.parameters.values():
        now = entry.on(clock.today())
        if now is not None and mark_of(now.cited):
            shown = f"{value_text(now.value, entry.type)} {entry.unit}".strip()
            yield _row(pack, Cell(entry.title, "", reverse("city:parameter", args=[entry.name])), "标准和参数", shown, now.cited)


def _definitions(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    for entry in pack.definitions.values():
        name = Cell(entry.title, "", reverse("city:definition", args=[entry.name]))
        if entry.readings:
            why = Cell(entry.ambiguity, entry.cited.note or "", "", mark_of(entry.cited))
            yield name, Cell("有歧义的定义"), Cell(reading_of(pack, entry), f"共{len(entry.readings)}种理解"), why
        elif mark_of(entry.cited):
            yield _row(pack, name, "定义", reading_of(pack, entry), entry.cited)


def _ahead(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    """What the projection rests on."""
    found = pack.prospect
    if found is None:
        return
    link = reverse("city:projection")
    tables = (("各年龄人口", found.cohorts), ("各年龄死亡率", found.deaths), ("能力等级的比例", found.ability))
    ratios = (("各等级住机构的比例", found.institution_use), ("一名护理员照护几位老人", found.carers))
    parts = [(title, "", part.sourced) for title, part in (*tables, *ratios)]
    parts += [
        (one.title, f"{one.low:g}、{one.middle:g}、{one.high:g} {one.unit}", one.sourced) for one in found.assumptions.values()
    ]
    parts += [(line.title, "", line.sourced) for line in found.money.values()]
    for title, value, sourced in parts:
        cited = Cited(sourced.cite, sourced.note, sourced.at)
        if mark_of(cited):
            yield _row(pack, Cell(title, "", link), "供需预测", value, cited)


def _told(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    """How people are told by message."""
    plan = pack.messages
    if plan is None:
        return
    parts = [("短信签名", plan.signature, plan.signature_cited)]
    parts += [("短信单价", f"{plan.price.value} {plan.price.unit}", plan.price.cited)]
    parts += [
        ("短信没看，几天后上门", f"{plan.days_until_visit.value} {plan.days_until_visit.unit}", plan.days_until_visit.cited)
    ]
    parts += [(f"短信：{text.title}", text.text, text.cited) for text in plan.texts.values()]
    for name, shown, cited in parts:
        if mark_of(cited):
            yield _row(pack, Cell(name), "短信", shown, cited)


def _others(pack: Pack) -> Iterator[tuple[Cell, ...]]:
    if pack.contact is not None and mark_of(pack.contact.cited):
        yield _row(pack, Cell("咨询窗口和电话"), "联系方式", f"{pack.contact.counter}，{pack.contact.phone}", pack.contact.cited)
    yield from _told(pack)
    for service in pack.services.values():
        if mark_of(service.cited):
            yield _row(pack, Cell(service.title), "服务清单", service.content, service.cited)
    for standard in pack.standards.values():
        if mark_of(standard.cited):
            yield _row(pack, Cell(standard.title), "设施和人员标准", standard.then, standard.cited)
    for lasting in pack.lasting.values():
        if mark_of(lasting.cited):
            yield _row(pack, Cell(lasting.label), "资料的有效期", f"{lasting.days}天", lasting.cited)
    for use in pack.data_uses.values():
        if mark_of(use.cited):
            yield _row(pack, Cell(use.title), "数据的用途", use.purpose, use.cited)
    yield from _ahead(pack)
    for figure in pack.figures:
        if mark_of(figure.cited):
            shown = "" if figure.value is None else f"{figure.value:,g} {figure.unit or ''}".strip()
            yield _row(pack, Cell(figure.indicator), "基线数据", shown, figure.cited)


def _row(pack: Pack, name: Cell, kind: str, shown: str, cited: Cited) -> tuple[Cell, ...]:
    why = cite_cell(pack, cited)
    return name, Cell(kind), Cell(shown), Cell(why.small or why.text, "", "", why.mark)
