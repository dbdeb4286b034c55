"""What determination tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RunPublished:
    """A run's decisions are visible: of the whole city, or of some households."""

    NAME: ClassVar[str] = "entitlements.run_published"
    run_id: int
    kind: str
    cause: str


@dataclass(frozen=True, slots=True)
class CityRunRequested:
    """Somebody asked for the whole city to be decided again; `cause` says why in Chinese."""

    NAME: ClassVar[str] = "entitlements.city_run_requested"
    cause: str


@dataclass(frozen=True, slots=True)
class RecomputationAsked:
    """Somebody asked for a run of the whole city to be decided again, to see whether the same comes out."""

    NAME: ClassVar[str] = "entitlements.recomputation_asked"
    recomputation_id: int


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    """These grants moved to another state, or what is due for some of their months is another amount now."""

    NAME: ClassVar[str] = "entitlements.grants_changed"
    grant_ids: tuple[int, ...]
    cause: str
