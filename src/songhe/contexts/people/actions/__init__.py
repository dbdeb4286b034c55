"""Every write of this context."""

from songhe.contexts.people.actions.accept_batch import AcceptResult, accept_batch
from songhe.contexts.people.actions.check_batch import BatchResult, check_batch
from songhe.contexts.people.actions.correct_fact import CorrectedFact, correct_fact
from songhe.contexts.people.actions.export_results import ResultTable, export_results
from songhe.contexts.people.actions.request_accept import give_up_accepting, request_accept
from songhe.contexts.people.actions.reveal import reveal
from songhe.contexts.people.actions.upload_file import upload_file

__all__ = [
    "AcceptResult", "BatchResult", "CorrectedFact", "ResultTable", "accept_batch", "check_batch", "correct_fact", "export_results",
    "give_up_accepting", "request_accept", "reveal", "upload_file",
]  # fmt: skip
