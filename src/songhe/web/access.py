"""The access rule that every page carries: `@public`, `@signed_in` or `@desk(Right.X)`. A page without one fails a test.

Inside a page `request.actor` is who asks: at a desk always an actor who holds the right somewhere; on a public page the
signed-in actor, or `VISITOR`, who may do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from songhe.contexts.accounts import queries as accounts
from songhe.foundation.access import Actor, Right, require

VISITOR = Actor(id=0, name="访客", kind="visitor")


class PageRequest(HttpRequest):
    """What a page receives: Django's request with the actor and the htmx details."""

    actor: Actor
    htmx: HtmxDetails


@dataclass(frozen=True, slots=True)
class AccessRule:
    """`kind` is public, signed_in or desk; a desk's page names the right that it needs, or others of which one is enough."""

    kind: str
    right: Right | None = None
    others: tuple[Right, ...] = ()


View = Callable[..., HttpResponseBase]  # of a PageRequest and the parts of the address


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, looked up once a request; VISITOR if nobody is signed in."""
    known = getattr(request, "actor", None)
    if isinstance(known, Actor):
        return known
    user = getattr(request, "user", None)
    actor = accounts.actor_of_user(user.pk) if user is not None and user.is_authenticated else VISITOR
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def _guarded(view: View, rule: AccessRule) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        actor = actor_of(request)
        if rule.kind != "public" and actor.kind == VISITOR.kind:
            return redirect_to_login(request.get_full_path())
        if rule.kind != "public" and accounts.lacks_second_factor(actor):
            return redirect("mfa_index")
        if rule.right is not None and not any(actor.may(other) for other in rule.others):
            require(actor, rule.right)
        return view(request, *args, **kwargs)

    page.access_rule = rule  # type: ignore[attr-defined]
    return page


def public(view: View) -> View:
    """Anybody may open the page."""
    return _guarded(view, AccessRule("public"))


def signed_in(view: View) -> View:
    """Anybody with an account may open the page, whatever their role."""
    return _guarded(view, AccessRule("signed_in"))


def desk(right: Right, *others: Right) -> Callable[[View], View]:
    """Only who holds the right (or one of the others) somewhere may open the page; row filters narrow it to their areas."""

    def decorate(view: View) -> View:
        return _guarded(view, AccessRule("desk", right, others))

    return decorate
