"""Every read of determination."""

from songhe.contexts.entitlements.queries.appeals import (
    AppealFile,
    AppealLine,
    ApplicationLine,
    CorrectionView,
    appeal,
    appeal_id_of,
    appeals,
    appeals_of,
    applications,
    applications_of,
)
from songhe.contexts.entitlements.queries.city_snapshot import CitySnapshot, city_snapshot
from songhe.contexts.entitlements.queries.decide_anonymous import AnonymousDecision, decide_anonymous
from songhe.contexts.entitlements.queries.decided_people import DecidedPerson, decided_people
from songhe.contexts.entitlements.queries.decision import PersonDecision, decision
from songhe.contexts.entitlements.queries.decision_history import DecisionBrief, decision_history
from songhe.contexts.entitlements.queries.documents import DocumentNeeded, documents_needed
from songhe.contexts.entitlements.queries.due_origin import DueOrigin, due_origin
from songhe.contexts.entitlements.queries.figures import CityFigures, TownFigure, figures
from songhe.contexts.entitlements.queries.grant_by_code import grant_by_code
from songhe.contexts.entitlements.queries.grant_counts import GrantCount, NoticeCount, grant_counts, notice_counts
from songhe.contexts.entitlements.queries.granting import granting, has_granting, working_days_after
from songhe.contexts.entitlements.queries.grants import (
    DueView,
    GrantFile,
    GrantLine,
    NoticeDue,
    NoticeView,
    PublicGrant,
    StepView,
    grant,
    grant_id_of,
    grants,
    grants_by_id,
    grants_of,
    notices_due,
)
from songhe.contexts.entitlements.queries.life_checks import LifeCheckDue, LifeCheckView, life_checks_due, life_checks_of
from songhe.contexts.entitlements.queries.recomputation import Recomputed, RunRecomputed, recompute_decision, recompute_run
from songhe.contexts.entitlements.queries.roster import (
    RosterCounts,
    RosterLine,
    RosterRuleView,
    RosterTally,
    roster,
    roster_counts,
    roster_of,
    roster_rules,
)
from songhe.contexts.entitlements.queries.runs import RunBrief, runs
from songhe.contexts.entitlements.queries.simulated_people import SimulatedPerson, simulated_people
from songhe.contexts.entitlements.queries.snapshot import CityFacts, read_population, snapshot_path
from songhe.contexts.entitlements.queries.what_if import BenefitEffect, TownEffect, WhatIf, what_if
from songhe.contexts.entitlements.words import ROSTER_KIND_LABELS, ROSTER_STATE_LABELS, STATUS_LABELS, RosterKind, RosterState

__all__ = [
    "ROSTER_KIND_LABELS",
    "ROSTER_STATE_LABELS",
    "STATUS_LABELS",
    "AnonymousDecision",
    "AppealFile",
    "AppealLine",
    "ApplicationLine",
    "BenefitEffect",
    "CityFacts",
    "CityFigures",
    "CitySnapshot",
    "CorrectionView",
    "DecidedPerson",
    "DecisionBrief",
    "DocumentNeeded",
    "DueOrigin",
    "DueView",
    "GrantCount",
    "GrantFile",
    "GrantLine",
    "LifeCheckDue",
    "LifeCheckView",
    "NoticeCount",
    "NoticeDue",
    "NoticeView",
    "PersonDecision",
    "PublicGrant",
    "Recomputed",
    "RosterCounts",
    "RosterKind",
    "RosterLine",
    "RosterRuleView",
    "RosterState",
    "RosterTally",
    "RunBrief",
    "RunRecomputed",
    "SimulatedPerson",
    "StepView",
    "TownEffect",
    "TownFigure",
    "WhatIf",
    "appeal",
    "appeal_id_of",
    "appeals",
    "appeals_of",
    "applications",
    "applications_of",
    "city_snapshot",
    "decide_anonymous",
    "decided_people",
    "decision",
    "decision_history",
    "documents_needed",
    "due_origin",
    "figures",
    "grant",
    "grant_by_code",
    "grant_counts",
    "grant_id_of",
    "granting",
    "grants",
    "grants_by_id",
    "grants_of",
    "has_granting",
    "life_checks_due",
    "life_checks_of",
    "notice_counts",
    "notices_due",
    "read_population",
    "recompute_decision",
    "recompute_run",
    "roster",
    "roster_counts",
    "roster_of",
    "roster_rules",
    "runs",
    "simulated_people",
    "snapshot_path",
    "what_if",
    "working_days_after",
]
