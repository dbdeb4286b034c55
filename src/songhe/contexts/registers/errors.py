"""What can be refused about registers."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class RegisterUnknown(NotFound):
    """The pack in use declares no such register, or the actor may not see it."""

    code = "register_unknown"


class EntryNotFound(NotFound):
    """There is no such entry in the actor's areas."""

    code = "entry_not_found"


class AlreadyEntered(Conflict):
    """An open entry of this register has the same key."""

    code = "already_entered"


class EntryClosed(Conflict):
    """The entry is over; it can only be looked at."""

    code = "entry_closed"


class MoveNotAllowed(Conflict):
    """The entry cannot go that way from where it stands, or not by this actor."""

    code = "move_not_allowed"


class ValueRefused(InvalidInput):
    """A field's value cannot be accepted; `problems` has every field at fault with its sentence."""

    code = "value_refused"

    def __init__(self, problems: dict[str, str]) -> None:
        first = next(iter(problems))
        super().__init__(problems[first], next_step="", field=first)
        self.problems = problems


class FileRefused(InvalidInput):
    """The whole file cannot be read as a file of this register."""

    code = "file_refused"


class FileNotReady(Conflict):
    """The file is in already, or what it would do has changed since it was checked."""

    code = "file_not_ready"
