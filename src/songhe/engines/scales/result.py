"""What a form gives: every score with item, option and reason, the sums, the first grade, every rule, and the grades still possible."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of one change rule."""

    CHANGED = "changed"  # it holds and the grade is worse for it
    NOT_MET = "not_met"
    NOT_STACKED = "not_stacked"  # it holds, but another rule has already changed the grade
    CAPPED = "capped"  # it holds, but the grade is the worst already
    ENDED = "ended"  # a rule before it has settled the grade
    OPEN = "open"  # it depends on what is not answered yet


@dataclass(frozen=True, slots=True)
class Span:
    """The grades that are still possible, from the best (lowest) to the worst (highest); settled when both are the same."""

    lowest: int
    highest: int

    @property
    def settled(self) -> bool:
        return self.lowest == self.highest


@dataclass(frozen=True, slots=True)
class Line:
    """One item: what was answered and what it counts; `points` is None while it is not answered, between `least` and `most` then."""

    dimension: str
    item: str
    code: str
    label: str
    answer: str | None
    answer_label: str | None
    points: int | None
    least: int
    most: int
    why: str


@dataclass(frozen=True, slots=True)
class DimensionSum:
    """One dimension: its points (None while an item is open), its level where it has levels (`level` None while open)."""

    id: str
    code: str
    label: str
    points: int | None
    least: int
    most: int
    high: int
    level: Span | None
    level_label: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One circumstance as it was answered: yes or no, or a count; None is not known."""

    id: str
    label: str
    value: bool | int | None
    why: str


@dataclass(frozen=True, slots=True)
class Total:
    """The points of all items; `points` is None while an item is open."""

    points: int | None
    least: int
    most: int
    high: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One change rule: its condition, whether it holds (None: open), what became of it, and the grade before and after."""

    rule: str
    code: str
    label: str
    condition: str
    holds: bool | None
    outcome: Outcome
    before: Span
    after: Span
    why: str

    @property
    def applied(self) -> bool | None:
        """Whether it made the grade worse; None while open."""
        return None if self.outcome is Outcome.OPEN else self.outcome is Outcome.CHANGED


@dataclass(frozen=True, slots=True)
class Result:
    """Everything about one form by one scale. `missing` names what is not answered and still needed."""

    scale: str
    standard: str
    version: str
    sha256: str
    verified: bool
    stacking: bool
    lines: tuple[Line, ...]
    dimensions: tuple[DimensionSum, ...]
    circumstances: tuple[Noted, ...]
    total: Total | None
    first: Span
    first_why: str
    changes: tuple[Changed, ...]
    final: Span
    final_why: str
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def grade(self) -> int | None:
        """The final grade of a complete form; None while anything needed is missing."""
        return self.final.lowest if self.complete else None


def to_json(result: Result) -> str:
    """The result as text, the same bytes for the same result."""
    return json.dumps(asdict(result), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Result:
    """The result that `to_json` wrote; ValueError, KeyError or TypeError if the text is something else."""
    raw: dict[str, Any] = json.loads(text)
    total = raw.pop("total")
    first, final = Span(**raw.pop("first")), Span(**raw.pop("final"))
    lines = tuple(Line(**one) for one in raw.pop("lines"))
    noted = tuple(Noted(**one) for one in raw.pop("circumstances"))
    dimensions = tuple(
        DimensionSum(**{**one, "level": None if one["level"] is None else Span(**one["level"])}) for one in raw.pop("dimensions")
    )
    changes = tuple(
        Changed(
            **{
                **one,
                "outcome": Outcome(one["outcome"]),
                "before": Span(**one["before"]),
                "after": Span(**one["after"]),
            }
        )
        for one in raw.pop("changes")
    )
    return Result(
        **{**raw, "missing": tuple(raw["missing"])},
        lines=lines,
        dimensions=dimensions,
        circumstances=noted,
        total=None if total is None else Total(**total),
        first=first,
        changes=changes,
        final=final,
    )
