"""What can be refused here."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class NoSnapshotYet(Conflict):
    """There is no published city snapshot that the figures could be counted from. Nothing was written."""

    code = "no_snapshot_yet"


class MonthNotOver(InvalidInput):
    """A month can only be frozen when it is over. Nothing was written."""

    code = "month_not_over"


class NotFrozenYet(Conflict):
    """Only a frozen month has revisions. Nothing was written."""

    code = "not_frozen_yet"


class UnknownIndicator(NotFound):
    """The pack in use has no such indicator."""

    code = "unknown_indicator"


class NoFigureYet(NotFound):
    """The indicator has no rows: nothing has been counted, or its records come later."""

    code = "no_figure_yet"
