"""Refusals of this context."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class PersonNotFound(NotFound):
    """No such person, or none that the actor may see."""

    code = "person_not_found"


class BatchNotFound(NotFound):
    """No such batch, or none that the actor may see."""

    code = "batch_not_found"


class CandidateNotFound(NotFound):
    """No such question whether two are one, or none that the actor may see."""

    code = "candidate_not_found"


class LinkNotFound(NotFound):
    """No such link between two persons, or none that the actor may see."""

    code = "link_not_found"


class AlreadyLinked(Conflict):
    """The person counts as somebody else already."""

    code = "already_linked"


class StandsForAnother(Conflict):
    """Nobody can count as somebody who counts as a third: there are no chains."""

    code = "stands_for_another"


class LinkUndone(Conflict):
    """The link has been undone already."""

    code = "link_undone"


class CandidateDecided(Conflict):
    """Somebody has said already whether the two are one."""

    code = "candidate_decided"


class UnknownDepartment(InvalidInput):
    """No file layout of this name."""

    code = "unknown_department"


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be read: its kind, its encoding, or no header that fits."""

    code = "unreadable_file"


class ColumnsUnclear(UnreadableFile):
    """What some columns mean has to be said by a human."""

    code = "columns_unclear"


class BatchNotReady(Conflict):
    """The batch is not in a state from which this can be done."""

    code = "batch_not_ready"


class NotComplete(Conflict):
    """The file cannot be the whole list that somebody says it is."""

    code = "not_complete"


class KeyUsedOtherwise(Conflict):
    """The idempotency key came with another request before."""

    code = "key_used_otherwise"


class ImportRunning(Conflict):
    """A batch is being let in just now."""

    code = "import_running"


class SheetNotFound(NotFound):
    """No such sheet, or none that the actor may see."""

    code = "sheet_not_found"


class SheetNotOpen(Conflict):
    """The sheet has come back already."""

    code = "sheet_not_open"


class RowNotFound(NotFound):
    """No such row in this batch."""

    code = "row_not_found"


class ReasonMissing(InvalidInput):
    """A reason is needed and was not given in words."""

    code = "reason_missing"


class FactNotCorrectable(InvalidInput):
    """The variable is unknown, derived, or the value does not fit it."""

    code = "fact_not_correctable"


class RoundNotFound(NotFound):
    """No such census round, or none that the actor may see."""

    code = "round_not_found"


class RoundClosed(Conflict):
    """The census round has been closed already."""

    code = "round_closed"


class NotInRound(InvalidInput):
    """The person does not belong to those whom the round asks."""

    code = "not_in_round"


class NothingDisputed(Conflict):
    """The departments do not differ on this (any more)."""

    code = "nothing_disputed"


class ConsentMissing(Conflict):
    """The person has not agreed to this use of their data, or has taken it back."""

    code = "consent_missing"


class RegistryQueryRefused(InvalidInput):
    """A search of the registry names a use, an attribute or a value that there is not."""

    code = "registry_query_refused"
