"""From which probability two count as one, and from which a human is asked: packs/national/linkage.yaml, with a city's own over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclass(frozen=True, slots=True)
class Linkage:
    """Probabilities from 0 to 1."""

    link_at: float
    review_at: float


def _entries(folder: str) -> dict[str, Any]:
    file = Path(settings.PACKS) / folder / "linkage.yaml"
    return dict(yaml.safe_load(file.read_text("utf-8")) or {}) if folder and file.is_file() else {}


@cache
def linkage() -> Linkage:
    """The thresholds in force in this city."""
    told = _entries("national") | _entries(settings.CITY)
    return Linkage(told["link_at"]["per_mille"] / 1000, told["review_at"]["per_mille"] / 1000)
