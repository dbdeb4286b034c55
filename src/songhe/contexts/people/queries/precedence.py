"""Whose statement of a variable counts and for how long: packs/national/variables.yaml, with a city's own precedence.yaml over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclass(frozen=True, slots=True)
class Precedence:
    """`order` counts before others, in this order; the rest by the later date, then the lower rank. `later` ignores the order.

    A statement is valid for `valid_for_days` days after its own (None: for good). Past that it still counts and shows as stale, unless
    `expires`: then nobody has said anything.
    """

    order: tuple[str, ...] = ()
    later: bool = False
    valid_for_days: int | None = None
    expires: bool = False


def _entries(folder: str, name: str) -> dict[str, Any]:
    file = Path(settings.PACKS) / folder / name
    return dict(yaml.safe_load(file.read_text("utf-8")) or {}) if folder and file.is_file() else {}


def _precedence(entry: Mapping[str, Any], own: Mapping[str, Any]) -> Precedence:
    """The dictionary's entry with the city's keys over it; an order of the city's own ends the national `later`."""
    rule = {**entry, **({"later": False} if "order" in own else {}), **own}
    order = () if rule.get("later") else tuple(rule.get("order") or (entry["owner"],))
    return Precedence(order, rule.get("later", False), rule.get("valid_for_days"), rule.get("expires", False))


@cache
def precedences() -> Mapping[str, Precedence]:
    """Every variable of a person or household. Where nothing is said, its owner comes first and a statement is valid for good."""
    national, own = _entries("national", "variables.yaml"), _entries(settings.CITY, "precedence.yaml")
    return {
        name: _precedence(entry, own.get(name) or {})
        for entity in ("person", "household")
        for name, entry in national[entity].items()
    }


@cache
def lasting_days() -> Mapping[str, int]:
    """Variables whose statements are valid for a time only, with the days."""
    return {name: rule.valid_for_days for name, rule in precedences().items() if rule.valid_for_days is not None}
