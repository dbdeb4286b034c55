"""A census round ends: its communities' numbers are counted once more and stay as they are."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.people.access import round_for
from songhe.contexts.people.actions.count_round import count_round
from songhe.contexts.people.errors import RoundClosed
from songhe.contexts.people.models import CensusTally
from songhe.contexts.people.queries.round_progress import outcomes_by_place
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require


@transaction.atomic
def close_round(actor: Actor, *, round_id: int) -> int:
    """The round is closed and its table frozen, with how many were asked; returns for how many communities. Raises RoundClosed.

    Answers after this are kept and make facts younger, but change no frozen number.
    """
    round = round_for(actor, round_id, right=Right.RUN_CENSUS, lock=True)
    require(actor, Right.RUN_CENSUS, round.area_path)
    if round.closed_at is not None:
        raise RoundClosed("这一轮普查已经结束。", next_step="请看它的汇总表。")
    count_round(round)
    asked = outcomes_by_place(round, round.area_path)
    tallies = list(CensusTally.objects.filter(round=round))
    for tally in tallies:
        tally.numbers["asked"] = asked.get(tally.area_path, {})
    CensusTally.objects.bulk_update(tallies, ["numbers"], batch_size=1000)
    round.closed_at = clock.now()
    round.save(update_fields=["closed_at"])
    detail = {"title": round.title, "areas": len(tallies), "persons": sum(tally.numbers["people"] for tally in tallies)}
    audit.record(
        actor, "people.close_round", subject_type="census_round", subject_id=round.id, area_path=round.area_path, detail=detail
    )
    return len(tallies)
