"""Keeping and withdrawing scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from songhe.contexts.planning.access import visible_to
from songhe.contexts.planning.errors import ScenarioNotFound
from songhe.contexts.planning.models import Scenario
from songhe.contexts.planning.queries.assumptions import checked_changes
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput

LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class ScenarioKept:
    id: int
    title: str


@transaction.atomic
def save_scenario(actor: Actor, *, title: str, changes: Mapping[str, Decimal]) -> ScenarioKept:
    """The changed assumptions stand under a title of their own.

    Raises InvalidInput without a title or change, BadAssumption for one the pack does not allow, Conflict for a title in use.
    """
    require(actor, Right.WHAT_IF)
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise InvalidInput(f"请给方案起个名字，不超过{LONGEST_TITLE}个字。", field="title")
    checked = checked_changes(changes)
    if not checked:
        raise InvalidInput("没有改任何假定，不用另存。", next_step="请先改一项假定，再保存。", field="title")
    try:
        with transaction.atomic():
            row = Scenario.objects.create(
                title=title,
                changes={name: str(value) for name, value in sorted(checked.items())},
                made_at=clock.now(),
                made_by=actor.id,
                made_by_name=actor.name,
            )
    except IntegrityError:
        raise Conflict(f"已经有叫“{title}”的方案。", next_step="请换一个名字。", field="title") from None
    audit.record(actor, "planning.save_scenario", subject_type="scenario", subject_id=row.id, detail=row.changes)
    return ScenarioKept(row.id, row.title)


@transaction.atomic
def withdraw_scenario(actor: Actor, *, scenario_id: int) -> ScenarioKept:
    """The scenario is no longer offered; it stays on record."""
    require(actor, Right.WHAT_IF)
    row = visible_to(actor).select_for_update().filter(id=scenario_id).first()
    if row is None:
        raise ScenarioNotFound("没有这个方案，或者已经撤下。", next_step="请回到供需预测重新选择。")
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    audit.record(actor, "planning.withdraw_scenario", subject_type="scenario", subject_id=row.id)
    return ScenarioKept(row.id, row.title)
