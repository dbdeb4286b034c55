"""Every question this context answers."""

from songhe.contexts.registers.queries.candidates import CandidateLine, candidates
from songhe.contexts.registers.queries.entries import (
    ChangeView,
    EntryLine,
    EntryView,
    FieldChange,
    ValueShown,
    count_entries,
    entries,
    entries_of_person,
    entry,
    entry_id_of,
    history,
)
from songhe.contexts.registers.queries.field_values import Unreadable, cell_of, read_text, shown
from songhe.contexts.registers.queries.file_layout import FileColumn, FileLayout, file_layout
from songhe.contexts.registers.queries.files import (
    VERDICT_LABELS,
    FileBrief,
    FileProblem,
    FileResult,
    FileRowView,
    FileView,
    file_result,
    register_file,
    register_files,
)
from songhe.contexts.registers.queries.for_everybody import RegisterForAll, least_shown, registers_for_all
from songhe.contexts.registers.queries.read_file import FileRow, read_file
from songhe.contexts.registers.queries.registers import RegisterBrief, RegisterView, register, registers
from songhe.contexts.registers.words import Expectation, FileStatus, Verdict

__all__ = [
    "VERDICT_LABELS", "CandidateLine", "ChangeView", "EntryLine", "EntryView", "Expectation", "FieldChange", "FileBrief", "FileColumn",
    "FileLayout", "FileProblem", "FileResult", "FileRow", "FileRowView", "FileStatus", "FileView", "RegisterBrief", "RegisterForAll", "RegisterView",
    "Unreadable", "ValueShown", "Verdict", "candidates", "cell_of", "count_entries", "entries", "entries_of_person", "entry", "entry_id_of", "file_layout",
    "file_result", "history", "least_shown", "read_file", "read_text", "register", "register_file", "register_files", "registers",
    "registers_for_all", "shown",
]  # fmt: skip
