"""Whether two are one, over the API: the questions that wait, both records side by side, the answer; links made and undone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.errors import LinkNotFound
from songhe.foundation.access import Right

candidates = Router()
router = Router()
MOST = 200
Number = Annotated[int, Field(ge=1, le=2**62)]
Reason = Annotated[PlainText, Field(min_length=1, max_length=500)]


class AgreementOut(Schema):
    """One thing that was compared. `agreement`: exact, sound, near, differs or missing."""

    field: str
    agreement: str
    words: str


class CandidateLine(Schema):
    """A question: is `one`, as a row or another record writes the name, the known `other`?

    `probability` is 0 to 1 by the linkage model, 0 where the ID numbers of a file raised the question.
    """

    id: int
    one: str
    other: str
    place: str
    probability: float
    agreements: list[AgreementOut]
    said_by: str
    found_at: dt.datetime


class CandidatesPage(Schema):
    """A page, the likeliest first; `next` is the cursor for the following one, null at the end."""

    items: list[CandidateLine]
    next: str | None


class ComparedOut(Schema):
    """What both records say of one thing, identifiers masked."""

    label: str
    one: str
    other: str
    agreement: str
    words: str


class CandidateOut(Schema):
    """Both records side by side. `one_public_id` is null where the question is about a row of a file; `outcome` is "" while it waits."""

    candidate: CandidateLine
    compared: list[ComparedOut]
    one_public_id: uuid.UUID | None
    other_public_id: uuid.UUID
    outcome: str
    reason: str


class Filter(Schema):
    """`area` narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 30
    after: Cursor | None = None


class Answer(Schema):
    """`same`: the two are one human being. The reason stays in the audit chain."""

    model_config = ConfigDict(extra="forbid")

    same: bool
    reason: Reason


class Decided(Schema):
    """What came of it. `public_id` is the person for whom the record counts now, null where it was put aside, is somebody's own, or still waits for
    other questions (`waiting`); `verdict` is the row's, "" between two persons."""

    id: int
    outcome: str
    public_id: uuid.UUID | None
    waiting: bool
    verdict: str


class LinkOut(Schema):
    """A record that counts for the person, or did until `undone_at`."""

    id: int
    name: str
    departments: list[str]
    origin: str
    probability: float | None
    agreements: list[AgreementOut]
    reason: str
    linked_at: dt.datetime
    undone_at: dt.datetime | None
    undone_reason: str


class LinksOut(Schema):
    """All links into one person: those that hold, then those undone."""

    items: list[LinkOut]


class NewLink(Schema):
    """`into` is the person as whom the one in the path counts from now on."""

    model_config = ConfigDict(extra="forbid")

    into: uuid.UUID
    reason: Reason


class Undo(Schema):
    """Why the two are two after all."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


def _agreements(found: tuple[people.Agreement, ...]) -> list[AgreementOut]:
    return [AgreementOut(field=each.field, agreement=each.agreement, words=each.words) for each in found]


def _line(brief: people.CandidateBrief) -> CandidateLine:
    return CandidateLine(
        id=brief.id, one=brief.one, other=brief.other, place=brief.place, probability=brief.probability,
        agreements=_agreements(brief.agreements), said_by=brief.said_by, found_at=brief.found_at,
    )  # fmt: skip


def _link(view: people.LinkView) -> LinkOut:
    return LinkOut(
        id=view.id, name=view.name, departments=list(view.departments), origin=view.origin, probability=view.probability,
        agreements=_agreements(view.agreements), reason=view.reason, linked_at=view.linked_at, undone_at=view.undone_at,
        undone_reason=view.undone_reason,
    )  # fmt: skip


def _one_link(request: CallerRequest, person_id: int, link: int) -> LinkOut:
    """The link into the person; LinkNotFound where there is none."""
    for view in people.links_of(request.auth, person_id=person_id):
        if view.id == link:
            return _link(view)
    raise LinkNotFound("没有找到这条合并。", next_step="请先取这位老人的合并清单。")


@candidates.get(
    "",
    response={200: CandidatesPage, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="list_link_candidates",
    summary="Questions whether two are one",
)
def list_link_candidates(request: CallerRequest, asked: Query[Filter]) -> CandidatesPage:
    """The questions that wait in the consumer's areas; both of a pair must lie there."""
    page = people.link_candidates(request.auth, area_path=asked.area, limit=asked.limit, after=asked.after)
    return CandidatesPage(items=[_line(brief) for brief in page.items], next=page.next)


