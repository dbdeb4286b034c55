"""The pack's parts as tables: heads, rows of cells, each with its clause and the mark of what no document states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from songhe.engines.policy.pack import AdmissionClass, Cited, DefinitionEntry, Pack, Parameter
from songhe.foundation import clock
from songhe.web.city.rule_words import in_words
from songhe.web.rules import citation_text, mark_of, value_text

ENTITIES = {"person": "人", "household": "户", "facility": "设施", "staff": "从业人员", "organisation": "单位"}
_SERVICES = {"material": "物质帮助", "care": "照护服务", "concern": "关爱服务"}
_TARGETS = {
    "target": "目标", "milestone": "阶段任务", "standard": "标准", "universal": "全覆盖", "frequency": "频次",
    "named_list": "点名项目", "cap": "上限", "count_action": "办成的件数",
}  # fmt: skip
_SIGNS = {"=": "", ">=": "不低于 ", "<=": "不高于 ", ">": "高于 ", "<": "低于 "}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: text, a smaller line under it, where it leads, and a mark (assumed, unverified or empty)."""

    text: str
    small: str = ""
    href: str = ""
    mark: str = ""

    @property
    def short(self) -> bool:
        """Short enough to stand on one line."""
        return 0 < len(self.text) <= 8


@dataclass(frozen=True, slots=True)
class PackTable:
    """A part of the pack. The first cell of a row is its name."""

    id: str
    title: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def having(self, text: str) -> PackTable:
        """Only the rows in which the text stands somewhere."""
        kept = tuple(row for row in self.rows if any(text in cell.text or text in cell.small for cell in row))
        return PackTable(self.id, self.title, self.lead, self.heads, kept)


def cite_cell(pack: Pack, cited: Cited) -> Cell:
    """The clause, the remark beside it, and the mark."""
    return Cell(citation_text(pack, cited.cite), cited.note or "", "", mark_of(cited))


def benefits(pack: Pack) -> PackTable:
    """Every benefit that decides, money first."""
    day = clock.today()
    now = [(entry, rules) for entry in pack.benefits.values() if (rules := entry.on(day)) is not None]
    rows = tuple(
        (
            Cell(entry.title, rules.gives, reverse("city:benefit", args=[entry.id])),
            Cell("发钱" if rules.pay else "服务"),
            Cell("、".join(condition.yes for condition in rules.who)),
            Cell("不用申请" if entry.application == "none" else "要申请"),
            cite_cell(pack, rules.cited),
        )
        for entry, rules in sorted(now, key=lambda pair: pair[1].pay is None)
    )
    return PackTable("benefits", "待遇", "现在施行、逐人核算的待遇。", ("待遇", "给什么", "谁能享受", "怎样得到", "依据"), rows)


def definitions(pack: Pack) -> PackTable:
    """Every definition; where the text can be read in two ways, which one is chosen."""
    rows = tuple(
        (
            Cell(entry.title, entry.ambiguity or "", reverse("city:definition", args=[entry.name])),
            Cell(ENTITIES.get(entry.entity, entry.entity)),
            Cell(reading_of(pack, entry), f"有{len(entry.readings)}种理解，可以切换" if entry.readings else ""),
            cite_cell(pack, entry.cited),
        )
        for entry in sorted(pack.definitions.values(), key=lambda entry: not entry.readings)
    )
    return PackTable(
        "definitions", "定义", "条件里用到的说法是什么意思。有歧义的排在前面。", ("说法", "说的是", "现在怎样理解", "依据"), rows
    )


def reading_of(pack: Pack, entry: DefinitionEntry) -> str:
    """The chosen reading's title, or the expression in words."""
    return entry.readings[entry.chosen or ""].title if entry.readings else in_words(pack, entry.read_as().text)


def parameters(pack: Pack) -> PackTable:
    """Every parameter with the value in force today."""
    rows = tuple(
        (Cell(entry.title, "", reverse("city:parameter", args=[entry.name])), *_value_cells(pack, entry))
        for entry in pack.parameters.values()
    )
    return PackTable(
        "parameters", "标准和参数", "金额、年龄线、比例。点开看历次的数和改动。", ("名称", "现在的数", "从哪天起", "依据"), rows
    )


def _value_cells(pack: Pack, entry: Parameter) -> tuple[Cell, ...]:
    now = entry.on(clock.today())
    if now is None:
        return (Cell("现在没有"), Cell("—"), Cell("—"))
    day = now.valid_from
    shown = f"{value_text(now.value, entry.type)} {entry.unit}".strip()
    return (Cell(shown), Cell(f"{day.year}年{day.month}月{day.day}日"), cite_cell(pack, now.cited))


def services(pack: Pack) -> PackTable:
    """The service list."""
    rows = tuple(
        (
            Cell(entry.title, entry.content),
            Cell(entry.target),
            Cell(_SERVICES.get(entry.type, entry.type)),
            Cell("、".join(pack.benefits[name].title for name in entry.benefits if name in pack.benefits)),
            Cell(entry.owner),
            cite_cell(pack, entry.cited),
        )
        for entry in pack.services.values()
    )
    return PackTable(
        "services", "服务清单", "清单上的项目，给谁，由谁办。", ("项目", "给谁", "类别", "对应的待遇", "由谁办", "依据"), rows
    )


