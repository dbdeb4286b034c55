"""Every write of this context."""

from songhe.contexts.people.actions.accept_batch import AcceptResult, accept_batch
from songhe.contexts.people.actions.check_batch import BatchResult, check_batch
from songhe.contexts.people.actions.correct_fact import CorrectedFact, correct_fact
from songhe.contexts.people.actions.reveal import reveal
from songhe.contexts.people.actions.upload_file import upload_file

__all__ = ["AcceptResult", "BatchResult", "CorrectedFact", "accept_batch", "check_batch", "correct_fact", "reveal", "upload_file"]