@candidates.get(
    "/{candidate}",
    response={200: CandidateOut, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="get_link_candidate",
    summary="Both records side by side",
)
def get_link_candidate(request: CallerRequest, candidate: Number) -> CandidateOut:
    """One question, decided or not."""
    view = people.link_candidate(request.auth, candidate_id=candidate)
    return CandidateOut(
        candidate=_line(view.brief),
        compared=[ComparedOut(label=e.label, one=e.one, other=e.other, agreement=e.agreement, words=e.words) for e in view.lines],
        one_public_id=uuid.UUID(view.one_public_id) if view.one_public_id else None, other_public_id=uuid.UUID(view.other_public_id),
        outcome=view.outcome, reason=view.reason,
    )  # fmt: skip


@candidates.post(
    "/{candidate}/decision",
    response={200: Decided, **REFUSALS},
    auth=Needs(Right.CORRECT_FACTS),
    operation_id="decide_link_candidate",
    summary="Say whether two are one",
)
def decide_link_candidate(request: CallerRequest, candidate: Number, answer: Answer) -> Decided:
    """The question is answered once and for all; a link made by it can be undone."""
    done = actions.decide_candidate(request.auth, candidate_id=candidate, same=answer.same, reason=answer.reason)
    found = people.people_by_id(request.auth, person_ids=[done.person_id] if done.person_id else [])
    public_id = next((uuid.UUID(brief.public_id) for brief in found.values()), None)
    return Decided(
        id=done.candidate_id, outcome=done.outcome.value, public_id=public_id, waiting=done.waiting, verdict=done.verdict
    )


@router.get(
    "/{public_id}/links",
    response={200: LinksOut, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="list_person_links",
    summary="Records that count for a person",
)
def list_person_links(request: CallerRequest, public_id: uuid.UUID) -> LinksOut:
    """Which records are linked into the person, and which were."""
    person_id = people.person_id_of(request.auth, public_id=public_id)
    return LinksOut(items=[_link(view) for view in people.links_of(request.auth, person_id=person_id)])


@router.post(
    "/{public_id}/links",
    response={201: LinkOut, **REFUSALS},
    auth=Needs(Right.CORRECT_FACTS),
    operation_id="link_person",
    summary="Let a person count as another",
)
def link_person(request: CallerRequest, public_id: uuid.UUID, new: NewLink) -> Status[LinkOut]:
    """The person in the path counts as `into`; nothing is overwritten, and it can be undone."""
    person_id, into_id = (people.person_id_of(request.auth, public_id=each) for each in (public_id, new.into))
    done = actions.link_persons(request.auth, person_id=person_id, into_id=into_id, reason=new.reason)
    return Status(201, _one_link(request, into_id, done.link_id))


@router.post(
    "/{public_id}/links/{link}/undo",
    response={200: LinkOut, **REFUSALS},
    auth=Needs(Right.CORRECT_FACTS),
    operation_id="undo_person_link",
    summary="The two are two again",
)
def undo_person_link(request: CallerRequest, public_id: uuid.UUID, link: Number, undo: Undo) -> LinkOut:
    """Undoes a link into the person in the path; each counts for themselves again."""
    person_id = people.person_id_of(request.auth, public_id=public_id)
    _one_link(request, person_id, link)
    actions.unlink_person(request.auth, link_id=link, reason=undo.reason)
    return _one_link(request, person_id, link)
