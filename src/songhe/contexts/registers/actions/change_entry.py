"""Other values in an entry that stays where it is."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from songhe.contexts.registers.access import entry_for
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
from songhe.contexts.registers.errors import AlreadyEntered, EntryClosed, ValueRefused
from songhe.contexts.registers.models import Entry
from songhe.contexts.registers.queries.declarations import faults, key_of
from songhe.contexts.registers.words import ENTRY, Deed
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right


@transaction.atomic
def change_entry(actor: Actor, *, entry_id: int, values: Mapping[str, object], reason: str = "") -> EntryWritten:
    """The entry has the given values (None takes one out), the others stay; what was there before stands in its history.

    Raises EntryClosed, ValueRefused, AlreadyEntered where another open entry has the new key; then nothing is written. Values that are
    there already write nothing.
    """
    entry, register = entry_for(actor, entry_id, right=Right.KEEP_REGISTERS, lock=True)
    if entry.closed_on is not None:
        raise EntryClosed("这条登记已经结束，不能再改。", next_step="需要时请重新登记一条。")
    before = all_values(entry)
    after = merged(before, read_values(register, values))
    if after == before:
        return written(entry, changed=False)
    if problems := faults(register, entry.state, after, entering=False):
        raise ValueRefused(problems)
    put_values(entry, register, after)
    save_changed(entry, register)
    change_row(actor, entry, register, Deed.CHANGED, before=before, after=after, from_state=entry.state, reason=reason).save()
    settle_after(actor, entry, register)
    detail = {"register": register.title, "reason": reason.strip()}
    audit.record(actor, "registers.change", subject_type=ENTRY, subject_id=entry.id, area_path=entry.area_path, detail=detail)
    return written(entry)


def save_changed(entry: Entry, register: RegisterEntry) -> None:
    """The entry is saved under the key of its values; AlreadyEntered where an open entry has it."""
    entry.key = key_of(register, entry.person_id, entry.area_path, entry.values)
    entry.changed_at = clock.now()
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        raise AlreadyEntered(
            f"《{register.title}》里已经有同样的一条，还没有结束。", next_step="请核对后修改，或打开那一条。"
        ) from None
