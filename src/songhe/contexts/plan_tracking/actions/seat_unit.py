"""Say for which unit an account acts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.plan_tracking.access import city_path
from songhe.contexts.plan_tracking.models import UnitSeat
from songhe.contexts.plan_tracking.queries.seats import units_of_plan
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class UnitSeated:
    """The account's unit, empty where it has none any more."""

    kind: str
    actor_id: int
    unit: str


@transaction.atomic
def seat_unit(actor: Actor, *, kind: str, actor_id: int, unit: str) -> UnitSeated:
    """The account sees and reports the unit's tasks; an empty unit takes the seat away. Raises AccessDenied, InvalidInput."""
    require(actor, Right.MANAGE_USERS, city_path())
    if kind not in ("user", "consumer"):
        raise InvalidInput("请选账号或接口。", field="kind")
    if unit and unit not in units_of_plan():
        raise InvalidInput("规划里没有这个单位。", next_step="请从列表里选。", field="unit")
    if unit:
        UnitSeat.objects.update_or_create(
            actor_kind=kind, actor_id=actor_id, defaults={"unit": unit, "given_by": actor.id, "given_at": clock.now()}
        )
    else:
        UnitSeat.objects.filter(actor_kind=kind, actor_id=actor_id).delete()
    audit.record(actor, "plan.seat_unit", subject_type=kind, subject_id=actor_id, detail={"unit": unit})
    return UnitSeated(kind, actor_id, unit)
