"""Every read of the indicators."""

from songhe.contexts.statistics.queries.baseline_check import (
    BaselineCheck,
    BaselineLine,
    ComputedSide,
    ContradictionView,
    baseline_check,
)
from songhe.contexts.statistics.queries.figure_rows import FigureRow, RowsOf, figure_rows
from songhe.contexts.statistics.queries.figures import AreaFigure, FigureView, by_area, figure, figures
from songhe.contexts.statistics.queries.series import MonthView, Point, RevisionView, months, revisions, series
from songhe.contexts.statistics.words import FIT_LABELS, SIDE_LABELS, STATE_LABELS, Fit, Side, State

__all__ = [
    "FIT_LABELS",
    "SIDE_LABELS",
    "STATE_LABELS",
    "AreaFigure",
    "BaselineCheck",
    "BaselineLine",
    "ComputedSide",
    "ContradictionView",
    "FigureRow",
    "FigureView",
    "Fit",
    "MonthView",
    "Point",
    "RevisionView",
    "RowsOf",
    "Side",
    "State",
    "baseline_check",
    "by_area",
    "figure",
    "figure_rows",
    "figures",
    "months",
    "revisions",
    "series",
]
