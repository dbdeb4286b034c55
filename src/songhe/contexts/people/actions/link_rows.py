"""Whom the rows mean that no ID number decides: the same row as before, the same person by name, birth date and place, or the linkage model.

Works on `import_match` (see `match_rows`) and leaves two temporary tables: `import_pair` (staged_id, head_id, kind, probability,
evidence: the known people whom a row means or may mean) and `import_kept` (rows that a department had sent before).
Sensitive values are opened in memory only, for the rows in question and the people whom they could mean.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
from django.db import connection

from songhe.basics.identifiers import check_character
from songhe.contexts.people.actions.compare_records import Side, city_gazetteer, columns_of, digits_of, people_table
from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.linkage import linkage
from songhe.engines.matching import LinkSettings, link
from songhe.foundation.encryption import blind_index_many

ANY = 0.0001  # for rows that a human has to decide anyway: every pair is worth its evidence
_WHOLE = 17

# The same department wrote exactly the same identity before, in whatever way it says how somebody is reached.
_KEPT = """
CREATE TEMP TABLE import_kept ON COMMIT DROP AS
SELECT m.staged_id, min(q.id) AS person_id, min(coalesce(q.stands_for_id, q.id)) AS head_id
FROM import_match m
JOIN import_staged_row s ON s.id = m.staged_id
JOIN person q ON q.name = s.name AND (q.birth_date = s.birth_date OR q.birth_date IS NULL AND s.birth_date IS NULL) AND q.id_index IS NULL
WHERE m.person_id IS NULL AND s.id_index IS NULL AND EXISTS (
    SELECT 1 FROM department_record r WHERE r.person_id = q.id AND r.department = %(department)s
      AND r.identity - %(reached)s::text[] = s.identity - %(reached)s::text[])
GROUP BY m.staged_id HAVING count(DISTINCT coalesce(q.stands_for_id, q.id)) = 1;

