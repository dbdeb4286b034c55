"""A worker has been to see a person: what came of it, and what the person said, as the community's statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.ages import birth_cutoff
from songhe.contexts.people.access import person_for, round_for
from songhe.contexts.people.actions.state_facts import state_facts
from songhe.contexts.people.errors import NotInRound
from songhe.contexts.people.models import CensusAnswer, CensusRound, Person
from songhe.contexts.people.words import ASK_OUTCOME_LABELS, STALE_ANSWER, AskOutcome
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class AnswerRecorded:
    """What came of asking; `changed` are the facts that count otherwise than before."""

    person_id: int
    outcome: AskOutcome
    stated: tuple[str, ...]
    changed: tuple[str, ...]


@transaction.atomic
def record_answer(
    actor: Actor, *, round_id: int, person_id: int, outcome: AskOutcome, changed: Mapping[str, object] | None = None,
    confirmed: Collection[str] = (), asked_on: dt.date | None = None, note: str = "",
) -> AnswerRecorded:  # fmt: skip
    """The person has been asked in the round, once; asking again replaces the outcome. Facts are stated only where somebody answered.

    `confirmed` are facts that are as known, `changed` maps facts to what is so now. A death that the worker was told of is stated, and counts
    as far as precedence lets the community speak of it. Raises NotInRound, FactNotCorrectable, InvalidInput, RoundNotFound, PersonNotFound.
    """
    round = round_for(actor, round_id)
    person = person_for(actor, person_id, right=Right.CORRECT_FACTS, lock=True)
    day = asked_on or clock.today()
    if not round.starts_on <= day <= clock.today():
        raise InvalidInput("询问的日子不对。", next_step=f"请填{round.starts_on.isoformat()}到今天之间的日子。", field="asked_on")
    _check(round, person, {*(changed or {}), *confirmed}, outcome)
    facts: dict[str, object] = {}
    if outcome is AskOutcome.ANSWERED:
        known = {**person.household.facts, **person.facts}
        facts = {name: known[name] for name in confirmed if name in known} | dict(changed or {})
    elif outcome is AskOutcome.DIED:
        facts = {"alive": False}
    CensusAnswer.objects.update_or_create(
        round=round,
        person=person,
        defaults={"outcome": outcome, "asked_on": day, "asked_by": actor.id, "stated_at": clock.now(), "note": note.strip()},
    )
    stated = (
        state_facts(actor, person_id=person_id, values=facts, stated_on=day, cause=f"普查询问：{round.title}") if facts else None
    )
    if outcome is not AskOutcome.ABSENT:
        work_items.close_by_keys(actor, keys=[f"census:{person_id}"], outcome=ASK_OUTCOME_LABELS[outcome])
    detail = {
        "round": round.id,
        "outcome": str(outcome),
        "variables": sorted(facts),
        "kind": STALE_ANSWER if round.closed_at else "",
    }
    audit.record(
        actor, "people.record_answer", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    return AnswerRecorded(person_id, outcome, tuple(sorted(facts)), stated.changed if stated else ())


def _check(round: CensusRound, person: Person, named: Collection[str], outcome: AskOutcome) -> None:
    """Refuses whom and what the round does not ask."""
    old_enough = person.birth_date is not None and person.birth_date <= birth_cutoff(round.from_age, clock.today())
    if not person.area_path.startswith(round.area_path) or not old_enough:
        raise NotInRound("这位老人不在这一轮普查的范围里。", next_step="请核对老人的住处和出生日期。", field="person")
    if unknown := sorted(set(named) - set(round.variables)):
        raise NotInRound("这一轮普查没有问这一项。", next_step="请从列出的资料里填写。", field=unknown[0])
    if named and outcome is not AskOutcome.ANSWERED:
        raise InvalidInput("没有问到人，就不能填写资料。", next_step="请把结果改成“已问到”，或者清空资料。", field="outcome")
