"""Writes what the matched rows of a batch say: households, persons, records. Set-based, over `import_match`.

Leaves two temporary tables until the transaction ends: `import_change` (one row a person to be written: staged_id, person_id, is_new,
into_id: the person whom a new one stands for from the beginning;
values and identity: what is new in the row;
stale: identity fields that somebody stated later) and `import_home` (households that may have changed).

Whoever stands for another has a household of their own, so that nothing of theirs is mixed up with it and the link can be undone.
"""

from __future__ import annotations

from django.db import connection

from songhe.contexts.people.actions.declare_complete import add_absent
from songhe.contexts.people.actions.derive_living import derive_living_of_batch
from songhe.contexts.people.actions.life_events import remember_before
from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.actions.settle_facts import settle_households
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import LinkOrigin
from songhe.foundation import clock

_CHANGES = """
CREATE TEMP TABLE import_change ON COMMIT DROP AS
SELECT m.staged_id, m.verdict = 'new' OR m.links AS is_new, CASE WHEN m.links THEN m.person_id END AS into_id,
       s.household_key AS home_key, '{}'::text[] AS stale,
       CASE WHEN m.verdict = 'new' OR m.links THEN nextval(pg_get_serial_sequence('person', 'id')) ELSE coalesce(m.source_id, m.person_id) END AS person_id,
       CASE WHEN m.verdict = 'new' THEN jsonb_build_object('birth_date', s.birth_date, 'sex', s.sex) || s.values
            WHEN m.links OR ARRAY(SELECT jsonb_object_keys(s.values)) <@ m.changes THEN s.values ELSE people_pick(s.values, m.changes) END AS values,
       CASE WHEN m.verdict = 'new' OR m.links OR ARRAY(SELECT jsonb_object_keys(s.identity)) <@ m.changes
            THEN s.identity ELSE people_pick(s.identity, m.changes) END AS identity
FROM import_match m JOIN import_staged_row s ON s.id = m.staged_id WHERE m.verdict IN ('new', 'update');

UPDATE import_change c SET stale = t.fields FROM (
    SELECT c.staged_id, array_agg(DISTINCT k.field) AS fields
    FROM import_change c JOIN department_record r ON r.person_id = c.person_id AND r.stated_on > %(stated_on)s, jsonb_object_keys(r.identity) k (field)
    WHERE NOT c.is_new AND (r.department = %(department)s OR k.field IN ('phone', 'address', 'bank_account', 'diagnosis'))
    GROUP BY c.staged_id
) t WHERE t.staged_id = c.staged_id;

UPDATE import_change c SET home_key = 'P' || left(encode(s.id_index, 'hex'), 24)
FROM import_staged_row s WHERE s.id = c.staged_id AND c.is_new AND c.into_id IS NULL
  AND (c.home_key IS NULL OR NOT (%(keeps)s OR EXISTS (SELECT 1 FROM household h WHERE h.key = c.home_key)));

UPDATE import_change c SET home_key = 'S' || replace(s.public_id::text, '-', '')
FROM import_staged_row s WHERE s.id = c.staged_id AND c.into_id IS NOT NULL;

CREATE UNIQUE INDEX ON import_change (staged_id);
CREATE INDEX ON import_change (person_id);
ANALYZE import_change;
"""

_HOUSEHOLDS = """
INSERT INTO household (public_id, key, area_id, area_path, address_sealed, address_digest, facts, changed_at)
SELECT DISTINCT ON (c.home_key) gen_random_uuid(), c.home_key, coalesce(s.area_id, i.area_id), coalesce(s.area_path, i.area_path),
       CASE WHEN c.home_key = s.household_key THEN s.address_sealed END,
       CASE WHEN c.home_key = s.household_key THEN coalesce(s.identity ->> 'address', '') ELSE '' END, '{}', %(now)s
FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id LEFT JOIN person i ON i.id = c.into_id
WHERE (c.is_new OR %(keeps)s) AND c.home_key IS NOT NULL AND coalesce(s.area_id, i.area_id) IS NOT NULL
ORDER BY c.home_key, s.address_sealed IS NULL, s.id
ON CONFLICT (key) DO NOTHING;
"""

_HOMES_BEFORE = """
CREATE TEMP TABLE import_home ON COMMIT DROP AS
SELECT DISTINCT p.household_id AS id FROM import_change c JOIN person p ON p.id = c.person_id;
"""

