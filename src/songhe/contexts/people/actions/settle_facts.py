"""After a batch's records are written: `facts` of every person and household it touched hold the values that count.

Where a row says nothing new, or nobody else (no other department, correction or later statement) speaks of what is new, its values
simply count (what is only derived gives way to any word): one statement does them all. Everybody else goes through `settle_all`,
streamed: also who is stood for by another, whose facts follow from the records of both, and who had something disputed or past its
validity.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import connection

from songhe.contexts.people.actions.life_events import note_batch_events
from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.actions.settle_persons import close_ended
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.precedence import lasting_days
from songhe.contexts.people.queries.settle import Stated, is_valid, settle_all
from songhe.contexts.people.words import DERIVED
from songhe.foundation import clock

# `import_disputed` holds the heads of those whose outcome has to be computed.
_PEOPLE = """
DROP TABLE IF EXISTS import_disputed, import_settled;
CREATE TEMP TABLE import_disputed ON COMMIT DROP AS
SELECT p.id FROM import_change c JOIN person p ON p.id = c.person_id
CROSS JOIN LATERAL (
    SELECT array_agg(key) AS keys, array_agg(key) FILTER (WHERE p.facts -> key IS DISTINCT FROM value) AS new FROM jsonb_each(c.values)
) k
WHERE NOT c.is_new AND p.stands_for_id IS NULL AND (p.disputed && k.keys OR p.stale && k.keys OR EXISTS (
    SELECT 1 FROM department_record r WHERE r.person_id = c.person_id AND (
        r.department <> %(derived)s AND (r.note <> '' AND r.values ?| k.keys
        OR (r.department <> %(department)s OR r.stated_on > %(stated_on)s) AND r.values ?| k.new))))
UNION SELECT coalesce(p.stands_for_id, p.id) FROM import_change c JOIN person p ON p.id = c.person_id
    WHERE p.stands_for_id IS NOT NULL OR c.values ?| %(lasting_no_more)s
UNION SELECT c.person_id FROM import_change c JOIN person s ON s.stands_for_id = c.person_id;
CREATE UNIQUE INDEX ON import_disputed (id);
ANALYZE import_disputed;
"""

# One statement for what the row says and how the person is reached: each version of a row costs an entry in every index.
# A field sealed for another public id is left to `seal_again`; whose facts have to be computed keep them for now.
_WRITTEN = """
UPDATE person p SET
    facts = CASE WHEN t.settled THEN p.facts || t.values ELSE p.facts END,
    birth_date = CASE WHEN t.settled THEN coalesce((t.values ->> 'birth_date')::date, p.birth_date) ELSE p.birth_date END,
    sex = CASE WHEN t.settled THEN coalesce(t.values ->> 'sex', p.sex) ELSE p.sex END,
    id_sealed = CASE WHEN t.reached THEN coalesce(p.id_sealed, t.id_sealed) ELSE p.id_sealed END,
    id_index = CASE WHEN t.reached THEN coalesce(p.id_index, t.id_index) ELSE p.id_index END,
    phone_sealed = CASE WHEN t.reached AND t.phone_index IS NOT NULL AND NOT 'phone' = ANY (t.stale) THEN t.phone_sealed ELSE p.phone_sealed END,
    phone_index = CASE WHEN t.reached AND t.phone_index IS NOT NULL AND NOT 'phone' = ANY (t.stale) THEN t.phone_index ELSE p.phone_index END,
    bank_account_sealed = CASE
        WHEN t.reached AND t.bank_account_sealed IS NOT NULL AND NOT 'bank_account' = ANY (t.stale) THEN t.bank_account_sealed ELSE p.bank_account_sealed END,
    diagnosis_sealed = CASE
        WHEN t.reached AND t.diagnosis_sealed IS NOT NULL AND NOT 'diagnosis' = ANY (t.stale) THEN t.diagnosis_sealed ELSE p.diagnosis_sealed END,
    changed_at = %(now)s
FROM (
    SELECT c.person_id, c.values, c.stale, s.id_sealed, s.id_index, s.phone_sealed, s.phone_index, s.bank_account_sealed, s.diagnosis_sealed,
           q.stands_for_id IS NULL AND d.id IS NULL AND NOT q.facts @> c.values AS settled,
           q.public_id = s.public_id AND (
               q.id_index IS NULL AND s.id_index IS NOT NULL OR s.phone_index IS DISTINCT FROM q.phone_index AND s.phone_index IS NOT NULL
               OR s.bank_account_sealed IS NOT NULL OR s.diagnosis_sealed IS NOT NULL) AS reached
    FROM import_change c JOIN person q ON q.id = c.person_id
    LEFT JOIN import_staged_row s ON s.id = c.staged_id  -- whom a complete list does not name has no row
    LEFT JOIN import_disputed d ON d.id = c.person_id WHERE NOT c.is_new
) t WHERE p.id = t.person_id AND (t.settled OR t.reached);
"""

_ENDED = """
SELECT p.id, ended.name FROM import_settled t JOIN person p ON p.id = t.id AND p.disputed <> t.disputed,
LATERAL (SELECT unnest(p.disputed) EXCEPT SELECT unnest(t.disputed)) ended (name)
"""

_PEOPLE_DISPUTED = """
INSERT INTO import_home SELECT DISTINCT p.household_id FROM import_settled t JOIN person p ON p.id = t.id WHERE p.facts <> t.facts
ON CONFLICT (id) DO NOTHING;
UPDATE person p SET facts = t.facts, disputed = t.disputed, stale = t.stale, changed_at = %(now)s,
    birth_date = coalesce((t.facts ->> 'birth_date')::date, p.birth_date), sex = coalesce(t.facts ->> 'sex', p.sex)
