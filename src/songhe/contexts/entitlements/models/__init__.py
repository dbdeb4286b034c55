"""The tables of this context."""

from songhe.contexts.entitlements.models.determination import Decision, Run, RunFigure, Snapshot
from songhe.contexts.entitlements.models.grant import Appeal, Application, CodeTry, Due, Grant, GrantStep, LifeCheck, Notice
from songhe.contexts.entitlements.models.recomputation import Recomputation
from songhe.contexts.entitlements.models.returns import ReturnFile, ReturnRow, UnitCount
from songhe.contexts.entitlements.models.roster import RosterCount, RosterEntry, RosterRule
from songhe.contexts.entitlements.models.simulation import SimulatedChange
from songhe.contexts.entitlements.models.telling import NoticeMessage
from songhe.contexts.entitlements.models.uses import GrantUse

__all__ = [
    "Appeal",
    "Application",
    "CodeTry",
    "Decision",
    "Due",
    "Grant",
    "GrantStep",
    "GrantUse",
    "LifeCheck",
    "Notice",
    "NoticeMessage",
    "Recomputation",
    "ReturnFile",
    "ReturnRow",
    "RosterCount",
    "RosterEntry",
    "RosterRule",
    "Run",
    "RunFigure",
    "SimulatedChange",
    "Snapshot",
    "UnitCount",
]
