"""What a person reviews: items with what was read and what counts, findings with their places, the text of one section in pieces."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.errors import ItemNotFound
from songhe.contexts.plan_tracking.models import FindingKept, PlanDocument, ReadItem
from songhe.contexts.plan_tracking.words import FindingState, ItemKind, ItemState
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

LONGEST_QUOTE = 160
LONGEST_HEADING = 45  # a clause whose text stands on the same line is no heading


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item. `read` is what the engine read, `counts` what counts now (corrected where somebody corrected it).

    `changed` are the fields that differ; `carried` is true where the decision comes from the version before; `misfits` are fields whose earlier
    correction does not fit here. `start` and `end` are offsets into the document's text.
    """

    id: int
    kind: ItemKind
    number: int
    key: str
    clause: str
    start: int
    end: int
    at: int
    at_end: int
    read: Mapping[str, object]
    counts: Mapping[str, object]
    state: ItemState
    changed: tuple[str, ...]
    carried: bool
    misfits: tuple[str, ...]
    reason: str
    decided_by: int | None
    decided_at: dt.datetime | None

    @property
    def name(self) -> str:
        """The title or indicator that counts."""
        return str(self.counts.get("title") or self.counts.get("indicator") or "")


@dataclass(frozen=True, slots=True)
class PlaceQuoted:
    """A place of the document with the words that stand there."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """Something that does not fit: `computation` shows it, `places` are where it stands."""

    id: int
    number: int
    code: str
    severity: str
    sentence: str
    computation: str
    places: tuple[PlaceQuoted, ...]
    state: FindingState
    note: str
    settled_by: int | None
    settled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a line that belong to the same items and findings (by id), the narrowest item first; `begins` are items that begin here."""

    words: str
    start: int
    items: tuple[int, ...]
    findings: tuple[int, ...]
    begins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `level` is the depth of the clause that it opens, 0 for none."""

    level: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section to review: its lines, its items in reading order, its findings."""

    lines: tuple[Line, ...]
    items: tuple[ItemView, ...]
    findings: tuple[FindingView, ...]


def section(actor: Actor, *, document_id: int, number: int) -> SectionView:
    """The section (from 1) with everything read in it; raises ItemNotFound where there is none."""
    require(actor, Right.SEE_PACKS)
    row = document_for(actor, document_id)
    if not 1 <= number <= len(row.sections):
        raise ItemNotFound("这份文件没有这一部分。", next_step="请从目录里重新选择。")
    part = row.sections[number - 1]
    start, end = int(part["start"]), int(part["end"])
    rows = ReadItem.objects.filter(document=row, start__gte=start, start__lt=end).order_by("start", "at", "id")
    items = tuple(item_view(item) for item in rows)
    findings = tuple(f for f in _findings(row) if any(start <= place.start < end for place in f.places))
    return SectionView(tuple(_lines(row, start, end, items, findings)), items, findings)


def item(actor: Actor, *, document_id: int, item_id: int) -> ItemView:
    """One item; raises ItemNotFound."""
    require(actor, Right.SEE_PACKS)
    found = ReadItem.objects.filter(document=document_for(actor, document_id), pk=item_id).first()
    if found is None:
        raise ItemNotFound("这份文件里没有这一项。", next_step="请刷新页面后再看。")
    return item_view(found)


def items(
    actor: Actor, *, document_id: int, kind: str = "", state: str = "", after: str | None = None, limit: int = 100
) -> Page[ItemView]:
    """The items of the filters in reading order."""
    require(actor, Right.SEE_PACKS)
    rows = ReadItem.objects.filter(document=document_for(actor, document_id))
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(state=state) if state else rows
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    found = list(rows.order_by("id")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(item_view(row) for row in shown), cursor_of(shown[-1].pk) if len(found) > limit else None)


def findings(actor: Actor, *, document_id: int, state: str = "", severity: str = "") -> tuple[FindingView, ...]:
    """What does not fit in the document, worst first."""
    require(actor, Right.SEE_PACKS)
    found = _findings(document_for(actor, document_id))
    return tuple(f for f in found if (not state or f.state == state) and (not severity or f.severity == severity))


def item_view(row: ReadItem) -> ItemView:
    """The row as others see it."""
    counts = row.corrected if row.corrected is not None else row.read
    return ItemView(
        row.pk, ItemKind(row.kind), row.number, row.key, row.clause, row.start, row.end, row.at, row.at_end, row.read, counts, ItemState(row.state),
        tuple(sorted(key for key, value in counts.items() if value != row.read.get(key))), row.carried_from_id is not None and row.state != ItemState.READ,
        tuple(row.misfits), row.reason, row.decided_by, row.decided_at,
    )  # fmt: skip


def _findings(row: PlanDocument) -> Iterable[FindingView]:
    for found in FindingKept.objects.filter(document=row).order_by("number"):
        places = tuple(PlaceQuoted(start, end, _words(row.text, start, end)) for start, end in found.places)
        yield FindingView(
            found.pk, found.number, found.code, found.severity, found.sentence, found.computation, places, FindingState(found.state), found.note,
            found.settled_by, found.settled_at,
        )  # fmt: skip


def _words(text: str, start: int, end: int) -> str:
    words = " ".join(text[start:end].split())
    return words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "…"


def _lines(row: PlanDocument, start: int, end: int, items: Sequence[ItemView], findings: Sequence[FindingView]) -> Iterable[Line]:
    """The text from start to end cut at line ends and wherever an item or finding begins or ends."""
    marks = [(i.at, i.at_end, i.id) if i.kind is ItemKind.TASK else (i.start, i.end, i.id) for i in items]
    marks.sort(key=lambda mark: (mark[1] - mark[0], mark[2]))
    faults = [(place.start, place.end, f.id) for f in findings for place in f.places if f.state is FindingState.OPEN]
    opens = {int(at): int(level) for at, level in row.headings}
    place, begun = start, set[int]()
    for words in row.text[start:end].split("\n"):
        stop = place + len(words)
        if words.strip():
            first = range(place, place + len(words) - len(words.lstrip()) + 1)
            level = 0 if len(words) > LONGEST_HEADING else next((opens[at] for at in first if at in opens), 0)
            yield Line(level, tuple(_pieces(row.text, place, stop, marks, faults, begun)))
        place = stop + 1


def _pieces(
    text: str,
    start: int,
    end: int,
    marks: Sequence[tuple[int, int, int]],
    faults: Sequence[tuple[int, int, int]],
    begun: set[int],
) -> Iterable[Piece]:
    here = [mark for mark in marks if mark[0] < end and mark[1] > start]
    wrong = [mark for mark in faults if mark[0] < end and mark[1] > start]
    cuts = sorted({start, end, *(min(max(edge, start), end) for mark in (*here, *wrong) for edge in mark[:2])})
    for one, other in itertools.pairwise(cuts):
        inside = tuple(i for s, e, i in here if s <= one and e >= other)
        faulty = tuple(dict.fromkeys(i for s, e, i in wrong if s <= one and e >= other))
        yield Piece(text[one:other], one, inside, faulty, tuple(i for i in inside if i not in begun))
        begun.update(inside)
