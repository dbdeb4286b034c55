"""Every write of the indicators."""

from songhe.contexts.statistics.actions.compute_figures import Computed, compute_figures
from songhe.contexts.statistics.actions.freeze_month import freeze_month, revise_month

__all__ = ["Computed", "compute_figures", "freeze_month", "revise_month"]
