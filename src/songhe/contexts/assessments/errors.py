"""What can be refused about assessments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class CaseNotFound(NotFound):
    """There is no such case in the actor's areas or among those that the actor assesses."""

    code = "assessment_case_not_found"


class ResultNotFound(NotFound):
    """There is no such result that the actor may see."""

    code = "assessment_result_not_found"


class ObjectionNotFound(NotFound):
    """There is no such objection that the actor may see."""

    code = "assessment_objection_not_found"


class BodyNotFound(NotFound):
    """There is no such assessment body that the actor may see."""

    code = "assessment_body_not_found"


class AssessorNotFound(NotFound):
    """There is no such assessor that the actor may see."""

    code = "assessor_not_found"


class ScaleUnknown(InvalidInput):
    """The pack in use has no such scale, or people are not assessed by it."""

    code = "scale_unknown"


class RulesMissing(Conflict):
    """The pack in use does not say how abilities are assessed."""

    code = "assessing_rules_missing"


class CaseStateRefused(Conflict):
    """The case has moved on, or is not yet so far."""

    code = "assessment_case_state"


class TooEarly(Conflict):
    """A result holds, and nothing is said to have changed."""

    code = "assessment_too_early"


class AppointmentRefused(InvalidInput):
    """This body or these people cannot assess this person then; `problems` are all reasons, each with what to do."""

    code = "appointment_refused"

    def __init__(self, problems: Iterable[AppointmentProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__("；".join(p.sentence for p in self.problems) + "。", next_step=first.next_step, field=first.field)


@dataclass(frozen=True, slots=True)
class AppointmentProblem:
    """One reason against an appointment. `field` is body, lead, second or visit_at."""

    field: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One thing to put right on a form. `severity`: error, missing or question (to be looked at again)."""

    where: str
    label: str
    message: str
    remedy: str
    severity: str


class FormRefused(InvalidInput):
    """The form cannot be taken as it is; `problems` has everything at once."""

    code = "assessment_form_refused"

    def __init__(self, problems: Iterable[FormProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f"（一共{len(self.problems)}处）" if len(self.problems) > 1 else ""
        super().__init__(f"{first.message}{more}。", next_step=f"{first.remedy}。", field=first.where)


class OlderFileRefused(InvalidInput):
    """The file cannot be read as one of older results, or is not the actor's; nothing was taken over."""

    code = "assessment_older_file_refused"


class FormIsFinal(Conflict):
    """The form has been handed in with other answers; it is never changed."""

    code = "assessment_form_final"


class OtherForm(Conflict):
    """The assessor has begun another form for this case, on another device."""

    code = "assessment_form_other"


class FormTooLate(Conflict):
    """The case was over before the form arrived; it is kept out."""

    code = "assessment_form_too_late"


class NotYourCase(Conflict):
    """The actor is not one of the two assessors, or must not assess this person."""

    code = "assessment_not_yours"


class NotProven(InvalidInput):
    """Who signs has not just shown again that it is them."""

    code = "assessment_signer_not_proven"


class NotSigned(Conflict):
    """A form that has to be signed first is not, or has been already."""

    code = "assessment_form_not_signed"


class DifferencesOpen(InvalidInput):
    """The forms differ where nothing was agreed, or what was agreed cannot be; `places` names them all."""

    code = "assessment_differences_open"

    def __init__(self, sentence: str, *, next_step: str, places: Iterable[str]) -> None:
        self.places = tuple(places)
        super().__init__(sentence, next_step=next_step, field=self.places[0] if self.places else None)


class ObjectionRefused(Conflict):
    """It is too late, there is an open objection already, or the result is the last word."""

    code = "objection_refused"


class AlreadyEntered(Conflict):
    """Such a body, certificate or account is entered already."""

    code = "assessment_entered_already"
