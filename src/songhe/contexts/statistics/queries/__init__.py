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
from songhe.contexts.statistics.queries.releases import (
    Category,
    DimensionView,
    Recomputed,
    ReleaseBrief,
    ReleaseView,
    TableView,
    recompute,
    release,
    release_table,
    releases,
)
from songhe.contexts.statistics.queries.series import MonthView, Point, RevisionView, months, revisions, series
from songhe.contexts.statistics.words import (
    FIT_LABELS,
    RELEASE_LABELS,
    SIDE_LABELS,
    STATE_LABELS,
    Fit,
    ReleaseState,
    Side,
    State,
)

__all__ = [
    "FIT_LABELS",
    "RELEASE_LABELS",
    "SIDE_LABELS",
    "STATE_LABELS",
    "AreaFigure",
    "BaselineCheck",
    "BaselineLine",
    "Category",
    "ComputedSide",
    "ContradictionView",
    "DimensionView",
    "FigureRow",
    "FigureView",
    "Fit",
    "MonthView",
    "Point",
    "Recomputed",
    "ReleaseBrief",
    "ReleaseState",
    "ReleaseView",
    "RevisionView",
    "RowsOf",
    "Side",
    "State",
    "TableView",
    "baseline_check",
    "by_area",
    "figure",
    "figure_rows",
    "figures",
    "months",
    "recompute",
    "release",
    "release_table",
    "releases",
    "revisions",
    "series",
]
