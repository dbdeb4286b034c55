"""Finding people: by name, pinyin, initials, ID number or telephone, within the areas of who asks."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from songhe.basics.ages import age_on
from songhe.basics.identifiers import Phone, ResidentId, parse_phone, parse_resident_id
from songhe.basics.masking import mask_id_number, mask_phone
from songhe.contexts.people.access import visible_to
from songhe.contexts.people.models import FormerNumber, Household, Person
from songhe.contexts.people.queries.contacts import opened, remember_contacts
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import blind_index
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200
MOST_OTHERWISE = 20
SEX_LABELS = {"male": "男", "female": "女"}
_NUMBER = re.compile(r"\+?[\d-]{7,17}[\dXx]")


@dataclass(frozen=True, slots=True)
class PersonBrief:
    """One line of a list. `age` is in full years today, None where the birth date is unknown; identifiers are masked.

    `place` is the community's (or village's) name with its town's: 小坝镇 · 永丰社区. `alive` is None where nobody has said.
    """

    id: int
    public_id: str
    name: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    alive: bool | None
    id_number: str
    phone: str
    household_id: int
    area_path: str
    place: str
    demo: bool


def search_people(
    actor: Actor, *, text: str = "", area_path: str = "", limit: int = 50, after: str | None = None
) -> Page[PersonBrief]:
    """People in the actor's areas (narrowed to `area_path`), by name; without text everybody there by community and name.

    Text is a name or its beginning, its pinyin or initials, a whole ID number (15 or 18 digits), or a whole telephone number. Whoever some
    department writes otherwise is found by that too; those come after the others of the first page, at most MOST_OTHERWISE of them.
    """
    require(actor, Right.SEE_PEOPLE)
    words, limit = _folded(text), max(1, min(limit, MOST))
    meaning, keys = _meaning(words)
    found: list[Person] = []
    for rows in _in_turn(actor, area_path, one_by_one=not words):
        matching = rows.filter(meaning)
        if after is not None:
            matching = _beyond(matching, keys, keys_of(after, *(int if key == "id" else str for key in keys)))
        found += matching.select_related("area__parent").order_by(*keys)[: limit + 1 - len(found)]
    last = found[limit - 1] if len(found) > limit else None
    following = cursor_of(*(getattr(last, key) for key in keys)) if last is not None else None
    also = _written_otherwise(actor, area_path, meaning) if words and after is None else []
    return Page(briefs([*found[:limit], *also]), following)


def _written_otherwise(actor: Actor, area_path: str, meaning: Q) -> list[Person]:
    """People whom the words do not find by themselves, but by how a department's rows wrote them."""
    written = Person.objects.exclude(stands_for=None).filter(meaning)
    heads = visible_to(actor, area_path=area_path).filter(id__in=written.values("stands_for_id")).exclude(meaning)
    return list(heads.select_related("area__parent").order_by("name", "id")[:MOST_OTHERWISE])


def _in_turn(actor: Actor, area_path: str, *, one_by_one: bool) -> list[QuerySet[Person]]:
    """The rows the actor may see; area after area where they are listed by area, so that each is one range of the index."""
    paths = actor.area_paths(Right.SEE_PEOPLE)
    outer = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    if not one_by_one or len(outer) < 2:
        return [visible_to(actor, area_path=area_path)]
    return [
        visible_to(actor, area_path=max(path, area_path, key=len))
        for path in outer
        if path.startswith(area_path) or area_path.startswith(path)
    ]


def is_number(text: str) -> bool:
    """Whether a search would take the text for an ID or telephone number; such a text must not stand in an address."""
    return _NUMBER.fullmatch(_folded(text)) is not None


def briefs(people: Sequence[Person]) -> tuple[PersonBrief, ...]:
    """The people as list lines, identifiers masked."""
    remember_contacts(people)
    return tuple(_brief(person) for person in people)


def place_of(row: Person | Household) -> str:
    """小坝镇 · 永丰社区."""
    above = row.area.parent
    return f"{above.name} · {row.area.name}" if above is not None and above.level == "town" else row.area.name


def _brief(person: Person) -> PersonBrief:
    alive = person.facts.get("alive")
    return PersonBrief(
        id=person.id, public_id=str(person.public_id), name=person.name, sex=SEX_LABELS.get(person.sex, ""),
        birth_date=person.birth_date, age=age_on(person.birth_date, clock.today()) if person.birth_date else None,
        alive=alive if isinstance(alive, bool) else None, id_number=mask_id_number(opened(person, "id_number")),
        phone=mask_phone(opened(person, "phone")), household_id=person.household_id, area_path=person.area_path, place=place_of(person),
        demo=person.demo,
    )  # fmt: skip


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _meaning(text: str) -> tuple[Q, tuple[str, ...]]:
    """What the words ask of a row, and the keys that order the rows."""
    if not text:
        return Q(), ("area_path", "name", "id")
    if _NUMBER.fullmatch(text):
        return _numbered(text), ("name", "id")
    if text.isascii():
        letters = text.lower()
        column = "initials" if not re.search("[aeiouv]", letters) else "pinyin"
        return Q(**{f"{column}__startswith": letters}), (column, "name", "id")
    return Q(name__startswith=text), ("name", "id")


def _numbered(text: str) -> Q:
    """Exactly this ID number or telephone number; nobody where it is neither."""
    number, phone = parse_resident_id(text), parse_phone(text)
    if isinstance(number, ResidentId):
        return numbered(number)
    if isinstance(phone, Phone):
        return Q(phone_index=blind_index(phone.number, kind="phone"))
    return Q(pk__in=[])


def numbered(number: ResidentId) -> Q:
    """Exactly this ID number, today's or a former one."""
    index = blind_index(number.number, kind="id_number")
    was = FormerNumber.objects.filter(id_index=index).values_list("person_id", flat=True).first()
    return Q(id_index=index) if was is None else Q(id_index=index) | Q(id=was)


def _beyond(rows: QuerySet[Person], keys: Sequence[str], values: Sequence[str | int]) -> QuerySet[Person]:
    """Rows after the given keys, compared as one row value, which is where the index scan then begins."""
    columns, places = ", ".join(f"person.{key}" for key in keys), ", ".join("%s" for _ in keys)
    return rows.extra(where=[f"({columns}) > ({places})"], params=list(values))  # noqa: S610 - keys are names of ours
