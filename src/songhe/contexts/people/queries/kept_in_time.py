"""What was asked and sent in time: census rounds that are over, place by place, and files of departments by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F

from songhe.contexts.people.access import rounds_visible_to, tallies_visible_to
from songhe.contexts.people.models import CensusAnswer, ImportBatch
from songhe.contexts.people.words import BatchStatus
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class RoundKept:
    """A round whose last day has passed: community → how many were to be asked, and how many were by the last day."""

    id: int
    title: str
    ends_on: dt.date
    places: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FileSent:
    """A department's file that was let in, and the day on which it came."""

    department: str
    sent_on: dt.date


def rounds_kept(actor: Actor, *, since: dt.date, until: dt.date) -> tuple[RoundKept, ...]:
    """Rounds that ended from `since` to `until` in the actor's areas; who was asked after the last day does not count."""
    found = []
    for row in rounds_visible_to(actor).filter(ends_on__range=(since, until)).order_by("ends_on", "id"):
        answers = CensusAnswer.objects.filter(round=row, asked_on__lte=F("round__ends_on"), person__stands_for=None)
        asked = dict(answers.values_list("person__area_path").annotate(people=Count("person", distinct=True)))
        tallies = tallies_visible_to(actor, area_path=row.area_path).filter(round=row)
        places = {tally.area_path: (int(tally.numbers["people"]), asked.get(tally.area_path, 0)) for tally in tallies}
        found.append(RoundKept(row.id, row.title, row.ends_on, places))
    return tuple(found)


def files_sent(actor: Actor) -> tuple[FileSent, ...]:
    """Every file that was let in, for who sees the city's figures; names nobody."""
    require(actor, Right.SEE_FIGURES)
    rows = (
        ImportBatch.objects.filter(status=BatchStatus.ACCEPTED)
        .order_by("uploaded_at", "id")
        .values_list("department", "uploaded_at")
    )
    return tuple(FileSent(department, at.astimezone(clock.CITY_ZONE).date()) for department, at in rows)
