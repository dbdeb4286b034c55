"""The community says what is so: facts of one person as its own statements of a day, weighed by the precedence like any department's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import person_for
from songhe.contexts.people.actions.correct_fact import check_value
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_household, settle_persons
from songhe.contexts.people.errors import FactNotCorrectable
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.words import COMMUNITY, NOT_STATED
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What was said, and which of it now counts otherwise than before."""

    person_id: int
    variables: tuple[str, ...]
    changed: tuple[str, ...]


@transaction.atomic
def state_facts(
    actor: Actor, *, person_id: int, values: Mapping[str, object], stated_on: dt.date | None = None, cause: str = "社区核对了资料"
) -> StatedFacts:
    """The community has said these values on the day; HouseholdsChanged is published where a fact that counts is another one now.

    Unlike a correction a statement does not go before the owner of a fact. A value that counts already may be said again: then it is
    younger. `values` are as stored. Raises FactNotCorrectable, InvalidInput, ImportRunning, PersonNotFound, AccessDenied.
    """
    join_people()
    person = person_for(actor, person_id, right=Right.CORRECT_FACTS, lock=True)
    day = stated_on or clock.today()
    if day > clock.today():
        raise InvalidInput("核实日期不能晚于今天。", next_step="请填写实际核实的日期。", field="stated_on")
    own, shared = _checked(values)
    if not own and not shared:
        return StatedFacts(person.id, (), ())
    home = Household.objects.select_for_update().get(id=person.household_id)
    before = {**home.facts, **person.facts}
    homes = set[int]()
    if own:
        _record(actor, day, own, person=person)
        homes |= set(settle_persons([person.id]))
        home.refresh_from_db(fields=["facts"])
    if shared:
        _record(actor, day, shared, household=home)
        homes |= {home.id} if settle_household(home) else set()
    person.refresh_from_db(fields=["facts"])
    home.refresh_from_db(fields=["facts"])
    after = {**home.facts, **person.facts}
    changed = tuple(sorted(name for name in values if before.get(name) != after.get(name)))
    detail = {"variables": sorted(values), "stated_on": day, "cause": cause}
    audit.record(
        actor, "people.state_facts", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(sorted(homes)), cause=cause))
    return StatedFacts(person.id, tuple(sorted(values)), changed)


def _checked(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """The person's values and the household's; FactNotCorrectable for one that nobody can state."""
    own: dict[str, object] = {}
    shared: dict[str, object] = {}
    for name, value in values.items():
        known = find_variable(name)
        if known is None or name in NOT_STATED:
            raise FactNotCorrectable("这一项不能直接填写。", next_step="请更正它所依据的资料。", field=name)
        try:
            check_value(known, value)
        except FactNotCorrectable as refused:
            raise FactNotCorrectable(refused.sentence, next_step=refused.next_step, field=name) from None
        (shared if known.entity == "household" else own)[name] = value
    return own, shared


def _record(
    actor: Actor, day: dt.date, values: Mapping[str, object], person: Person | None = None, household: Household | None = None
) -> None:
    Record.objects.create(
        person=person, household=household, department=COMMUNITY, stated_on=day, received_at=clock.now(), actor_id=actor.id,
        values=dict(values),
    )  # fmt: skip
