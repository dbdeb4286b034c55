"""Rows of an assessment → shares, points, scores; and the canonical text in which they are frozen. No database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from songhe.engines.policy.assessed import AssessedItem

FORMAT = 1
FULL = Decimal(100)
FINE, SHOWN = Decimal("0.000001"), Decimal("0.1")
BAD_STATES = {"tasks_on_time": frozenset({"late"})}
GOOD_STATES = {"targets_reached": frozenset({"met", "on_track", "reached"})}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that counts: a task, target, report, step, notice or decision (`key` names it). `state` where a state counts, else two days.

    Many alike stand in one row: `good` of `all`; `good` is None where the row is one thing.
    """

    key: str
    title: str
    due: dt.date | None = None
    done: dt.date | None = None
    state: str = ""
    good: int | None = None
    all: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """An item as published: its weight, where points begin and end, and what the value rests on."""

    item: str
    title: str
    weight: int
    none_at: Decimal
    full_at: Decimal
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """One item of one subject: `numerator` good things of `denominator`; points (0 to 100) and share (of the weight, in per cent) None without rows."""

    item: str
    numerator: int
    denominator: int
    points: Decimal | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit or town. `score` (0 to 100, one place) is None where nothing can be counted; `covered` is the weight that counts, in per cent."""

    id: str
    name: str
    score: Decimal | None
    covered: Decimal
    parts: tuple[Part, ...]
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def code(self) -> str:
        """The subject's name in an address: a unit's own, a town's path without slashes."""
        return self.id.strip("/").replace("/", "-")


def rule_of(entry: AssessedItem) -> Rule:
    """The pack's item as it is frozen."""
    low, high = (Decimal(str(value)) for value in (entry.none_at, entry.full_at))
    return Rule(entry.item, entry.title, entry.weight, low, high, entry.cited.cite.status, entry.cited.note)


def counts(item: str, row: Row) -> bool:
    """Whether the row is good: all of it where many stand in one, by its state, else done on its day or before."""
    if row.good is not None:
        return row.good == row.all
    if item in BAD_STATES:
        return row.state not in BAD_STATES[item]
    if item in GOOD_STATES:
        return row.state in GOOD_STATES[item]
    return row.done is not None and (row.due is None or row.done <= row.due)


def good_of(item: str, rows: Sequence[Row]) -> int:
    """How many things of the rows are good."""
    return sum(row.good if row.good is not None else counts(item, row) for row in rows)


def every_of(rows: Sequence[Row]) -> int:
    """How many things the rows are."""
    return sum(row.all for row in rows)


def score(name: str, title: str, rules: Sequence[Rule], rows: Mapping[str, Sequence[Row]]) -> Subject:
    """The subject's score; an item without rows counts nothing and the weights of the others stand for the whole."""
    points = {rule.item: _points(rule, rows.get(rule.item, ())) for rule in rules}
    weight = sum(rule.weight for rule in rules if points[rule.item] is not None)
    every = sum(rule.weight for rule in rules)
    parts, total = [], Decimal(0)
    for rule in rules:
        own, gained = rows.get(rule.item, ()), points[rule.item]
        share = None if gained is None else (FULL * rule.weight / weight).quantize(FINE, ROUND_HALF_UP)
        total += Decimal(0) if gained is None else gained * rule.weight
        parts.append(Part(rule.item, good_of(rule.item, own), every_of(own), gained, share))
    found = (total / weight).quantize(SHOWN, ROUND_HALF_UP) if weight else None
    covered = (FULL * weight / every).quantize(SHOWN, ROUND_HALF_UP) if every else Decimal(0)
    return Subject(
        name, title, found, covered, tuple(parts), {rule.item: tuple(rows[rule.item]) for rule in rules if rows.get(rule.item)}
    )


def _points(rule: Rule, rows: Sequence[Row]) -> Decimal | None:
    every = every_of(rows)
    if not every:
        return None
    value = FULL * good_of(rule.item, rows) / every
    gained = (value - rule.none_at) / (rule.full_at - rule.none_at) * FULL
    return min(max(gained, Decimal(0)), FULL).quantize(FINE, ROUND_HALF_UP)


def ranked(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """Best first, those without a score last, equals in the order of their names."""
    return tuple(sorted(subjects, key=lambda one: (one.score is None, -(one.score or 0), one.name)))


# frozen text


def rules_data(rules: Sequence[Rule]) -> list[dict[str, object]]:
    """Rules as JSON."""
    return [
        {
            "item": rule.item, "title": rule.title, "weight": rule.weight, "none_at": str(rule.none_at), "full_at": str(rule.full_at),
            "status": rule.status, "note": rule.note,
        }
        for rule in rules
    ]  # fmt: skip


def rules_from(data: Sequence[Mapping[str, str | int]]) -> tuple[Rule, ...]:
    """Rules from JSON."""
    return tuple(
        Rule(
            str(one["item"]), str(one["title"]), int(one["weight"]), Decimal(str(one["none_at"])), Decimal(str(one["full_at"])),
            str(one["status"]), str(one["note"]),
        )
        for one in data
    )  # fmt: skip


def subject_data(subject: Subject) -> dict[str, object]:
    """A subject as JSON: its rows, and what came of them."""
    return {
        "id": subject.id, "name": subject.name,
        "rows": {
            item: [
                [row.key, row.title, _day(row.due), _day(row.done), row.state, *([] if row.good is None else [row.good, row.all])] for row in rows
            ]
            for item, rows in subject.rows.items()
        },
        "score": _text(subject.score), "covered": str(subject.covered),
        "parts": [[part.item, part.numerator, part.denominator, _text(part.points), _text(part.share)] for part in subject.parts],
    }  # fmt: skip


def scored_again(rules: Sequence[Rule], data: Mapping[str, object]) -> Subject:
    """The subject's score counted again from its frozen rows."""
    frozen = data["rows"]
    rows: dict[str, tuple[Row, ...]] = {}
    if isinstance(frozen, dict):
        rows = {
            item: tuple(Row(key, title, _date(due), _date(done), state, *many) for key, title, due, done, state, *many in listed)
            for item, listed in frozen.items()
        }
    return score(str(data["id"]), str(data["name"]), rules, rows)


def canonical(data: Mapping[str, object]) -> str:
    """One text for one content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


# periods


def period_start(day: dt.date, months: int) -> dt.date:
    """The first day of the period of so many months that holds the day; periods begin with the year."""
    return dt.date(day.year, (day.month - 1) // months * months + 1, 1)


def period_end(start: dt.date, months: int) -> dt.date:
    """Its last day."""
    month = start.month - 1 + months
    return dt.date(start.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def period_title(start: dt.date, months: int) -> str:
    """2025年, 2025年上半年, 2025年第3季度."""
    if months == 12:
        return f"{start.year}年"
    if months == 6:
        return f"{start.year}年{'上' if start.month == 1 else '下'}半年"
    return f"{start.year}年第{start.month // 3 + 1}季度"
