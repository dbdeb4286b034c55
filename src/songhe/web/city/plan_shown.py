"""Plan documents, items and findings in words, as the pages of the review show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.plan_tracking.queries import FindingView, IndicatorChoice, ItemView, PlanDocumentView
from songhe.contexts.plan_tracking.words import (
    COMPARATOR_LABELS,
    DIRECTION_LABELS,
    DOCUMENT_LABELS,
    FIELD_LABELS,
    ITEM_KIND_LABELS,
    ITEM_STATE_LABELS,
    SEVERITY_LABELS,
    STAGE_LABELS,
    TARGET_KIND_LABELS,
    DocumentStatus,
    ItemKind,
    ItemState,
)
from songhe.contexts.policy_library import queries as policy

DOCUMENT_CHIPS: Mapping[DocumentStatus, str] = {
    DocumentStatus.UPLOADED: "waiting",
    DocumentStatus.READING: "running",
    DocumentStatus.READ: "check",
    DocumentStatus.CONFIRMED: "done",
    DocumentStatus.FAILED: "failed",
}
ITEM_CHIPS: Mapping[ItemState, str] = {
    ItemState.READ: "check",
    ItemState.ACCEPTED: "done",
    ItemState.CORRECTED: "changed",
    ItemState.REJECTED: "no",
}
SEVERITY_CHIPS: Mapping[str, str] = {"A": "does_not_fit", "B": "check", "C": "unchanged"}
_BEFORE: Mapping[str, str] = {">=": "不少于", "<=": "不超过", ">": "超过", "<": "低于"}
_FORM: Mapping[ItemKind, tuple[str, ...]] = {
    ItemKind.TASK: ("title", "responsible", "participating", "deadlines"),
    ItemKind.TARGET: (
        "indicator", "kind", "comparator", "value", "value_max", "unit", "hedge", "direction", "deadline", "attribute", "scope", "responsible", "participating",
        "measured_by",
    ),
    ItemKind.BASELINE: ("indicator", "value", "unit", "date", "approx", "measured_by"),
}  # fmt: skip
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "kind": TARGET_KIND_LABELS,
    "comparator": COMPARATOR_LABELS,
    "direction": DIRECTION_LABELS,
    "attribute": {"约束性": "约束性", "预期性": "预期性"},
}
_HINTS: Mapping[str, str] = {
    "responsible": "用顿号隔开，第一个是牵头单位",
    "participating": "用顿号隔开",
    "deadline": "2025、2025-12或2025-12-31",
    "deadlines": "一行一个：先写日期，空一格，再用自己的话写到时要办成什么",
    "value_max": "只有区间才填",
    "date": "例如2025或2025-12",
    "measured_by": "只列单位能比的指标，名称相近的在前；没有合适的就不选",
}


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of the form of a correction. `kind`: text, choice, lines or tick."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    hint: str
    needed: bool


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item in words: what it says in one line, who and by when, what was corrected."""

    view: ItemView
    kind: str
    chip: str
    word: str
    says: str
    facts: tuple[tuple[str, str], ...]
    corrected: tuple[tuple[str, str, str], ...]
    misfits: str