def admission(pack: Pack) -> PackTable:
    """Who comes first on the waiting list of public homes."""
    classes = [(f"第{place}类", entry) for place, entry in enumerate(pack.admission.classes, start=1)]
    ties = [("条件相同时优先", entry) for entry in pack.admission.tie_breaks]
    rows = tuple(
        (Cell(entry.title, entry.ambiguity or ""), Cell(order), Cell(_class_words(pack, entry)), cite_cell(pack, entry.cited))
        for order, entry in classes + ties
    )
    return PackTable("admission", "入住轮候", "公办机构床位先给谁。", ("对象", "次序", "怎样认定", "依据"), rows)


def _class_words(pack: Pack, entry: AdmissionClass) -> str:
    if entry.readings:
        return entry.readings[entry.chosen or ""].title
    return in_words(pack, entry.expression.text) if entry.expression else "—"


def standards(pack: Pack) -> PackTable:
    """What facilities and staff owe or are granted."""
    rows = tuple(
        (
            Cell(entry.title, in_words(pack, entry.expression.text) if entry.expression else ""),
            Cell(ENTITIES.get(entry.entity, entry.entity)),
            Cell(entry.then),
            Cell("只是提出" if entry.announced else "施行"),
            cite_cell(pack, entry.cited),
        )
        for entry in pack.standards.values()
    )
    return PackTable(
        "standards", "设施和人员标准", "对设施、机构和从业人员的要求与扶持。", ("标准", "对象", "内容", "状态", "依据"), rows
    )


def targets(pack: Pack) -> PackTable:
    """Every dated or counted commitment of the plan."""
    rows = tuple(
        (
            Cell(entry.indicator, entry.scope or ""),
            Cell(_target_value(entry.value, entry.value_max, entry.unit, entry.comparator, entry.hedge)),
            Cell(f"{period(entry.deadline)}{'（推定）' if entry.deadline_inferred else ''}" if entry.deadline else "没有写明"),
            Cell(_TARGETS.get(entry.kind, entry.kind), entry.attribute or ""),
            Cell("、".join(entry.responsible) or "没有写明"),
            cite_cell(pack, entry.cited),
        )
        for entry in pack.targets
    )
    return PackTable("targets", "目标", "方案写明要达到的数和事。", ("目标", "要达到", "期限", "类别", "责任单位", "依据"), rows)


def _target_value(low: float | None, high: float | None, unit: str | None, sign: str | None, hedge: str | None) -> str:
    if low is None:
        return f"没有数值{'（' + hedge + '）' if hedge else ''}"
    shown = f"{low:g}—{high:g}" if high is not None else f"{low:,g}" if low < 100_000 else f"{low:,.0f}"
    return f"{hedge or ''}{_SIGNS.get(sign or '', '')}{shown}{unit if unit == '%' else ' ' + unit if unit else ''}"


def period(text: str) -> str:
    """2025, 2024-12 or 2024-12-31 as 2025年, 2024年12月, 2024年12月31日; anything else as it is."""
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return text
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def tasks(pack: Pack) -> PackTable:
    """What the plan tells whom to do by when."""
    rows = tuple(
        (
            Cell(entry.title),
            Cell(
                "、".join(entry.responsible) or "没有写明",
                f"配合：{'、'.join(entry.participating)}" if entry.participating else "",
            ),
            Cell(
                "；".join(f"{period(each.date) if each.date else '没有日期'}：{each.what}" for each in entry.deadlines)
                or "没有写明"
            ),
            cite_cell(pack, entry.cited),
        )
        for entry in pack.tasks
    )
    return PackTable("tasks", "任务", "方案交给各部门的事。", ("任务", "责任单位", "期限", "依据"), rows)


def announced(pack: Pack) -> PackTable:
    """What a document only promises: shown, never decided."""
    found: Iterable[tuple[str, str, Cited]] = (
        *((entry.title, "待遇", entry.cited) for entry in pack.benefits.values() if entry.announced),
        *((entry.title, "入住轮候", entry.cited) for entry in pack.admission.announced),
        *((entry.title, "设施和人员标准", entry.cited) for entry in pack.standards.values() if entry.announced),
    )
    rows = tuple((Cell(title), Cell(kind), cite_cell(pack, cited)) for title, kind, cited in found)
    return PackTable("announced", "只是提出的", "文件里提到、还没有具体办法的规定。不参加核算。", ("规定", "类别", "依据"), rows)


def documents(pack: Pack) -> PackTable:
    """The documents behind the pack."""
    rows = tuple(
        (
            Cell(f"《{entry.title}》"),
            Cell(entry.number or "没有文号"),
            Cell(entry.issuer),
            Cell(f"{entry.issued.year}年{entry.issued.month}月{entry.issued.day}日" if entry.issued else "没有写明"),
            Cell("征求意见稿" if entry.status == "draft" else "已印发"),
        )
        for entry in pack.sources.values()
    )
    return PackTable("documents", "文件", "规则从哪些文件来。", ("文件", "文号", "谁发的", "日期", "状态"), rows)


SECTIONS: Mapping[str, tuple[str, Callable[[Pack], PackTable]]] = {
    "benefits": ("待遇", benefits),
    "definitions": ("定义", definitions),
    "parameters": ("标准和参数", parameters),
    "services": ("服务清单", services),
    "admission": ("入住轮候", admission),
    "standards": ("设施和人员标准", standards),
    "targets": ("目标", targets),
    "tasks": ("任务", tasks),
    "announced": ("只是提出的", announced),
    "documents": ("文件", documents),
}
