"""Rules and parameters of the pack as pages show them: in plain words, with clause, history and what no document states."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.basics.ages import from_days
from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.pack import BenefitEntry, Cited, Pack, Parameter
from songhe.engines.policy.public_list import parameters_named
from songhe.engines.policy.rulebook import Citation
from songhe.engines.policy.tree import Type


@dataclass(frozen=True, slots=True)
class ParameterValueShown:
    """A value and the day from which it holds; `now` marks the one in force today."""

    valid_from: dt.date
    shown: str
    cite: str
    status: str
    note: str
    now: bool


@dataclass(frozen=True, slots=True)
class ParameterHistory:
    """All values of a parameter, latest first."""

    name: str
    title: str
    unit: str
    values: tuple[ParameterValueShown, ...]


def citation_text(pack: Pack, cite: Citation) -> str:
    """《title》 and clause in words; of an assumed value that no document states it."""
    source = pack.sources.get(cite.document)
    if source is None:
        return "没有文件载明" if cite.status == "assumed" else cite.clause
    return f"《{source.title}》{cite.clause}"


def value_text(value: int, kind: Type) -> str:
    """A parameter's value without its unit."""
    if kind is Type.MONEY:
        return fen_to_yuan(value)
    if kind is Type.DATE:
        day = from_days(value)
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{value:,}"


def parameter_history(pack: Pack, parameter: Parameter, day: dt.date) -> ParameterHistory:
    """The history of one parameter as of a day."""
    current = parameter.on(day)
    values = tuple(
        ParameterValueShown(
            entry.valid_from,
            value_text(entry.value, parameter.type),
            citation_text(pack, entry.cited.cite),
            entry.cited.cite.status,
            entry.cited.note,
            entry is current,
        )
        for entry in reversed(parameter.values)
    )
    return ParameterHistory(parameter.name, parameter.title, parameter.unit, values)


def parameters_used(pack: Pack, benefit: BenefitEntry, day: dt.date) -> tuple[Parameter, ...]:
    """The parameters that the benefit's conditions and amount name on a day, through definitions too, in order of appearance."""
    rules = benefit.on(day)
    if rules is None:
        return ()
    return parameters_named(pack, [each.expression.text for each in rules.who] + ([rules.pay.text] if rules.pay else []))


def mark_of(cited: Cited) -> str:
    """assumed, unverified or nothing."""
    return "" if cited.cite.status == "stated" else cited.cite.status
