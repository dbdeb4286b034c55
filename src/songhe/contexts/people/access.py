"""The only way to rows of this context: people and households in the actor's areas, batches sent from within them."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.people.errors import BatchNotFound, PersonNotFound
from songhe.contexts.people.models import Household, ImportBatch, Person
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "", right: Right = Right.SEE_PEOPLE) -> QuerySet[Person]:
    """People in the areas where the actor holds the right, narrowed to `area_path`."""
    return Person.objects.filter(rows_within(actor, right, area_path=area_path))


def households_visible_to(actor: Actor, *, right: Right = Right.SEE_PEOPLE) -> QuerySet[Household]:
    """Households in the areas where the actor holds the right."""
    return Household.objects.filter(rows_within(actor, right))


def person_for(actor: Actor, person_id: int, *, right: Right = Right.SEE_PEOPLE, lock: bool = False) -> Person:
    """The person; PersonNotFound where there is none in the actor's areas, AccessDenied without the right there."""
    rows = Person.objects.select_for_update(of=("self",)) if lock else Person.objects.all()
    found = rows.filter(rows_within(actor, Right.SEE_PEOPLE), id=person_id).first()
    if found is None:
        raise PersonNotFound("没有找到这位老人，或者老人不在您负责的区域。", next_step="请核对姓名或身份证号后重新查找。")
    require(actor, right, found.area_path)
    return found


def batches_visible_to(actor: Actor) -> QuerySet[ImportBatch]:
    """Batches whose whole sending area lies within the areas where the actor may import or accept."""
    paths = {*actor.area_paths(Right.IMPORT), *actor.area_paths(Right.ACCEPT_IMPORT)}
    if not paths:
        return ImportBatch.objects.none()
    inside = "NOT EXISTS (SELECT 1 FROM unnest(import_batch.area_paths) sent WHERE NOT (sent LIKE ANY (%s)))"
    return ImportBatch.objects.extra(where=[inside], params=[[f"{path}%" for path in sorted(paths)]])  # noqa: S610


def batch_for(actor: Actor, batch_id: int, *, right: Right, lock: bool = False) -> ImportBatch:
    """The batch; BatchNotFound where the actor may not see it, AccessDenied without the right in its whole area."""
    rows = batches_visible_to(actor).filter(id=batch_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise BatchNotFound("没有找到这个导入批次，或者您无权查看。", next_step="请回到导入列表重新选择。")
    for path in found.area_paths:
        require(actor, right, path)
    return found
