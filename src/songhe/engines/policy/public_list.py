"""The public list of basic elderly care and the purchase catalogue, as a pack states them on a day: objects, items, contents, standards, who leads."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.pack import BenefitEntry, BenefitRules, Cited, Pack, Parameter, PurchaseEntry, ServiceEntry
from songhe.engines.policy.rulebook import Citation
from songhe.engines.policy.tree import Type

_PARAMETER = re.compile(r"\bp\.([a-z][a-z0-9_]*)")
_NAME = re.compile(r"\b[a-z][a-z0-9_]*\b")


@dataclass(frozen=True, slots=True)
class Standard:
    """What is given. `fen` is the sum of a money parameter, None where it is told in words; `cite.status` is the mark that must be shown."""

    text: str
    fen: int | None
    unit: str
    cite: Citation
    note: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of the public list. `standards` is empty where no document and no parameter says one."""

    number: int
    id: str
    target: str
    title: str
    content: str
    standards: tuple[Standard, ...]
    owner: str
    type: str
    benefits: tuple[str, ...]
    cite: Citation
    note: str


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One line of the purchase catalogue; `standard` is empty where no document says one, `priority` who comes first."""

    number: int
    id: str
    target: str
    title: str
    content: str
    standard: str
    priority: tuple[str, ...]
    owner: str
    cite: Citation
    note: str


def parameters_named(pack: Pack, texts: Iterable[str]) -> tuple[Parameter, ...]:
    """The parameters that these expressions name, through definitions too, in order of appearance."""
    waiting = list(texts)
    names: dict[str, None] = {}
    seen: set[str] = set()
    while waiting:
        text = waiting.pop(0)
        names.update(dict.fromkeys(_PARAMETER.findall(text)))
        for name in _NAME.findall(text):
            if name in pack.definitions and name not in seen:
                seen.add(name)
                waiting.append(pack.definitions[name].read_as().text)
    return tuple(pack.parameters[name] for name in names if name in pack.parameters)


def public_list(pack: Pack, day: dt.date) -> tuple[ListRow, ...]:
    """The rows as they stand on a day, in the order of the pack."""
    return tuple(_row(pack, number, service, day) for number, service in enumerate(pack.services.values(), start=1))


def purchase_catalogue(pack: Pack) -> tuple[PurchaseRow, ...]:
    """The catalogue, in the order of the pack."""
    return tuple(_purchase(number, entry) for number, entry in enumerate(pack.purchases.values(), start=1))


def _row(pack: Pack, number: int, service: ServiceEntry, day: dt.date) -> ListRow:
    found = [standard for name in service.benefits for standard in _given(pack, pack.benefits.get(name), day)]
    if service.standard:
        found.insert(0, Standard(service.standard, None, "", service.cited.cite, service.cited.note))
    once = {(each.text, each.cite): each for each in found}
    return ListRow(
        number, service.id, service.target, service.title, service.content, tuple(once.values()), service.owner, service.type, service.benefits,
        service.cited.cite, service.cited.note,
    )  # fmt: skip


def _given(pack: Pack, benefit: BenefitEntry | None, day: dt.date) -> list[Standard]:
    """What a benefit gives on a day: its sums of money by parameter, else its one sentence."""
    rules = benefit.on(day) if benefit is not None else None
    if rules is None:
        return []
    amounts = parameters_named(pack, [rules.pay.text]) if rules.pay else ()
    found = [shown for parameter in amounts if (shown := _amount(parameter, day)) is not None]
    return found or [_sentence(rules, rules.cited)]


def _sentence(rules: BenefitRules, cited: Cited) -> Standard:
    return Standard(rules.gives, None, "", cited.cite, cited.note)


def _amount(parameter: Parameter, day: dt.date) -> Standard | None:
    now = parameter.on(day)
    if now is None or parameter.type is not Type.MONEY:
        return None
    text = f"{parameter.title.removesuffix('标准')}：{fen_to_yuan(now.value)} {parameter.unit}".strip()
    return Standard(text, now.value, parameter.unit, now.cited.cite, now.cited.note)


def _purchase(number: int, entry: PurchaseEntry) -> PurchaseRow:
    return PurchaseRow(
        number, entry.id, entry.target, entry.title, entry.content, entry.standard, entry.priority, entry.owner, entry.cited.cite, entry.cited.note
    )  # fmt: skip