UPDATE import_match m SET person_id = k.head_id, source_id = nullif(k.person_id, k.head_id), subject = 'p' || k.head_id
FROM import_kept k WHERE k.staged_id = m.staged_id;
"""

# Everybody of the same name and birth date in the same community or household, however a department wrote them.
_LIKELY = """
CREATE TEMP TABLE import_pair (
    staged_id bigint NOT NULL, head_id bigint NOT NULL, kind text NOT NULL, probability double precision, evidence jsonb NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE import_likely ON COMMIT DROP AS
SELECT m.staged_id, coalesce(p.stands_for_id, p.id) AS head_id, s.id_index IS NOT NULL AS has_number, s.id_sealed IS NOT NULL AS wrote_number,
       bool_or(head.id_index IS NOT NULL) AS numbered, bool_or(p.area_id = s.area_id) AS same_area, bool_or(h.key = s.household_key) AS same_home,
       CASE WHEN s.phone_index IS NULL OR bool_and(p.phone_index IS NULL) THEN 'missing'
            WHEN bool_or(p.phone_index = s.phone_index) THEN 'exact' ELSE 'differs' END AS phone
FROM import_match m
JOIN import_staged_row s ON s.id = m.staged_id
JOIN person p ON p.birth_date = s.birth_date AND p.name = s.name
JOIN person head ON head.id = coalesce(p.stands_for_id, p.id)
LEFT JOIN household h ON h.id = p.household_id AND h.key = s.household_key
WHERE m.person_id IS NULL AND (p.area_id = s.area_id OR h.id IS NOT NULL)
GROUP BY m.staged_id, coalesce(p.stands_for_id, p.id), s.id_index, s.id_sealed, s.phone_index;

INSERT INTO import_pair
SELECT l.staged_id, l.head_id, CASE WHEN n.people = 1 AND NOT (l.has_number AND l.numbered) THEN 'link' ELSE 'review' END, NULL,
       jsonb_build_object('name', jsonb_build_object('agreement', 'exact'), 'birth_date', jsonb_build_object('agreement', 'exact'),
           'home', jsonb_build_object('agreement', CASE WHEN l.same_home THEN 'exact' ELSE 'near' END),
           'phone', jsonb_build_object('agreement', l.phone),
           'id_number', jsonb_build_object('agreement', CASE WHEN l.has_number AND l.numbered THEN 'differs' ELSE 'missing' END))
FROM import_likely l JOIN (SELECT staged_id, count(*) AS people FROM import_likely GROUP BY staged_id) n ON n.staged_id = l.staged_id
WHERE l.has_number OR NOT l.wrote_number;

UPDATE import_match m SET person_id = t.head_id, links = TRUE, subject = 'p' || t.head_id
FROM import_pair t WHERE t.staged_id = m.staged_id AND t.kind = 'link';

UPDATE import_match m SET verdict = 'conflict',
    problems = m.problems || jsonb_build_array(CASE WHEN l.has_number THEN %(other_number)s::jsonb ELSE %(ambiguous)s::jsonb END)
FROM import_likely l JOIN import_pair t ON t.staged_id = l.staged_id AND t.head_id = l.head_id AND t.kind = 'review' WHERE l.staged_id = m.staged_id;
"""

_ASKED = """
CREATE TEMP TABLE import_ask (
    staged_id bigint PRIMARY KEY, name text, pinyin text, born date, area_path text COLLATE "C", phone_index bytea, household_key text, guess bytea
) ON COMMIT DROP;
"""

# Those whom a row could mean at all; the engine weighs them.
_BLOCKS = """
ANALYZE import_ask;
CREATE TEMP TABLE import_block ON COMMIT DROP AS
SELECT a.staged_id, p.id AS person_id FROM import_ask a JOIN person p ON p.birth_date = a.born AND (p.pinyin = a.pinyin OR p.area_path = a.area_path)
UNION SELECT a.staged_id, p.id FROM import_ask a JOIN person p ON p.pinyin = a.pinyin AND p.area_path = a.area_path
UNION SELECT a.staged_id, p.id FROM import_ask a JOIN person p ON p.phone_index = a.phone_index
UNION SELECT a.staged_id, p.id FROM import_ask a JOIN person p ON p.id_index = a.guess
UNION SELECT a.staged_id, p.id FROM import_ask a JOIN household h ON h.key = a.household_key JOIN person p ON p.household_id = h.id
    AND (p.pinyin = a.pinyin OR p.birth_date = a.born);
ANALYZE import_block;
"""

_ROWS = """
SELECT s.id, s.name, s.birth_date, s.sex, encode(s.phone_index, 'hex'), s.address_sealed, coalesce(s.household_key, s.public_id::text),
       s.household_key, s.area_path, s.public_id::text, s.id_sealed, s.id_index IS NOT NULL, s.pinyin, s.phone_index
FROM import_match m JOIN import_staged_row s ON s.id = m.staged_id
WHERE m.verdict = 'conflict' OR m.verdict = '' AND m.person_id IS NULL AND s.id_index IS NULL ORDER BY s.id
"""

_KNOWN = """
WITH known AS (SELECT DISTINCT person_id FROM import_block), names AS (
    SELECT n.name, count(*) AS people FROM (SELECT DISTINCT p.name FROM known k JOIN person p ON p.id = k.person_id) n JOIN person q ON q.name = n.name
    GROUP BY n.name), sounds AS (
    SELECT n.pinyin, count(*) AS people FROM (SELECT DISTINCT p.pinyin FROM known k JOIN person p ON p.id = k.person_id) n
    JOIN person q ON q.pinyin = n.pinyin GROUP BY n.pinyin)
SELECT p.id, p.name, p.birth_date, p.sex, encode(p.phone_index, 'hex'), h.address_sealed, h.key, h.key, p.area_path, p.public_id::text,
       CASE WHEN EXISTS (SELECT 1 FROM import_block b WHERE b.person_id = p.id AND b.staged_id = ANY (%(digits)s)) THEN p.id_sealed END,
       p.id_index IS NOT NULL, n.people, o.people
FROM known k JOIN person p ON p.id = k.person_id JOIN household h ON h.id = p.household_id
LEFT JOIN names n ON n.name = p.name LEFT JOIN sounds o ON o.pinyin = p.pinyin
ORDER BY p.id
"""

# A row means a head as surely as its likeliest record says.
_WEIGHED = """
ANALYZE import_weighed;
CREATE TEMP TABLE import_weighed_heads ON COMMIT DROP AS
SELECT DISTINCT ON (w.staged_id, head_id) w.staged_id, coalesce(p.stands_for_id, p.id) AS head_id, w.probability, w.evidence
FROM import_weighed w JOIN person p ON p.id = w.person_id ORDER BY w.staged_id, head_id, w.probability DESC, w.person_id;

UPDATE import_pair t SET probability = w.probability, evidence = w.evidence
FROM import_weighed_heads w WHERE w.staged_id = t.staged_id AND w.head_id = t.head_id;

INSERT INTO import_pair
SELECT w.staged_id, w.head_id, CASE WHEN w.probability >= %(link_at)s AND sure.heads = 1 THEN 'link' ELSE 'review' END, w.probability, w.evidence
FROM import_weighed_heads w JOIN import_match m ON m.staged_id = w.staged_id
JOIN (SELECT staged_id, count(*) FILTER (WHERE probability >= %(link_at)s) AS heads FROM import_weighed_heads GROUP BY staged_id) sure
    ON sure.staged_id = w.staged_id
WHERE m.verdict = '' AND w.probability >= %(review_at)s AND (sure.heads <> 1 OR w.probability >= %(link_at)s);

UPDATE import_match m SET person_id = t.head_id, links = TRUE, subject = 'p' || t.head_id FROM import_pair t
WHERE t.staged_id = m.staged_id AND t.kind = 'link' AND m.person_id IS NULL AND m.verdict = '';

UPDATE import_match m SET verdict = 'conflict', problems = m.problems || jsonb_build_array(%(maybe)s::jsonb)
WHERE m.verdict = '' AND m.person_id IS NULL AND EXISTS (SELECT 1 FROM import_pair t WHERE t.staged_id = m.staged_id);
"""

# Nobody learns that somebody lives elsewhere: whom the sender may not see is no question of theirs.
_WITHIN = """
CREATE TEMP TABLE import_beyond ON COMMIT DROP AS
SELECT t.staged_id, t.head_id FROM import_pair t JOIN person p ON p.id = t.head_id WHERE t.kind = 'review' AND NOT p.area_path LIKE ANY (%(areas)s);
DELETE FROM import_pair t USING import_beyond b WHERE b.staged_id = t.staged_id AND b.head_id = t.head_id;
UPDATE import_match m SET verdict = 'rejected', problems = jsonb_build_array(%(outside)s::jsonb), person_id = NULL
FROM import_beyond b WHERE b.staged_id = m.staged_id AND m.verdict = 'conflict'
  AND NOT EXISTS (SELECT 1 FROM import_pair t WHERE t.staged_id = m.staged_id);
"""

# A human begins with the likeliest.
_FIRST = """
UPDATE import_match m SET person_id = t.head_id FROM (
    SELECT DISTINCT ON (staged_id) staged_id, head_id FROM import_pair WHERE kind = 'review' ORDER BY staged_id, probability DESC NULLS LAST, head_id
) t WHERE t.staged_id = m.staged_id AND m.verdict = 'conflict';
"""

_STORED = """
DELETE FROM import_staged_link WHERE batch_id = %(batch)s;
INSERT INTO import_staged_link (batch_id, sheet, row, kind, person_id, other_id, probability, evidence)
SELECT s.batch_id, s.sheet, s.row, t.kind, NULL, t.head_id, t.probability, t.evidence
FROM import_pair t JOIN import_match m ON m.staged_id = t.staged_id JOIN import_staged_row s ON s.id = t.staged_id
WHERE t.kind = 'link' AND m.links AND m.verdict = 'update' OR t.kind = 'review' AND m.verdict = 'conflict'
UNION ALL
SELECT s.batch_id, s.sheet, s.row, 'kept', m.source_id, m.person_id, NULL, '{}'
FROM import_match m JOIN import_staged_row s ON s.id = m.staged_id WHERE m.source_id IS NOT NULL AND m.verdict = 'update';
"""

_DROP = "DROP TABLE IF EXISTS import_kept, import_pair, import_likely, import_ask, import_block, import_weighed, import_weighed_heads, import_beyond;\n"


def link_rows(values: Mapping[str, object], *, anywhere: bool) -> None:
    """Rows without a valid number have their person (`links` where it is new to them), or are a conflict, or are left as they were.

    `values` as `match_rows` has them; `anywhere` where the sender sends for the whole city.
    """
    told = {**values, "reached": ["phone", "address", "bank_account", "diagnosis", "relation"]}
    run_script(_DROP + _KEPT + _LIKELY, told)
    _weigh(told)
    run_script(("" if anywhere else _WITHIN) + _FIRST, told)


def keep_links(batch_id: int) -> None:
    """What was found out about the rows is kept until the batch is let in; in the transaction that found it out."""
    run_script(_STORED, {"batch": batch_id})


def _weigh(values: Mapping[str, object]) -> None:
    rows = [Side(*row) for block in rows_in_blocks(_ROWS, {}) for row in block]
    if not rows:
        return
    run_script(_ASKED, {})
    digits = {row.id: written for row in rows if (written := digits_of(row)) is not None}
    _ask(rows, digits)
    run_script(_BLOCKS, {})
    known = [Side(*row) for block in rows_in_blocks(_KNOWN, {"digits": list(digits)}) for row in block]
    names = city_gazetteer()
    people = people_table(known, names)
    limits, count = linkage(), Person.objects.filter(stands_for=None).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT staged_id FROM import_pair WHERE kind = 'review'")
        asked = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "CREATE TEMP TABLE import_weighed (staged_id bigint, person_id bigint, probability double precision, evidence jsonb) ON COMMIT DROP"
        )
        with cursor.copy("COPY import_weighed FROM STDIN") as copy:
            for chosen, least in ((False, limits.review_at), (True, ANY)):
                part = [row for row in rows if (row.id in asked) is chosen]
                settings = LinkSettings(limits.link_at, least, people=count)
                found = link(pa.table(columns_of(part, digits, names)), people, settings=settings)
                for pair in zip(
                    *(found.column(name).to_pylist() for name in ("row_id", "known_id", "probability", "evidence")), strict=True
                ):
                    copy.write_row(pair)
    run_script(_WEIGHED, {**values, "link_at": limits.link_at, "review_at": limits.review_at})


def _ask(rows: list[Side], digits: Mapping[int, str]) -> None:
    """`import_ask` holds what the rows are looked up by; a whole number that was written wrongly at its end is looked up as it should be."""
    guesses = [d + check_character(d) if (d := digits.get(row.id, "")) and len(d) == _WHOLE else None for row in rows]
    indexes = blind_index_many(guesses, kind="id_number")
    with connection.cursor() as cursor, cursor.copy("COPY import_ask FROM STDIN") as copy:
        for row, guess in zip(rows, indexes, strict=True):
            born = row.born or _born(digits.get(row.id, ""))
            copy.write_row((row.id, row.name, row.first, born, row.area_path, row.second, row.household_no, guess))


def _born(digits: str) -> dt.date | None:
    """The birth date in a damaged number, where there is one."""
    day = digits[6:14]
    try:
        return dt.date(int(day[:4]), int(day[4:6]), int(day[6:])) if len(day) == 8 else None
    except ValueError:
        return None
