"""Who calls: a bearer token of a consumer, and the right that an operation needs."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from songhe.contexts.accounts import queries as accounts
from songhe.foundation.access import Actor, Right, require


class Needs(HttpBearer):
    """The operation is for consumers that hold this right somewhere; the row filters see to where."""

    def __init__(self, right: Right) -> None:
        super().__init__()
        self.right = right

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The consumer's actor (it stands in `request.auth`); None, hence 401, for a token that nobody has."""
        actor = accounts.actor_of_token(token)
        if actor is not None:
            require(actor, self.right)
        return actor


class CallerRequest(HttpRequest):
    """A request whose token has been accepted."""

    auth: Actor