@dataclass(frozen=True, slots=True)
class FindingShown:
    """A finding in words."""

    view: FindingView
    chip: str
    word: str


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A document in a list or a head."""

    view: PlanDocumentView
    chip: str
    word: str
    stage: str
    counts: tuple[tuple[str, int], ...]


def document_shown(view: PlanDocumentView) -> DocumentShown:
    """The document in words."""
    counts = tuple((ITEM_KIND_LABELS[kind], sum(view.counts.get(kind, {}).values())) for kind in ItemKind)
    return DocumentShown(view, DOCUMENT_CHIPS[view.status], DOCUMENT_LABELS[view.status], STAGE_LABELS[view.stage], counts)


def item_shown(view: ItemView) -> ItemShown:
    """The item in words."""
    corrected = tuple(
        (FIELD_LABELS.get(name, name), in_words(name, view.read.get(name)), in_words(name, view.counts.get(name)))
        for name in view.changed
    )
    misfits = "、".join(FIELD_LABELS.get(name, name) for name in view.misfits)
    return ItemShown(
        view,
        kind_of(view),
        ITEM_CHIPS[view.state],
        ITEM_STATE_LABELS[view.state],
        says(view),
        tuple(_facts(view)),
        corrected,
        misfits,
    )


def kind_of(view: ItemView) -> str:
    """任务, 现状数, or of targets what kind of commitment it is."""
    if view.kind is ItemKind.TARGET:
        return TARGET_KIND_LABELS.get(str(view.counts.get("kind")), ITEM_KIND_LABELS[view.kind])
    return ITEM_KIND_LABELS[view.kind]


def finding_shown(view: FindingView) -> FindingShown:
    """The finding in words."""
    return FindingShown(view, SEVERITY_CHIPS.get(view.severity, "check"), SEVERITY_LABELS.get(view.severity, view.severity))


def says(view: ItemView) -> str:
    """不少于73%, 10—12家, 38张左右; empty for tasks and for what has no number."""
    said = view.counts
    value = said.get("value")
    if view.kind is ItemKind.TASK or not isinstance(value, int | float):
        return ""
    unit = str(said.get("unit") or "")
    if said.get("comparator") == "range" and isinstance(said.get("value_max"), int | float):
        return f"{value:,}—{said['value_max']:,}{unit}"
    hedge = str(said.get("hedge") or "")
    about = said.get("comparator") == "≈" or said.get("approx") is True
    before = _BEFORE.get(str(said.get("comparator")), "")
    return f"{'' if hedge == '左右' else hedge}{before}{value:,}{unit}{'左右' if about else ''}"


def _facts(view: ItemView) -> Iterable[tuple[str, str]]:
    names = ("deadline", "date", "attribute", "responsible", "participating", "deadlines", "measured_by")
    for name in names:
        value = in_words(name, view.counts.get(name))
        if value and name != "deadlines":
            more = "（前文写的）" if name == "deadline" and view.counts.get("deadline_inferred") else ""
            yield FIELD_LABELS[name], value + more
        elif value:
            yield FIELD_LABELS[name], value


def in_words(name: str, value: object) -> str:
    """A field's value as a person reads it; empty for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "deadlines" and isinstance(value, list):
        return "；".join(f"{entry.get('date') or entry.get('text') or ''} {entry.get('what') or ''}".strip() for entry in value)
    if isinstance(value, list):
        return "、".join(str(entry) for entry in value)
    if name == "measured_by":
        entry = policy.pack_in_use().pack.indicators.get(str(value)) if policy.is_pack_loaded() else None
        return entry.title if entry is not None else str(value)
    if name in _CHOICES:
        return _CHOICES[name].get(str(value), str(value))
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def form_of(
    view: ItemView, typed: Mapping[str, str] | None = None, choices: Sequence[IndicatorChoice] = ()
) -> tuple[FieldShown, ...]:
    """The fields of a correction with what counts now, or with what somebody typed; `choices` may measure a target."""
    return tuple(_field(view, name, typed, choices) for name in _FORM[view.kind])


def typed_fields(view_kind: ItemKind, given: Mapping[str, str]) -> dict[str, object]:
    """What a form sent, by field; a box that is not ticked is sent as no."""
    return {
        name: given.get(name, "") if name != "approx" else given.get(name, "0")
        for name in _FORM[view_kind]
        if name in given or name == "approx"
    }


def _field(view: ItemView, name: str, typed: Mapping[str, str] | None, choices: Sequence[IndicatorChoice]) -> FieldShown:
    options = tuple(_CHOICES[name].items()) if name in _CHOICES else ()
    if name == "measured_by":
        options = tuple((one.id, f"{'名称相近：' if one.alike else ''}{one.title}（{one.unit}）") for one in choices)
    kind = (
        "choice"
        if options or name == "measured_by"
        else "lines"
        if name == "deadlines"
        else "tick"
        if name == "approx"
        else "text"
    )
    value = typed.get(name, "") if typed is not None else _as_typed(name, view.counts.get(name))
    return FieldShown(name, FIELD_LABELS[name], kind, value, options, _HINTS.get(name, ""), name in ("title", "indicator"))


def _as_typed(name: str, value: object) -> str:
    if name == "deadlines" and isinstance(value, list):
        return "\n".join(f"{entry.get('date') or ''} {entry.get('what') or ''}".strip() for entry in value)
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return "、".join(str(entry) for entry in value)
    return "" if value is None else str(value)


def shown_items(views: Sequence[ItemView], show: str) -> tuple[ItemShown, ...]:
    """Those of the filter: a state, a kind, or all."""
    wanted = [view for view in views if not show or show in (view.state, view.kind)]
    return tuple(item_shown(view) for view in wanted)
