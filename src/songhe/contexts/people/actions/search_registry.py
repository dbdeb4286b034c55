"""Another system looks people up, for a stated use: who was found goes out masked, and the audit chain says who asked for what use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.db import transaction
from django.db.models import Q, QuerySet

from songhe.basics.identifiers import ResidentId, parse_resident_id
from songhe.contexts.people.access import visible_to
from songhe.contexts.people.errors import RegistryQueryRefused
from songhe.contexts.people.models import Household, Person
from songhe.contexts.people.queries.data_use import SEARCHED, role_held
from songhe.contexts.people.queries.data_uses import DataUse, data_uses, may_use
from songhe.contexts.people.queries.search_people import PersonBrief, briefs, numbered
from songhe.contexts.places import queries as places
from songhe.contexts.places.errors import AreaUnknown
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import cursor_of, keys_of

MOST = 200
COMPARED = ("eq", "gt", "ge", "lt", "le")
_LOOKUPS = {"eq": "birth_date", "gt": "birth_date__gt", "ge": "birth_date__gte", "lt": "birth_date__lt", "le": "birth_date__lte"}
_SEXES = ("male", "female")


@dataclass(frozen=True, slots=True)
class Criterion:
    """`attribute` is id_number, public_id, household_no, name, sex, birth_date, is_deceased or area_code; all but birth_date only `eq`."""

    attribute: str
    operator: str
    value: str | bool


@dataclass(frozen=True, slots=True)
class RegistryPerson:
    """A person as the registry gives them out: a list line, the number of the household, when anything of them last changed."""

    brief: PersonBrief
    household_no: str
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RegistryHousehold:
    """A household with those of its living members whom the caller may see and who may be given out for the use."""

    household_no: str
    area_path: str
    members: tuple[tuple[RegistryPerson, str], ...]  # and the relation to the head
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RegistryFound:
    """One page. `withheld`: people who were found but have not agreed to the use. `next` is the cursor, None at the end."""

    people: tuple[RegistryPerson, ...]
    households: tuple[RegistryHousehold, ...]
    withheld: int
    next: str | None


@transaction.atomic
def search_registry(
    actor: Actor, *, use: str, criteria: Sequence[Criterion], households: bool = False, limit: int = 50, after: str | None = None
) -> RegistryFound:
    """People (or the households of the people) who fulfil all criteria, in the actor's areas, by number; the search is in the audit chain.

    `use` is one of `queries.data_uses`; where it needs consent, who has not given it is left out and counted. Raises RegistryQueryRefused
    (with the field) for an unknown use, attribute or value, or no criterion at all; InvalidInput for a made-up cursor; AccessDenied.
    """
    require(actor, Right.SEE_PEOPLE)
    known = data_uses().get(use)
    if known is None:
        raise RegistryQueryRefused(
            "没有写明用途，或者没有这项用途。", next_step="可写的用途：" + "、".join(data_uses()), field="use"
        )
    if not criteria:
        raise RegistryQueryRefused("没有写查询条件。", next_step="请至少写一个条件。", field="query")
    people = visible_to(actor)
    for criterion in criteria:
        people = people.filter(_condition(criterion))
    limit = max(1, min(limit, MOST))
    found, following = _page(people, limit, after)
    kept = [person for person in found if may_use(person, known)] if known.needs_consent else found
    answer = RegistryFound(
        () if households else _shown(kept),
        _households(actor, kept, known) if households else (),
        len(found) - len(kept),
        following,
    )
    within = _around(actor.area_paths(Right.SEE_PEOPLE))
    attributes = sorted({criterion.attribute for criterion in criteria})
    detail = {
        "use": use,
        "title": known.title,
        "attributes": attributes,
        "households": households,
        "label": SEARCHED,
        "role": role_held(actor, within, Right.SEE_PEOPLE),
        "rows": len(kept),
        "people": sum(len(home.members) for home in answer.households) if households else len(kept),
        "withheld": answer.withheld,
    }
    audit.record(actor, "people.search_registry", subject_type="registry", area_path=within, detail=detail)
    return answer


def _around(paths: Sequence[str]) -> str:
    """The smallest area that holds all of them: the search could have found anybody there."""
    first, last = (path.rstrip("/").split("/") for path in (min(paths), max(paths)))
    common = [a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))]
    return "/".join([*common, ""]) if any(common) else ""


def _page(people: QuerySet[Person], limit: int, after: str | None) -> tuple[list[Person], str | None]:
    if after is not None:
        people = people.filter(id__gt=keys_of(after, int)[0])
    found = list(people.select_related("area__parent", "household").order_by("id")[: limit + 1])
    return found[:limit], cursor_of(found[limit - 1].id) if len(found) > limit else None


def _refused(attribute: str, example: str) -> RegistryQueryRefused:
    return RegistryQueryRefused(f"条件“{attribute}”不能这样写。", next_step=example, field=attribute)


def _condition(criterion: Criterion) -> Q:
    """The rows that fulfil one criterion."""
    name, operator, value = criterion.attribute, criterion.operator, criterion.value
    if operator not in COMPARED or (operator != "eq" and name != "birth_date"):
        raise _refused(name, "这一项只能用 eq 比较。")
    match name, value:
        case "id_number", str():
            number = parse_resident_id(value)
            if not isinstance(number, ResidentId):
                raise _refused(name, "请写完整正确的身份证号。")
            return numbered(number)
        case "public_id", str():
            return Q(public_id=_uuid(value))
        case "household_no", str():
            return Q(household__key=value)
        case "name", str() if value.strip():
            return Q(name=value.strip())
        case "sex", str() if value in _SEXES:
            return Q(sex=value)
        case "birth_date", str():
            return Q(**{_LOOKUPS[operator]: _day(value)})
        case "is_deceased", bool():
            return Q(facts__alive=False) if value else ~Q(facts__alive=False)
        case "area_code", str():
            return Q(area_path__startswith=_path(value))
    raise _refused(name, "可写的条件：id_number、public_id、household_no、name、sex、birth_date、is_deceased、area_code。")


def _uuid(value: str) -> str:
    digits = value.replace("-", "").lower()
    if len(digits) != 32 or any(digit not in "0123456789abcdef" for digit in digits):
        raise _refused("public_id", "请写 UUID。")
    return digits


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value[:10]) if len(value) >= 10 and value[:10].isascii() else _raise_day()
    except ValueError:
        return _raise_day()


def _raise_day() -> dt.date:
    raise _refused("birth_date", "日期写成 1946-11-21。") from None


def _path(code: str) -> str:
    try:
        return places.area_by_code(code).path
    except AreaUnknown:
        raise _refused("area_code", "请写本市的区划代码。") from None


def _shown(people: Sequence[Person]) -> tuple[RegistryPerson, ...]:
    return tuple(RegistryPerson(brief, p.household.key, p.changed_at) for p, brief in zip(people, briefs(people), strict=True))


def _households(actor: Actor, people: Sequence[Person], use: DataUse) -> tuple[RegistryHousehold, ...]:
    """The households of these people, each once, in the order in which their people were found."""
    homes = dict.fromkeys(person.household_id for person in people)
    rows = {home.id: home for home in Household.objects.filter(id__in=homes)}
    members = visible_to(actor).filter(household_id__in=homes).exclude(facts__alive=False)
    at_home: dict[int, list[Person]] = {}
    for person in members.select_related("area__parent", "household").order_by("birth_date", "id"):
        if may_use(person, use):
            at_home.setdefault(person.household_id, []).append(person)
    return tuple(
        RegistryHousehold(
            rows[home].key, rows[home].area_path,
            tuple((shown, p.relation) for shown, p in zip(_shown(at_home.get(home, [])), at_home.get(home, []), strict=True)),
            rows[home].changed_at,
        )
        for home in homes
    )  # fmt: skip
