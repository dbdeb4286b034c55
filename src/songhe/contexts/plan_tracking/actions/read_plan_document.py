"""Read a plan document: its items with their places, what does not fit in it, and the decisions of the version before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.actions.carry_decisions import carry_decisions
from songhe.contexts.plan_tracking.errors import DocumentRefused
from songhe.contexts.plan_tracking.models import FindingKept, PlanDocument, ReadItem
from songhe.contexts.plan_tracking.words import DocumentStatus, FindingState, ItemKind, ItemState
from songhe.engines.plan_reading.checking import check_plan
from songhe.engines.plan_reading.documents import DocumentProblem, read_document
from songhe.engines.plan_reading.findings import Finding
from songhe.engines.plan_reading.model import Clause, PlanReading, Span
from songhe.engines.plan_reading.reading import as_data, read_plan, require_plan
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require

PAGE = 7_000  # characters: a clause longer than this is reviewed part by part
TITLE_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Understood:
    """A file as a plan, before any of it is kept."""

    title: str
    kind: str
    text: str
    reading: PlanReading
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PlanRead:
    """How many items of each kind, findings, and decisions taken over from the version before."""

    tasks: int
    targets: int
    baselines: int
    findings: int
    carried: int

    @property
    def counts(self) -> dict[str, object]:
        """As the audit chain keeps it."""
        return {
            "tasks": self.tasks,
            "targets": self.targets,
            "baselines": self.baselines,
            "findings": self.findings,
            "carried": self.carried,
        }


def understand(content: bytes, name: str) -> Understood:
    """The file read and checked; raises DocumentRefused with one sentence where it is no readable plan."""
    try:
        document = read_document(content, name)
        text = document.text.replace("\x00", " ")
        reading = require_plan(read_plan(text))
    except DocumentProblem as problem:
        raise DocumentRefused(problem.sentence, next_step=problem.next_step, field="content") from None
    return Understood(reading.outline.title, document.kind, text, reading, check_plan(text))


@transaction.atomic
def read_plan_document(actor: Actor, *, document_id: int) -> PlanRead | None:
    """The stored document is read, or has failed with the sentence that says why; None where that was done before."""
    require(actor, Right.CHANGE_PACKS)
    document = document_for(actor, document_id, lock=True)
    if document.status not in (DocumentStatus.UPLOADED, DocumentStatus.READING):
        return None
    try:
        understood = understand(files.read(document.file_id), document.file_name)
    except DocumentRefused as refused:
        _fail(document, f"{refused.sentence}{refused.next_step}")
        audit.record(
            actor,
            "plan_tracking.read_plan",
            subject_type="plan_document",
            subject_id=document.pk,
            detail={"failed": refused.sentence},
        )
        return None
    found = write_reading(document, understood)
    audit.record(actor, "plan_tracking.read_plan", subject_type="plan_document", subject_id=document.pk, detail=found.counts)
    return found


@transaction.atomic
def give_up_reading(actor: Actor, *, document_id: int) -> None:
    """The document says that it could not be read for a reason of ours."""
    require(actor, Right.CHANGE_PACKS)
    document = document_for(actor, document_id, lock=True)
    if document.status in (DocumentStatus.UPLOADED, DocumentStatus.READING):
        _fail(document, "系统没有读完这份文件。请再上传一次；还是不行，请告诉系统管理员。")
        audit.record(
            actor, "plan_tracking.read_plan", subject_type="plan_document", subject_id=document.pk, detail={"failed": "gave up"}
        )


def _fail(document: PlanDocument, sentence: str) -> None:
    document.status, document.problem = DocumentStatus.FAILED, sentence
    document.save(update_fields=["status", "problem"])


def write_reading(document: PlanDocument, understood: Understood) -> PlanRead:
    """Text, items, findings and carried decisions of a document stand in the caller's transaction."""
    reading, text = understood.reading, understood.text
    outline = reading.outline
    document.text, document.kind = text, understood.kind
    document.sections = _sections(outline.clauses, len(text))
    document.headings = [[clause.span.start, clause.level] for clause in outline.walk()]
    document.status, document.read_at = DocumentStatus.READ, clock.now()
    document.save()
    items = ReadItem.objects.bulk_create(_items(document, reading, text))
    FindingKept.objects.bulk_create(
        FindingKept(
            document=document, number=number, code=finding.code, severity=finding.severity, sentence=finding.sentence,
            computation=finding.computation, places=[[span.start, span.end] for span in finding.places], state=FindingState.OPEN,
        )
        for number, finding in enumerate(understood.findings, start=1)
    )  # fmt: skip
    carried = carry_decisions(document, items) if document.version_of_id is not None else 0
    return PlanRead(len(reading.tasks), len(reading.targets), len(reading.baselines), len(understood.findings), carried)


def _items(document: PlanDocument, reading: PlanReading, text: str) -> Iterator[ReadItem]:
    data = as_data(reading, text, str(document.pk))
    for number, (task, row) in enumerate(zip(reading.tasks, _rows(data["tasks"]), strict=True), start=1):
        yield _item(document, ItemKind.TASK, number, row, task.span, _heading(text, task.span))
    for number, (target, row) in enumerate(zip(reading.targets, _rows(data["targets"]), strict=True), start=1):
        yield _item(document, ItemKind.TARGET, number, row | {"hedge": target.hedge or None}, target.span, target.at)
    for number, (figure, row) in enumerate(zip(reading.baselines, _rows(data["baselines"]), strict=True), start=1):
        yield _item(document, ItemKind.BASELINE, number, row, figure.span, figure.at)


def _rows(part: object) -> list[dict[str, object]]:
    return [dict(row) for row in part] if isinstance(part, list) else []


def _item(document: PlanDocument, kind: ItemKind, number: int, row: dict[str, object], span: Span, at: Span) -> ReadItem:
    return ReadItem(
        document=document, kind=kind, number=number, key=str(row["id"]), clause=str(row["clause"] or ""), start=span.start, end=span.end,
        at=at.start, at_end=at.end, read={key: value for key, value in row.items() if key != "doc"}, state=ItemState.READ,
    )  # fmt: skip


def _heading(text: str, span: Span) -> Span:
    """What a task is called where it stands: its first words, up to the first stop."""
    start = span.start + len(text[span.start : span.end]) - len(text[span.start : span.end].lstrip())
    ends = [found for stop in ("。", "\n") if (found := text.find(stop, start, min(span.end, start + TITLE_WITHIN))) > start]
    return Span(start, min(ends, default=min(span.end, start + TITLE_WITHIN)))


def _sections(clauses: Sequence[Clause], length: int) -> list[dict[str, object]]:
    """The document cut at its clauses, without a gap; each piece is reviewed on a page of its own."""
    cuts = [(0, "开头")]
    for clause in clauses:
        cuts.append((clause.span.start, f"{clause.number} {clause.title}"))
        if clause.span.end - clause.span.start > PAGE:
            cuts += [(child.span.start, f"{child.number} {child.title}") for child in clause.children]
    found: list[dict[str, object]] = []
    ends = [start for start, _ in cuts[1:]] + [length]
    for (start, title), end in zip(cuts, ends, strict=True):
        if end <= start:
            continue
        if found and end - start < PAGE // 20:
            found[-1] |= {"end": end, "title": title[:TITLE_WITHIN]} if found[-1]["title"] == "开头" else {"end": end}
        elif found and int(str(found[-1]["end"])) - int(str(found[-1]["start"])) < PAGE // 20:
            found[-1] |= {"end": end, "title": title[:TITLE_WITHIN]}
        else:
            found.append({"title": title[:TITLE_WITHIN], "start": start, "end": end})
    return found