_NEW = """
INSERT INTO person (id, public_id, household_id, area_id, area_path, name, pinyin, initials, birth_date, sex, id_kind, id_sealed, id_index,
    phone_sealed, phone_index, bank_account_sealed, diagnosis_sealed, relation, facts, stands_for_id, demo, changed_at)
SELECT c.person_id, s.public_id, h.id, coalesce(s.area_id, h.area_id), coalesce(s.area_path, h.area_path), s.name, s.pinyin, s.initials, s.birth_date, s.sex,
    'resident', s.id_sealed, s.id_index, s.phone_sealed, s.phone_index, s.bank_account_sealed, s.diagnosis_sealed, s.relation, c.values,
    c.into_id, s.demo, %(now)s
FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id JOIN household h ON h.key = c.home_key
WHERE c.is_new ORDER BY s.id;
"""

# Who counts as somebody known, with what was compared; nobody was overwritten, and the link can be undone.
_LINKS = """
INSERT INTO person_link (person_id, into_id, origin, probability, evidence, reason, linked_by, linked_at, undone_reason)
SELECT c.person_id, c.into_id, %(origin)s, l.probability, l.evidence, %(reason)s, %(actor)s, %(now)s, ''
FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id
JOIN import_staged_link l ON l.batch_id = s.batch_id AND l.sheet = s.sheet AND l.row = s.row AND l.kind = 'link' AND l.other_id = c.into_id
ORDER BY c.staged_id;
"""

# A record holds what is new: repeating an old statement does not make it younger.
_RECORDS = """
INSERT INTO department_record (person_id, department, stated_on, received_at, batch_id, actor_id, values, identity, note)
SELECT c.person_id, %(department)s, %(stated_on)s, %(now)s, %(batch)s, %(actor)s, c.values, c.identity, ''
FROM import_change c WHERE c.values <> '{}' OR c.identity <> '{}' ORDER BY c.staged_id;
"""

# Which household and community somebody belongs to is said by the department that keeps identity.
_MOVES = """
UPDATE person p SET name = s.name, pinyin = s.pinyin, initials = s.initials, relation = s.relation, area_id = s.area_id, area_path = s.area_path,
    household_id = h.id, changed_at = %(now)s
FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id JOIN household h ON h.key = s.household_key
WHERE p.id = c.person_id AND NOT c.is_new AND s.area_id IS NOT NULL AND NOT c.stale && ARRAY['name', 'relation', 'household_no', 'area_code']
  AND (p.name, p.relation, p.area_id, p.household_id) IS DISTINCT FROM (s.name, s.relation, s.area_id, h.id);

UPDATE household h SET area_id = t.area_id, area_path = t.area_path, address_sealed = coalesce(t.address_sealed, h.address_sealed),
    address_digest = CASE WHEN t.address_sealed IS NULL THEN h.address_digest ELSE t.address_digest END, changed_at = %(now)s
FROM (
    SELECT DISTINCT ON (s.household_key) s.household_key, s.area_id, s.area_path, coalesce(s.identity ->> 'address', '') AS address_digest,
           CASE WHEN NOT 'address' = ANY (c.stale) THEN s.address_sealed END AS address_sealed
    FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id
    WHERE NOT c.is_new AND s.area_id IS NOT NULL AND NOT c.stale && ARRAY['name', 'relation', 'household_no', 'area_code']
    ORDER BY s.household_key, s.address_sealed IS NULL, s.id
) t WHERE h.key = t.household_key AND (h.area_id <> t.area_id OR t.address_sealed IS NOT NULL);
"""

_HOMES_AFTER = """
INSERT INTO import_home (SELECT p.household_id FROM import_change c JOIN person p ON p.id = c.person_id
    UNION SELECT i.household_id FROM import_change c JOIN person p ON p.id = c.person_id JOIN person i ON i.id = p.stands_for_id)
EXCEPT SELECT id FROM import_home;

CREATE UNIQUE INDEX ON import_home (id);
ANALYZE import_home;
"""

