"""Every write of the indicators."""

from songhe.contexts.statistics.actions.compute_figures import Computed, compute_figures
from songhe.contexts.statistics.actions.freeze_month import freeze_month, revise_month
from songhe.contexts.statistics.actions.open_rows import USE, open_every_row, open_rows
from songhe.contexts.statistics.actions.release_steps import check_release, draft_release, publish_release

__all__ = [
    "USE",
    "Computed",
    "check_release",
    "compute_figures",
    "draft_release",
    "freeze_month",
    "open_every_row",
    "open_rows",
    "publish_release",
    "revise_month",
]
