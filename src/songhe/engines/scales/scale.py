"""The shape of one assessment scale: items with options, dimensions, grades, and the rules that change a grade.

Everywhere options, levels and grades are ordered from best to worst, and grade 0 is the best.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from songhe.basics.findings import Place


class Use(StrEnum):
    """What a scale is for."""

    ASSESS = "assess"
    IMPORT_ONLY = "import_only"  # results made elsewhere are taken over as they are; nothing is scored


class Better(StrEnum):
    """Whether more points mean a person who can do more, or less."""

    HIGHER = "higher"
    LOWER = "lower"


class Kind(StrEnum):
    """How a circumstance is answered."""

    TICK = "tick"  # not ticked means no
    YES_NO = "yes_no"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something of a scale stands written; `status` is stated, unverified or assumed."""

    document: str
    clause: str
    status: str
    note: str

    @property
    def verified(self) -> bool:
        return self.status == "stated"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer to an item."""

    id: str
    label: str
    points: int
    at: Place


@dataclass(frozen=True, slots=True)
class Item:
    """One question; its options run from the best to the worst."""

    id: str
    code: str
    label: str
    hint: str
    options: tuple[Option, ...]
    origin: Origin
    at: Place

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)

    @property
    def best(self) -> Option:
        return self.options[0]

    @property
    def worst(self) -> Option:
        return self.options[-1]


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high` points, both included, stand for one level or grade. Without points: only imported."""

    value: int
    label: str
    low: int | None
    high: int | None
    at: Place

    def holds(self, points: int) -> bool:
        return self.low is not None and self.high is not None and self.low <= points <= self.high


@dataclass(frozen=True, slots=True)
class Dimension:
    """Items that are summed up together. `covers` names the items of a scale that is only imported."""

    id: str
    code: str
    label: str
    better: Better
    low: int | None
    high: int | None
    step: int
    count: int
    items: tuple[Item, ...]
    levels: tuple[Band, ...]
    covers: tuple[str, ...]
    at: Place

    def level(self, points: int) -> Band:
        return next(level for level in self.levels if level.holds(points))


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What counts besides the items: a diagnosis, events of the last days."""

    id: str
    code: str
    label: str
    hint: str
    kind: Kind
    unit: str
    high: int  # of a count
    at: Place


@dataclass(frozen=True, slots=True)
class Grade:
    """One result of the scale."""

    grade: int
    label: str
    at: Place


@dataclass(frozen=True, slots=True)
class ByTotal:
    """The first grade follows from the points of all items."""

    bands: tuple[Band, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class ByTable:
    """The first grade stands in a table: a row a level of `rows`, a column a level of the worst of `columns`."""

    rows: str
    columns: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Answered:
    """An item was answered with one of these options."""

    item: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A circumstance was answered with yes."""

    circumstance: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Counted circumstances make up at least so many together."""

    circumstances: tuple[str, ...]
    least: int


Trigger = Answered | Holds | AtLeast


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that makes the grade worse where one of its triggers holds; `to`: at least that grade. `ends`: nothing else matters then."""

    id: str
    code: str
    label: str
    when: tuple[Trigger, ...]
    to: int | None
    worse_by: int | None
    ends: bool
    origin: Origin
    at: Place


@dataclass(frozen=True, slots=True)
class Agreement:
    """Where the circumstance is answered with yes, the item should have one of these answers; else somebody must look again."""

    circumstance: str
    item: str
    options: tuple[str, ...]
    say: str
    at: Place


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale as its file says it; `sha256` is that of the file's text."""

    id: str
    title: str
    standard: str
    about: str
    version: str
    use: Use
    gives: str  # the fact that its grade becomes; "" if none
    count: int
    high: int | None
    dimensions: tuple[Dimension, ...]
    circumstances: tuple[Circumstance, ...]
    grades: tuple[Grade, ...]
    first_grade: ByTotal | ByTable | None
    changes: tuple[Change, ...]
    stacking: bool
    agreements: tuple[Agreement, ...]
    origin: Origin
    sha256: str
    at: Place

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def verified(self) -> bool:
        """Whether the scale and every part of it was checked against the official text."""
        origins = [self.origin, *(item.origin for item in self.items), *(change.origin for change in self.changes)]
        return all(origin.verified for origin in origins)

    @property
    def worst_grade(self) -> int:
        return self.grades[-1].grade

    def item(self, item_id: str) -> Item | None:
        return next((item for item in self.items if item.id == item_id), None)

    def circumstance(self, circumstance_id: str) -> Circumstance | None:
        return next((one for one in self.circumstances if one.id == circumstance_id), None)

    def dimension(self, dimension_id: str) -> Dimension | None:
        return next((one for one in self.dimensions if one.id == dimension_id), None)

    def grade_label(self, grade: int) -> str:
        return next(one.label for one in self.grades if one.grade == grade)
