"""The tables of this context."""

from songhe.contexts.assessments.models.assessor import Assessor, Body, Interest
from songhe.contexts.assessments.models.case import Case, CaseAssessor, Form
from songhe.contexts.assessments.models.result import Objection, Result, ResultUse, TakenOver
from songhe.contexts.assessments.models.signature import ElderSignature, Signature

__all__ = [
    "Assessor",
    "Body",
    "Case",
    "CaseAssessor",
    "ElderSignature",
    "Form",
    "Interest",
    "Objection",
    "Result",
    "ResultUse",
    "Signature",
    "TakenOver",
]
