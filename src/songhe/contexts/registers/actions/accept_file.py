"""Letting a checked file in: its good rows become entries and changes, all at once or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import IntegrityError, transaction

from songhe.contexts.registers.access import declared, file_for
from songhe.contexts.registers.actions.check_file import FILE, FileChecked, count_verdicts, judge_file
from songhe.contexts.registers.actions.judge_rows import JudgedRow, Target, judge_rows
from songhe.contexts.registers.actions.write_entries import all_values, change_row, hold_register, put_values, settle_many
from songhe.contexts.registers.errors import FileNotReady
from songhe.contexts.registers.models import Entry, EntryChange, RegisterFile, RegisterFileRow
from songhe.contexts.registers.queries.file_layout import layout_of
from songhe.contexts.registers.queries.read_file import read_file
from songhe.contexts.registers.words import Deed, FileStatus, Verdict
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.bulk_rows import create_rows

_BLOCK = 2_000
_AGAIN = "请把文件重新上传，再检查一遍。"


@transaction.atomic
def accept_file(actor: Actor, *, file_id: int) -> FileChecked:
    """Every new and changed row of the file is in, with its line of history; rejected rows stay outside.

    Raises FileNotReady where the file is in already, or where its rows would no longer do what its check said; then nothing is written.
    """
    kept, register = file_for(actor, file_id, lock=True)
    for path in kept.area_paths:
        require(actor, Right.KEEP_REGISTERS, path)
    if kept.status != FileStatus.CHECKED:
        raise FileNotReady("这个文件已经入库，不用再确认。", next_step="请回到台账查看。")
    hold_register(register.id, alone=True)
    judged = judge_rows(actor, register, read_file(kept.file_id, layout_of(register)).rows)
    if _verdicts(judged) != _stored(kept):
        raise FileNotReady("检查以后台账有了变动，这个文件要重新检查。", next_step=_AGAIN)
    return _accepted(actor, register, kept, judged)


@transaction.atomic
def import_entries(actor: Actor, *, register: str, name: str, content: bytes | Path) -> FileChecked:
    """The file is checked and its good rows are in, for whoever needs no look between the two (the demo city, a command): its rows are
    judged once, while nobody else lets a file in."""
    entry_of = declared(actor, register)
    hold_register(register, alone=True)
    kept, judged, _ = judge_file(actor, register=register, name=name, content=content)
    return _accepted(actor, entry_of, kept, judged)


def _accepted(actor: Actor, register: RegisterEntry, kept: RegisterFile, judged: Sequence[JudgedRow]) -> FileChecked:
    """The rows are in and the file is done with. The caller holds the register and has judged them since."""
    try:
        with transaction.atomic():
            _let_in(actor, register, kept, judged)
    except IntegrityError:
        raise FileNotReady("刚才有人登记了同样的一条。", next_step=_AGAIN) from None
    kept.status, kept.accepted_by, kept.accepted_at = FileStatus.ACCEPTED, actor.id, clock.now()
    kept.save(update_fields=["status", "accepted_by", "accepted_at"])
    counts = count_verdicts(judged)
    area = kept.area_paths[0] if len(kept.area_paths) == 1 else ""
    detail = {"register": register.title, **counts}
    audit.record(actor, "registers.accept_file", subject_type=FILE, subject_id=kept.id, area_path=area, detail=detail)
    return FileChecked(kept.id, kept.status, {verdict: counts[verdict] for verdict in Verdict})


def _verdicts(judged: Sequence[JudgedRow]) -> list[tuple[str, int, str, int | None, list[str]]]:
    return [(row.sheet, row.row, row.verdict.value, row.entry.id if row.entry else None, list(row.changes)) for row in judged]


def _stored(kept: RegisterFile) -> list[tuple[str, int, str, int | None, list[str]]]:
    rows = RegisterFileRow.objects.filter(file=kept).order_by("id")
    return list(rows.values_list("sheet", "row", "verdict", "entry_id", "changes"))


def _let_in(actor: Actor, register: RegisterEntry, kept: RegisterFile, judged: Sequence[JudgedRow]) -> None:
    fresh: list[Entry] = []
    altered: list[Entry] = []
    history: list[EntryChange] = []
    for row in judged:
        if row.target is None or row.verdict not in (Verdict.NEW, Verdict.UPDATE):
            continue
        if row.verdict is Verdict.NEW:
            entry = _fresh(register, row.target)
            fresh.append(entry)
            deed, before, from_state = Deed.ADDED, {}, ""
        else:
            assert row.entry is not None
            entry, before, from_state = row.entry, all_values(row.entry), row.entry.state
            deed = Deed.MOVED if row.target.move is not None else Deed.CHANGED
            _alter(entry, register, row.target)
            altered.append(entry)
        move = row.target.move.id if row.target.move is not None else ""
        history.append(
            change_row(
                actor, entry, register, deed, before=before, after=row.target.values, from_state=from_state, move=move,
                reason=row.target.reason, file=kept,
            )
        )  # fmt: skip
    create_rows(fresh)
    Entry.objects.bulk_update(altered, ["key", "state", "values", "sealed", "closed_on", "changed_at"], batch_size=_BLOCK)
    for line in history:
        line.entry_id = line.entry.id  # new ones have theirs only now
    create_rows(history)
    settle_many(actor, [*fresh, *altered], register)


def _fresh(register: RegisterEntry, target: Target) -> Entry:
    entry = Entry(
        register=register.id, key=target.key, person_id=target.person_id, area_path=target.area_path, state=target.state,
        opened_on=target.opened_on, closed_on=target.closed_on, changed_at=clock.now(),
    )  # fmt: skip
    put_values(entry, register, target.values)
    return entry


def _alter(entry: Entry, register: RegisterEntry, target: Target) -> None:
    entry.key, entry.state, entry.closed_on, entry.changed_at = target.key, target.state, target.closed_on, clock.now()
    put_values(entry, register, target.values)
