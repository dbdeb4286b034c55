"""What the first page of a day would load for everybody: addresses, templates, the pack in force, read once before the first person asks.

The process that reads them is the one that the page workers are forked from (gunicorn's --preload), so they have them from the beginning.
"""

from __future__ import annotations

import importlib

from django.db import DatabaseError, connections
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver, reverse
from django.utils.formats import get_format

from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.web.desks import DESKS

OURS = "songhe"
FIRST_USED_LATE = ("pyarrow.acero", "pyarrow.compute", "pyarrow.dataset", "pyarrow.parquet")  # what reading a snapshot imports


def warm() -> None:
    """Everything is in memory and no connection is open; what the database cannot give yet is loaded by the first page that asks for it."""
    for name in FIRST_USED_LATE:
        importlib.import_module(name)
    _addresses()
    _templates()
    try:
        _rules()
    except DatabaseError:
        return
    finally:
        connections.close_all()


def _addresses() -> None:
    """Every page is imported, and the names of each desk's pages are known."""
    get_resolver().url_patterns  # noqa: B018 - imports them
    reverse("home")
    for desk in DESKS:
        reverse(desk.entries[0].page)


def _templates() -> None:
    """Every template of ours is compiled, and what surrounds them is imported."""
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    engine.engine.template_context_processors  # noqa: B018 - imports them
    get_format("DATE_FORMAT")
    for folder in get_app_template_dirs("templates"):
        if OURS in folder.parts:
            for file in sorted(folder.rglob("*.html")):
                engine.get_template(str(file.relative_to(folder)))


def _rules() -> None:
    """The pack in force, its rules of today, its scales, and what is declared about people."""
    people.read_declarations()
    if policy.is_pack_loaded():
        policy.rulebook(clock.today())
        policy.scales_in_use()
