"""A file about many people is taken in and judged row by row; nothing else is touched until a human lets it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from songhe.contexts.entitlements.actions.judge_life_rows import judge_life_rows
from songhe.contexts.entitlements.actions.judge_returns import Judged, rows_with_people
from songhe.contexts.entitlements.actions.judge_unit_rows import judge_unit_rows
from songhe.contexts.entitlements.models import ReturnFile, ReturnRow
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.queries.return_layouts import return_layout
from songhe.contexts.entitlements.words import ReturnKind, ReturnStatus, ReturnVerdict
from songhe.contexts.people import queries as people
from songhe.contexts.registers.queries import read_file
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.bulk_rows import create_rows
from songhe.foundation.errors import InvalidInput

LONGEST_SENDER = 60


@dataclass(frozen=True, slots=True)
class ReturnChecked:
    """A file after its check or acceptance: how many rows have which verdict (all five are named)."""

    file_id: int
    status: ReturnStatus
    counts: Mapping[ReturnVerdict, int]


@transaction.atomic
def check_return(
    actor: Actor, *, kind: ReturnKind, sender: str, name: str, content: bytes | Path, benefit: str = ""
) -> ReturnChecked:
    """The file is kept and every row has a verdict. `sender`: a department's label for a comparison, a provider's name for units (then
    `benefit` says of which).

    Raises InvalidInput for an unknown sender or benefit, FileRefused where the whole file cannot be read (then nothing is kept but the
    sealed file).
    """
    require(actor, Right.IMPORT)
    require(actor, Right.HANDLE_GRANTS)
    said = _checked_sender(kind, sender.strip(), benefit)
    stored = files.store(content, name=name)
    read = read_file(stored.id, return_layout(kind))
    kept = ReturnFile.objects.create(
        kind=kind, sender=said, benefit=benefit if kind is ReturnKind.UNITS else "", file_id=stored.id, file_name=name,
        area_paths=list(actor.area_paths(Right.HANDLE_GRANTS)), status=ReturnStatus.CHECKED, ignored_columns=list(read.ignored),
        uploaded_by=actor.id, uploaded_at=clock.now(),
    )  # fmt: skip
    judged = judge_return(actor, kept)
    kept.counts = {verdict.value: count for verdict, count in counted(judged).items()}
    kept.save(update_fields=["counts"])
    create_rows(
        [
            ReturnRow(
                file=kept, sheet=row.sheet, row=row.row, verdict=row.verdict.value, person_id=row.person_id, area_path=row.area_path,
                said=row.said, note=row.note, problems=row.problems,
            )
            for row in judged
        ]
    )  # fmt: skip
    record(actor, "returns.check", kept)
    return ReturnChecked(kept.id, ReturnStatus.CHECKED, counted(judged))


def judge_return(actor: Actor, kept: ReturnFile) -> list[Judged]:
    """The verdict of every row of a kept file, as things stand now."""
    kind = ReturnKind(kept.kind)
    judged = rows_with_people(actor, kind, read_file(kept.file_id, return_layout(kind)).rows, kept.area_paths)
    if kind is ReturnKind.LIFE:
        judge_life_rows(judged, kept.sender)
    else:
        judge_unit_rows(judged, kept.sender, kept.benefit)
    return judged


def counted(judged: Sequence[Judged]) -> Mapping[ReturnVerdict, int]:
    """How many rows have each verdict."""
    found = Counter(row.verdict for row in judged)
    return {verdict: found[verdict] for verdict in ReturnVerdict}


def record(actor: Actor, deed: str, kept: ReturnFile) -> None:
    """The deed stands in the audit chain."""
    area = kept.area_paths[0] if len(kept.area_paths) == 1 else ""
    detail = {"kind": kept.kind, "sender": kept.sender, **kept.counts}
    audit.record(actor, deed, subject_type="grant_return", subject_id=kept.id, area_path=area, detail=detail)


def _checked_sender(kind: ReturnKind, sender: str, benefit: str) -> str:
    if kind is ReturnKind.LIFE:
        if sender not in {layout.label for layout in people.layouts()}:
            raise InvalidInput("没有这个部门。", next_step="请从列出的部门里选择。", field="sender")
        return sender
    if not 2 <= len(sender) <= LONGEST_SENDER:
        raise InvalidInput(f"请用2到{LONGEST_SENDER}个字写明是哪家报的。", next_step="例如：永丰社区老年餐桌。", field="sender")
    if granting().rule(benefit).units is None:
        raise InvalidInput("这一项不是按数量计发的。", next_step="请从列出的待遇里选择。", field="benefit")
    return sender
