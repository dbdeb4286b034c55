"""The tables of this context."""

from songhe.contexts.entitlements.models.determination import Decision, Run, RunFigure, Snapshot
from songhe.contexts.entitlements.models.grant import Appeal, Due, Grant, GrantStep, LifeCheck, Notice
from songhe.contexts.entitlements.models.roster import RosterCount, RosterEntry, RosterRule

__all__ = [
    "Appeal",
    "Decision",
    "Due",
    "Grant",
    "GrantStep",
    "LifeCheck",
    "Notice",
    "RosterCount",
    "RosterEntry",
    "RosterRule",
    "Run",
    "RunFigure",
    "Snapshot",
]
