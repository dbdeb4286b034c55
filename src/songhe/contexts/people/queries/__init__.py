"""Every question this context answers."""

from songhe.contexts.people.queries.batches import BatchBrief, BatchView, RowProblem, RowView, batch, list_batches
from songhe.contexts.people.queries.demo import holds_demo_people
from songhe.contexts.people.queries.find_person import PersonPlace, people_by_id, person_id_of, person_place
from songhe.contexts.people.queries.layouts import Column, Layout, layout_of, layouts
from songhe.contexts.people.queries.person import (
    FactView,
    HouseholdView,
    MemberView,
    PersonView,
    StatementView,
    TimelineEntry,
    household,
    person,
)
from songhe.contexts.people.queries.search_people import PersonBrief, is_number, search_people

__all__ = [
    "BatchBrief",
    "BatchView",
    "Column",
    "FactView",
    "HouseholdView",
    "Layout",
    "MemberView",
    "PersonBrief",
    "PersonPlace",
    "PersonView",
    "RowProblem",
    "RowView",
    "StatementView",
    "TimelineEntry",
    "batch",
    "holds_demo_people",
    "household",
    "is_number",
    "layout_of",
    "layouts",
    "list_batches",
    "people_by_id",
    "person",
    "person_id_of",
    "person_place",
    "search_people",
]  # fmt: skip
