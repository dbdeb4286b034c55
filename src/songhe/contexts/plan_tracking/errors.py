"""What plan tracking refuses."""

from __future__ import annotations

from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput, NotFound


class TargetNotFound(NotFound):
    """The plan in use has no such target."""

    code = "target_not_found"


class DocumentNotFound(NotFound):
    """No such plan document, or none that the actor may see."""

    code = "plan_document_not_found"


class ItemNotFound(NotFound):
    """The document has no such item or finding."""

    code = "plan_item_not_found"


class DocumentRefused(InvalidInput):
    """The file cannot be read as a plan. Nothing of it was kept."""

    code = "plan_document_refused"


class NotReadYet(Conflict):
    """The document has not been read, so nothing can be decided about it."""

    code = "plan_not_read"


class NotConfirmed(Conflict):
    """The document has not been confirmed, so nobody stands for what was read of it."""

    code = "plan_not_confirmed"


class StillUndecided(Conflict):
    """Items wait for a decision."""

    code = "plan_undecided"


class TaskNotFound(NotFound):
    """The plan in use has no such task, or none that the actor's unit takes part in."""

    code = "plan_task_not_found"


class NotYourTask(AccessDenied):
    """The task is another unit's to lead or to report on. Nothing was written."""

    code = "plan_not_your_task"


class StepRefused(Conflict):
    """The step cannot go there from where it stands, or there is one of that title."""

    code = "plan_step_refused"


class EvidenceRefused(InvalidInput):
    """The file is empty, too large, or none of the kinds that are kept. Nothing of it was kept."""

    code = "plan_evidence_refused"


class NotAssessed(NotFound):
    """The pack does not say how units are assessed, or there is no such assessment or subject within reach."""

    code = "plan_not_assessed"


class AssessmentRefused(Conflict):
    """The period is not over, or has been assessed already and no reason was given to do it again."""

    code = "plan_assessment_refused"


class EvaluationNotFound(NotFound):
    """No such evaluation or finding, or none within the actor's reach."""

    code = "plan_evaluation_not_found"


class EvaluationRefused(Conflict):
    """The evaluation is concluded, there is one of that name today, or the finding cannot go there."""

    code = "plan_evaluation_refused"


class LetterNotReady(Conflict):
    """What the letter should say has not been written in its register."""

    code = "plan_letter_not_ready"


class PastUnknown(Conflict):
    """How the ledger stood on that day cannot be told any more."""

    code = "plan_past_unknown"
