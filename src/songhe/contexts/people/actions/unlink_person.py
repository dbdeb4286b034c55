"""A link was wrong: the two are two again, as if they had never been one."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.people.actions.link_persons import FOLLOWED, LinkedPersons, lock_two, move_link, required_reason
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.settle_persons import settle_homes, settle_persons
from songhe.contexts.people.errors import LinkNotFound, LinkUndone, PersonNotFound
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Person, PersonLink
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor

_BACK = "所代表的人又拆开了，随同转回。"


@transaction.atomic
def unlink_person(actor: Actor, *, link_id: int, reason: str) -> LinkedPersons:
    """Each counts for themselves again, whoever had been led along by this link stands where they stood; HouseholdsChanged is published.

    Needs the right to correct facts in the areas of both. Raises LinkUndone where it was undone before, LinkNotFound, ReasonMissing,
    ImportRunning, AccessDenied.
    """
    join_people()
    told = required_reason(reason, "例如：两位老人的住址和子女不同，已打电话核实。")
    link = PersonLink.objects.filter(id=link_id).first()
    if link is None:
        raise _unknown()
    try:
        person, into = lock_two(actor, link.person_id, link.into_id)
    except PersonNotFound as refused:
        raise _unknown() from refused
    link = PersonLink.objects.select_for_update().get(id=link_id)
    if link.undone_at is not None:
        raise LinkUndone("这两条登记已经拆开了。", next_step="请刷新页面。")
    now = clock.now()
    person.stands_for = None
    person.save(update_fields=["stands_for"])
    PersonLink.objects.filter(id=link.id).update(undone_by=actor.id, undone_at=now, undone_reason=told)
    followed = _lead_back(actor, link, person)
    homes = {person.household_id, into.household_id}
    changed = tuple(sorted({*homes, *settle_persons([person.id, into.id, *followed]), *settle_homes(homes)}))
    detail = {"link": link.id, "into": into.id, "reason": told, "followed": followed}
    audit.record(
        actor, "people.unlink_person", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    outbox.publish(HouseholdsChanged(household_ids=changed, cause="并错的两条登记拆开"))
    return LinkedPersons(link.id, person.id, into.id, changed)


def _lead_back(actor: Actor, link: PersonLink, person: Person) -> list[int]:
    """Those who were led along when the link was made, and have not been moved since, stand for the person again."""
    were = PersonLink.objects.filter(into=person, undone_at=link.linked_at, undone_reason=FOLLOWED).values_list(
        "person_id", flat=True
    )
    now = PersonLink.objects.select_for_update().filter(
        person_id__in=list(were), into_id=link.into_id, linked_at=link.linked_at, undone_at=None
    )
    moved = []
    for each in now.order_by("person_id"):
        move_link(actor, each, person, at=clock.now(), why=_BACK)
        moved.append(each.person_id)
    return moved


def _unknown() -> LinkNotFound:
    return LinkNotFound("没有找到这条合并，或者其中一位不在您负责的区域。", next_step="请回到老人的页面看看。")
