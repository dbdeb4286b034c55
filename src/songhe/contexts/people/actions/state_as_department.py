"""A later stage has learnt something about a person: it comes back as a department's own statement of a day, weighed like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.actions.correct_fact import check_value
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.errors import FactNotCorrectable, PersonNotFound
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Person, Record
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.words import NOT_STATED
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class DepartmentStated:
    """For whom it was said (the one whom the person stands for, where they do), and which facts now count otherwise than before."""

    person_id: int
    changed: tuple[str, ...]


@transaction.atomic
def state_as_department(
    actor: Actor, *, person_id: int, department: str, values: Mapping[str, object], stated_on: dt.date, cause: str
) -> DepartmentStated:
    """The department has said these values of the person on the day; HouseholdsChanged is published where a fact that counts is another one.

    Only the department that owns a fact can say it here. `values` are as stored. The system may always; a user needs the right to correct
    facts there. Raises FactNotCorrectable, InvalidInput, ImportRunning, PersonNotFound, AccessDenied.
    """
    join_people()
    person = subject_of(person_id)
    require(actor, Right.CORRECT_FACTS, person.area_path)
    if stated_on > clock.today():
        raise InvalidInput("说明日期不能晚于今天。", next_step="请填写实际的日期。", field="stated_on")
    _check(department, values)
    before = dict(person.facts)
    Record.objects.create(
        person=person, department=department, stated_on=stated_on, received_at=clock.now(), actor_id=actor.id, values=dict(values)
    )
    homes = settle_persons([person.id])
    person.refresh_from_db(fields=["facts"])
    changed = tuple(sorted(name for name in values if before.get(name) != person.facts.get(name)))
    detail = {"variables": sorted(values), "department": department, "stated_on": stated_on, "cause": cause}
    audit.record(
        actor,
        "people.state_as_department",
        subject_type="person",
        subject_id=person.id,
        area_path=person.area_path,
        detail=detail,
    )
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(homes), cause=cause))
    return DepartmentStated(person.id, changed)


def subject_of(person_id: int) -> Person:
    """The person, or whom they stand for; locked."""
    heads = Person.objects.filter(id=person_id).values_list("id", "stands_for_id").first()
    if heads is None:
        raise PersonNotFound("没有找到这位老人。", next_step="请核对后重新查找。")
    return Person.objects.select_for_update(of=("self",)).get(id=heads[1] or heads[0])


def _check(department: str, values: Mapping[str, object]) -> None:
    if not values:
        raise InvalidInput("没有写明是哪一项资料。", next_step="请至少写一项。", field="values")
    for name, value in values.items():
        known = find_variable(name)
        if known is None or known.entity != "person" or name in NOT_STATED:
            raise FactNotCorrectable("这一项不能直接填写。", next_step="请更正它所依据的资料。", field=name)
        if known.owner != department:
            raise FactNotCorrectable(
                f"“{known.label}”由{known.owner}负责，不能用{department}的名义写。", next_step="请由负责的部门报送。", field=name
            )
        check_value(known, value)
