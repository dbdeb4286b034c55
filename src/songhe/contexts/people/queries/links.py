"""One person of many records: who stands for whom and why, and the questions that wait for a human, both records side by side."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from songhe.basics.masking import mask_address, mask_id_number, mask_phone
from songhe.contexts.people.access import candidate_for, candidates_visible_to, person_for
from songhe.contexts.people.models import ImportRow, LinkCandidate, Person, PersonLink, Record
from songhe.contexts.people.queries.batches import masked, opened_corrections, row_context
from songhe.contexts.people.queries.contacts import opened, opened_alone, remember_contacts
from songhe.contexts.people.queries.dictionary import HIDDEN, chinese_date, find_variable, shown
from songhe.contexts.people.queries.search_people import place_of
from songhe.contexts.people.words import AGREEMENT_WORDS, LINK_ORIGIN_LABELS, LinkOrigin
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import open_sealed
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 30
_SEX = {"male": "男", "female": "女"}
_COMPARED = (
    ("name", "姓名", ("name",)), ("birth_date", "出生日期", ("birth_date",)), ("sex", "性别", ("sex",)), ("id_number", "身份证号", ("id_number",)),
    ("phone", "联系电话", ("phone",)), ("home", "住址", ("address",)), ("home", "村（社区）", ("area_name", "area_code")), ("home", "户号", ("household_no",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared. `words` says how it agrees (姓名同音不同字), `agreement` is exact, sound, near, differs or missing."""

    field: str
    agreement: str
    words: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the comparison: what each record says, identifiers masked; `agreement` as in Agreement, "" where nothing was compared."""

    label: str
    one: str
    other: str
    agreement: str
    words: str


@dataclass(frozen=True, slots=True)
class CandidateBrief:
    """A question in the list. `one` is who the row or person writes, `other` the known person; `probability` 0 to 1."""

    id: int
    one: str
    other: str
    place: str
    probability: float
    agreements: tuple[Agreement, ...]
    said_by: str
    found_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CandidateView:
    """Both records side by side. `changes` is (label, what counts now, what the record says) where it says something else.

    `one_public_id` is set where the question is about two persons; `outcome` is "" while it waits.
    """

    brief: CandidateBrief
    lines: tuple[Compared, ...]
    changes: tuple[tuple[str, str, str], ...]
    one_public_id: str
    other_public_id: str
    others_waiting: int
    outcome: str
    reason: str
    may_decide: bool


@dataclass(frozen=True, slots=True)
class LinkView:
    """A record that counts for a person, or did. `written` is how it writes them; `departments` who said something under it."""

    id: int
    name: str
    written: tuple[tuple[str, str], ...]
    departments: tuple[str, ...]
    origin: str
    probability: float | None
    agreements: tuple[Agreement, ...]
    reason: str
    linked_at: dt.datetime
    undone_at: dt.datetime | None
    undone_reason: str
    may_undo: bool


def link_candidates(actor: Actor, *, area_path: str = "", limit: int = PAGE, after: str | None = None) -> Page[CandidateBrief]:
    """The questions that wait in the actor's areas (narrowed to `area_path`), the likeliest first."""
    require(actor, Right.SEE_PEOPLE)
    rows = candidates_visible_to(actor, area_path=area_path).filter(outcome="")
    if after is not None:
        probability, last = _keys(after)
        rows = rows.filter(Q(probability__lt=probability) | Q(probability=probability, id__gt=last))
    found = list(_with_sides(rows.order_by("-probability", "id"))[: limit + 1])
    last_shown = found[limit - 1] if len(found) > limit else None
    following = cursor_of(repr(last_shown.probability), last_shown.id) if last_shown is not None else None
    return Page(tuple(_brief(each) for each in found[:limit]), following)


def count_candidates(actor: Actor, *, area_path: str = "", most: int = 1000) -> int:
    """How many questions wait in the actor's areas, counted no further than `most`."""
    return candidates_visible_to(actor, area_path=area_path).filter(outcome="").values("pk")[:most].count()


def link_candidate(actor: Actor, *, candidate_id: int) -> CandidateView:
    """One question with both records; CandidateNotFound where the actor may not see both."""
    found = candidate_for(actor, candidate_id, right=Right.SEE_PEOPLE)
    found = _with_sides(LinkCandidate.objects.filter(id=found.id)).get()
    head = found.other.stands_for or found.other
    said = _said_by_row(found.row) if found.row is not None else _said_by_person(found.person)
    known = _said_by_person(head)
    evidence = {each.field: each for each in agreements_of(found.evidence)}
    waiting = LinkCandidate.objects.filter(row=found.row, outcome="").exclude(id=found.id).count() if found.row is not None else 0
    return CandidateView(
        brief=_brief(found), lines=tuple(_lines(said, known, evidence)), changes=_changes(found, said, head),
        one_public_id=str(found.person.public_id) if found.person is not None else "", other_public_id=str(head.public_id), others_waiting=waiting,
        outcome=found.outcome, reason=found.reason,
        may_decide=not found.outcome and actor.may(Right.CORRECT_FACTS, found.area_path) and actor.may(Right.CORRECT_FACTS, found.from_area_path),
    )  # fmt: skip


