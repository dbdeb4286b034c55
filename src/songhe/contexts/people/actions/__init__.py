"""Every write of this context."""

from songhe.contexts.people.actions.accept_batch import AcceptResult, accept_batch
from songhe.contexts.people.actions.ask_department import AskedDepartment, ask_department
from songhe.contexts.people.actions.check_batch import BatchResult, check_batch
from songhe.contexts.people.actions.close_round import close_round
from songhe.contexts.people.actions.correct_fact import CorrectedFact, correct_fact
from songhe.contexts.people.actions.correct_row import correct_row, set_row_aside
from songhe.contexts.people.actions.count_round import refresh_rounds
from songhe.contexts.people.actions.decide_candidate import DecidedCandidate, decide_candidate
from songhe.contexts.people.actions.declare_complete import DeclaredComplete, declare_complete
from songhe.contexts.people.actions.derive_city_living import CityLiving, derive_city_living
from songhe.contexts.people.actions.export_results import ResultFile, export_results
from songhe.contexts.people.actions.link_persons import LinkedPersons, link_persons
from songhe.contexts.people.actions.note_list import note_list
from songhe.contexts.people.actions.open_round import open_round
from songhe.contexts.people.actions.record_answer import AnswerRecorded, record_answer
from songhe.contexts.people.actions.record_consent import RecordedConsent, record_consent
from songhe.contexts.people.actions.remember_mapping import say_columns
from songhe.contexts.people.actions.request_accept import give_up_accepting, request_accept
from songhe.contexts.people.actions.request_sheet import SheetRequested, download_sheet, request_sheet, return_sheet
from songhe.contexts.people.actions.reseal_values import reseal_values, sealed_values_by_key, unopened_sealed_values
from songhe.contexts.people.actions.reveal import reveal
from songhe.contexts.people.actions.scan_doubles import ScannedDoubles, scan_doubles
from songhe.contexts.people.actions.search_registry import (
    Criterion,
    RegistryFound,
    RegistryHousehold,
    RegistryPerson,
    search_registry,
)
from songhe.contexts.people.actions.settle_stale import SettledStale, settle_stale
from songhe.contexts.people.actions.state_as_department import DepartmentStated, state_as_department
from songhe.contexts.people.actions.state_death import state_death
from songhe.contexts.people.actions.state_facts import StatedFacts, state_facts
from songhe.contexts.people.actions.unlink_person import unlink_person
from songhe.contexts.people.actions.upload_file import upload_file

__all__ = [
    "AcceptResult",
    "AnswerRecorded",
    "AskedDepartment",
    "BatchResult",
    "CityLiving",
    "CorrectedFact",
    "Criterion",
    "DecidedCandidate",
    "DeclaredComplete",
    "DepartmentStated",
    "LinkedPersons",
    "RecordedConsent",
    "RegistryFound",
    "RegistryHousehold",
    "RegistryPerson",
    "ResultFile",
    "ScannedDoubles",
    "SettledStale",
    "SheetRequested",
    "StatedFacts",
    "accept_batch",
    "ask_department",
    "check_batch",
    "close_round",
    "correct_fact",
    "correct_row",
    "decide_candidate",
    "declare_complete",
    "derive_city_living",
    "download_sheet",
    "export_results",
    "give_up_accepting",
    "link_persons",
    "note_list",
    "open_round",
    "record_answer",
    "record_consent",
    "refresh_rounds",
    "request_accept",
    "request_sheet",
    "reseal_values",
    "return_sheet",
    "reveal",
    "say_columns",
    "scan_doubles",
    "sealed_values_by_key",
    "search_registry",
    "set_row_aside",
    "settle_stale",
    "state_as_department",
    "state_death",
    "state_facts",
    "unlink_person",
    "unopened_sealed_values",
    "upload_file",
]
