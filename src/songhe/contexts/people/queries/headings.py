"""What the headers of a batch's file were taken for, so that a clerk can see it and say it better."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import BatchStatus
from songhe.foundation.access import Actor, Right
from songhe.foundation.encryption import open_sealed, seal

SHEET = "工作表："  # begins the key under which a whole sheet is left out


class Taken(StrEnum):
    """How a header came by its meaning."""

    KNOWN = "known"  # the layout has it, or one of its other names
    CHOSEN = "chosen"  # somebody said so for this file
    REMEMBERED = "remembered"  # somebody said so for an earlier file of this sender
    LEFT_OUT = "left_out"  # somebody said that it is not read
    UNKNOWN = "unknown"
    OURS = "ours"  # a column of our own result file


@dataclass(frozen=True, slots=True)
class Heading:
    """One header of a sheet. `label` is unique in its sheet; `field` a layout field or empty; `samples` are cells below it, masked.

    `suggested` is the layout field that it may be (empty where none is likely), `sure` whether that is too likely to be passed over.
    """

    label: str
    place: int
    field: str
    taken: Taken
    suggested: str = ""
    sure: bool = False
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetHeadings:
    """The headers of one sheet, found in `row` (its number in the file). `unclear` says what has to be asked; empty where nothing has."""

    sheet: str
    row: int
    headings: tuple[Heading, ...]
    unclear: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The headers in order, which is what tells one kind of file from another."""
        return tuple(heading.label for heading in self.headings)


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that a header may be said to mean."""

    field: str
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """A file's headers and the fields they may mean. `open`: whether saying it anew makes sense, which it does until the file is let in."""

    batch_id: int
    department: str
    sheets: tuple[SheetHeadings, ...]
    choices: tuple[FieldChoice, ...]
    open: bool


def sealed_headings(batch_id: int, sheets: tuple[SheetHeadings, ...]) -> bytes:
    """The headings as they are kept with the batch."""
    return seal(json.dumps([asdict(sheet) for sheet in sheets], ensure_ascii=False), context=headings_context(batch_id))


def opened_headings(batch_id: int, blob: bytes | memoryview) -> tuple[SheetHeadings, ...]:
    """What `sealed_headings` kept; nothing where the file has not been read."""
    if not blob:
        return ()
    return tuple(
        SheetHeadings(entry["sheet"], entry["row"], tuple(_heading(each) for each in entry["headings"]), entry["unclear"])
        for entry in json.loads(open_sealed(blob, context=headings_context(batch_id)))
    )


def columns(actor: Actor, *, batch_id: int) -> ColumnsView:
    """The headers of a batch's file with what each was taken for; BatchNotFound where the actor may not see the batch."""
    found = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT if actor.may(Right.ACCEPT_IMPORT) else Right.IMPORT)
    layout = layout_of(found.department)
    choices = tuple(FieldChoice(column.field, column.header, column.required) for column in layout.columns)
    editable = found.status in (BatchStatus.CHECKED, BatchStatus.NEEDS_COLUMNS, BatchStatus.FAILED) and actor.may(Right.IMPORT)
    return ColumnsView(found.id, found.department, opened_headings(found.id, found.headings_sealed), choices, editable)


def _heading(entry: dict[str, object]) -> Heading:
    samples = entry["samples"]
    assert isinstance(samples, list)
    return Heading(
        str(entry["label"]), int(str(entry["place"])), str(entry["field"]), Taken(str(entry["taken"])), str(entry["suggested"]),
        bool(entry["sure"]), tuple(map(str, samples)),
    )  # fmt: skip


def headings_context(batch_id: int) -> str:
    """What the sealed headings of a batch are bound to."""
    return f"people:import:{batch_id}:headings"
