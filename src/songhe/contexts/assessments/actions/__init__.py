"""Every write of this context."""

from songhe.contexts.assessments.actions.appoint import Appointed, appoint
from songhe.contexts.assessments.actions.draw_second_looks import Drawn, draw_second_looks
from songhe.contexts.assessments.actions.file_objection import ObjectionFiled, file_objection, withdraw_objection
from songhe.contexts.assessments.actions.keep_registered import (
    InterestDeclared,
    Kept,
    declare_interest,
    end_interest,
    keep_assessor,
    keep_body,
)
from songhe.contexts.assessments.actions.put_in_force import PutInForce, put_results_in_force
from songhe.contexts.assessments.actions.record_use import ReportTaken, UseRecorded, record_use, take_report
from songhe.contexts.assessments.actions.request_assessment import Requested, request_assessment
from songhe.contexts.assessments.actions.request_missing import RequestedMany, open_reassessments, request_missing
from songhe.contexts.assessments.actions.reseal_values import reseal_values, sealed_values_by_key, unopened_sealed_values
from songhe.contexts.assessments.actions.save_form import FormStored, save_form, submit_form
from songhe.contexts.assessments.actions.settle_case import Settled, settle_case
from songhe.contexts.assessments.actions.sign_form import FormSigned, sign_form
from songhe.contexts.assessments.actions.take_over_file import OlderFile, OlderRow, accept_older_file, check_older_file
from songhe.contexts.assessments.actions.take_over_result import Taken, take_over_result
from songhe.contexts.assessments.actions.withdraw_case import CaseWithdrawn, withdraw_case

__all__ = [
    "Appointed",
    "CaseWithdrawn",
    "Drawn",
    "FormSigned",
    "FormStored",
    "InterestDeclared",
    "Kept",
    "ObjectionFiled",
    "OlderFile",
    "OlderRow",
    "PutInForce",
    "ReportTaken",
    "Requested",
    "RequestedMany",
    "Settled",
    "Taken",
    "UseRecorded",
    "accept_older_file",
    "appoint",
    "check_older_file",
    "declare_interest",
    "draw_second_looks",
    "end_interest",
    "file_objection",
    "keep_assessor",
    "keep_body",
    "open_reassessments",
    "put_results_in_force",
    "record_use",
    "request_assessment",
    "request_missing",
    "reseal_values",
    "save_form",
    "sealed_values_by_key",
    "settle_case",
    "sign_form",
    "submit_form",
    "take_over_result",
    "take_report",
    "unopened_sealed_values",
    "withdraw_case",
    "withdraw_objection",
]