_HOUSEHOLD_RECORDS = """
INSERT INTO department_record (household_id, department, stated_on, received_at, batch_id, actor_id, values, identity, note)
SELECT p.household_id, %(department)s, %(stated_on)s, %(now)s, %(batch)s, %(actor)s, people_merge(s.household_values ORDER BY s.id), '{}', ''
FROM import_change c JOIN import_staged_row s ON s.id = c.staged_id JOIN person p ON p.id = c.person_id
WHERE s.household_values <> '{}' GROUP BY p.household_id
HAVING NOT coalesce((
    SELECT people_merge(r.values ORDER BY r.stated_on, r.id) FROM department_record r
    WHERE r.household_id = p.household_id AND r.department = %(department)s AND r.stated_on <= %(stated_on)s
) @> people_merge(s.household_values ORDER BY s.id), FALSE);
"""

# The number of living members follows from who belongs to the household; nobody states it.
_SIZE = """
UPDATE household h SET facts = h.facts || jsonb_build_object('size', t.size), changed_at = %(now)s
FROM (
    SELECT i.id, count(p.id) FILTER (WHERE p.facts -> 'alive' IS DISTINCT FROM 'false'::jsonb) AS size
    FROM import_home i LEFT JOIN person p ON p.household_id = i.id AND p.stands_for_id IS NULL GROUP BY i.id
) t WHERE h.id = t.id AND h.facts -> 'size' IS DISTINCT FROM to_jsonb(t.size);
"""


# Who stands for another has nothing of their own to be decided again.
_CHANGED_HOMES = """
SELECT h.id FROM (
    SELECT id FROM import_home UNION SELECT coalesce(n.household_id, p.household_id) FROM living_new n LEFT JOIN person p ON p.id = n.person_id
) h WHERE NOT EXISTS (SELECT 1 FROM person s WHERE s.household_id = h.id)
      OR EXISTS (SELECT 1 FROM person s WHERE s.household_id = h.id AND s.stands_for_id IS NULL) ORDER BY h.id
"""


# A batch that fills tables anew is planned for by their sizes, not by those of empty tables: the server itself looks at them a minute later.
# Only for a batch that is let in, which nobody else does meanwhile: the statement holds its table until the transaction ends.
_CHECKED = "ANALYZE import_staged_link (batch_id, kind, sheet, row);\n"
_FILLED = """
ANALYZE person (id, public_id, household_id, area_id, name, pinyin, birth_date, id_index, phone_index, stands_for_id);
ANALYZE household (id, key, area_id, address_digest);
ANALYZE department_record (person_id, household_id, department, stated_on, batch_id, note);
"""
_MANY = 2_000


def _values(batch: ImportBatch, actor_id: int) -> dict[str, object]:
    keeps = layout_of(batch.department).keeps_identity
    return {
        "batch": batch.id, "department": batch.department, "stated_on": batch.stated_on, "actor": actor_id, "now": clock.now(), "keeps": keeps,
    }  # fmt: skip


def write_people(
    batch: ImportBatch, actor_id: int, *, origin: LinkOrigin = LinkOrigin.IMPORT, reason: str = "", whole: bool = False
) -> None:
    """New persons with their households are there, known ones have moved where the file says so, and every row is a record.

    `whole`: where the batch is a complete list, whoever it does not name has the department's record of that too.

    New persons who stand for a known one are linked to them, with the origin and reason.
    """
    values = _values(batch, actor_id) | {"origin": origin.value, "reason": reason}
    moves = _MOVES if values["keeps"] else ""
    run_script("DROP TABLE IF EXISTS import_change, import_home", values)
    run_script(_CHANGES, values)
    if whole:
        add_absent(batch)
    many = _changes() >= _MANY
    run_script(
        (_CHECKED if many else "") + _HOUSEHOLDS + _HOMES_BEFORE + _NEW + _LINKS + _RECORDS + (_FILLED if many else ""), values
    )
    remember_before(batch)
    run_script(moves + _HOMES_AFTER, values)


def _changes() -> int:
    """How many persons the batch writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_change")
        return int(cursor.fetchone()[0])


def write_households(batch: ImportBatch, actor_id: int) -> list[int]:
    """Household facts and sizes are settled; the ids of all households with a changed member or fact, in order."""
    values = _values(batch, actor_id)
    run_script(_HOUSEHOLD_RECORDS, values)
    settle_households(batch)
    run_script(_SIZE, values)
    derive_living_of_batch()
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED_HOMES)
        return [row[0] for row in cursor.fetchall()]
