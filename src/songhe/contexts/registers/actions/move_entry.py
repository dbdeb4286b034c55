"""An entry goes from one state to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from songhe.contexts.registers.access import entry_for
from songhe.contexts.registers.actions.change_entry import save_changed
from songhe.contexts.registers.actions.write_entries import (
    EntryWritten,
    all_values,
    change_row,
    merged,
    put_values,
    read_values,
    settle_after,
    written,
)
from songhe.contexts.registers.errors import MoveNotAllowed, ValueRefused
from songhe.contexts.registers.models import Entry
from songhe.contexts.registers.queries.declarations import faults, may_make
from songhe.contexts.registers.words import ENTRY, Deed
from songhe.engines.policy.pack import RegisterEntry, RegisterMove
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right

SHORTEST_REASON = 2


@transaction.atomic
def move_entry(
    actor: Actor,
    *,
    entry_id: int,
    move: str,
    values: Mapping[str, object] | None = None,
    reason: str = "",
    on: dt.date | None = None,
) -> EntryWritten:
    """The entry stands in the state that the move leads to, with the values given along with it; `on` is the day it was over.

    Raises MoveNotAllowed where no such move leads from its state or the actor may not make it, ValueRefused where something that the move
    needs is not filled or no reason is given; then nothing is written.
    """
    entry, register = entry_for(actor, entry_id, right=Right.KEEP_REGISTERS, lock=True)
    chosen = _chosen(actor, entry, register, move)
    before, from_state = all_values(entry), entry.state
    after = merged(before, read_values(register, values or {}))
    problems = faults(register, chosen.to_state, after, entering=False) | _lacking(register, chosen, after, reason)
    closing, today = chosen.to_state in register.closed, clock.today()
    day = on or today
    if closing and not entry.opened_on <= day <= today:
        problems["on"] = "结束日期不能早于登记日期，也不能晚于今天。"
    if problems:
        raise ValueRefused(problems)
    entry.state, entry.closed_on = chosen.to_state, day if closing else None
    put_values(entry, register, after)
    save_changed(entry, register)
    change_row(
        actor, entry, register, Deed.MOVED, before=before, after=after, from_state=from_state, move=chosen.id, reason=reason
    ).save()
    settle_after(actor, entry, register)
    detail = {"register": register.title, "move": chosen.label, "reason": reason.strip()}
    audit.record(actor, "registers.move", subject_type=ENTRY, subject_id=entry.id, area_path=entry.area_path, detail=detail)
    return written(entry)


def _chosen(actor: Actor, entry: Entry, register: RegisterEntry, move: str) -> RegisterMove:
    chosen = next((each for each in register.moves if each.id == move and entry.state in each.from_states), None)
    if chosen is None:
        raise MoveNotAllowed(
            f"这条登记现在是“{register.label_of(entry.state)}”，不能这样办。", next_step="请刷新页面，看看它现在的状态。"
        )
    if not may_make(actor, chosen, entry.area_path):
        raise MoveNotAllowed(f"“{chosen.label}”不由您的账号办理。", next_step="请上级工作人员办理。")
    return chosen


def _lacking(register: RegisterEntry, move: RegisterMove, values: Mapping[str, object], reason: str) -> dict[str, str]:
    found = {
        field.id: f"“{move.label}”前要填“{field.label}”。"
        for field in register.fields
        if field.id in move.needs and values.get(field.id) is None
    }
    if move.reason and len(reason.strip()) < SHORTEST_REASON:
        found["reason"] = f"请写明“{move.label}”的原因。"
    return found
