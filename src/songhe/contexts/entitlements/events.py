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