FROM import_settled t WHERE p.id = t.id AND (p.facts, p.disputed, p.stale) IS DISTINCT FROM (t.facts, t.disputed, t.stale);
"""

# A household in which only those live who stand for somebody speaks for the household of whom they stand for.
_HOUSEHOLDS = """
DROP TABLE IF EXISTS import_disputed, import_settled, import_stand_in_home;
CREATE TEMP TABLE import_disputed ON COMMIT DROP AS
SELECT DISTINCT r.household_id AS id FROM department_record r WHERE r.batch_id = %(batch)s AND r.household_id IN (SELECT id FROM import_home)
UNION SELECT h.household_id FROM department_record r JOIN person s ON s.household_id = r.household_id JOIN person h ON h.id = s.stands_for_id
    WHERE r.batch_id = %(batch)s;
CREATE UNIQUE INDEX ON import_disputed (id);  -- looked up for each of the few who stand in for somebody, however many households there are
ANALYZE import_disputed;
CREATE TEMP TABLE import_stand_in_home ON COMMIT DROP AS
SELECT DISTINCT h.household_id AS home_id, s.household_id AS id
FROM import_disputed d JOIN person h ON h.household_id = d.id JOIN person s ON s.stands_for_id = h.id
WHERE s.stands_for_id IS NOT NULL AND s.household_id <> h.household_id
    AND NOT EXISTS (SELECT 1 FROM person o WHERE o.household_id = s.household_id AND o.stands_for_id IS NULL);
"""

_HOUSEHOLDS_DISPUTED = """
UPDATE household h SET facts = t.facts || jsonb_strip_nulls(jsonb_build_object('size', h.facts -> 'size')), stale = t.stale, changed_at = %(now)s
FROM import_settled t WHERE h.id = t.id;
"""

_RECORDS_OF = {
    "person": """
        SELECT m.subject, r.id, r.department, r.stated_on, r.values::text, r.batch_id IS NULL AND r.note <> '' AND r.department <> %(derived)s
        FROM (
            SELECT id AS subject, id FROM import_disputed
            UNION ALL SELECT d.id, p.id FROM import_disputed d JOIN person p ON p.stands_for_id = d.id
        ) m JOIN department_record r ON r.person_id = m.id AND (m.id = m.subject OR r.department <> %(derived)s) ORDER BY m.subject, r.id""",
    "household": """
        SELECT m.subject, r.id, r.department, r.stated_on, r.values::text, r.batch_id IS NULL AND r.note <> '' AND r.department <> %(derived)s
        FROM (SELECT id AS subject, id FROM import_disputed UNION SELECT k.home_id, k.id FROM import_stand_in_home k) m
        JOIN department_record r ON r.household_id = m.id AND (m.id = m.subject OR r.department <> %(derived)s) ORDER BY m.subject, r.id""",
}


def settle_people(batch: ImportBatch) -> None:
    """Facts, birth date, sex, disputes and staleness of every known person the batch changed; new persons have theirs from their only record.

    `import_home` gains the households of those for whom a changed record counts. What happened to them is known as events.
    """
    values = _values(batch)
    run_script(_PEOPLE + _WRITTEN, values)
    _settle_disputed("person")
    with connection.cursor() as cursor:
        cursor.execute(_ENDED)
        close_ended(cursor.fetchall())
    run_script(_PEOPLE_DISPUTED, values)
    note_batch_events(batch)


def settle_households(batch: ImportBatch) -> None:
    """Facts of every household about which the batch wrote a record; its size is left to the caller."""
    values = _values(batch)
    run_script(_HOUSEHOLDS, values)
    _settle_disputed("household")
    run_script(_HOUSEHOLDS_DISPUTED, values)


def _values(batch: ImportBatch) -> dict[str, object]:
    today = clock.today()
    return {
        "batch": batch.id, "department": batch.department, "stated_on": batch.stated_on, "now": clock.now(), "derived": DERIVED,
        "lasting_no_more": [name for name in lasting_days() if not is_valid(name, batch.stated_on, today)],
    }  # fmt: skip


def _settle_disputed(subject: str) -> None:
    """`import_settled` holds the outcome of `settle_all` for every subject in `import_disputed`; memory stays bounded."""
    on = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE import_settled (id bigint PRIMARY KEY, facts jsonb NOT NULL, disputed text[] NOT NULL, stale text[] NOT NULL) "
            "ON COMMIT DROP"
        )
        for block in _by_subject(rows_in_blocks(_RECORDS_OF[subject], {"derived": DERIVED})):
            with cursor.copy("COPY import_settled (id, facts, disputed, stale) FROM STDIN") as copy:
                for subject_id, records in block:
                    found = settle_all(records, on)
                    facts = json.dumps(found.facts, ensure_ascii=False)
                    copy.write_row((subject_id, facts, list(found.disputed), list(found.stale)))
        cursor.execute("ANALYZE import_settled")


def _by_subject(blocks: Iterator[list[tuple[Any, ...]]]) -> Iterator[list[tuple[int, list[Stated]]]]:
    """The rows grouped by subject, in blocks; a subject never falls into two."""
    held: list[tuple[Any, ...]] = []
    for rows in blocks:
        held += rows
        last = held[-1][0]
        yield _grouped([row for row in held if row[0] != last])
        held = [row for row in held if row[0] == last]
    yield _grouped(held)


def _grouped(rows: list[tuple[Any, ...]]) -> list[tuple[int, list[Stated]]]:
    return [
        (key, [Stated(row[1], row[2], row[3], json.loads(row[4]), row[5]) for row in group])
        for key, group in groupby(rows, key=lambda row: row[0])
    ]
