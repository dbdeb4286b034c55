"""What was read and confirmed, as the files of a pack: targets.yaml, tasks.yaml, baseline.yaml (docs/pack-format.md).

Only facts and names leave the document: indicators, titles, numbers, days, units; what a deadline is about is said by the task's own title
unless a person wrote it in their own words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.errors import NotReadYet
from songhe.contexts.plan_tracking.models import PlanDocument, ReadItem
from songhe.contexts.plan_tracking.words import DocumentStatus, ItemKind, ItemState
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

LONGEST_NAME = 80
_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class DraftPack:
    """The files by name. `source` is the id of the document that they cite; `sources.yaml` says what to put under `sources:` of pack.yaml.

    `undecided` items are left out, as are rejected ones; `measured` targets name their indicator.
    """

    source: str
    files: Mapping[str, str]
    targets: int
    tasks: int
    figures: int
    undecided: int
    measured: int

    @property
    def unmeasured(self) -> int:
        """Targets that name no indicator yet."""
        return self.targets - self.measured


def draft_pack(actor: Actor, *, document_id: int, source: str = "") -> DraftPack:
    """Accepted and corrected items in the format of packs; raises NotReadYet, InvalidInput for a source id that a pack cannot have."""
    require(actor, Right.SEE_PACKS)
    document = document_for(actor, document_id)
    if document.status not in (DocumentStatus.READ, DocumentStatus.CONFIRMED):
        raise NotReadYet("这份文件还没有读完。", next_step="请稍后再试。")
    source = source or f"plan_{document.pk}"
    if not _SOURCE.fullmatch(source):
        raise InvalidInput("文件代号只能用小写字母、数字和下划线，以字母开头。", field="source")
    rows = list(ReadItem.objects.filter(document=document).order_by("start", "at", "id"))
    kept = [row for row in rows if row.state in (ItemState.ACCEPTED, ItemState.CORRECTED)]
    targets = [_target(row, source, {one.key for one in kept}) for row in kept if row.kind == ItemKind.TARGET]
    tasks = [_task(row, source) for row in kept if row.kind == ItemKind.TASK]
    figures = [_figure(row, source) for row in kept if row.kind == ItemKind.BASELINE]
    files = {
        "targets.yaml": _listed("# Targets and commitments as printed, confirmed by a person.", targets),
        "tasks.yaml": _listed("# Tasks with who is responsible, confirmed by a person.", tasks),
        "baseline.yaml": _listed("# Figures of the present state as printed, confirmed by a person.\nfigures:", figures, "  "),
        "sources.yaml": _source_entry(document, source),
    }
    return DraftPack(
        source,
        files,
        len(targets),
        len(tasks),
        len(figures),
        sum(row.state == ItemState.READ for row in rows),
        sum(1 for entry in targets if entry["measured_by"]),
    )


def _target(row: ReadItem, source: str, kept: set[str]) -> dict[str, object]:
    said = _said(row)
    restated = said.get("restates")
    return {
        "id": row.key, "indicator": _name(said.get("indicator")), "value": said.get("value"), "value_max": said.get("value_max"),
        "unit": said.get("unit") or None, "comparator": said.get("comparator") or None, "hedge": said.get("hedge") or None,
        "direction": said.get("direction") or None, "deadline": said.get("deadline") or None, "deadline_inferred": bool(said.get("deadline_inferred")),
        "scope": said.get("scope") or None, "attribute": said.get("attribute") or None, "kind": said.get("kind"),
        "responsible": _texts(said.get("responsible")), "participating": _texts(said.get("participating")),
        "restates": restated if restated in kept else None, "conflicts_with": [key for key in _texts(said.get("conflicts_with")) if key in kept],
        "measured_by": said.get("measured_by") or None, "cite": {"doc": source, "clause": row.clause or "全文"},
        "note": _notes(row, "期限写的是“之前”，不含当天" if said.get("deadline_exclusive") else ""),
    }  # fmt: skip


def _task(row: ReadItem, source: str) -> dict[str, object]:
    said = _said(row)
    title = _name(said.get("title"))
    own = row.corrected is not None and row.corrected.get("deadlines") != row.read.get("deadlines")
    deadlines = [
        {"date": entry.get("date") or None, "what": (own and entry.get("what")) or title}
        for entry in _maps(said.get("deadlines"))
    ]
    return {
        "id": row.key, "title": title, "responsible": _texts(said.get("responsible")), "participating": _texts(said.get("participating")),
        "deadlines": deadlines, "tags": [], "cite": {"doc": source, "clause": row.clause or "全文"}, "note": _notes(row),
    }  # fmt: skip


def _figure(row: ReadItem, source: str) -> dict[str, object]:
    said = _said(row)
    return {
        "id": row.key, "indicator": _name(said.get("indicator")), "value": said.get("value"), "unit": said.get("unit") or None,
        "date": said.get("date") or None, "approx": bool(said.get("approx")), "measures": said.get("measured_by") or None,
        "cite": {"doc": source, "clause": row.clause or "全文"}, "note": _notes(row),
    }  # fmt: skip


def _said(row: ReadItem) -> Mapping[str, object]:
    said: Mapping[str, object] = row.corrected if row.corrected is not None else row.read
    return said


def _name(value: object) -> str:
    words = " ".join(str(value or "").split())
    return words[:LONGEST_NAME] or "（没有名称）"


def _notes(row: ReadItem, *more: str) -> str | None:
    corrected = f"核对时更正{f'：{row.reason}' if row.reason else ''}" if row.state == ItemState.CORRECTED else ""
    return "；".join(text for text in (corrected, *more) if text) or None


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _maps(value: object) -> Iterable[Mapping[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _listed(head: str, rows: Sequence[Mapping[str, object]], indent: str = "") -> str:
    """One entry a line, as packs are written; a list without entries is an empty list."""
    if not rows:
        return f"{head} []\n" if head.endswith(":") else f"{head}\n[]\n"
    lines = [f"{indent}- {_flow(row)}" for row in rows]
    return "\n".join([head, *lines]) + "\n"


def _flow(row: Mapping[str, object]) -> str:
    text = yaml.safe_dump(dict(row), default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9)
    return text.strip()


def source_of(document: PlanDocument, issuer: str, number: str, issued: dt.date | None) -> dict[str, object]:
    """The document as an entry of `sources:`."""
    return {
        "title": document.title, "number": number or None, "issuer": issuer, "issued": issued, "status": document.stage,
        "note": f"原文 {document.file_name}",
    }  # fmt: skip


def _source_entry(document: PlanDocument, source: str) -> str:
    entry = {source: source_of(document, "待填写", "", None)}
    head = "# Put this under `sources:` in pack.yaml and fill in number, issuer and day of issue from the document.\n"
    return head + yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=10**9)
