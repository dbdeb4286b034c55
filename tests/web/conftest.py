"""Fixtures for tests of pages without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from songhe.foundation.access import Role
from tests.web.city import SmallCity, build_city


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What one test's city left in the cache is gone."""
    cache.clear()


@pytest.fixture
def city(db: None) -> SmallCity:
    """The small city."""
    return build_city()


@pytest.fixture
def client_for(city: SmallCity) -> Callable[[Role], Client]:
    """A signed-in client for a role."""

    def sign_in(role: Role) -> Client:
        client = Client()
        client.force_login(
            get_user_model().objects.get(pk=city.users[role]), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return sign_in
