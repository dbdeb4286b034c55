"""Every write of this context."""

from songhe.contexts.registers.actions.accept_file import accept_file, import_entries
from songhe.contexts.registers.actions.add_candidates import CandidatesAdded, add_candidates
from songhe.contexts.registers.actions.add_entry import add_entry
from songhe.contexts.registers.actions.change_entry import change_entry
from songhe.contexts.registers.actions.check_file import FileChecked, check_file
from songhe.contexts.registers.actions.move_entry import move_entry
from songhe.contexts.registers.actions.refresh_candidates import Refreshed, refresh_candidates
from songhe.contexts.registers.actions.reseal_values import reseal_values, sealed_values_by_key, unopened_sealed_values
from songhe.contexts.registers.actions.reveal_field import reveal_field
from songhe.contexts.registers.actions.settle_clocks import ClocksSettled, settle_clocks
from songhe.contexts.registers.actions.write_entries import EntryWritten

__all__ = [
    "CandidatesAdded", "ClocksSettled", "EntryWritten", "FileChecked", "Refreshed", "accept_file", "add_candidates", "add_entry",
    "change_entry", "check_file", "import_entries", "move_entry", "refresh_candidates", "reseal_values", "reveal_field", "sealed_values_by_key",
    "settle_clocks", "unopened_sealed_values",
]  # fmt: skip
