"""Tests about the application itself: rules that hold for every route, model, event and foreign key, also for the next one."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from songhe.api.access import Needs
from songhe.api.application import api
from songhe.foundation import outbox
from songhe.foundation.access import Right
from songhe.project import wiring
from songhe.web.access import AccessRule

RANKS = (
    ("accounts", "places", "messaging"),
    ("people",),
    ("policy_library",),
    ("assessments",),
    ("registers",),
    ("entitlements",),
    ("payments",),
    ("statistics",),
    ("planning", "plan_tracking"),
)
"""The contexts from the lowest up; equals do not know each other. `foundation` lies below all of them."""

SIGN_IN_PAGES = "allauth."
"""Pages of the sign-in library: they look after access themselves, and only those named in project/urls.py are reachable."""

WITHOUT_SCOPE: Mapping[str, str] = {
    "foundation.AuditEntry": "read through foundation.audit, which asks for SEE_AUDIT",
    "foundation.AuditHead": "the chain's own end; nobody reads it as data",
    "foundation.OutboxEvent": "machinery; stuck events are read through outbox.stuck_events, which asks for SEE_JOBS",
    "foundation.WorkItem": "read through foundation.work_items, which filters by area",
    "foundation.DocumentCheck": "a clock for checks of documents: digests and times, nothing about anybody",
    "foundation.IssuedDocument": "told to whoever holds the document or the code printed on it, by foundation.signing alone",
    "foundation.SigningCertificate": "the installation's own certificates; the private key is sealed",
    "foundation.StoredFile": "opened by the context that stored it, after that context has checked access",
    "people.FormerNumber": "ID numbers that were somebody's; looked up to find the person, who has their own scope",
    "people.SenderMapping": "how a sender names the columns of its files; read while that sender's file is checked, by no person",
    "people.StagedLink": "whom such rows may mean; what a person decides on is a LinkCandidate",
    "people.StagedRow": "rows of a file between check and accept; never read by a person",
    "entitlements.CodeTry": "a clock for wrong tries of a code: digests and times, nothing about anybody",
    "entitlements.RosterRule": "names of rules, nothing about anybody; entries and counts have their scope",
    "entitlements.Snapshot": "what a run saw; reached only from a decision that has passed its own scope",
}
"""Models that no `access.py` filters, each with the reason."""


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


ROUTES = dict(_routes(get_resolver().url_patterns))
PAGES = {
    address: view
    for address, view in ROUTES.items()
    if not address.startswith("api/") and not view.__module__.startswith(SIGN_IN_PAGES)
}
OPERATIONS = [
    (path, operation)
    for _, router in api._routers
    for path, view in router.path_operations.items()
    if isinstance(view, PathView)
    for operation in view.operations
]
OUR_MODELS = [model for config in apps.get_app_configs() if config.name.startswith("songhe.") for model in config.get_models()]
EVENTS = sorted(
    {
        event
        for rank in RANKS
        for context in rank
        if Path(settings.ROOT, "src/songhe/contexts", context, "events.py").exists()
        for event in vars(importlib.import_module(f"songhe.contexts.{context}.events")).values()
        if inspect.isclass(event) and is_dataclass(event)
    },
    key=lambda event: event.__qualname__,
)


def test_there_is_something_to_check() -> None:
    assert len(PAGES) > 10
    assert len(OPERATIONS) > 5
    assert len(OUR_MODELS) > 15
    assert len(EVENTS) >= 4


@pytest.mark.parametrize("address", sorted(PAGES))
def test_every_page_has_an_access_rule(address: str) -> None:
    rule = getattr(PAGES[address], "access_rule", None)
    assert isinstance(rule, AccessRule), f"{address} has no @public, @signed_in or @desk"
    assert rule.kind in {"public", "signed_in", "desk"}
    assert (rule.right is not None) == (rule.kind == "desk")


@pytest.mark.parametrize("prefix", ["city/", "street/", "provider/", "assess/", "inspect/", "ops/"])
def test_no_page_of_a_desk_is_public(prefix: str) -> None:
    open_pages = [address for address, view in PAGES.items() if address.startswith(prefix) and view.access_rule.kind != "desk"]  # type: ignore[attr-defined]
    assert open_pages == []


@pytest.mark.parametrize(("path", "operation"), OPERATIONS, ids=[f"{sorted(o.methods)[0]} {p}" for p, o in OPERATIONS])
def test_every_operation_of_the_api_needs_a_right(path: str, operation: object) -> None:
    callbacks = operation.auth_callbacks  # type: ignore[attr-defined]
    assert len(callbacks) == 1
    assert isinstance(callbacks[0], Needs)
    assert isinstance(callbacks[0].right, Right)


def test_only_the_sign_in_pages_that_we_chose_are_reachable() -> None:
    found = {address.split("/")[1] for address, view in ROUTES.items() if view.__module__.startswith("allauth.account")}
    assert found == {"login", "logout", "inactive", "signup", "reauthenticate", "password"}


def _rank(label: str) -> int:
    return next((height for height, rank in enumerate(RANKS, start=1) if label in rank), 0)


FOREIGN_KEYS = [
    (model, field)
    for model in OUR_MODELS
    for field in model._meta.get_fields()
    if isinstance(field, models.ForeignKey | models.ManyToManyField) and not field.auto_created
]
INHERITED = {"accounts.User.groups", "accounts.User.user_permissions"}
"""Django's own; nobody is ever put into a group here, rights come from role grants."""


