"""An assessment scale as the tablet form shows it: parts, items with options, circumstances, what is chosen, what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from songhe.engines.policy.assessing import FormField
from songhe.engines.scales.answers import is_ended
from songhe.engines.scales.scale import Answered, AtLeast, Circumstance, Holds, Item, Kind, Scale

OTHERS, END = "others", "end"


class Told(Protocol):
    """One thing to put right, as the engine or the action says it."""

    @property
    def where(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OptionShown:
    """One answer to choose; with `ends` it settles the matter by itself."""

    id: str
    label: str
    points: int
    chosen: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One item; `place` is its number on the form."""

    id: str
    place: int
    label: str
    hint: str
    options: tuple[OptionShown, ...]
    problem: str

    @property
    def answered(self) -> bool:
        return any(option.chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class CircumstanceShown:
    """One question besides the items; `kind` is tick, yes_no or count, `value` the text of a count, `yes` None while not answered."""

    id: str
    label: str
    hint: str
    kind: str
    unit: str
    high: int
    value: str
    yes: bool | None
    ends: bool
    problem: str

    @property
    def answered(self) -> bool:
        return self.kind == Kind.TICK or (self.value != "" if self.kind == Kind.COUNT else self.yes is not None)


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field that is not scored; `options` are (code, label, chosen) of a choice."""

    id: str
    label: str
    kind: str
    unit: str
    value: str
    options: tuple[tuple[str, str, bool], ...]
    low: int | None
    high: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class PartShown:
    """One dimension: a screen of its own. `before` and `after` name its neighbours."""

    id: str
    label: str
    items: tuple[ItemShown, ...]
    before: str
    after: str

    @property
    def done(self) -> int:
        return sum(item.answered for item in self.items)


@dataclass(frozen=True, slots=True)
class SheetShown:
    """The whole form. `open` are the fields that are not answered yet: (id on the page, label)."""

    scale: Scale
    parts: tuple[PartShown, ...]
    circumstances: tuple[CircumstanceShown, ...]
    fields: tuple[FieldShown, ...]
    total: int
    done: int
    open: tuple[tuple[str, str], ...]


def sheet_shown(
    scale: Scale,
    fields: Sequence[FormField],
    answers: Mapping[str, object],
    circumstances: Mapping[str, object],
    particulars: Mapping[str, object],
    problems: Sequence[Told] = (),
) -> SheetShown:
    """The scale with what was chosen, and beside each field what there is to put right about it."""  # fmt: skip
    told = {problem.where: f"{problem.message}。{problem.remedy}。" for problem in problems}
    ends = _ending(scale)
    items = [_item(item, place, answers.get(item.id), ends, told) for place, item in enumerate(scale.items, start=1)]
    by_id = {item.id: item for item in items}
    names = [*(dimension.id for dimension in scale.dimensions), OTHERS]
    parts = tuple(
        PartShown(
            dimension.id,
            dimension.label,
            tuple(by_id[item.id] for item in dimension.items),
            names[place - 1] if place else "",
            names[place + 1],
        )
        for place, dimension in enumerate(scale.dimensions)
    )
    noted = tuple(_circumstance(one, circumstances.get(one.id), ends, told) for one in scale.circumstances)
    left = [(f"item-{item.id}", item.label) for item in items if not item.answered]
    left += [(f"circumstance-{one.id}", one.label) for one in noted if not one.answered]
    settled = is_ended(scale, answers, circumstances)
    besides = tuple(_field(field, particulars.get(field.id), told) for field in fields)
    done = sum(item.answered for item in items)
    return SheetShown(scale, parts, noted, besides, len(items), done, () if settled else tuple(left))


def _field(field: FormField, value: object, told: Mapping[str, str]) -> FieldShown:
    chosen = set(value) if isinstance(value, list | tuple) else {value}
    options = tuple((code, label, code in chosen) for code, label in field.values)
    text = "" if value is None or options else str(value)
    problem = told.get(field.id, "")
    return FieldShown(field.id, field.label, field.kind, field.unit, text, options, field.low, field.high, problem)


def _ending(scale: Scale) -> frozenset[tuple[str, str]]:
    """(item, option) and (circumstance, "") pairs, each of which settles the matter by itself."""
    found: set[tuple[str, str]] = set()
    for trigger in (trigger for change in scale.changes if change.ends for trigger in change.when):
        if isinstance(trigger, Answered):
            found |= {(trigger.item, option) for option in trigger.options}
        elif isinstance(trigger, Holds):
            found.add((trigger.circumstance, ""))
        elif isinstance(trigger, AtLeast):  # counts are not one field; the server knows
            continue
    return frozenset(found)


def _item(item: Item, place: int, answer: object, ends: frozenset[tuple[str, str]], told: Mapping[str, str]) -> ItemShown:
    options = tuple(
        OptionShown(option.id, option.label, option.points, option.id == answer, (item.id, option.id) in ends)
        for option in item.options
    )
    return ItemShown(item.id, place, item.label, item.hint, options, told.get(item.id, ""))


def _circumstance(
    one: Circumstance, value: object, ends: frozenset[tuple[str, str]], told: Mapping[str, str]
) -> CircumstanceShown:
    text = "" if value is None or isinstance(value, bool) else str(value)
    yes = value if isinstance(value, bool) else None
    return CircumstanceShown(
        one.id, one.label, one.hint, str(one.kind), one.unit, one.high, text, yes, (one.id, "") in ends, told.get(one.id, "")
    )
