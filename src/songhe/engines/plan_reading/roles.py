"""What a unit is for, whatever it is called in a city: names → roles, from `roles.yaml`."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import yaml


@lru_cache(maxsize=1)
def role_words() -> tuple[tuple[str, str], ...]:
    """(word, role), longer words first; the role is empty for a word that says nothing."""
    raw = yaml.safe_load(resources.files(__package__).joinpath("roles.yaml").read_text(encoding="utf-8"))
    pairs = [(word, role) for role, entry in raw["roles"].items() for word in entry["words"]]
    pairs += [(word, "") for word in raw["no_role"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=1)
def role_labels() -> dict[str, str]:
    """Role → its Chinese label."""
    raw = yaml.safe_load(resources.files(__package__).joinpath("roles.yaml").read_text(encoding="utf-8"))
    return {role: entry["label"] for role, entry in raw["roles"].items()}


@lru_cache(maxsize=4096)
def roles_of(unit: str) -> frozenset[str]:
    """The roles that a unit holds; empty where its name says none."""
    found: set[str] = set()
    rest = unit
    for word, role in role_words():
        if word in rest:
            found.add(role)
            rest = rest.replace(word, "\x00")
    return frozenset(found - {""})
