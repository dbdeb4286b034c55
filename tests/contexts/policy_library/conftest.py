"""A city's pack in use, three people of whom the first drafts, and a draft as far as a test wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings

from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library.models import DraftCheck, PackDraft
from songhe.contexts.policy_library.queries import DraftBrief, DraftState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role

CITY = "640381/"
DAY = dt.date(2026, 11, 21)
NAME = "allowance_80"


def officer(number: int, role: Role = Role.CITY_OFFICER) -> Actor:
    return Actor(id=number, name=f"工作人员{number}", kind="user", grants=(Grant(role, CITY),))


@dataclass(frozen=True)
class Three:
    maker: Actor
    first: Actor
    second: Actor


@pytest.fixture
def three() -> Three:
    return Three(officer(11), officer(12), officer(13))


@pytest.fixture
def in_use(db: None) -> Iterator[int]:
    """The first version, on the 21st of November 2026."""
    with clock.frozen(DAY):
        yield actions.load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")


def drafted(actor: Actor, value: str = "120.00", **more: object) -> DraftBrief:
    start = dt.date(2026, 11, 1)
    return actions.draft_parameter(actor, name=NAME, value=value, valid_from=start, note="按文件调整", **more)  # type: ignore[arg-type]


def simulation() -> actions.SimulationResult:
    """Made up: what a simulation could hand down."""
    at = dt.datetime(2026, 11, 21, 3, tzinfo=clock.CITY_ZONE)
    benefit = actions.SimulatedBenefit("age_allowance", "高龄津贴", "month", 2, 2, 20_000, 24_000, 2, 0)
    town = actions.SimulatedTown("640381/640381100/", 2, 0, 20_000, 24_000)
    cell = actions.SimulatedCell("age_allowance", "640381/640381100/", 2, 0, 4_000)
    year = actions.SimulatedYear(2026, 12, 20_000, 24_000)
    return actions.SimulationResult(DAY, at, "a" * 64, 2, 0, 20_000, 24_000, (benefit,), (town,), (cell,), (year,))


def simulated(draft: DraftBrief) -> DraftBrief:
    """The draft, checked and simulated: it waits for approvals. The checks themselves (seconds) are tried in tests of their own."""
    DraftCheck.objects.create(draft_id=draft.id, seal=draft.seal, passed=True, findings=[], checked_at=clock.now())
    PackDraft.objects.filter(id=draft.id).update(state=DraftState.CHECKED)
    return actions.record_simulation(SYSTEM, draft_id=draft.id, seal=draft.seal, result=simulation())
