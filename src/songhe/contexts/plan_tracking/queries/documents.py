"""Plan documents: the list, one with its counts, what was taken over from the version before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from songhe.contexts.plan_tracking.access import document_for, visible_to
from songhe.contexts.plan_tracking.models import FindingKept, PlanDocument, ReadItem
from songhe.contexts.plan_tracking.words import DocumentStatus, FindingState, ItemKind, ItemState, Stage
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a document that is reviewed on one page; `undecided` of its `items` wait for a person."""

    number: int
    title: str
    start: int
    end: int
    items: int = 0
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class PlanDocumentView:
    """One document. `counts` are items by kind and state, `open_findings` those that nobody has settled."""

    id: int
    title: str
    file_id: int
    file_name: str
    sha256: str
    kind: str
    stage: Stage
    status: DocumentStatus
    problem: str
    version_of: int | None
    version_of_title: str
    characters: int
    sections: tuple[Section, ...]
    counts: Mapping[ItemKind, Mapping[ItemState, int]]
    findings: int
    open_findings: int
    uploaded_by: int
    uploaded_at: dt.datetime
    confirmed_by: int | None
    confirmed_at: dt.datetime | None

    @property
    def total(self) -> int:
        """Items of all kinds."""
        return sum(sum(states.values()) for states in self.counts.values())

    @property
    def undecided(self) -> int:
        """Items that wait for a person."""
        return self.in_state(ItemState.READ)

    def in_state(self, state: ItemState) -> int:
        """Items of all kinds in one state."""
        return sum(states.get(state, 0) for states in self.counts.values())


def plan_documents(actor: Actor, *, after: str | None = None, limit: int = PAGE) -> Page[PlanDocumentView]:
    """The documents, newest first, without their sections."""
    require(actor, Right.SEE_PACKS)
    rows = visible_to(actor).select_related("version_of").defer("text", "headings")
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows.order_by("-id")[: limit + 1])
    shown = found[:limit]
    counts, findings = _counts([row.pk for row in shown]), _findings([row.pk for row in shown])
    views = tuple(_view(row, counts.get(row.pk, {}), findings.get(row.pk, (0, 0)), (), 0) for row in shown)
    return Page(views, cursor_of(shown[-1].pk) if len(found) > limit else None)


def plan_document(actor: Actor, *, document_id: int) -> PlanDocumentView:
    """One document with its sections; raises DocumentNotFound."""
    require(actor, Right.SEE_PACKS)
    row = document_for(actor, document_id)
    return _view(
        row, _counts([row.pk]).get(row.pk, {}), _findings([row.pk]).get(row.pk, (0, 0)), _sections(row), len(row.text)
    )  # fmt: skip


def _counts(ids: list[int]) -> dict[int, dict[ItemKind, dict[ItemState, int]]]:
    found: dict[int, dict[ItemKind, dict[ItemState, int]]] = {}
    rows = ReadItem.objects.filter(document_id__in=ids).values_list("document_id", "kind", "state")
    for document, kind, state, count in rows.annotate(count=Count("id")).order_by():
        found.setdefault(document, {}).setdefault(ItemKind(kind), {})[ItemState(state)] = count
    return found


def _findings(ids: list[int]) -> dict[int, tuple[int, int]]:
    rows = FindingKept.objects.filter(document_id__in=ids).values_list("document_id")
    counted = rows.annotate(every=Count("id"), open=Count("id", filter=Q(state=FindingState.OPEN))).order_by()
    return {document: (every, still) for document, every, still in counted}


def _sections(row: PlanDocument) -> tuple[Section, ...]:
    places = list(ReadItem.objects.filter(document=row).values_list("start", "state"))
    return tuple(
        Section(
            number, str(part["title"]), int(part["start"]), int(part["end"]),
            sum(part["start"] <= start < part["end"] for start, _ in places),
            sum(part["start"] <= start < part["end"] and state == ItemState.READ for start, state in places),
        )
        for number, part in enumerate(row.sections, start=1)
    )  # fmt: skip


def _view(
    row: PlanDocument,
    counts: Mapping[ItemKind, Mapping[ItemState, int]],
    findings: tuple[int, int],
    sections: tuple[Section, ...],
    characters: int,
) -> PlanDocumentView:
    return PlanDocumentView(
        row.pk, row.title, row.file_id, row.file_name, row.sha256, row.kind, Stage(row.stage), DocumentStatus(row.status), row.problem,
        row.version_of_id, row.version_of.title if row.version_of else "", characters, sections, counts, findings[0], findings[1],
        row.uploaded_by, row.uploaded_at, row.confirmed_by, row.confirmed_at,
    )  # fmt: skip
