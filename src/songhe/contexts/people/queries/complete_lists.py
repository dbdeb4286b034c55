"""Of what a file may be the whole list, and whom it does not name."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.people.access import absent_visible_to, batch_for
from songhe.contexts.people.queries.dictionary import find_variable, shown
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.queries.search_people import place_of
from songhe.contexts.people.words import BatchStatus
from songhe.foundation.access import Actor, Right
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 100


@dataclass(frozen=True, slots=True)
class ListOffer:
    """One list of the department; `absent_shown` is what is said of whoever is not in it (救助类别：无). `declared`: a human has said that the file is it.

    `absent`, `losing` and `unclear` people as `declare_complete` counted them, 0 where it is not declared.
    """

    id: str
    label: str
    absent_shown: str
    declared: bool
    absent: int
    losing: int
    unclear: int


@dataclass(frozen=True, slots=True)
class AbsentLine:
    """Somebody whom the list does not name; `now` is what counts of them today, empty where nothing is known."""

    person_id: int
    public_id: str
    name: str
    place: str
    now: str
    losing: bool


def complete_lists(actor: Actor, *, batch_id: int) -> tuple[ListOffer, ...]:
    """The department's lists that the batch may be declared to be, or is; none where the actor may not let it in."""
    if not actor.may(Right.ACCEPT_IMPORT):
        return ()
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT)
    open_to = batch.status == BatchStatus.CHECKED
    counts = batch.complete_counts
    return tuple(
        ListOffer(
            each.id, each.label, _told(each.variable, each.absent), batch.complete_list == each.id,
            *((counts.get("absent", 0), counts.get("losing", 0), counts.get("unclear", 0)) if batch.complete_list == each.id else (0, 0, 0)),
        )
        for each in layout_of(batch.department).complete_lists
        if open_to or batch.complete_list == each.id
    )  # fmt: skip


def absent_people(actor: Actor, *, batch_id: int, after: str | None = None, limit: int = PAGE) -> Page[AbsentLine]:
    """Whom the declared list does not name, those first who lose something by it."""
    rows = absent_visible_to(actor, batch_id).select_related("person__area__parent", "batch").order_by("-losing", "id")
    if after is not None:
        losing, last = keys_of(after, int, int)
        rows = (
            rows.filter(losing=True, id__gt=last) | rows.filter(losing=False)
            if losing
            else rows.filter(losing=False, id__gt=last)
        )
    found = list(rows[: limit + 1])
    lines = []
    for row in found[:limit]:
        declared = next(
            (each for each in layout_of(row.batch.department).complete_lists if each.id == row.batch.complete_list), None
        )
        value = row.person.facts.get(declared.variable) if declared else None
        told = _told(declared.variable, value) if declared and value is not None else ""
        lines.append(
            AbsentLine(row.person_id, str(row.person.public_id), row.person.name, place_of(row.person), told, row.losing)
        )
    last_row = found[limit - 1] if len(found) > limit else None
    return Page(tuple(lines), cursor_of(int(last_row.losing), last_row.id) if last_row is not None else None)


def _told(name: str, value: object) -> str:
    variable = find_variable(name)
    return f"{variable.label}：{shown(variable, value)}" if variable is not None else name
