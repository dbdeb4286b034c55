"""One person as the departments know them: what each says, when, which counts and why; the household; what happened when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from songhe.basics.masking import mask_address, mask_bank_account, mask_text
from songhe.contexts.people.access import households_visible_to, person_for
from songhe.contexts.people.errors import PersonNotFound
from songhe.contexts.people.models import Household, ImportBatch, Person, Record
from songhe.contexts.people.queries.contacts import homes_heard, opened
from songhe.contexts.people.queries.dictionary import HIDDEN, chinese_date, find_variable, shown, variables
from songhe.contexts.people.queries.precedence import lasting_days, precedences
from songhe.contexts.people.queries.search_people import PersonBrief, briefs, place_of
from songhe.contexts.people.queries.settle import Stated, settle, standing
from songhe.contexts.people.words import DERIVED, HIDDEN_IDENTITY, IDENTITY_LABELS, SEALED_FIELDS, WRITTEN_NUMBER, seal_context
from songhe.engines.policy.rulebook import Variable
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import open_sealed


@dataclass(frozen=True, slots=True)
class StatementView:
    """What one department says of a fact. `shown` is hidden (••••) where the variable is sensitive; `note` is a correction's reason."""

    department: str
    shown: str
    stated_on: dt.date
    agrees: bool
    correction: bool
    note: str


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact that counts. `why` says in one sentence why this statement counts; `others` are the other departments' latest statements.

    `valid_until` is the last day on which the statement holds (None: for good); `stale` where that day is over.
    """

    variable: str
    label: str
    shown: str
    sensitive: bool
    owner: str
    department: str
    stated_on: dt.date | None
    correction: bool
    note: str
    why: str
    others: tuple[StatementView, ...]
    valid_until: dt.date | None = None
    stale: bool = False

    @property
    def disputed(self) -> bool:
        """Whether some department says otherwise."""
        return any(not other.agrees for other in self.others)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the household."""

    brief: PersonBrief
    relation: str


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """People registered together; the address is masked."""

    id: int
    key: str
    place: str
    area_path: str
    address: str
    facts: tuple[FactView, ...]
    members: tuple[MemberView, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One record: who said what on which day, and how it came in. `kind` is import or correction."""

    stated_on: dt.date
    received_at: dt.datetime
    department: str
    kind: str
    title: str
    said: tuple[tuple[str, str], ...]
    note: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Everything of one person that a page shows. `revealable` are the fields that `actions.reveal` opens with a reason."""

    brief: PersonBrief
    relation: str
    bank_account: str
    diagnosis: str
    facts: tuple[FactView, ...]
    household: HouseholdView
    timeline: tuple[TimelineEntry, ...]
    revealable: tuple[str, ...]
    name_by_department: tuple[tuple[str, str], ...]


def person(actor: Actor, *, person_id: int) -> PersonView:
    """The person with facts, sources, household and timeline; PersonNotFound outside the actor's areas."""
    found = person_for(actor, person_id)
    written_as = [found.id, *Person.objects.filter(stands_for=found.id).values_list("id", flat=True)]
    as_another = Q(department=DERIVED) & ~Q(person_id=found.id)
    records = list(Record.objects.filter(person_id__in=written_as).exclude(as_another).order_by("stated_on", "id"))
    at_home = _records_at(found.household_id)
    facts = fact_views("person", found.facts, records)
    revealable = tuple(field for field in SEALED_FIELDS if field != "address" and opened(found, field))
    view = replace(_household_view(actor, found.household), address=mask_address(opened(found, "address")))
    return PersonView(
        brief=briefs([found])[0], relation=found.relation, bank_account=mask_bank_account(opened(found, "bank_account")),
        diagnosis=mask_text(opened(found, "diagnosis")), facts=facts, household=view, timeline=_timeline([*records, *at_home]),
        revealable=(*revealable, *(("address",) if view.address else ()), *(fact.variable for fact in facts if fact.sensitive)),
        name_by_department=tuple(sorted({(r.department, r.identity["name"]) for r in records if r.identity.get("name")})),
    )  # fmt: skip


def household(actor: Actor, *, household_id: int) -> HouseholdView:
    """A household in the actor's areas with its members; PersonNotFound elsewhere."""
    require(actor, Right.SEE_PEOPLE)
    found = households_visible_to(actor).filter(id=household_id).first()
    if found is None:
        raise PersonNotFound("没有找到这户人家，或者不在您负责的区域。", next_step="请核对后重新查找。")
    return _household_view(actor, found)


def _household_view(actor: Actor, found: Household) -> HouseholdView:
    """Members who live in another desk's area are left out: a right does not widen through a household."""
    paths = actor.area_paths(Right.SEE_PEOPLE)
    members = [
        m
        for m in Person.objects.filter(household_id=found.id, stands_for=None)
        .select_related("area__parent")
        .order_by("birth_date", "id")
        if m.area_path.startswith(paths)
    ]
    lines = briefs(members)
    records = _records_at(found.id)
    address = open_sealed(found.address_sealed, context=seal_context("address", found.key)) if found.address_sealed else ""
    return HouseholdView(
        found.id, found.key, place_of(found), found.area_path, mask_address(address), fact_views("household", found.facts, records),
        tuple(MemberView(line, member.relation) for line, member in zip(lines, members, strict=True)),
    )  # fmt: skip


def _records_at(household_id: int) -> list[Record]:
    """What was said of the household, also under the numbers of those who stand for its members."""
    heard = Record.objects.filter(household_id__in=[household_id, *homes_heard([household_id])])
    return list(heard.exclude(Q(department=DERIVED) & ~Q(household_id=household_id)).order_by("stated_on", "id"))


def stated(records: Iterable[Record]) -> list[Stated]:
    """Stored records as `settle` takes them."""
    return [Stated(r.id, r.department, r.stated_on, r.values, is_correction(r), r.note) for r in records]


def is_correction(record: Record) -> bool:
    """Whether a clerk wrote it by hand."""
    return record.batch_id is None and bool(record.note) and record.department != DERIVED


def fact_views(entity: str, facts: dict[str, object], records: Sequence[Record]) -> tuple[FactView, ...]:
    """The facts that count, in the order of the dictionary, each with its provenance."""
    history = stated(records)
    counts = settle(history, clock.today())
    return tuple(_fact_view(v, facts[name], counts.get(name), history) for name, v in variables(entity).items() if name in facts)


def _fact_view(variable: Variable, value: object, counting: Stated | None, history: Sequence[Stated]) -> FactView:
    latest: dict[tuple[str, bool], Stated] = {}
    for record in history:
        if record.values.get(variable.name) is not None:
            latest[record.department, record.correction] = record
    others = tuple(
        StatementView(
            r.department,
            _veiled(variable, r.values[variable.name]),
            r.stated_on,
            r.values[variable.name] == value,
            r.correction,
            r.note,
        )
        for r in latest.values()
        if counting is None or r.record_id != counting.record_id
    )
    days = lasting_days().get(variable.name)
    until = counting.stated_on + dt.timedelta(days=days) if counting is not None and days is not None else None
    return FactView(
        variable=variable.name, label=variable.label, shown=_veiled(variable, value), sensitive=variable.sensitive, owner=variable.owner,
        department=counting.department if counting else variable.owner, stated_on=counting.stated_on if counting else None,
        correction=bool(counting and counting.correction), note=counting.note if counting and counting.correction else "",
        why=_why(variable, counting, others), others=others,
        valid_until=until, stale=until is not None and until < clock.today(),
    )  # fmt: skip


def _veiled(variable: Variable, value: object) -> str:
    return HIDDEN if variable.sensitive else shown(variable, value)


def _why(variable: Variable, counting: Stated | None, others: Sequence[StatementView]) -> str:
    if counting is None:
        return "由户内健在成员的人数算出。"
    if counting.correction:
        return f"工作人员核实后更正：{counting.note}"
    if counting.department == DERIVED:
        return counting.note
    if not others:
        return f"目前只有{counting.department}提供了这一项。"
    if precedences()[variable.name].later:
        return "这一项以日期最近的说法为准。"
    if standing(variable.name, counting.department) == 0:
        return f"这一项首先以{counting.department}的数据为准。"
    return f"主管部门没有提供这一项，暂以{counting.department}{chinese_date(counting.stated_on)}的说法为准。"


def _timeline(records: Sequence[Record]) -> tuple[TimelineEntry, ...]:
    """Newest first; what was derived from all this is not something that happened."""
    records = [record for record in records if record.department != DERIVED]
    files = dict(ImportBatch.objects.filter(id__in={r.batch_id for r in records if r.batch_id}).values_list("id", "file_name"))
    ordered = sorted(records, key=lambda r: (r.stated_on, r.received_at, r.id), reverse=True)
    return tuple(
        TimelineEntry(
            stated_on=r.stated_on, received_at=r.received_at, department=r.department, kind="correction" if is_correction(r) else "import",
            title="工作人员更正" if is_correction(r) else f"{r.department}报送" + (f"《{files[r.batch_id]}》" if r.batch_id in files else ""),
            said=_said(r), note=r.note, batch_id=r.batch_id,
        )
        for r in ordered
    )  # fmt: skip


def _said(record: Record) -> tuple[tuple[str, str], ...]:
    told = [
        (v.label, _veiled(v, value))
        for name, value in record.values.items()
        if value is not None and (v := find_variable(name)) is not None
    ]
    for field, value in record.identity.items():
        if field == WRITTEN_NUMBER:
            continue
        told.append((IDENTITY_LABELS.get(field, field), HIDDEN if field in HIDDEN_IDENTITY else str(value)))
    return tuple(told)
