"""The tables of this context."""

from songhe.contexts.assessments.models.assessor import Assessor, Body, Interest
from songhe.contexts.assessments.models.case import Case, CaseAssessor, Form
from songhe.contexts.assessments.models.result import Objection, Result, ResultUse, TakenOver

__all__ = ["Assessor", "Body", "Case", "CaseAssessor", "Form", "Interest", "Objection", "Result", "ResultUse", "TakenOver"]
