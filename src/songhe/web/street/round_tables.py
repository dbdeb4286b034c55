"""A census round's numbers in the shape of pages and files: communities by name, groups of columns, totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from songhe.contexts.people import queries
from songhe.contexts.people.queries import BANDS, HEALTH, MEANS, FrozenPlace, RoundBrief, RoundPlace, RoundView
from songhe.contexts.people.words import ASK_OUTCOME_LABELS, ASKED_LABELS
from songhe.contexts.places import queries as places
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.access import Actor
from songhe.web.words import GRADE_WORDS

STATES: tuple[tuple[str, str], ...] = tuple((str(state), label) for state, label in ASKED_LABELS.items())
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """One community (or the total) of a round."""

    name: str
    path: str
    people: int
    answered: int
    absent: int
    refused: int
    gone: int
    todo: int
    gaps: int

    @property
    def percent(self) -> int:
        """Answered of those to be asked, in whole percent, rounded down."""
        return self.answered * 100 // self.people if self.people else 0


class ShownRound:
    """A round with its communities by name and their total; where they lie in several towns, a line a town instead."""

    def __init__(self, view: RoundView) -> None:
        self.view = view
        names = area_names()
        places = [_place(names.get(place.area_path, place.area_path), place) for place in view.places]
        towns: dict[str, list[ShownPlace]] = {}
        for place in places:
            towns.setdefault(_above(place.path), []).append(place)
        self.by_town = len(towns) > 1
        self.places = [_total(rows, names.get(path, path), path) for path, rows in towns.items()] if self.by_town else places
        self.total = _total(places)
        self.counted_at = min((place.counted_at for place in view.places), default=None)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the list."""

    brief: RoundBrief
    place: str
    state: str  # a key of words.CHIPS


@dataclass(frozen=True, slots=True)
class Group:
    """Some columns of the table that belong together: their heads, a line a community, the sum."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]
    total: tuple[int, ...]


def shown_rounds(actor: Actor) -> list[RoundLine]:
    """The rounds that the actor may see, each with the name of its area."""
    names = area_names()
    states = {True: "overdue", False: "running"}
    return [
        RoundLine(brief, names.get(brief.area_path, ""), "done" if brief.closed_at else states[brief.overdue])
        for brief in queries.rounds(actor)
    ]


def area_names() -> dict[str, str]:
    """Every area's path → its name."""
    return {area.path: area.name for area in places.area_tree()}


def _place(name: str, place: RoundPlace) -> ShownPlace:
    return ShownPlace(
        name, place.area_path, place.people, place.answered, place.absent, place.refused, place.gone, place.todo, place.gaps
    )


def _above(path: str) -> str:
    """The path of the town above a community."""
    return "/".join(path.rstrip("/").split("/")[:-1]) + "/"


def _total(rows: Sequence[ShownPlace], name: str = "合计", path: str = "") -> ShownPlace:
    def of(field: str) -> int:
        return sum(getattr(row, field) for row in rows)

    return ShownPlace(name, path, *(of(field) for field in ("people", "answered", "absent", "refused", "gone", "todo", "gaps")))


# the table of number, age, health and means


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    of: Callable[[FrozenPlace], int]


def _columns(rows: Sequence[FrozenPlace]) -> list[tuple[str, list[_Column]]]:
    known = {v.name: v for v in queries.askable()}
    asked = [_Column(label, _outcome(str(outcome))) for outcome, label in ASK_OUTCOME_LABELS.items()]
    people = [
        _Column("老年人", lambda row: row.numbers.people),
        _Column("男", lambda row: row.numbers.male),
        _Column("女", lambda row: row.numbers.female),
    ]
    bands = [*[(str(low), f"{low}—{low + 9}岁") for low in BANDS[:-1]], (str(BANDS[-1]), f"{BANDS[-1]}岁及以上")]
    if any("0" in row.numbers.ages for row in rows):
        bands = [("0", f"{BANDS[0]}岁以下"), *bands]
    ages = [_Column(label, _age(band)) for band, label in bands]
    health = [column for name in HEALTH for column in _value_columns(known[name], rows)]
    means = [column for name in MEANS for column in _value_columns(known[name], rows)]
    means.append(_Column("已知家庭月收入", lambda row: row.numbers.known_income))
    return [
        ("人数", people + (asked if any(row.asked for row in rows) else [])),
        ("年龄", ages),
        ("健康和能力", health),
        ("经济状况", means),
    ]


def _outcome(name: str) -> Callable[[FrozenPlace], int]:
    return lambda row: row.asked.get(name, 0)


def _age(band: str) -> Callable[[FrozenPlace], int]:
    return lambda row: row.numbers.ages.get(band, 0)


def _value(variable: str, value: str) -> Callable[[FrozenPlace], int]:
    return lambda row: row.numbers.values.get(variable, {}).get(value, 0)


def _value_columns(variable: Variable, rows: Sequence[FrozenPlace]) -> list[_Column]:
    """A column for each value that a fact can take (numbers: that somebody has), and one for the unknown."""
    if variable.type is Type.BOOL:
        options = [("true", f"{variable.label}：是"), ("false", f"{variable.label}：否")]
    elif variable.type is Type.CODE:
        options = [(value, f"{variable.label}：{label}") for value, label in variable.values]
    else:
        words = {str(number): word for number, word in GRADE_WORDS.get(variable.name, ())}
        seen = sorted(
            {value for row in rows for value in row.numbers.values.get(variable.name, {}) if value}, key=lambda v: (len(v), v)
        )
        options = [(value, words.get(value, f"{variable.label}：{value}")) for value in seen]
    return [_Column(label, _value(variable.name, value)) for value, label in [*options, ("", f"{variable.label}：不清楚")]]


def groups_of(rows: Sequence[FrozenPlace]) -> list[Group]:
    """The table in its four groups."""
    names = area_names()
    found = []
    for title, columns in _columns(rows):
        lines = tuple((names.get(row.area_path, row.area_path), tuple(column.of(row) for column in columns)) for row in rows)
        total = tuple(sum(column.of(row) for row in rows) for column in columns)
        found.append(Group(title, tuple(column.head for column in columns), lines, total))
    return found


def rows_of(rows: Sequence[FrozenPlace]) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """The whole table as one: heads with their group, a line a community, the sum."""
    groups = groups_of(rows)
    heads = tuple(f"{group.title}：{head}（人）" for group in groups for head in group.heads)
    body: list[tuple[Cell, ...]] = [
        (groups[0].lines[at][0], *(cell for group in groups for cell in group.lines[at][1])) for at in range(len(rows))
    ]
    return ("村（社区）", *heads), [*body, ("合计", *(cell for group in groups for cell in group.total))]
