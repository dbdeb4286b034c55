"""Every question this context answers."""

from songhe.contexts.plan_tracking.queries.cockpit import Cockpit, TargetStanding, cockpit, target
from songhe.contexts.plan_tracking.queries.linked import Related, TaskBehind
from songhe.contexts.plan_tracking.queries.standing import ABOUT, Outlook, reaches, way
from songhe.contexts.plan_tracking.words import (
    LINK_LABELS,
    RELATION_LABELS,
    STATE_LABELS,
    TOO_LITTLE_LABELS,
    WHY_LABELS,
    State,
    Why,
)

__all__ = [
    "ABOUT",
    "LINK_LABELS",
    "RELATION_LABELS",
    "STATE_LABELS",
    "TOO_LITTLE_LABELS",
    "WHY_LABELS",
    "Cockpit",
    "Outlook",
    "Related",
    "State",
    "TargetStanding",
    "TaskBehind",
    "Why",
    "cockpit",
    "reaches",
    "target",
    "way",
]
