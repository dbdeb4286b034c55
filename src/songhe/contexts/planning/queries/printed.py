"""A forecast that the plan prints, beside ours, and what the plan's own two numbers imply. Nothing is tuned to fit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.planning.queries.ahead import Values, course, national_elders
from songhe.engines.policy.pack import Figure, Pack
from songhe.engines.policy.prospect import PrintedCheck, Prospect, Sourced

_UNITS = {"人": 1, "万人": 10_000}


@dataclass(frozen=True, slots=True)
class PrintedBeside:
    """People as numbers. `ours` is low, middle, high for the same year; `implied` the inhabitants that printed elders over share make.

    `our_share` is our middle over the inhabitants of the start, in percent; `share` what the plan prints.
    """

    id: str
    title: str
    start: dt.date
    later: int
    start_elders: int
    start_inhabitants: int
    printed: int
    share: float
    ours: tuple[int, int, int]
    implied: int
    our_share: float
    sourced: Sourced

    @property
    def difference(self) -> int:
        """Our middle minus the printed number."""
        return self.ours[1] - self.printed

    @property
    def off(self) -> float:
        """The same in percent of the printed number."""
        return self.difference / self.printed * 100


def printed_beside(pack: Pack, prospect: Prospect, values: Values) -> tuple[PrintedBeside, ...]:
    """Each printed forecast of the pack. The start has the nation's age structure, as the plan prints none of its own."""
    figures = {figure.id: figure for figure in pack.figures}
    return tuple(_beside(check, figures, prospect, values) for check in prospect.checks)


def _beside(check: PrintedCheck, figures: dict[str, Figure], prospect: Prospect, values: Values) -> PrintedBeside:
    elders, inhabitants = _people(figures[check.elders]), _people(figures[check.inhabitants])
    printed, share = _people(figures[check.later_elders]), float(figures[check.later_share].value or 0)
    start, later = _day(figures[check.elders].date or ""), int((figures[check.later_elders].date or "0")[:4])
    nation = national_elders(prospect)
    ahead = course(prospect, values, nation * (elders / nation.sum()), start, later - start.year).ahead
    low, middle, high = (round(float(number)) for number in ahead.aged(60)[:, -1])
    return PrintedBeside(
        check.id, check.title, start, later, elders, inhabitants, printed, share, (low, middle, high), round(printed / (share / 100)),
        middle / inhabitants * 100, check.sourced,
    )  # fmt: skip


def _people(figure: Figure) -> int:
    return round(float(figure.value or 0) * _UNITS[figure.unit or "人"])


def _day(text: str) -> dt.date:
    """The first day that a printed date (2020, 2020-11 or 2020-11-01) may mean."""
    year, month, day = ([int(part) for part in text.split("-")] + [1, 1])[:3]
    return dt.date(year, month, day)
