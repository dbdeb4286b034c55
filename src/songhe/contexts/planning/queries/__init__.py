"""Every question this context answers."""

from songhe.contexts.planning.queries.people_now import PeopleNow
from songhe.contexts.planning.queries.printed import PrintedBeside
from songhe.contexts.planning.queries.projection import AssumptionUsed, Flow, Line, Projection, Triple, projection
from songhe.contexts.planning.queries.scenarios import ScenarioView, scenarios
from songhe.contexts.planning.words import GRADE_TITLES, SCOPE_LABELS, Scope

__all__ = [
    "GRADE_TITLES",
    "SCOPE_LABELS",
    "AssumptionUsed",
    "Flow",
    "Line",
    "PeopleNow",
    "PrintedBeside",
    "Projection",
    "ScenarioView",
    "Scope",
    "Triple",
    "projection",
    "scenarios",
]
