"""What the parts of a desk page show: filters, rows of work, a person's head with masked fields. Plain values, made by pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list; its value stands in the address under `name`. `kind` is text, choice or date."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    options: Sequence[tuple[str, str]] = ()
    any: str = "不限"
    hint: str = ""


def chosen(query: Mapping[str, str], name: str, options: Sequence[tuple[str, str]]) -> str:
    """The option that the address asks for, or empty if it asks for none of them."""
    value = query.get(name, "")
    return value if value in {key for key, _ in options} else ""


@dataclass(frozen=True, slots=True)
class RowAction:
    """Something to do about a row: a link, or with `post` a button."""

    label: str
    url: str
    post: bool = False


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One row of a work list: what is due (`title`), where it leads, why it is here, and what can be done at once."""

    id: int
    title: str
    href: str
    why: str
    meta: Sequence[str] = ()
    overdue: bool = False
    due_on: dt.date | None = None
    actions: Sequence[RowAction] = ()


@dataclass(frozen=True, slots=True)
class MaskedField:
    """A sensitive field: masked until `url` is given a reason; `revealed` after that."""

    name: str
    label: str
    masked: str
    url: str = ""
    revealed: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Another person of the household."""

    name: str
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonHead:
    """Who a page is about."""

    name: str
    sex: str
    age: str
    area: str
    tags: Sequence[str] = ()
    fields: Sequence[MaskedField] = ()
    household: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline."""

    day: dt.date | dt.datetime
    sentence: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A problem of a form: the id of the field (empty for the whole form) and the sentence."""

    field: str
    sentence: str
