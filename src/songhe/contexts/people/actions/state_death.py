"""A department says that somebody has died, on a day: weighed like its file, and a life event where it counts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.actions.state_as_department import DepartmentStated, subject_of
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Record
from songhe.contexts.people.queries.layouts import layouts
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def state_death(actor: Actor, *, person_id: int, department: str, died_on: dt.date, cause: str) -> DepartmentStated:
    """The department has said today that the person died on the day; HouseholdsChanged is published where that is new.

    What others say is weighed by the precedence as ever, so the fact may go on being another one. Raises InvalidInput for a day to come and
    an unknown department, ImportRunning, PersonNotFound, AccessDenied.
    """
    join_people()
    person = subject_of(person_id)
    require(actor, Right.CORRECT_FACTS, person.area_path)
    if died_on > clock.today():
        raise InvalidInput("死亡日期不能晚于今天。", next_step="请核对日期。", field="died_on")
    if department not in {layout.label for layout in layouts()}:
        raise InvalidInput("没有这个部门。", next_step="请从列出的部门里选择。", field="department")
    before = person.facts.get("alive")
    Record.objects.create(
        person=person, department=department, stated_on=clock.today(), received_at=clock.now(), actor_id=actor.id, values={"alive": False},
        identity={"death_date": died_on.isoformat()},
    )  # fmt: skip
    homes = settle_persons([person.id])
    person.refresh_from_db(fields=["facts"])
    changed = ("alive",) if person.facts.get("alive") != before else ()
    audit.record(
        actor, "people.state_as_department", subject_type="person", subject_id=person.id, area_path=person.area_path,
        detail={"variables": ["alive"], "department": department, "died_on": died_on, "cause": cause},
    )  # fmt: skip
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(homes), cause=cause))
    return DepartmentStated(person.id, changed)
