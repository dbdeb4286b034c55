"""What does not fit in a plan: one finding each, with the places it stands in and the computation that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.engines.plan_reading.model import PlanReading, Span
from songhe.engines.plan_reading.source import Source


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity` A: who reads the number would act wrongly; B: somebody has to decide; C: wording. `sentence` and `computation` are Chinese."""

    code: str
    severity: str
    sentence: str
    computation: str
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A document with its reading, as every check gets it."""

    source: Source
    reading: PlanReading

    def words(self, span: Span) -> str:
        """The words at a place, on one line."""
        return " ".join(self.source.raw[span.start : span.end].split())