@pytest.mark.parametrize(("model", "field"), FOREIGN_KEYS, ids=[f"{m._meta.label}.{f.name}" for m, f in FOREIGN_KEYS])
def test_a_foreign_key_points_downward_and_protects(model: type[models.Model], field: models.ForeignKey) -> None:  # type: ignore[type-arg]
    if f"{model._meta.label}.{field.name}" in INHERITED:
        return
    here, there = model._meta.app_label, field.related_model._meta.app_label
    assert here == there or _rank(here) > _rank(there), f"{here} knows {there}"
    assert field.remote_field.on_delete is models.PROTECT
    assert field.remote_field.related_name == "+"


@pytest.mark.parametrize("event", EVENTS, ids=[event.__qualname__ for event in EVENTS])
def test_every_event_is_heard_or_said_to_go_outward(event: type) -> None:
    assert event.NAME.split(".")[0] in event.__module__.split(".")  # type: ignore[attr-defined]
    heard, outward = event in wiring.LISTENERS, event in wiring.OUTWARD
    assert heard != outward, f"{event.__qualname__} is in neither list of project/wiring.py, or in both"
    if heard:
        registered = outbox.listeners_of(event.NAME)  # type: ignore[attr-defined]
        assert {f"{listener.__module__}.{listener.__qualname__}" for listener in wiring.LISTENERS[event]} <= set(registered)
    else:
        assert wiring.OUTWARD[event]
    assert event.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert all(field.type for field in fields(event))


def test_no_listener_waits_for_an_event_that_nobody_defines() -> None:
    assert set(wiring.LISTENERS) | set(wiring.OUTWARD) == set(EVENTS)


@pytest.mark.parametrize("model", OUR_MODELS, ids=[model._meta.label for model in OUR_MODELS])
def test_every_model_has_a_scope_or_a_reason(model: type[models.Model]) -> None:
    label = model._meta.label
    file = Path(inspect.getfile(model))
    access = (file.parent if file.parent.name == "models" else file).with_name("access.py")
    named = access.exists() and "contexts" in access.parts and model.__name__ in access.read_text()
    parent = any(
        isinstance(field, models.ForeignKey) and field.related_model._meta.app_label == model._meta.app_label
        for field in model._meta.fields
    )
    assert named or parent or label in WITHOUT_SCOPE, (
        f"{label}: name it in access.py, or say in WITHOUT_SCOPE why nobody needs to"
    )
    assert not (named and label in WITHOUT_SCOPE), f"{label} has a scope; take it off the list"


@pytest.mark.parametrize("model", OUR_MODELS, ids=[model._meta.label for model in OUR_MODELS])
def test_a_model_says_what_it_is_and_keeps_no_logic(model: type[models.Model]) -> None:
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")
    assert "save" not in vars(model)
    assert "delete" not in vars(model)


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
