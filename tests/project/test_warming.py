"""The page process has read what every first page needs before anybody asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connections
from django.template import engines
from django.test import Client

from songhe.contexts.policy_library import queries as policy
from songhe.project import warming
from tests.web.city import SmallCity, build_city


@pytest.fixture
def city(db: None) -> SmallCity:
    return build_city()


@pytest.fixture
def still_open(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The test's connection stays open; how often it was to be closed."""
    closed: list[bool] = []
    monkeypatch.setattr(connections, "close_all", lambda: closed.append(True))
    return closed


def test_templates_rules_and_addresses_are_read_before_the_first_page(
    city: SmallCity, still_open: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    warming.warm()
    assert still_open == [True]

    def refuse(*given: object) -> object:
        raise AssertionError("compiled or loaded again")

    loaders = engines["django"].engine.template_loaders[0].loaders  # type: ignore[attr-defined]
    for loader in loaders:
        monkeypatch.setattr(loader, "get_template", refuse)
    monkeypatch.setattr("songhe.contexts.policy_library.queries.content.load_pack", refuse)
    assert Client().get("/services/").status_code == 200
    assert policy.pack_in_use().pack.place.code == "640381"


def test_a_database_that_does_not_answer_does_not_stop_the_start(still_open: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> bool:
        raise DatabaseError("gone")

    monkeypatch.setattr(policy, "is_pack_loaded", down)
    warming.warm()
    assert still_open == [True]
