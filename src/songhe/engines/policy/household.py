"""One household as the closure takes it, and what it decides of each member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.policy.rulebook import Status


@dataclass(frozen=True, slots=True)
class HouseholdInput:
    """Facts as JSON values by variable name (absent or None: unknown). `person_ids` break ties; `names` are for explanations."""

    persons: tuple[Mapping[str, object], ...]
    household: Mapping[str, object]
    person_ids: tuple[int, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberDecision:
    """Statuses and amounts (fen) by benefit index; `true` and `unknown` are masks over condition bits. All zero if the pack does not apply."""

    applies: bool
    statuses: tuple[Status, ...]
    amounts: tuple[int, ...]
    true: int
    unknown: int
