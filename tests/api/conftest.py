"""A consumer for each reach: the whole city, one town, and one that may only read the rules."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from songhe.contexts.accounts.actions import create_consumer
from songhe.foundation.access import SYSTEM, Right
from tests.contexts.entitlements.conftest import CITY, TOWN, Town, city_officer, clerk, town

__all__ = ["Town", "city_officer", "clerk", "town"]
ALL = (Right.SEE_PEOPLE, Right.CORRECT_FACTS, Right.SEE_DECISIONS, Right.DETERMINE, Right.SEE_PACKS, Right.SEE_FIGURES)


@dataclass(frozen=True)
class Caller:
    """A client with a bearer token."""

    client: Client
    token: str

    def get(self, path: str, **query: object):  # type: ignore[no-untyped-def]
        return self.client.get(f"/api/v1{path}", query or None, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: object):  # type: ignore[no-untyped-def]
        return self.client.post(
            f"/api/v1{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {self.token}"}
        )


def caller(name: str, scopes: tuple[Right, ...], area_path: str) -> Caller:
    made = create_consumer(SYSTEM, name=name, scopes=scopes, area_path=area_path)
    return Caller(Client(), made.token)


@pytest.fixture
def city_caller(town: Town) -> Caller:
    return caller("市级系统", ALL, CITY)


@pytest.fixture
def town_caller(town: Town) -> Caller:
    return caller("甲镇系统", ALL, TOWN)


@pytest.fixture
def rules_caller(town: Town) -> Caller:
    return caller("规则读者", (Right.SEE_PACKS,), CITY)
