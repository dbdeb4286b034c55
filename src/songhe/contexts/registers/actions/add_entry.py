"""One more entry in a register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.registers.access import declared
from songhe.contexts.registers.actions.write_entries import (
    EntryWritten,
    change_row,
    hold_register,
    merged,
    put_values,
    read_values,
    settle_after,
    written,
)
from songhe.contexts.registers.errors import AlreadyEntered, ValueRefused
from songhe.contexts.registers.models import Entry
from songhe.contexts.registers.queries.declarations import faults, first_state, key_of
from songhe.contexts.registers.words import ENTRY, Deed
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def add_entry(
    actor: Actor,
    *,
    register: str,
    values: Mapping[str, object],
    person_id: int | None = None,
    area_path: str = "",
    opened_on: dt.date | None = None,
    reason: str = "",
) -> EntryWritten:
    """An open entry with these values (encoded as facts) stands in the register's first state, and its history begins.

    A register about persons takes `person_id`, any other `area_path`. Raises AlreadyEntered where an open entry has the same key,
    ValueRefused with every field at fault, AccessDenied outside the actor's areas; then nothing is written.
    """
    entry_of = declared(actor, register)
    path = _place(actor, entry_of, person_id, area_path)
    require(actor, Right.KEEP_REGISTERS, path)
    hold_register(register, alone=False)
    stored = merged({}, read_values(entry_of, values))
    state, today = first_state(entry_of), clock.today()
    problems = faults(entry_of, state, stored, entering=True)
    if opened_on is not None and opened_on > today:
        problems["opened_on"] = "登记日期不能晚于今天。"
    if problems:
        raise ValueRefused(problems)
    entry = Entry(
        register=register, key=key_of(entry_of, person_id, path, stored), person_id=person_id if entry_of.entity == "person" else None,
        area_path=path, state=state, opened_on=opened_on or today, changed_at=clock.now(),
    )  # fmt: skip
    put_values(entry, entry_of, stored)
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise AlreadyEntered(
            f"《{entry_of.title}》里已经有这一条，还没有结束。", next_step="请打开原来的那条修改，不用重复登记。"
        ) from None
    change_row(actor, entry, entry_of, Deed.ADDED, before={}, after=stored, reason=reason).save()
    settle_after(actor, entry, entry_of)
    detail = {"register": entry_of.title}
    audit.record(actor, "registers.add", subject_type=ENTRY, subject_id=entry.id, area_path=path, detail=detail)
    return written(entry)


def _place(actor: Actor, register: RegisterEntry, person_id: int | None, area_path: str) -> str:
    if register.entity == "person":
        if person_id is None:
            raise InvalidInput("请选择是哪一位老人。", next_step="可以从“找人”里打开老人，再登记。", field="person")
        return people.person_place(actor, person_id=person_id).area_path
    if not area_path:
        raise InvalidInput("请选择所在区划。", next_step="例如所在的镇（街道）或村（社区）。", field="area")
    return places.area_by_path(area_path).path
