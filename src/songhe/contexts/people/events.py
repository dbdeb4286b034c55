"""What others may react to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class HouseholdsChanged:
    """Facts or members of these households changed; `cause` says why in Chinese."""

    NAME: ClassVar[str] = "people.households_changed"
    household_ids: tuple[int, ...]
    cause: str


@dataclass(frozen=True, slots=True)
class CityFactsChanged:
    """An accepted batch changed more households than are worth naming one by one."""

    NAME: ClassVar[str] = "people.city_facts_changed"
    batch_id: int


@dataclass(frozen=True, slots=True)
class AcceptRequested:
    """A user has looked at a batch's verdicts and wants it let in."""

    NAME: ClassVar[str] = "people.accept_requested"
    batch_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class LifeEventsKnown:
    """These dated events (death, move, change of ID number) became known; the households of their persons are named by `HouseholdsChanged`."""

    NAME: ClassVar[str] = "people.life_events_known"
    event_ids: tuple[int, ...]
