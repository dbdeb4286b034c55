"""Every write of this context."""

from songhe.contexts.people.actions.accept_batch import AcceptResult, accept_batch
from songhe.contexts.people.actions.check_batch import BatchResult, check_batch
from songhe.contexts.people.actions.correct_fact import CorrectedFact, correct_fact
from songhe.contexts.people.actions.correct_row import correct_row, set_row_aside
from songhe.contexts.people.actions.export_results import ResultFile, export_results
from songhe.contexts.people.actions.remember_mapping import say_columns
from songhe.contexts.people.actions.request_accept import give_up_accepting, request_accept
from songhe.contexts.people.actions.request_sheet import SheetRequested, download_sheet, request_sheet, return_sheet
from songhe.contexts.people.actions.reveal import reveal
from songhe.contexts.people.actions.upload_file import upload_file

__all__ = [
    "AcceptResult",
    "BatchResult",
    "CorrectedFact",
    "ResultFile",
    "SheetRequested",
    "accept_batch",
    "check_batch",
    "correct_fact",
    "correct_row",
    "download_sheet",
    "export_results",
    "give_up_accepting",
    "request_accept",
    "request_sheet",
    "return_sheet",
    "reveal",
    "say_columns",
    "set_row_aside",
    "upload_file",
]
