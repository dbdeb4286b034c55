"""The errors a person may read: what happened, what to do next, and a stable code for machines."""

from __future__ import annotations


class SongheError(Exception):
    """Base of every refusal. `code` is stable; `sentence` and `next_step` are plain Chinese; `field` names the input."""

    code = "refused"
    http_status = 400

    def __init__(self, sentence: str, *, next_step: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.field = field


class AccessDenied(SongheError):
    """The actor has not the right, or not in this area. Nothing was written."""

    code = "access_denied"
    http_status = 403


class NotFound(SongheError):
    """No such record, or none that the actor may see: the two are not told apart."""

    code = "not_found"
    http_status = 404


class InvalidInput(SongheError):
    """A value cannot be accepted as it is."""

    code = "invalid_input"
    http_status = 422


class Conflict(SongheError):
    """The record has moved on, or another one stands in the way."""

    code = "conflict"
    http_status = 409
