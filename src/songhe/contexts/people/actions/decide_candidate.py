"""A human says of two records whether they are one person; a row that waited for it goes in, or is put aside with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import anybody_for, candidate_for
from songhe.contexts.people.actions.check_batch import count_verdicts
from songhe.contexts.people.actions.link_candidates import review_key
from songhe.contexts.people.actions.link_persons import join_two, lock_two, required_reason
from songhe.contexts.people.actions.match_rows import match_as_told
from songhe.contexts.people.actions.number_changes import change_numbers, read_numbers
from songhe.contexts.people.actions.one_at_a_time import join_people
from songhe.contexts.people.actions.seal_again import seal_again
from songhe.contexts.people.actions.settle_facts import settle_people
from songhe.contexts.people.actions.stage_rows import stage_one_row
from songhe.contexts.people.actions.write_people import write_households, write_people
from songhe.contexts.people.errors import CandidateDecided
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import FormerNumber, ImportBatch, ImportRow, LinkCandidate, Person, StagedLink, StagedRow
from songhe.contexts.people.queries.batches import opened_corrections
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import LinkOrigin, LinkOutcome, Verdict
from songhe.foundation import audit, clock, outbox, work_items
from songhe.foundation.access import Actor, Right

_ANOTHER = "已经认定是另一位老人。"


@dataclass(frozen=True, slots=True)
class DecidedCandidate:
    """What came of it: the person whom the record counts for now (None where it was put aside or still waits), and whether it still waits.

    `verdict` is the row's, "" where the question was about two persons.
    """

    candidate_id: int
    outcome: LinkOutcome
    person_id: int | None
    waiting: bool
    verdict: str


@transaction.atomic
def decide_candidate(actor: Actor, *, candidate_id: int, same: bool, reason: str) -> DecidedCandidate:
    """The question is answered once and for all. Same: the record counts for the known person. Different: a row about which nobody is left to
    ask becomes a new person where its department may add one and it has what that needs, else it is put aside with the reason.

    Needs the right to correct facts in the areas of both. Raises CandidateDecided, CandidateNotFound, ReasonMissing, ImportRunning, AccessDenied.
    """
    join_people()
    told = required_reason(reason, "例如：已打电话核实，两处登记的是同一位老人。")
    found = candidate_for(actor, candidate_id, right=Right.CORRECT_FACTS)
    row = ImportRow.objects.select_for_update().get(id=found.row_id) if found.row_id else None
    found = candidate_for(actor, candidate_id, right=Right.CORRECT_FACTS, lock=True)
    if found.outcome:
        raise CandidateDecided("这一对已经有人处理过了。", next_step="请看下一对。")
    found.outcome = LinkOutcome.LINKED if same else LinkOutcome.DIFFERENT
    found.decided_by, found.decided_at, found.reason = actor.id, clock.now(), told
    found.save(update_fields=["outcome", "decided_by", "decided_at", "reason"])
    result = _of_row(actor, found, row, told) if row is not None else _of_two(actor, found, told)
    detail = {"candidate": found.id, "same": same, "other": found.other_id, "reason": told, "verdict": result.verdict}
    audit.record(
        actor,
        "people.decide_candidate",
        subject_type="person",
        subject_id=found.other_id,
        area_path=found.area_path,
        detail=detail,
    )
    return result


def _of_two(actor: Actor, found: LinkCandidate, reason: str) -> DecidedCandidate:
    into: int | None = None
    if found.outcome == LinkOutcome.LINKED and found.person_id is not None:
        person, other = lock_two(actor, found.person_id, found.other_id)
        join_two(
            actor, person, other, origin=LinkOrigin.REVIEW, reason=reason, probability=found.probability, evidence=found.evidence
        )
        into = other.id
    return DecidedCandidate(found.id, LinkOutcome(found.outcome), into, False, "")


def _of_row(actor: Actor, found: LinkCandidate, row: ImportRow, reason: str) -> DecidedCandidate:
    batch = ImportBatch.objects.select_for_update().get(id=row.batch_id)
    others = LinkCandidate.objects.filter(row=row, outcome="")
    outcome = LinkOutcome(found.outcome)
    if outcome is LinkOutcome.DIFFERENT and others.exists():
        return DecidedCandidate(found.id, outcome, None, True, row.verdict)
    staged = _staged(batch, row)
    if outcome is LinkOutcome.LINKED:
        head = _head_of(actor, found)
        others.update(outcome=LinkOutcome.DIFFERENT, decided_by=actor.id, decided_at=clock.now(), reason=_ANOTHER)
        _let_in(actor, batch, row, staged, found, head, reason)
    elif layout_of(batch.department).may_add and _is_free(staged.id_index) and staged.area_id is not None:
        _let_in(actor, batch, row, staged, found, None, reason)
    else:
        row.verdict, row.set_aside = Verdict.REJECTED, reason
        row.save(update_fields=["verdict", "set_aside"])
    StagedRow.objects.filter(id=staged.id).delete()
    batch.counts = count_verdicts(batch.id)
    batch.save(update_fields=["counts"])
    work_items.close_by_keys(
        actor, keys=[review_key(row)], outcome=f"{'是' if outcome is LinkOutcome.LINKED else '不是'}同一个人：{reason}"
    )
    return DecidedCandidate(found.id, outcome, row.person_id if row.verdict != Verdict.REJECTED else None, False, row.verdict)


def _head_of(actor: Actor, found: LinkCandidate) -> Person:
    """The person whom the known one counts as today, locked; the actor has the right in their area too."""
    other = anybody_for(actor, found.other_id, right=Right.CORRECT_FACTS, lock=True)
    return other if other.stands_for_id is None else anybody_for(actor, other.stands_for_id, right=Right.CORRECT_FACTS, lock=True)


def _is_free(index: bytes | memoryview | None) -> bool:
    """Whether there is a number and it is nobody's, today's or former."""
    return index is not None and not (
        Person.objects.filter(id_index=index).exists() or FormerNumber.objects.filter(id_index=index).exists()
    )


def _staged(batch: ImportBatch, row: ImportRow) -> StagedRow:
    """The row as it was read; read from the file again where a crash has emptied the staging table."""
    rows = StagedRow.objects.filter(batch_id=batch.id, sheet=row.sheet, row=row.row)
    found = rows.first()
    if found is None:
        stage_one_row(batch, row.sheet, row.row, opened_corrections(row), batch_id=batch.id)
        found = rows.get()
    return found


def _let_in(
    actor: Actor, batch: ImportBatch, row: ImportRow, staged: StagedRow, found: LinkCandidate, head: Person | None, reason: str
) -> None:
    """The row is a record of a person that stands for `head`, or of somebody new; its verdict says so."""
    match_as_told(batch, staged_id=staged.id, person_id=head.id if head else None)
    if head is not None:
        StagedLink.objects.create(
            batch_id=batch.id, sheet=row.sheet, row=row.row, kind="link", other_id=head.id, probability=found.probability, evidence=found.evidence
        )  # fmt: skip
    read_numbers(batch)
    write_people(batch, actor.id, origin=LinkOrigin.REVIEW, reason=reason)
    change_numbers(batch)
    seal_again(batch, keeps_identity=layout_of(batch.department).keeps_identity)
    settle_people(batch)
    homes = write_households(batch, actor.id)
    StagedLink.objects.filter(batch_id=batch.id, sheet=row.sheet, row=row.row).delete()
    made = Person.objects.filter(public_id=staged.public_id).first()
    row.person = head or made
    row.verdict = Verdict.NEW if head is None else Verdict.UPDATE if made is not None else Verdict.UNCHANGED
    row.save(update_fields=["person", "verdict"])
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(homes), cause=f"核实了{batch.department}报送的一行"))
