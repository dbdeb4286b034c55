"""The door for everybody who has written a record or joined two persons: what counts of them, and of their households, follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q

from songhe.contexts.people.actions.derive_living import derive_living
from songhe.contexts.people.actions.life_events import TELLING, Happened, note_events
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.queries.contacts import homes_heard
from songhe.contexts.people.queries.disputes import dispute_key
from songhe.contexts.people.queries.person import stated
from songhe.contexts.people.queries.settle import Settled, Stated, settle_all
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM


def settle_persons(person_ids: Collection[int]) -> list[int]:
    """What counts of the heads of these persons follows from the records of the head and of all who stand for it: facts, birth date, sex,
    disputes, staleness, what happened to them; the sizes of their households follow from the living. Returns the households where
    something changed, in order.

    A step inside an action that has checked access itself; the heads are locked until its transaction ends.
    """
    asked = Person.objects.filter(id__in=person_ids).values_list("id", "stands_for_id", "household_id")
    heads = {stands_for or own for own, stands_for, _ in asked}
    homes = {home for _, _, home in asked}
    changed = settle_heads(heads)
    homes |= set(Person.objects.filter(id__in=heads).values_list("household_id", flat=True))
    return sorted(changed | count_members(homes) | settle_living(homes))


def settle_living(home_ids: Collection[int]) -> set[int]:
    """What follows from who lives with whom is stated and counts, in these households and those at the same addresses; where it changed."""
    derived = derive_living(home_ids)
    changed = settle_heads(derived.person_ids)
    return changed | settle_homes(derived.household_ids)


def settle_heads(heads: Collection[int]) -> set[int]:
    """As `settle_persons` without the sizes, for persons who stand for nobody; returns the households whose members' facts changed."""
    people = list(Person.objects.select_for_update(of=("self",)).filter(id__in=heads).order_by("id"))
    said = _records({person.id for person in people})
    homes, happened = set[int](), list[Happened]()
    settled = [(person, settle_all(said.get(person.id, ()), clock.today())) for person in people]
    for person, found in settled:
        if found.facts != person.facts:
            homes.add(person.household_id)
            happened.append(_happened(person, found))
        _store(person, found)
    close_ended((p.id, name) for p, found in settled for name in set(p.disputed) - set(found.disputed))
    note_events(
        [change for change in happened if change.before]
    )  # before the first record there was nobody to whom it could happen
    return homes


def settle_homes(home_ids: Collection[int]) -> set[int]:
    """The households' own facts follow from what is said of them, also under the numbers of those who stand for their members; where one changed."""
    homes = Household.objects.select_for_update().filter(id__in=home_ids).order_by("id")
    return {home.id for home in homes if settle_household(home)}


def _happened(person: Person, found: Settled) -> Happened:
    records = {name: found.counts[name].record_id for name in TELLING if name in found.counts}
    return Happened(person.id, person.facts, found.facts, records)


def settle_household(home: Household) -> bool:
    """The household's facts and staleness follow from its records; its size stays. True where a fact changed. The caller holds its lock."""
    others = homes_heard([home.id])
    heard = Record.objects.filter(household_id__in=[home.id, *others]).exclude(Q(department=DERIVED) & ~Q(household_id=home.id))
    found = settle_all(stated(heard.order_by("id")), clock.today())
    facts = {**found.facts, **({"size": home.facts["size"]} if "size" in home.facts else {})}
    if facts == home.facts and list(found.stale) == home.stale:
        return False
    Household.objects.filter(id=home.id).update(facts=facts, stale=list(found.stale), changed_at=clock.now())
    changed: bool = facts != home.facts
    return changed


def close_ended(disputes: Iterable[tuple[int, str]]) -> None:
    """Nobody is asked any more about these (person, variable), on which the departments no longer differ."""
    keys = [dispute_key(person_id, variable) for person_id, variable in disputes]
    if keys:
        work_items.close_by_keys(SYSTEM, keys=keys, outcome="各部门的说法已经一致，或已核实更正")


def count_members(home_ids: Collection[int]) -> set[int]:
    """Each household's size is the number of its living members; returns those where it changed."""
    changed = set[int]()
    for home in Household.objects.select_for_update().filter(id__in=home_ids).order_by("id"):
        members = Person.objects.filter(household_id=home.id, stands_for=None).values_list("facts", flat=True)
        size = sum(member.get("alive") is not False for member in members)
        if home.facts.get("size") != size:
            Household.objects.filter(id=home.id).update(facts={**home.facts, "size": size}, changed_at=clock.now())
            changed.add(home.id)
    return changed


def _records(heads: Collection[int]) -> dict[int, list[Stated]]:
    """All that was said of each head, under its own number or another's."""
    head_of = {head: head for head in heads}
    head_of |= dict(Person.objects.filter(stands_for__in=heads).values_list("id", "stands_for_id"))
    found: dict[int, list[Stated]] = {}
    for record in Record.objects.filter(person_id__in=head_of).order_by("id"):
        head = head_of[record.person_id or 0]
        if record.person_id == head or record.department != DERIVED:  # how somebody lived as another is no word about the head
            found.setdefault(head, []).extend(stated([record]))
    return found


def _store(person: Person, found: Settled) -> None:
    facts, disputed, stale = found.facts, list(found.disputed), list(found.stale)
    if (facts, disputed, stale) == (person.facts, person.disputed, person.stale):
        return
    born = facts.get("birth_date")
    Person.objects.filter(id=person.id).update(
        facts=facts,
        disputed=disputed,
        stale=stale,
        birth_date=dt.date.fromisoformat(str(born)) if born else person.birth_date,
        sex=facts.get("sex", person.sex),
        changed_at=clock.now(),
    )
