"""Every read of determination."""

from songhe.contexts.entitlements.queries.decide_anonymous import AnonymousDecision, decide_anonymous
from songhe.contexts.entitlements.queries.decided_people import DecidedPerson, decided_people
from songhe.contexts.entitlements.queries.decision import PersonDecision, decision
from songhe.contexts.entitlements.queries.decision_history import DecisionBrief, decision_history
from songhe.contexts.entitlements.queries.figures import CityFigures, TownFigure, figures
from songhe.contexts.entitlements.queries.runs import RunBrief, runs
from songhe.contexts.entitlements.queries.what_if import BenefitEffect, TownEffect, WhatIf, what_if
from songhe.contexts.entitlements.words import STATUS_LABELS

__all__ = [
    "STATUS_LABELS",
    "AnonymousDecision",
    "BenefitEffect",
    "CityFigures",
    "DecidedPerson",
    "DecisionBrief",
    "PersonDecision",
    "RunBrief",
    "TownEffect",
    "TownFigure",
    "WhatIf",
    "decide_anonymous",
    "decided_people",
    "decision",
    "decision_history",
    "figures",
    "runs",
    "what_if",
]
