"""The figures that the city's plan prints, held against what was measured; and where the plan does not agree with itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.queries.figures import FigureView, figures
from songhe.contexts.statistics.queries.printed import in_unit, step_of
from songhe.contexts.statistics.words import TOLERANCE, Fit, State
from songhe.engines.policy.formulas import Computation, computed
from songhe.engines.policy.indicator_checks import printed
from songhe.engines.policy.pack import Cited, Contradiction, Figure
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """One printed figure. `printed` is as printed; `measured` and `difference` (measured less printed) are in the printed unit.

    `relative` is the difference as a part of the printed value; None where either is missing or the printed value is 0.
    """

    id: str
    title: str
    printed: Decimal | None
    unit: str
    date: str
    approx: bool
    cited: Cited
    indicator: FigureView | None
    measured: Decimal | None
    difference: Decimal | None
    relative: Decimal | None
    fit: Fit
    contradictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComputedSide:
    """One way to a number, evaluated."""

    title: str
    formula: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class ContradictionView:
    """Two computations over printed figures that do not stand in the relation (equals, at_most, differs) that they ought to."""

    id: str
    title: str
    figures: tuple[str, ...]
    first: ComputedSide
    second: ComputedSide
    relation: str
    unit: str
    holds: bool
    cited: Cited


@dataclass(frozen=True, slots=True)
class BaselineCheck:
    """All printed figures in their order, and all contradictions; the cut-off of what they were held against."""

    period: dt.date | None
    cut_off: dt.datetime | None
    snapshot: str
    lines: tuple[BaselineLine, ...]
    contradictions: tuple[ContradictionView, ...]

    def count(self, fit: Fit) -> int:
        """How many figures stand so."""
        return sum(line.fit is fit for line in self.lines)


def baseline_check(actor: Actor) -> BaselineCheck:
    """Every printed figure of the whole city. Raises AccessDenied for who does not see the city's figures."""
    pack = policy.pack_in_use().pack
    require(actor, Right.SEE_FIGURES, f"{pack.place.code}/")
    measured = {view.id: view for view in figures(actor, area_path=f"{pack.place.code}/")}
    values = printed(pack)
    views = tuple(_contradiction(entry, values) for entry in pack.contradictions)
    doubted = {name: tuple(v.id for v in views if name in v.figures and not v.holds) for name in values}
    lines = tuple(_line(figure, measured.get(figure.measures or ""), doubted.get(figure.id, ())) for figure in pack.figures)
    some = next(iter(measured.values()), None)
    return BaselineCheck(
        some.period if some else None, some.cut_off if some else None, some.snapshot if some else "", lines, views
    )


def _line(figure: Figure, view: FigureView | None, doubted: tuple[str, ...]) -> BaselineLine:
    value = (
        None
        if view is None or view.state is not State.MEASURED or view.value is None
        else _as_printed(figure, view.value, view.unit)
    )
    stated = None if figure.value is None else Decimal(str(figure.value))
    difference = None if value is None or stated is None else value - stated
    relative = None if difference is None or not stated else difference / stated
    if doubted:
        fit = Fit.CONTRADICTED
    elif difference is None:
        fit = Fit.NO_RECORDS_YET
    else:
        fit = Fit.FITS if _fits(figure, difference, relative) else Fit.DOES_NOT_FIT
    return BaselineLine(
        figure.id, figure.indicator, stated, figure.unit or "", figure.date or "", figure.approx, figure.cited, view, value, difference,
        relative, fit, doubted,
    )  # fmt: skip


def _as_printed(figure: Figure, value: Decimal, unit: str) -> Decimal | None:
    """A measured value in the printed unit; None where the units cannot be brought together."""
    one = in_unit(figure, unit)
    if one is None or figure.value is None:
        return None
    stated = Decimal(str(figure.value))
    factor = stated / one if one else Decimal(1)
    return value * factor


def _fits(figure: Figure, difference: Decimal, relative: Decimal | None) -> bool:
    """Within half a per cent, or the same when rounded to the digits that are printed."""
    step = step_of(figure, figure.unit or "")
    stated = Decimal(str(figure.value))
    rounded = ((stated + difference) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return rounded == stated or (relative is not None and abs(relative) <= Decimal(TOLERANCE))


def _contradiction(entry: Contradiction, values: Mapping[str, Decimal]) -> ContradictionView:
    first, second = _side(entry.first, values), _side(entry.second, values)
    close = abs(first.value - second.value) <= abs(second.value) * Decimal(TOLERANCE)
    holds = {"equals": close, "at_most": first.value <= second.value, "differs": not close}[entry.relation]
    return ContradictionView(entry.id, entry.title, entry.figures, first, second, entry.relation, entry.unit, holds, entry.cited)


def _side(computation: Computation, values: Mapping[str, Decimal]) -> ComputedSide:
    return ComputedSide(computation.title, computation.formula, computed(computation.formula, lambda name: values[name]))
