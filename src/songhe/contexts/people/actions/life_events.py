"""What happened to people, read from what counts before and after: death and its withdrawal, moves within, out of and into the city.

An event is written in the transaction that changes the facts, under the person's lock, so it becomes known once; `LifeEventsKnown` tells
the rest of the house. The day is the one a department stated, never the day of its file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.events import LifeEventsKnown
from songhe.contexts.people.models import ImportBatch, LifeEvent
from songhe.contexts.people.words import LifeEventKind
from songhe.foundation import clock, outbox

TELLING = ("alive", "registered_here", "resident_here")  # facts whose change is an event

Change = tuple[Mapping[str, object], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Happened:
    """A change of one person. `records` are the records that now count, by variable or "area_path"."""

    person_id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    records: Mapping[str, int]


_BEFORE = """
DROP TABLE IF EXISTS import_before;
CREATE TEMP TABLE import_before ON COMMIT DROP AS
SELECT DISTINCT ON (h.id) h.id, c.person_id, h.area_path, people_pick(h.facts, %(telling)s) AS facts
FROM import_change c JOIN person p ON p.id = c.person_id JOIN person h ON h.id = coalesce(p.stands_for_id, p.id)
WHERE (NOT c.is_new OR p.stands_for_id IS NOT NULL) AND (c.values ?| %(telling)s OR c.identity ?| ARRAY['area_code', 'household_no', 'death_date'])
ORDER BY h.id, c.values ?| %(telling)s DESC, c.staged_id;
"""

_CHANGED = """
SELECT p.id, b.facts, people_pick(p.facts, %(telling)s), b.area_path, p.area_path, r.id
FROM import_before b JOIN person p ON p.id = b.id
JOIN department_record r ON r.person_id = b.person_id AND r.batch_id = %(batch)s
WHERE b.area_path <> p.area_path OR b.facts <> people_pick(p.facts, %(telling)s) ORDER BY p.id
"""


def remember_before(batch: ImportBatch) -> None:
    """`import_before` holds what an event could come of, as it was before the batch's rows (`import_change`) are written to people."""
    run_script(_BEFORE, {"telling": list(TELLING)})


def note_batch_events(batch: ImportBatch) -> None:
    """What the batch's rows did to known people, by now settled, is known as events."""
    happened: list[Happened] = []
    for rows in rows_in_blocks(_CHANGED, {"telling": list(TELLING), "batch": batch.id}):
        for person_id, facts_before, facts_after, area_before, area_after, record in rows:
            before = {**json.loads(facts_before), "area_path": area_before}
            after = {**json.loads(facts_after), "area_path": area_after}
            happened.append(Happened(person_id, before, after, dict.fromkeys((*TELLING, "area_path"), record)))
    note_events(happened)


def note_events(changes: Sequence[Happened]) -> None:
    """Every event in these changes is kept and published, with the day where the record that counts states it."""
    found = [(change, kind, told) for change in changes for kind, told in _events_in(change.before, change.after)]
    if not found:
        return
    records = [change.records[min(told[1], key=str)] for change, _, told in found]
    days = _death_days([r for r, (_, kind, _) in zip(records, found, strict=True) if kind is LifeEventKind.DIED])
    now = clock.now()
    events = [
        LifeEvent(
            person_id=change.person_id, kind=kind, known_at=now, record_id=record, before=told[0], after=told[1],
            happened_on=days.get(record) if kind is LifeEventKind.DIED else None,
        )
        for (change, kind, told), record in zip(found, records, strict=True)
    ]  # fmt: skip
    kept = LifeEvent.objects.bulk_create(
        events, update_conflicts=True, unique_fields=["person", "kind", "record"], update_fields=["known_at"]
    )
    outbox.publish(LifeEventsKnown(event_ids=tuple(event.id for event in kept)))


def _events_in(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[tuple[LifeEventKind, Change]]:
    """What changed, as (kind, (before, after)); an unknown fact that becomes known moves nobody, and kills only who was not dead."""
    if before.get("alive") is not False and after.get("alive") is False:
        yield LifeEventKind.DIED, _told(before, after, ["alive"])
    elif before.get("alive") is False and after.get("alive") is True:
        yield LifeEventKind.DEATH_WITHDRAWN, _told(before, after, ["alive"])
    for kind, here in ((LifeEventKind.MOVED_OUT, False), (LifeEventKind.MOVED_IN, True)):
        names = [n for n in ("registered_here", "resident_here") if before.get(n) is (not here) and after.get(n) is here]
        if names:
            yield kind, _told(before, after, names)
    if "area_path" in before and before["area_path"] != after.get("area_path"):
        yield LifeEventKind.MOVED_WITHIN, _told(before, after, ["area_path"])


def _told(before: Mapping[str, object], after: Mapping[str, object], names: Sequence[str]) -> Change:
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names}


def _death_days(record_ids: Sequence[int]) -> dict[int, dt.date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, (identity ->> 'death_date')::date FROM department_record WHERE id = ANY (%s) AND identity ? 'death_date'",
            [list(record_ids)],
        )
        return dict(cursor.fetchall())
