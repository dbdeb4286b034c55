"""Refusals of determination and of grants."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound, SongheError


class RunInProgress(Conflict):
    """Another city run holds the lock; two at once would only compete."""

    code = "run_in_progress"


class NoDecisionYet(NotFound):
    """The person has not been determined yet."""

    code = "no_decision_yet"


class SnapshotMissing(NotFound):
    """The snapshot's file is gone or altered; the decision stands, but cannot be recomputed."""

    code = "snapshot_missing"


class UnknownFact(InvalidInput):
    """A household that was sent in names a fact that the data dictionary does not have, or a value it cannot take."""

    code = "unknown_fact"


class GrantNotFound(NotFound):
    """No such grant, or none in the actor's areas."""

    code = "grant_not_found"


class MoveNotAllowed(Conflict):
    """A grant in this state cannot make this move."""

    code = "grant_move_not_allowed"


class NotEntitled(Conflict):
    """By the rules and the facts as they are the person is not entitled."""

    code = "not_entitled"


class DocumentsMissing(InvalidInput):
    """An application lacks documents that no department knows."""

    code = "documents_missing"


class AppealNotFound(NotFound):
    """No such appeal, or none in the actor's areas."""

    code = "appeal_not_found"


class AlreadyAsked(Conflict):
    """An appeal or application about the same is open already."""

    code = "already_asked"


class AlreadyDecided(Conflict):
    """The appeal or application has been decided."""

    code = "already_decided"


class NoGranting(NotFound):
    """The pack in use says nothing of how grants are handled."""

    code = "no_granting"


class TooManyTries(SongheError):
    """A code was tried wrongly too often."""

    code = "too_many_tries"
    http_status = 429


class AppealTooLate(Conflict):
    """An appeal that came after its last day was not yet accepted to be heard."""

    code = "appeal_too_late"


class ReturnNotFound(NotFound):
    """No such file, or none that the actor may see."""

    code = "return_not_found"


class ReturnNotReady(Conflict):
    """The file is in already, or its rows would no longer do what its check said."""

    code = "return_not_ready"
