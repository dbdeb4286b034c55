"""The keys of one scale file: what is missing, of a wrong type or not known becomes a finding with its line."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from songhe.basics import yaml_sections
from songhe.basics.findings import Place
from songhe.basics.yaml_parts import Listing, Scalar
from songhe.engines.scales.scale import (
    Agreement,
    Answered,
    AtLeast,
    Band,
    Better,
    ByTable,
    ByTotal,
    Change,
    Circumstance,
    Dimension,
    Grade,
    Holds,
    Item,
    Kind,
    Option,
    Origin,
    Scale,
    Trigger,
    Use,
)

Entry = TypeVar("Entry")
MOST = 99  # of a count without its own `high`


class ScaleSection(yaml_sections.Section):
    """One mapping of a scale file. Ask for every key it may have, then call `done()`."""

    def whole(self, key: str, *, required: bool = False) -> int | None:
        value = self.scalar(key, (int,), "一个整数", required)
        return value if isinstance(value, int) else None

    def here(self) -> Place:
        return Place(self.file, self.line)

    def origin(self, sources: Collection[str] | None, inherits: Origin | None = None) -> Origin:
        """The citation of this entry, or the one it inherits; `verified: false` marks what nobody has checked."""
        note = self.text("note")
        assumed = self.choice("source", ("assumed",), "") == "assumed"
        verified = self.flag("verified", inherits.verified if inherits else True)
        cite = self.inner("cite", f"{self.what}的 cite ")
        if assumed:
            if not note:
                self.fault(self.at("source").line, "missing_note", f"{self.what}是假定的，没有写为什么", "请加 note: 说明")
            return Origin("", "", "assumed", note)
        if cite is None:
            if inherits is None:
                self.fault(self.line, "missing_citation", f"{self.what}没有写出处", "请写 cite: {doc: 文件, clause: 条款}")
                return Origin("", "", "assumed", note)
            return Origin(inherits.document, inherits.clause, "stated" if verified else "unverified", note)
        document, clause = cite.text("doc", required=True), cite.text("clause", required=True)
        if document and sources is not None and document not in sources:
            self.fault(
                cite.line, "unknown_source", f"sources 里没有叫“{document}”的文件", "可写的有：" + "、".join(sorted(sources))
            )
        cite.done()
        return Origin(document, clause, "stated" if verified else "unverified", note)


def read_scale(section: ScaleSection, sha256: str, sources: Collection[str] | None) -> Scale | None:
    """The scale, as far as its form goes; None where the file has no usable id."""
    scale_id = section.text("id", required=True)
    origin = section.origin(sources)
    sets = _option_sets(section)
    dimensions = tuple(_dimension(one, sets, origin, sources) for one in section.each("dimensions", "方面"))
    scale = Scale(
        id=scale_id,
        title=section.text("title", required=True),
        standard=section.text("standard", required=True),
        about=section.text("about", required=True),
        version=section.text("version", required=True),
        use=Use(section.choice("use", tuple(Use), Use.ASSESS)),
        gives=section.text("gives"),
        count=section.whole("count", required=True) or 0,
        high=section.whole("high"),
        dimensions=dimensions,
        circumstances=tuple(_circumstance(one) for one in section.each("circumstances", "情况")),
        grades=tuple(_grade(one) for one in section.each("grades", "等级")),
        first_grade=_first_grade(section),
        changes=tuple(_change(one, origin, sources) for one in section.each("changes", "变更规则")),
        stacking=section.flag("stacking", False),
        agreements=tuple(_agreement(one) for one in section.each("agreements", "核对")),
        origin=origin,
        sha256=sha256,
        at=section.at("id"),
    )
    section.done()
    return scale if scale_id else None


def _option_sets(section: ScaleSection) -> dict[str, tuple[Option, ...]]:
    part = section.inner("option_sets", "option_sets ")
    if part is None:
        return {}
    return {name: tuple(_option(one) for one in part.each(name, f"选项组 {name} 的选项")) for name in part.map.items}


def _option(section: ScaleSection) -> Option:
    option = Option(
        section.text("id", required=True),
        section.text("label", required=True),
        section.whole("points", required=True) or 0,
        section.here(),
    )
    section.done()
    return option


def _dimension(
    section: ScaleSection, sets: dict[str, tuple[Option, ...]], origin: Origin, sources: Collection[str] | None
) -> Dimension:
    items = tuple(_item(one, sets, origin, sources) for one in section.each("items", "条目"))
    dimension = Dimension(
        id=section.text("id", required=True),
        code=section.text("code"),
        label=section.text("label", required=True),
        better=Better(section.choice("better", tuple(Better), Better.HIGHER)),
        low=section.whole("low"),
        high=section.whole("high"),
        step=section.whole("step") or 1,
        count=section.whole("count", required=True) or 0,
        items=items,
        levels=tuple(_band(one, "level") for one in section.each("levels", "分级")),
        covers=section.texts("covers"),
        at=section.here(),
    )
    section.done()
    return dimension


def _item(section: ScaleSection, sets: dict[str, tuple[Option, ...]], origin: Origin, sources: Collection[str] | None) -> Item:
    part = section.part("options", required=True)
    options: tuple[Option, ...] = ()
    if isinstance(part, Scalar):
        options = sets.get(str(part.value), ())
        if str(part.value) not in sets:
            known = "、".join(sets) or "（还没有写）"
            section.fault(part.line, "unknown_name", f"没有叫“{part.value}”的选项组", f"option_sets 里有：{known}")
    elif part is not None:
        options = tuple(_option(one) for one in section.each("options", "选项"))
    item = Item(
        id=section.text("id", required=True),
        code=section.text("code"),
        label=section.text("label", required=True),
        hint=section.text("hint"),
        options=options,
        origin=section.origin(sources, origin),
        at=section.here(),
    )
    section.done()
    return item


def _band(section: ScaleSection, key: str) -> Band:
    value = section.whole(key, required=True)
    band = Band(-1 if value is None else value, section.text("label"), section.whole("from"), section.whole("to"), section.here())
    section.done()
    return band


def _circumstance(section: ScaleSection) -> Circumstance:
    high = section.whole("high")
    one = Circumstance(
        id=section.text("id", required=True),
        code=section.text("code"),
        label=section.text("label", required=True),
        hint=section.text("hint"),
        kind=Kind(section.choice("type", tuple(Kind), Kind.YES_NO)),
        unit=section.text("unit"),
        high=MOST if high is None else high,
        at=section.here(),
    )
    section.done()
    return one


def _grade(section: ScaleSection) -> Grade:
    value = section.whole("grade", required=True)
    grade = Grade(-1 if value is None else value, section.text("label", required=True), section.here())
    section.done()
    return grade


def _first_grade(section: ScaleSection) -> ByTotal | ByTable | None:
    part = section.inner("first_grade", "first_grade ")
    if part is None:
        return None
    found: ByTotal | ByTable
    if part.choice("by", ("total", "table"), "total") == "total":
        found = ByTotal(tuple(_band(one, "grade") for one in part.each("bands", "分数段")), section.at("first_grade"))
    else:
        found = ByTable(
            part.text("rows", required=True), part.texts("columns", required=True), _table(part), section.at("first_grade")
        )
    part.done()
    return found


def _table(section: ScaleSection) -> tuple[tuple[int, ...], ...]:
    part = section.part("table", required=True)
    rows = part.items if isinstance(part, Listing) else ()
    found: list[tuple[int, ...]] = []
    for row in rows:
        cells = [cell.value for cell in row.items if isinstance(cell, Scalar)] if isinstance(row, Listing) else []
        numbers = [cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool)]
        if not isinstance(row, Listing) or len(numbers) != len(row.items):
            section.fault(row.line, "type", "这一行不是等级的列表", "每行写成 [0, 0, 1, 1]")
        found.append(tuple(numbers))
    return tuple(found)


def _change(section: ScaleSection, origin: Origin, sources: Collection[str] | None) -> Change:
    triggers = [_trigger(one) for one in section.each("when", "条件")]
    change = Change(
        id=section.text("id", required=True),
        code=section.text("code"),
        label=section.text("label", required=True),
        when=tuple(trigger for trigger in triggers if trigger is not None),
        to=section.whole("to"),
        worse_by=section.whole("worse_by"),
        ends=section.flag("ends", False),
        origin=section.origin(sources, origin),
        at=section.here(),
    )
    section.done()
    return change


def _trigger(section: ScaleSection) -> Trigger | None:
    found: Trigger | None = None
    if section.has("item"):
        found = Answered(section.text("item", required=True), section.texts("is", required=True))
    elif section.has("circumstance"):
        found = Holds(section.text("circumstance", required=True))
    elif section.has("sum"):
        found = AtLeast(section.texts("sum", required=True), section.whole("at_least", required=True) or 0)
    else:
        fix = "请写 {item: 条目, is: [选项]}、{circumstance: 情况} 或 {sum: [情况], at_least: 2}"
        section.fault(section.line, "shape", "看不懂这个条件", fix)
        return None
    section.done()
    return found


def _agreement(section: ScaleSection) -> Agreement:
    agreement = Agreement(
        section.text("circumstance", required=True),
        section.text("item", required=True),
        section.texts("is", required=True),
        section.text("say", required=True),
        section.here(),
    )
    section.done()
    return agreement
