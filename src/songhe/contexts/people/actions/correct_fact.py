"""A clerk knows better: a correction with its reason, which counts until the owner of the fact says something later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import person_for
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_household, settle_persons
from songhe.contexts.people.errors import FactNotCorrectable, ReasonMissing
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.queries.dictionary import find_variable, shown
from songhe.contexts.people.queries.facts_then import SINCE
from songhe.contexts.people.words import COMMUNITY
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON = 2
_DERIVED = ("size", "county")


@dataclass(frozen=True, slots=True)
class CorrectedFact:
    """What counts after the correction, as stored and as a person reads it; `changed` is False where it counted already."""

    person_id: int
    household_id: int
    variable: str
    value: object
    shown: str
    changed: bool


@transaction.atomic
def correct_fact(
    actor: Actor, *, person_id: int, variable: str, value: object, reason: str, stated_on: dt.date | None = None,
    since: dt.date | None = None,
) -> CorrectedFact:  # fmt: skip
    """The value counts for the person (or the household), with the clerk's reason; HouseholdsChanged is published if anything changed.

    `value` is as stored: bool, int, fen, "YYYY-MM-DD", or a code. `since`: the day from which it has been so, where that is earlier than the
    day it was found (`stated_on`); months of the past are counted again by it. Raises FactNotCorrectable, ReasonMissing, ImportRunning,
    PersonNotFound, AccessDenied.
    """
    join_people()
    person = person_for(actor, person_id, right=Right.CORRECT_FACTS, lock=True)
    known = find_variable(variable)
    if known is None or variable in _DERIVED:
        raise FactNotCorrectable("这一项不能直接更正。", next_step="请更正它所依据的资料。", field="variable")
    check_value(known, value)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing("请写明更正的理由。", next_step="例如：入户核实，看过证件原件。", field="reason")
    day = stated_on or clock.today()
    if day > clock.today():
        raise InvalidInput("核实日期不能晚于今天。", next_step="请填写实际核实的日期。", field="stated_on")
    if since is not None and since > day:
        raise InvalidInput("从哪天起不能晚于核实日期。", next_step="请填写实际开始的日期。", field="since")
    return _correct(actor, person, known, value, reason.strip(), day, since)


def _correct(
    actor: Actor, person: Person, variable: Variable, value: object, reason: str, day: dt.date, since: dt.date | None
) -> CorrectedFact:
    at_home = variable.entity == "household"
    home = Household.objects.select_for_update().get(id=person.household_id) if at_home else None
    subject: Person | Household = home or person
    Record.objects.create(
        **({"household_id": subject.id} if home else {"person_id": subject.id}),
        department=COMMUNITY,
        stated_on=day,
        received_at=clock.now(),
        actor_id=actor.id,
        values={variable.name: value},
        identity={SINCE: since.isoformat()} if since is not None else {},
        note=reason,
    )
    before = subject.facts.get(variable.name)
    homes = ([home.id] if settle_household(home) else []) if home else settle_persons([person.id])
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(homes), cause=f"更正了{variable.label}"))
    detail = {"variable": variable.name, "reason": reason, "stated_on": day}
    audit.record(
        actor, "people.correct_fact", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    subject.refresh_from_db(fields=["facts"])
    counting = subject.facts.get(variable.name)
    return CorrectedFact(person.id, person.household_id, variable.name, counting, shown(variable, counting), before != counting)


def check_value(variable: Variable, value: object) -> None:
    """Nothing happens where the value is one the variable can take; otherwise FactNotCorrectable."""
    fits = {
        Type.BOOL: isinstance(value, bool),
        Type.INT: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        Type.MONEY: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        Type.DATE: _is_past_day(value),
        Type.CODE: value in dict(variable.values),
    }[variable.type]
    if not fits:
        raise FactNotCorrectable(
            f"“{variable.label}”不能是这个值。", next_step="请从可选的值中选择，日期写成 2026-11-21。", field="value"
        )


def _is_past_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and dt.date.fromisoformat(value) <= clock.today()
    except ValueError:
        return False
