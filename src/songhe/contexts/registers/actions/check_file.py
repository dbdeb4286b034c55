"""A file of a register: taken in, judged row by row, and let in when a human says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction

from songhe.contexts.registers.access import declared
from songhe.contexts.registers.actions.judge_rows import JudgedRow, judge_rows
from songhe.contexts.registers.models import RegisterFile, RegisterFileRow
from songhe.contexts.registers.queries.file_layout import layout_of
from songhe.contexts.registers.queries.read_file import read_file
from songhe.contexts.registers.words import FileStatus, Verdict
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.bulk_rows import create_rows

FILE = "register_file"


@dataclass(frozen=True, slots=True)
class FileChecked:
    """A file after its check or acceptance: how many rows have which verdict (all four are named)."""

    file_id: int
    status: str
    counts: Mapping[Verdict, int]


@transaction.atomic
def check_file(actor: Actor, *, register: str, name: str, content: bytes | Path) -> FileChecked:
    """The file is kept and every row has a verdict; no entry is touched.

    Raises FileRefused where the whole file cannot be read as one of this register (then nothing is kept but the sealed file).
    """
    kept, _, counts = judge_file(actor, register=register, name=name, content=content)
    return FileChecked(kept.id, kept.status, {verdict: counts[verdict] for verdict in Verdict})


def judge_file(
    actor: Actor, *, register: str, name: str, content: bytes | Path
) -> tuple[RegisterFile, list[JudgedRow], Mapping[str, int]]:
    """As `check_file`, with the judged rows at hand for a step that goes on with them in the same transaction."""
    require(actor, Right.KEEP_REGISTERS)
    entry_of = declared(actor, register)
    stored = files.store(content, name=name)
    read = read_file(stored.id, layout_of(entry_of))
    judged = judge_rows(actor, entry_of, read.rows)
    counts = count_verdicts(judged)
    paths = list(actor.area_paths(Right.KEEP_REGISTERS))
    kept = RegisterFile.objects.create(
        register=register, file_id=stored.id, file_name=name, area_paths=paths, status=FileStatus.CHECKED, counts=counts,
        ignored_columns=list(read.ignored), uploaded_by=actor.id, uploaded_at=clock.now(),
    )  # fmt: skip
    keep_rows(kept, judged)
    detail = {"register": entry_of.title, "size": stored.size, **counts}
    area = paths[0] if len(paths) == 1 else ""
    audit.record(actor, "registers.check_file", subject_type=FILE, subject_id=kept.id, area_path=area, detail=detail)
    return kept, judged, counts


def count_verdicts(judged: Sequence[JudgedRow]) -> dict[str, int]:
    """How many rows have each verdict."""
    counted = Counter(row.verdict for row in judged)
    return {verdict.value: counted[verdict] for verdict in Verdict}


def keep_rows(kept: RegisterFile, judged: Sequence[JudgedRow]) -> None:
    """The verdicts stand in the database."""
    create_rows(
        [
            RegisterFileRow(
                file=kept, sheet=row.sheet, row=row.row, verdict=row.verdict, entry=row.entry, changes=list(row.changes),
                problems=[asdict(problem) for problem in row.problems],
            )
            for row in judged
        ]
    )  # fmt: skip
