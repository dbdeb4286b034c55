"""A human has found that two who are known are one: from now on the one counts as the other. Nothing is overwritten, and it can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import anybody_for
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_homes, settle_persons
from songhe.contexts.people.errors import AlreadyLinked, ReasonMissing, StandsForAnother
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import LinkCandidate, Person, PersonLink
from songhe.contexts.people.words import LinkOrigin, LinkOutcome
from songhe.foundation import audit, clock, outbox, work_items
from songhe.foundation.access import SYSTEM, Actor, Right
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON = 2
FOLLOWED = "所代表的人并入了另一位，随同转去。"
_MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class LinkedPersons:
    """The link that holds now; `households` are those where something changed."""

    link_id: int
    person_id: int
    into_id: int
    households: tuple[int, ...]


@transaction.atomic
def link_persons(actor: Actor, *, person_id: int, into_id: int, reason: str) -> LinkedPersons:
    """The person counts as `into_id`, with whoever stood for them; both households are settled anew and HouseholdsChanged is published.

    Needs the right to correct facts in the areas of both. Raises AlreadyLinked where the person counts as somebody already,
    StandsForAnother where the other one does, ReasonMissing, ImportRunning, PersonNotFound, AccessDenied.
    """
    join_people()
    told = required_reason(reason, "例如：两条登记的照片和家属电话一致，已当面核实。")
    if person_id == into_id:
        raise InvalidInput("这是同一条登记。", next_step="请选择另一条登记。", field="into_id")
    person, into = lock_two(actor, person_id, into_id)
    return join_two(actor, person, into, origin=LinkOrigin.BY_HAND, reason=told)


def required_reason(reason: str, example: str) -> str:
    """The reason without spaces around it; raises ReasonMissing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing("请写明理由。", next_step=example, field="reason")
    return reason.strip()


def lock_two(actor: Actor, person_id: int, into_id: int) -> tuple[Person, Person]:
    """Both, locked in the order of their ids, so that two clerks cannot wait for each other; the actor may correct facts of both."""
    held = {each: anybody_for(actor, each, right=Right.CORRECT_FACTS, lock=True) for each in sorted((person_id, into_id))}
    return held[person_id], held[into_id]


def join_two(
    actor: Actor,
    person: Person,
    into: Person,
    *,
    origin: LinkOrigin,
    reason: str,
    probability: float | None = None,
    evidence: Mapping[str, object] | None = None,
) -> LinkedPersons:
    """As `link_persons`, for two that are locked and whose areas the actor has the right in."""
    if person.stands_for_id is not None:
        raise AlreadyLinked("这条登记已经并入一位老人。", next_step="请刷新页面；并错了的，请先拆开。")
    if into.stands_for_id is not None:
        raise StandsForAnother("要并入的那条登记自己已经并入了另一位老人。", next_step="请并入那一位老人。", field="into_id")
    now = clock.now()
    followed = _lead_along(actor, person, into, now)
    person.stands_for = into
    person.save(update_fields=["stands_for"])
    link = PersonLink.objects.create(
        person=person, into=into, origin=origin, probability=probability, evidence=dict(evidence or {}), reason=reason,
        linked_by=actor.id, linked_at=now,
    )  # fmt: skip
    _answer_candidates(actor, person, into, now, reason)
    close_work_about(actor, person)
    homes = {person.household_id, into.household_id}
    changed = tuple(sorted({*homes, *settle_persons([person.id, into.id, *followed]), *settle_homes(homes)}))
    detail = {"link": link.id, "into": into.id, "origin": origin.value, "reason": reason, "followed": followed}
    audit.record(
        actor, "people.link_persons", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    outbox.publish(HouseholdsChanged(household_ids=changed, cause="两条登记认定为同一个人"))
    return LinkedPersons(link.id, person.id, into.id, changed)


def move_link(actor: Actor, old: PersonLink, into: Person, *, at: dt.datetime, why: str) -> None:
    """Whoever stood for one person stands for another; the old link is kept as undone."""
    PersonLink.objects.filter(id=old.id).update(undone_by=actor.id, undone_at=at, undone_reason=why)
    Person.objects.filter(id=old.person_id).update(stands_for=into)
    PersonLink.objects.create(
        person_id=old.person_id, into=into, origin=old.origin, probability=old.probability, evidence=old.evidence, reason=old.reason,
        linked_by=actor.id, linked_at=at,
    )  # fmt: skip


def _lead_along(actor: Actor, person: Person, into: Person, now: dt.datetime) -> list[int]:
    """There are no chains: whoever stood for the person stands for `into` directly. Their ids."""
    followers = PersonLink.objects.select_for_update().filter(into=person, undone_at=None).order_by("person_id")
    moved = []
    for link in followers:
        move_link(actor, link, into, at=now, why=FOLLOWED)
        moved.append(link.person_id)
    return moved


def _answer_candidates(actor: Actor, person: Person, into: Person, now: dt.datetime, reason: str) -> None:
    """Whoever was to be asked about these two need not be asked any more."""
    for one, other in ((person, into), (into, person)):
        LinkCandidate.objects.filter(person=one, other=other, outcome="").update(
            outcome=LinkOutcome.LINKED, decided_by=actor.id, decided_at=now, reason=reason
        )


def close_work_about(actor: Actor, person: Person) -> None:
    """Nothing is to be done about somebody who counts as another."""
    items = work_items.list_items(SYSTEM, subject=("person", person.id), limit=_MOST_ITEMS).items
    work_items.close_by_keys(actor, keys=[item.key for item in items], outcome="这条登记已经并入另一位老人")
