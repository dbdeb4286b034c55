"""Every question this context answers."""

from songhe.contexts.people.queries.batches import BatchBrief, BatchView, RowProblem, RowView, batch, list_batches
from songhe.contexts.people.queries.demo import holds_demo_people
from songhe.contexts.people.queries.find_by_number import PersonNumbered, heads_of, people_by_number
from songhe.contexts.people.queries.find_person import PersonPlace, people_by_id, person_id_of, person_place
from songhe.contexts.people.queries.headings import SHEET, ColumnsView, Heading, SheetHeadings, Taken, columns
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
from songhe.contexts.people.queries.sheets import Lacking, SheetDetail, SheetView, askable_fields, people_lacking, sheet, sheets
from songhe.contexts.people.queries.template import TemplateColumn, TemplateFile, template_columns, template_file

__all__ = [
    "SHEET",
    "BatchBrief",
    "BatchView",
    "Column",
    "ColumnsView",
    "FactView",
    "Heading",
    "HouseholdView",
    "Lacking",
    "Layout",
    "MemberView",
    "PersonBrief",
    "PersonNumbered",
    "PersonPlace",
    "PersonView",
    "RowProblem",
    "RowView",
    "SheetDetail",
    "SheetHeadings",
    "SheetView",
    "StatementView",
    "Taken",
    "TemplateColumn",
    "TemplateFile",
    "TimelineEntry",
    "askable_fields",
    "batch",
    "columns",
    "heads_of",
    "holds_demo_people",
    "household",
    "is_number",
    "layout_of",
    "layouts",
    "list_batches",
    "people_by_id",
    "people_by_number",
    "people_lacking",
    "person",
    "person_id_of",
    "person_place",
    "search_people",
    "sheet",
    "sheets",
    "template_columns",
    "template_file",
]  # fmt: skip
