"""The numbers of a census round's communities, as of now; and the work that follows where an answer has grown old."""

from __future__ import annotations

import dataclasses

from django.db import transaction

from songhe.contexts.people.models import CensusAnswer, CensusRound, CensusTally, Person
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.round_numbers import gaps, numbers
from songhe.contexts.people.words import COMMUNITY, STALE_ANSWER, AskOutcome
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor

SETTLED = "资料已经重新核对，或不再需要"


def count_round(round: CensusRound) -> None:
    """Each community's tally is of now; communities without anybody to ask have none. A step inside an action that has checked access."""
    now, found = clock.now(), numbers(round, round.area_path)
    CensusTally.objects.filter(round=round).exclude(area_path__in=found).delete()
    rows = [
        CensusTally(round=round, area_path=path, counted_at=now, numbers=dataclasses.asdict(each))
        for path, each in sorted(found.items())
    ]
    CensusTally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["round", "area_path"],
        update_fields=["counted_at", "numbers"],
        batch_size=2000,
    )


def refresh_rounds(actor: Actor = SYSTEM) -> int:
    """Open rounds are counted anew; whoever was asked in the latest round of an area and of whom something has grown old since is work of
    the community, one item a person; work that is done is closed. Returns how many items are open. Safe to run twice.
    """
    wanted: dict[str, work_items.NewWorkItem] = {}
    covered: list[str] = []
    for round in CensusRound.objects.order_by("-opened_at", "-id"):
        with transaction.atomic():
            if CensusRound.objects.select_for_update().get(id=round.id).closed_at is None:
                count_round(round)
        if not any(round.area_path.startswith(path) for path in covered):
            covered.append(round.area_path)
            wanted |= _grown_old(round)
    already = work_items.open_keys(STALE_ANSWER)
    with transaction.atomic():
        work_items.open_items_bulk(actor, items=[item for key, item in wanted.items() if key not in already])
        work_items.close_by_keys(actor, keys=sorted(already - wanted.keys()), outcome=SETTLED)
    return len(wanted)


def _grown_old(round: CensusRound) -> dict[str, work_items.NewWorkItem]:
    """What has grown old of people who have been asked already; who has not been asked stands in the round's own list."""
    answered = CensusAnswer.objects.filter(round=round, outcome=AskOutcome.ANSWERED)
    asked = {row[0]: row[1] for row in answered.values_list("person_id", "asked_on")}
    since = clock.today().toordinal() - round.refresh_days
    old: dict[int, list[str]] = {}
    for gap in gaps(round, round.area_path):
        if gap.known and gap.person_id in asked and asked[gap.person_id].toordinal() < since:
            old.setdefault(gap.person_id, []).append(gap.variable)
    names = dict(Person.objects.filter(id__in=old).values_list("id", "name"))
    places = dict(Person.objects.filter(id__in=old).values_list("id", "area_path"))
    items = {}
    for person, variables in old.items():
        key = f"census:{person}"
        labels = [found.label for name in round.variables if name in variables and (found := find_variable(name))]
        items[key] = work_items.NewWorkItem(
            kind=STALE_ANSWER, key=key, owner=COMMUNITY, area_path=places[person], subject_type="person", subject_id=person,
            title=f"重新核对{names[person]}的资料", detail={"round": round.id, "facts": "、".join(labels)},
        )  # fmt: skip
    return items
