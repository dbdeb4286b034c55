"""What a letter is written from: an entry of the registers of notices, meetings and comments, with what belongs to it and its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.plan_tracking.access import entry_files
from songhe.contexts.plan_tracking.errors import LetterNotReady, TaskNotFound
from songhe.contexts.plan_tracking.models import EntryFile
from songhe.contexts.plan_tracking.words import LETTER_REGISTERS
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import queries as registers
from songhe.engines.policy.pack import Task
from songhe.foundation import files
from songhe.foundation.access import Actor, Right
from songhe.foundation.files import StoredFile

NEEDS: Mapping[str, tuple[str, str]] = {
    "joint_meetings": ("minutes", "这次会议还没有写纪要，不能印。"),
    "public_comments": ("reply", "这条意见还没有答复，不能印答复。"),
}


@dataclass(frozen=True, slots=True)
class EntryFileView:
    """A file of an entry; `scanned_by` empty where no scanner has looked."""

    id: int
    name: str
    kind: str
    size: int
    scanned_by: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class DecisionOfMeeting:
    """What a meeting decided, who does it and by when, and how far it is."""

    decision: str
    unit: str
    due_on: str
    state: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An entry as a letter: `values` are its fields in Chinese by id, never a sensitive one; `ready` is empty or says why it cannot be printed yet."""

    entry_id: int
    register: str
    kind: str
    name: str
    state: str
    values: Mapping[str, str]
    task: Task | None
    decisions: tuple[DecisionOfMeeting, ...]
    files: tuple[EntryFileView, ...]
    ready: str
    may_attach: bool


def letter(actor: Actor, *, entry_id: int) -> Letter:
    """The entry as a letter; raises EntryNotFound outside the actor's areas, TaskNotFound for a register without letters."""
    view = registers.entry(actor, entry_id=entry_id)
    kind = LETTER_REGISTERS.get(view.declared.id)
    if kind is None:
        raise TaskNotFound("这本台账没有函件。", next_step="请从督办单、联席会议或征求意见里打开。")
    values = {value.field.id: value.shown for value in view.line.values if not value.field.sensitive}
    need, sentence = NEEDS.get(view.declared.id, ("", ""))
    tasks = policy.pack_in_use().pack.tasks
    return Letter(
        entry_id, view.declared.id, kind, view.line.name, view.line.state_label, values,
        next((task for task in tasks if task.id == values.get("task")), None),
        _decisions(actor, values) if view.declared.id == "joint_meetings" else (),
        tuple(_file(row) for row in entry_files(actor, entry_id).order_by("-id")),
        sentence if need and not values.get(need) else "", actor.may(Right.KEEP_REGISTERS, view.line.area_path),
    )  # fmt: skip


def letter_to_print(actor: Actor, *, entry_id: int) -> Letter:
    """The same, where it can be printed; raises LetterNotReady."""
    found = letter(actor, entry_id=entry_id)
    if found.ready:
        raise LetterNotReady(found.ready, next_step="请先在台账里填好。")
    return found


def entry_file(actor: Actor, *, entry_id: int, file_id: int) -> tuple[EntryFileView, StoredFile]:
    """One file of an entry within reach; raises EntryNotFound, TaskNotFound."""
    row = entry_files(actor, entry_id).filter(pk=file_id).first()
    if row is None:
        raise TaskNotFound("没有这个文件。", next_step="请刷新页面后再看。")
    return _file(row), files.describe(row.file_id)


def _file(row: EntryFile) -> EntryFileView:
    return EntryFileView(row.pk, row.name, row.kind, row.size, row.scanned_by, row.made_by_name, row.made_at)


def _decisions(actor: Actor, meeting: Mapping[str, str]) -> tuple[DecisionOfMeeting, ...]:
    """Decisions that name the meeting by its title or the number of its minutes."""
    names = {name for name in (meeting.get("title"), meeting.get("minutes_number")) if name}
    if "meeting_decisions" not in policy.pack_in_use().pack.registers:
        return ()
    found = []
    for name in sorted(names):
        page = registers.entries(actor, register="meeting_decisions", text=name, over=None, limit=200)
        found += [line for line in page.items if any(v.field.id == "meeting" and v.shown == name for v in line.values)]
    rows = {line.id: line for line in found}
    values = {key: {value.field.id: value.shown for value in line.values} for key, line in rows.items()}
    return tuple(
        DecisionOfMeeting(
            values[key].get("decision", ""), values[key].get("unit", ""), values[key].get("due_on", ""), rows[key].state_label
        )
        for key in sorted(rows)
    )
