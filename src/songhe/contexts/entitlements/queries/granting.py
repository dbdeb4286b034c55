"""How grants are handled by the pack in use, and the calendar of working days."""

from __future__ import annotations

import datetime as dt

from songhe.basics.working_days import SEED, WorkingDay
from songhe.contexts.entitlements.errors import NoGranting
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import Granting


def granting() -> Granting:
    """granting.yaml of the pack in use. Raises NoGranting where it has none."""
    found = policy.pack_in_use().pack.granting
    if found is None:
        raise NoGranting("政策包里没有写待遇怎样办理。", next_step="请系统管理员补上 granting.yaml 后重新载入。")
    return found


def has_granting() -> bool:
    """Whether a pack is in use that says how grants are handled."""
    return policy.is_pack_loaded() and policy.pack_in_use().pack.granting is not None


def working_days_after(day: dt.date, count: int) -> WorkingDay:
    """The last day of a term of so many working days that begins the day after."""
    return SEED.after(day, count)
