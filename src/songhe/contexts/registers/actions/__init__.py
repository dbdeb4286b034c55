"""Every write of this context."""

from songhe.contexts.registers.actions.add_entry import add_entry
from songhe.contexts.registers.actions.change_entry import change_entry
from songhe.contexts.registers.actions.move_entry import move_entry
from songhe.contexts.registers.actions.reveal_field import reveal_field
from songhe.contexts.registers.actions.write_entries import EntryWritten

__all__ = ["EntryWritten", "add_entry", "change_entry", "move_entry", "reveal_field"]
