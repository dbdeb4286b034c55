"""Refusals of this context."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class PersonNotFound(NotFound):
    """No such person, or none that the actor may see."""

    code = "person_not_found"


class BatchNotFound(NotFound):
    """No such batch, or none that the actor may see."""

    code = "batch_not_found"


class UnknownDepartment(InvalidInput):
    """No file layout of this name."""

    code = "unknown_department"


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be read: its kind, its encoding, or no header that fits."""

    code = "unreadable_file"


class BatchNotReady(Conflict):
    """The batch is not in a state from which this can be done."""

    code = "batch_not_ready"


class ImportRunning(Conflict):
    """A batch is being let in just now."""

    code = "import_running"


class ReasonMissing(InvalidInput):
    """A reason is needed and was not given in words."""

    code = "reason_missing"


class FactNotCorrectable(InvalidInput):
    """The variable is unknown, derived, or the value does not fit it."""

    code = "fact_not_correctable"
