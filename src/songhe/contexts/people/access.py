"""The only way to rows of this context: people and households in the actor's areas, batches sent from within them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from songhe.contexts.people.errors import BatchNotFound, CandidateNotFound, PersonNotFound, RoundNotFound, SheetNotFound
from songhe.contexts.people.models import (
    AbsentPerson,
    CensusAnswer,
    CensusRound,
    CensusTally,
    Household,
    ImportBatch,
    LinkCandidate,
    Person,
    SheetRequest,
)
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor, *, area_path: str = "", right: Right = Right.SEE_PEOPLE) -> QuerySet[Person]:
    """People in the areas where the actor holds the right, narrowed to `area_path`. Whoever stands for another person is not among them."""
    return Person.objects.filter(rows_within(actor, right, area_path=area_path), stands_for=None)


def households_visible_to(actor: Actor, *, right: Right = Right.SEE_PEOPLE) -> QuerySet[Household]:
    """Households in the areas where the actor holds the right."""
    return Household.objects.filter(rows_within(actor, right))


def person_for(actor: Actor, person_id: int, *, right: Right = Right.SEE_PEOPLE, lock: bool = False) -> Person:
    """The person; PersonNotFound where there is none in the actor's areas (or they stand for another), AccessDenied without the right there."""
    return _required(actor, person_id, right, Person.objects.filter(stands_for=None), lock=lock)


def anybody_for(actor: Actor, person_id: int, *, right: Right = Right.SEE_PEOPLE, lock: bool = False) -> Person:
    """As `person_for`, for whoever stands for another person too: only linking and its pages look at them."""
    return _required(actor, person_id, right, Person.objects.all(), lock=lock)


def _required(actor: Actor, person_id: int, right: Right, rows: QuerySet[Person], *, lock: bool) -> Person:
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(rows_within(actor, Right.SEE_PEOPLE), id=person_id).first()
    if found is None:
        raise PersonNotFound("没有找到这位老人，或者老人不在您负责的区域。", next_step="请核对姓名或身份证号后重新查找。")
    require(actor, right, found.area_path)
    return found


def candidates_visible_to(actor: Actor, *, area_path: str = "", right: Right = Right.SEE_PEOPLE) -> QuerySet[LinkCandidate]:
    """Questions whether two are one, where the actor holds the right over both of them; narrowed to the area of who is known."""
    both = rows_within(actor, right, field="from_area_path")
    return LinkCandidate.objects.filter(rows_within(actor, right, area_path=area_path), both)


def candidate_for(actor: Actor, candidate_id: int, *, right: Right, lock: bool = False) -> LinkCandidate:
    """The question; CandidateNotFound where there is none in the actor's areas, AccessDenied without the right over both."""
    rows = candidates_visible_to(actor).filter(id=candidate_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise CandidateNotFound("没有找到这一对，或者其中一位不在您负责的区域。", next_step="请回到“疑似同一人”的名单重新选择。")
    require(actor, right, found.area_path)
    require(actor, right, found.from_area_path)
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


def absent_visible_to(actor: Actor, batch_id: int) -> QuerySet[AbsentPerson]:
    """Whom a batch that the actor may see does not name, in the actor's areas."""
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT)
    return AbsentPerson.objects.filter(rows_within(actor, Right.ACCEPT_IMPORT, field="person__area_path"), batch=batch)


def sheets_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[SheetRequest]:
    """Sheets sent to communities in the areas where the actor may see people."""
    return SheetRequest.objects.filter(rows_within(actor, Right.SEE_PEOPLE, area_path=area_path))


def sheet_for(actor: Actor, request_id: int, *, right: Right, lock: bool = False) -> SheetRequest:
    """The sheet; SheetNotFound where there is none in the actor's areas, AccessDenied without the right there."""
    rows = sheets_visible_to(actor).filter(id=request_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).select_related("batch").first()
    if found is None:
        raise SheetNotFound("没有找到这张表，或者不在您负责的区域。", next_step="请回到“数据上报”重新选择。")
    require(actor, right, found.area_path)
    return found


def rounds_visible_to(actor: Actor, *, right: Right = Right.SEE_PEOPLE) -> QuerySet[CensusRound]:
    """Census rounds that touch the areas where the actor holds the right: inside them, or around them."""
    found = Q(pk__in=[])
    for path in actor.area_paths(right):
        above = ["/".join(path.split("/")[:depth]) + "/" for depth in range(1, path.count("/") + 1)] if path else []
        found |= Q(area_path__startswith=path) | Q(area_path__in=above)
    return CensusRound.objects.filter(found)


def round_for(actor: Actor, round_id: int, *, right: Right = Right.SEE_PEOPLE, lock: bool = False) -> CensusRound:
    """The round; RoundNotFound where there is none that the actor may see."""
    rows = rounds_visible_to(actor, right=right).filter(id=round_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise RoundNotFound("没有找到这一轮普查，或者它不在您负责的区域。", next_step="请回到普查的名单重新选择。")
    return found


def tallies_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[CensusTally]:
    """What was counted of communities in the actor's areas."""
    return CensusTally.objects.filter(rows_within(actor, Right.SEE_PEOPLE, area_path=area_path))


def answers_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[CensusAnswer]:
    """What came of asking people in the actor's areas."""
    return CensusAnswer.objects.filter(rows_within(actor, Right.SEE_PEOPLE, field="person__area_path", area_path=area_path))
