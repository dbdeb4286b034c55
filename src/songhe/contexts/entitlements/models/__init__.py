"""The tables of this context."""

from songhe.contexts.entitlements.models.determination import Decision, Run, RunFigure, Snapshot
from songhe.contexts.entitlements.models.grant import Appeal, Application, CodeTry, Due, Grant, GrantStep, LifeCheck, Notice
from songhe.contexts.entitlements.models.roster import RosterCount, RosterEntry, RosterRule
from songhe.contexts.entitlements.models.simulation import SimulatedChange
from songhe.contexts.entitlements.models.telling import NoticeMessage

__all__ = [
    "Appeal",
    "Application",
    "CodeTry",
    "Decision",
    "Due",
    "Grant",
    "GrantStep",
    "LifeCheck",
    "Notice",
    "NoticeMessage",
    "RosterCount",
    "RosterEntry",
    "RosterRule",
    "Run",
    "RunFigure",
    "SimulatedChange",
    "Snapshot",
]