def links_of(actor: Actor, *, person_id: int) -> tuple[LinkView, ...]:
    """The records that count for the person, and those that did and were taken apart (last); PersonNotFound outside the actor's areas."""
    head = person_for(actor, person_id)
    links = (
        PersonLink.objects.filter(into=head)
        .select_related("person__household")
        .order_by(F("undone_at").asc(nulls_first=True), "id")
    )
    found = list(links)
    said: dict[int, dict[str, None]] = {}
    records = Record.objects.filter(person_id__in=[link.person_id for link in found]).order_by("id")
    for person, department in records.values_list("person_id", "department"):
        said.setdefault(person or 0, {})[department] = None
    may = actor.may(Right.CORRECT_FACTS, head.area_path)
    return tuple(
        LinkView(
            id=link.id, name=link.person.name, written=_written(link.person), departments=tuple(said.get(link.person_id, ())),
            origin=LINK_ORIGIN_LABELS[LinkOrigin(link.origin)], probability=link.probability, agreements=agreements_of(link.evidence), reason=link.reason,
            linked_at=link.linked_at, undone_at=link.undone_at, undone_reason=link.undone_reason,
            may_undo=link.undone_at is None and may and actor.may(Right.CORRECT_FACTS, link.person.area_path),
        )
        for link in found
    )  # fmt: skip


def agreements_of(evidence: Mapping[str, object]) -> tuple[Agreement, ...]:
    """The evidence in words, in the order of the comparison; what is missing on one side is left out."""
    found = []
    for field, words in AGREEMENT_WORDS.items():
        told = evidence.get(field)
        agreement = str(told.get("agreement", "missing")) if isinstance(told, Mapping) else "missing"
        if agreement in words:
            found.append(Agreement(field, agreement, words[agreement]))
    return tuple(found)


def _keys(after: str) -> tuple[float, int]:
    probability, last = keys_of(after, str, int)
    try:
        return float(probability), int(last)
    except ValueError:
        raise InvalidInput("翻页标记不对。", next_step="请回到第一页重新查看。", field="after") from None


def _with_sides(rows: QuerySet[LinkCandidate]) -> QuerySet[LinkCandidate]:
    return rows.select_related(
        "row__batch", "person__area__parent", "person__household", "other__area__parent", "other__household", "other__stands_for__area__parent",
        "other__stands_for__household",
    )  # fmt: skip


def _brief(found: LinkCandidate) -> CandidateBrief:
    head = found.other.stands_for or found.other
    if found.row is not None:
        one, said_by = _cells(found.row).get("name", ("", ""))[1], f"{found.row.batch.department}报送，第{found.row.row}行"
    else:
        assert found.person is not None
        one, said_by = found.person.name, "已登记的另一条"
    return CandidateBrief(
        found.id, one, head.name, place_of(head), found.probability, agreements_of(found.evidence), said_by, found.found_at
    )


def _cells(row: ImportRow) -> dict[str, tuple[str, str]]:
    """Field -> (header, text) of a row as written and corrected."""
    if not row.content_sealed:
        return {}
    instead = opened_corrections(row)
    cells = json.loads(open_sealed(row.content_sealed, context=row_context(row.batch_id, row.sheet, row.row)))
    return {field: (header, instead.get(field, text)) for field, header, text in cells}


def _said_by_row(row: ImportRow) -> dict[str, str]:
    return {field: masked(field, text) for field, (_, text) in _cells(row).items() if text}


def _said_by_person(person: Person | None) -> dict[str, str]:
    assert person is not None
    reach = opened if person.stands_for_id is None else opened_alone
    remember_contacts([person])
    return {
        "name": person.name, "sex": _SEX.get(person.sex, ""), "birth_date": chinese_date(person.birth_date) if person.birth_date else "",
        "id_number": mask_id_number(reach(person, "id_number")), "phone": mask_phone(reach(person, "phone")),
        "address": mask_address(reach(person, "address")), "area_name": place_of(person), "household_no": person.household.key,
    }  # fmt: skip


def _lines(one: Mapping[str, str], other: Mapping[str, str], evidence: Mapping[str, Agreement]) -> Iterable[Compared]:
    told = set[str]()
    for field, label, keys in _COMPARED:
        left, right = (next((said[key] for key in keys if said.get(key)), "") for said in (one, other))
        if not left and not right:
            continue
        agreement = evidence.get(field) if left and right and field not in told else None
        if agreement is not None:
            told.add(field)
        yield Compared(label, left, right, agreement.agreement if agreement else "", agreement.words if agreement else "")


def _changes(found: LinkCandidate, said: Mapping[str, str], head: Person) -> tuple[tuple[str, str, str], ...]:
    """What the record says of facts that counts otherwise today, or not at all."""
    if found.row is not None:
        told = {field: text for field, (_, text) in _cells(found.row).items() if text}
    else:
        assert found.person is not None
        told = {name: shown(v, value) for name, value in found.person.facts.items() if (v := find_variable(name)) is not None}
    changes = []
    for name, text in told.items():
        variable = find_variable(name)
        if variable is None or name in ("birth_date", "sex"):
            continue
        counting = head.household.facts if variable.entity == "household" else head.facts
        now = shown(variable, counting[name]) if name in counting else "没有登记"
        if now != text:
            changes.append((variable.label, HIDDEN if variable.sensitive else now, HIDDEN if variable.sensitive else text))
    return tuple(changes)


def _written(person: Person) -> tuple[tuple[str, str], ...]:
    """How the record itself writes the person, identifiers masked; what it does not say is left out."""
    said = (
        ("出生日期", chinese_date(person.birth_date) if person.birth_date else ""), ("身份证号", mask_id_number(opened_alone(person, "id_number"))),
        ("联系电话", mask_phone(opened_alone(person, "phone"))), ("住址", mask_address(opened_alone(person, "address"))),
    )  # fmt: skip
    return tuple((label, text) for label, text in said if text)
