"""Where two forms of one case differ, and what may be agreed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.scales.scale import Circumstance, Item, Kind, Scale

Filled = tuple[Mapping[str, object], Mapping[str, object]]  # answers, circumstances


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that may be agreed, with its label."""

    value: str | int | bool
    label: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An item or a circumstance on which the forms differ. `choices`: what may be agreed, from the one form's answer to the other's."""

    where: str
    label: str
    lead: Choice
    second: Choice
    choices: tuple[Choice, ...]


def differing(scale: Scale, lead: Filled, second: Filled) -> tuple[Difference, ...]:
    """Every difference in the form's order. What one form left out (a rule had settled the grade) differs from what the other answered."""
    found: list[Difference] = []
    for item in scale.items:
        one, other = lead[0].get(item.id), second[0].get(item.id)
        if one != other:
            found.append(_item(item, one, other))
    for circumstance in scale.circumstances:
        one, other = _value(circumstance, lead[1]), _value(circumstance, second[1])
        if one != other:
            found.append(_circumstance(circumstance, one, other))
    return tuple(found)


def _item(item: Item, one: object, other: object) -> Difference:
    order = [option.id for option in item.options]
    places = [order.index(value) for value in (str(one), str(other)) if value in order]
    low, high = (min(places), max(places)) if len(places) == 2 else (0, len(order) - 1)
    choices = tuple(Choice(option.id, option.label) for option in item.options[low : high + 1])
    return Difference(item.id, item.label, _chosen(item, one), _chosen(item, other), choices)


def _chosen(item: Item, value: object) -> Choice:
    option = item.option(str(value)) if value is not None else None
    return Choice(option.id, option.label) if option else Choice("", "没有填")


def _value(circumstance: Circumstance, given: Mapping[str, object]) -> object:
    return given.get(circumstance.id, False if circumstance.kind is Kind.TICK else None)


def _circumstance(circumstance: Circumstance, one: object, other: object) -> Difference:
    shown = _shown(circumstance, one), _shown(circumstance, other)
    if circumstance.kind is not Kind.COUNT:
        return Difference(circumstance.id, circumstance.label, *shown, (Choice(True, "有"), Choice(False, "没有")))
    counts = [value for value in (one, other) if isinstance(value, int)]
    low, high = (min(counts), max(counts)) if len(counts) == 2 else (0, circumstance.high)
    choices = tuple(Choice(count, f"{count}{circumstance.unit or '次'}") for count in range(low, high + 1))
    return Difference(circumstance.id, circumstance.label, *shown, choices)


def _shown(circumstance: Circumstance, value: object) -> Choice:
    if value is None or not isinstance(value, int):
        return Choice("", "没有填")
    if circumstance.kind is Kind.COUNT:
        return Choice(value, f"{value}{circumstance.unit or '次'}")
    return Choice(bool(value), "有" if value else "没有")
