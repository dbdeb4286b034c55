"""Why an account, a grant or a consumer is refused."""

from __future__ import annotations

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class UserUnknown(NotFound):
    """No such user, or none that the actor may manage."""

    code = "user_unknown"


class UsernameTaken(Conflict):
    """Another account has this name. Nothing was written."""

    code = "username_taken"


class PasswordTooWeak(InvalidInput):
    """The password does not satisfy the rules. Nothing was written."""

    code = "password_too_weak"


class RolesExclude(Conflict):
    """The user would hold two roles that nobody may hold together. Nothing was written."""

    code = "roles_exclude_each_other"


class AlreadyGranted(Conflict):
    """The user holds this role here already in those days. Nothing was written."""

    code = "already_granted"


class GrantToOneself(Conflict):
    """Nobody gives or takes rights from themselves. Nothing was written."""

    code = "grant_to_oneself"


class GrantUnknown(NotFound):
    """No such grant, or none that the actor may manage."""

    code = "grant_unknown"


class ConsumerUnknown(NotFound):
    """No such consumer, or none that the actor may manage."""

    code = "consumer_unknown"


class ConsumerNameTaken(Conflict):
    """Another consumer has this name. Nothing was written."""

    code = "consumer_name_taken"
