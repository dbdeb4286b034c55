"""Which account acts for which unit of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.plan_tracking.access import city_path
from songhe.contexts.plan_tracking.models import UnitSeat
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class SeatView:
    """An account (`kind` user or consumer) and its unit."""

    kind: str
    actor_id: int
    unit: str


def seats(actor: Actor) -> tuple[SeatView, ...]:
    """Every seat, by unit; for who manages the accounts of the whole city. Raises AccessDenied."""
    require(actor, Right.MANAGE_USERS, city_path())
    rows = UnitSeat.objects.order_by("unit", "actor_kind", "actor_id")
    return tuple(SeatView(row.actor_kind, row.actor_id, row.unit) for row in rows)


def seat_of(actor: Actor, *, kind: str, actor_id: int) -> str:
    """The account's unit, empty where it has none; for who manages accounts. Raises AccessDenied."""
    require(actor, Right.MANAGE_USERS)
    return UnitSeat.objects.filter(actor_kind=kind, actor_id=actor_id).values_list("unit", flat=True).first() or ""


def consumer_seats(actor: Actor) -> Mapping[int, str]:
    """The unit of each consumer of the API that has one, by the consumer's id; for who manages accounts. Raises AccessDenied."""
    require(actor, Right.MANAGE_USERS)
    return {-actor_id: unit for actor_id, unit in UnitSeat.objects.filter(actor_kind="consumer").values_list("actor_id", "unit")}


def own_unit(actor: Actor) -> str:
    """The unit for which the actor acts, empty where it acts for none."""
    return UnitSeat.objects.filter(actor_kind=actor.kind, actor_id=actor.id).values_list("unit", flat=True).first() or ""


def units_of_plan() -> tuple[str, ...]:
    """Every unit that a task of the plan in use names."""
    tasks = policy.pack_in_use().pack.tasks
    return tuple(sorted({name for task in tasks for name in (*task.responsible, *task.participating)}))
