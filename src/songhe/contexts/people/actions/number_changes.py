"""ID numbers change: a row of the department that keeps identity names the former number, and the person it belonged to has the new one.

Works on `import_match` (see `match_rows`) and leaves the temporary table `import_number`: one line for each row that names a former number,
with whom either number belongs to and `kind`:
  change (the person gets the new number), late (a later change is known already: the number is remembered as a former one),
  done (nothing to do), unknown (the former number is nobody's), two (the numbers are two persons': a human decides),
  not_yours (the department does not keep identity), stranger (the former number's person has another name and another birth date),
  muddled (the file uses one number in two ways).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection

from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.actions.seal_again import moved
from songhe.contexts.people.events import LifeEventsKnown
from songhe.contexts.people.models import ImportBatch, LifeEvent
from songhe.contexts.people.queries.layouts import layout_of
from songhe.contexts.people.words import LifeEventKind, seal_context
from songhe.foundation import clock, outbox

_DIGEST = 32  # digits of a blind index that a record or an event holds

_OWNER = """
    SELECT p.id, coalesce(p.stands_for_id, p.id) AS head_id, p.id_index, p.pinyin, p.birth_date FROM person p WHERE p.id_index = {number}
    UNION ALL SELECT p.id, coalesce(p.stands_for_id, p.id), p.id_index, p.pinyin, p.birth_date
    FROM former_number f JOIN person p ON p.id = f.person_id WHERE f.id_index = {number} LIMIT 1
"""

_READ = """
DROP TABLE IF EXISTS import_number, import_muddled;
CREATE TEMP TABLE import_number ON COMMIT DROP AS
SELECT s.id AS staged_id, n.id AS new_id, n.head_id AS new_head, o.id AS old_id, o.head_id AS old_head, CASE
    WHEN EXISTS (SELECT 1 FROM import_staged_row t WHERE t.batch_id = s.batch_id AND NOT t.rejected AND t.id <> s.id AND (
        t.id_index = s.former_index OR t.former_index = s.former_index AND t.id_index <> s.id_index)) THEN 'muddled'
    WHEN o.id IS NULL THEN 'unknown'
    WHEN n.head_id <> o.head_id THEN CASE WHEN %(keeps)s THEN 'two' ELSE 'not_yours' END
    WHEN n.id <> o.id OR n.id_index = s.id_index OR n.id IS NOT NULL AND o.id_index <> s.former_index THEN 'done'
    WHEN NOT %(keeps)s THEN 'not_yours'
    WHEN o.pinyin <> s.pinyin AND o.birth_date <> s.birth_date THEN 'stranger'
    WHEN EXISTS (SELECT 1 FROM former_number f WHERE f.person_id = o.id AND f.stated_on > %(stated_on)s) THEN 'late'
    ELSE 'change' END AS kind
FROM import_staged_row s
LEFT JOIN LATERAL (OWNER_OF_NEW) n ON TRUE
LEFT JOIN LATERAL (OWNER_OF_OLD) o ON TRUE
WHERE s.batch_id = %(batch)s AND s.former_index IS NOT NULL AND s.id_index IS NOT NULL AND NOT s.rejected;
""".replace("OWNER_OF_NEW", _OWNER.format(number="s.id_index")).replace("OWNER_OF_OLD", _OWNER.format(number="s.former_index"))

# Whoever still writes a former number means the same person.
_MEANT = """
UPDATE import_match m SET person_id = coalesce(p.stands_for_id, p.id), source_id = CASE WHEN p.stands_for_id IS NOT NULL THEN p.id END,
    by_number = TRUE, subject = 'p' || coalesce(p.stands_for_id, p.id), problems = m.problems || jsonb_build_array(%(old_number)s::jsonb)
FROM import_staged_row s JOIN former_number f ON f.id_index = s.id_index JOIN person p ON p.id = f.person_id
WHERE s.id = m.staged_id AND s.batch_id = %(batch)s AND m.person_id IS NULL;

UPDATE import_match m SET person_id = k.old_head, source_id = nullif(k.old_id, k.old_head), by_number = TRUE,
    subject = 'p' || k.old_head
FROM import_number k WHERE k.staged_id = m.staged_id AND k.kind IN ('change', 'late', 'not_yours', 'stranger', 'muddled')
  AND k.old_head IS NOT NULL AND m.person_id IS NULL;
"""

_JUDGED = """
UPDATE import_match m SET verdict = 'conflict', problems = m.problems || jsonb_build_array(CASE k.kind
    WHEN 'two' THEN %(two)s::jsonb WHEN 'not_yours' THEN %(not_yours)s::jsonb ELSE %(stranger)s::jsonb END)
FROM import_number k WHERE k.staged_id = m.staged_id AND k.kind IN ('two', 'not_yours', 'stranger') AND m.verdict = '';

CREATE TEMP TABLE import_muddled ON COMMIT DROP AS
SELECT k.staged_id FROM import_number k WHERE k.kind = 'muddled'
UNION SELECT t.id FROM import_number k JOIN import_staged_row s ON s.id = k.staged_id
    JOIN import_staged_row t ON t.batch_id = %(batch)s AND t.id_index = s.former_index AND NOT t.rejected WHERE k.kind = 'muddled';
UPDATE import_match m SET verdict = 'conflict', problems = m.problems || jsonb_build_array(%(muddled)s::jsonb)
FROM import_muddled k WHERE k.staged_id = m.staged_id AND m.verdict <> 'rejected';
DELETE FROM import_pair t USING import_muddled k WHERE k.staged_id = t.staged_id;

UPDATE import_match m SET problems = m.problems || jsonb_build_array(CASE k.kind
    WHEN 'unknown' THEN %(unknown)s::jsonb WHEN 'late' THEN %(late)s::jsonb ELSE %(change)s::jsonb END)
FROM import_number k WHERE k.staged_id = m.staged_id AND k.kind IN ('unknown', 'late', 'change') AND m.verdict = '';
"""

# Nobody learns that somebody lives elsewhere, through a former number neither.
_ELSEWHERE = """
UPDATE import_match m SET verdict = 'rejected', problems = jsonb_build_array(%(outside)s::jsonb), person_id = NULL
FROM import_number k JOIN person p ON p.id = k.old_head WHERE k.staged_id = m.staged_id AND NOT p.area_path LIKE ANY (%(areas)s);
"""

_UPDATES = """
UPDATE import_match m SET verdict = 'update', changes = ARRAY(SELECT DISTINCT unnest(m.changes || ARRAY['former_id_number', 'id_number']) ORDER BY 1)
FROM import_number k WHERE k.staged_id = m.staged_id AND k.kind = 'change' AND m.verdict IN ('update', 'unchanged')
  AND NOT EXISTS (SELECT 1 FROM import_twice t WHERE t.subject = m.subject AND t.first_id <> m.staged_id);
"""

_QUESTIONS = """
INSERT INTO import_staged_link (batch_id, sheet, row, kind, person_id, other_id, probability, evidence)
SELECT s.batch_id, s.sheet, s.row, 'two', k.old_head, k.new_head, NULL, jsonb_build_object(
    'name', jsonb_build_object('agreement', CASE WHEN o.name = n.name THEN 'exact' WHEN o.pinyin = n.pinyin THEN 'sound' ELSE 'differs' END),
    'birth_date', jsonb_build_object('agreement', CASE WHEN o.birth_date = n.birth_date THEN 'exact' ELSE 'differs' END),
    'id_number', jsonb_build_object('agreement', 'differs'))
FROM import_number k JOIN import_match m ON m.staged_id = k.staged_id AND m.verdict = 'conflict' JOIN import_staged_row s ON s.id = k.staged_id
JOIN person o ON o.id = k.old_head JOIN person n ON n.id = k.new_head WHERE k.kind = 'two';
"""

_CHANGED = """
SELECT c.person_id, coalesce(p.stands_for_id, p.id), s.public_id::text, p.public_id::text, s.id_sealed, s.id_index, encode(p.id_index, 'hex'),
       (SELECT max(r.id) FROM department_record r WHERE r.person_id = c.person_id AND r.batch_id = %(batch)s), s.identity ->> 'number_changed_on'
FROM import_number k JOIN import_change c ON c.staged_id = k.staged_id JOIN import_staged_row s ON s.id = k.staged_id
JOIN person p ON p.id = c.person_id
WHERE k.kind = 'change' AND NOT c.is_new AND c.person_id = k.old_id ORDER BY c.person_id
"""

_REMEMBER = """
INSERT INTO former_number (person_id, id_index, id_sealed, stated_on, known_at)
SELECT p.id, p.id_index, p.id_sealed, %(stated_on)s, %(now)s FROM import_renumber t JOIN person p ON p.id = t.person_id
WHERE p.id_index IS NOT NULL ORDER BY p.id
ON CONFLICT (id_index) DO UPDATE SET stated_on = excluded.stated_on;

UPDATE person p SET id_sealed = t.id_sealed, id_index = t.id_index, changed_at = %(now)s FROM import_renumber t WHERE t.person_id = p.id;

INSERT INTO former_number (person_id, id_index, stated_on, known_at)
SELECT c.person_id, CASE k.kind WHEN 'late' THEN s.id_index ELSE s.former_index END, %(stated_on)s, %(now)s
FROM import_number k JOIN import_change c ON c.staged_id = k.staged_id JOIN import_staged_row s ON s.id = k.staged_id
WHERE k.kind = 'late' AND c.person_id = k.old_id OR k.kind = 'unknown' AND %(keeps)s ORDER BY c.person_id
ON CONFLICT (id_index) DO NOTHING;
"""


def _values(batch: ImportBatch) -> dict[str, object]:
    keeps = layout_of(batch.department).keeps_identity
    return {"batch": batch.id, "stated_on": batch.stated_on, "keeps": keeps, "now": clock.now(), **_problems()}


def read_numbers(batch: ImportBatch) -> None:
    """`import_number` says of every row that names a former number what that means, as people are now."""
    run_script(_READ, _values(batch))


def meant_by_former_numbers(batch: ImportBatch) -> None:
    """Rows of `import_match` whose own or former number is a known person's mean that person."""
    run_script(_READ + _MEANT, _values(batch))


def judge_numbers(batch: ImportBatch, *, areas: list[str] | None, outside: object) -> None:
    """Rows whose numbers contradict what is known are conflicts, the others say what their former number does; `areas` as LIKE patterns,
    None for a sender for the whole city."""
    run_script(_JUDGED + (_ELSEWHERE if areas is not None else ""), {**_values(batch), "areas": areas, "outside": outside})


def finish_numbers(batch: ImportBatch) -> None:
    """Rows that change a number are updates, and numbers of two persons are kept as questions; after everything else of the matching."""
    run_script(_UPDATES + _QUESTIONS, _values(batch))


def change_numbers(batch: ImportBatch) -> None:
    """The persons of the written rows (`import_change`) that change a number have it, the former one is remembered and an event is known."""
    values, events = _values(batch), list[LifeEvent]()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_renumber")
        cursor.execute("CREATE TEMP TABLE import_renumber (person_id bigint, id_sealed bytea, id_index bytea) ON COMMIT DROP")
        for rows in rows_in_blocks(_CHANGED, values):
            with cursor.copy("COPY import_renumber FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(_renumbered(row))
            events += [_event(row) for row in rows]
    run_script(_REMEMBER, values)
    if events:
        kept = LifeEvent.objects.bulk_create(
            events, update_conflicts=True, unique_fields=["person", "kind", "record"], update_fields=["known_at"]
        )
        outbox.publish(LifeEventsKnown(event_ids=tuple(event.id for event in kept)))


def _renumbered(row: tuple[Any, ...]) -> tuple[object, ...]:
    person_id, _, was, owner, sealed, index, *_ = row
    return person_id, moved(sealed, seal_context("id_number", was), seal_context("id_number", owner)), index


def _event(row: tuple[Any, ...]) -> LifeEvent:
    _, head_id, _, _, _, index, before, record_id, day = row
    return LifeEvent(
        person_id=head_id, kind=LifeEventKind.NUMBER_CHANGED, known_at=clock.now(), record_id=record_id,
        happened_on=dt.date.fromisoformat(day) if day else None,
        before={"id_number": before[:_DIGEST]} if before else {}, after={"id_number": bytes(index).hex()[:_DIGEST]},
    )  # fmt: skip


def _problems() -> dict[str, str]:
    def problem(code: str, reason: str, remedy: str, level: str = "error", column: str = "原身份证号") -> str:
        told = {"column": column, "value": "", "code": code, "reason": reason, "remedy": remedy, "level": level}
        return json.dumps(told, ensure_ascii=False)

    return {
        "two": problem("number_of_two", "原号码和新号码在人口资料里是两个人。", "请在“疑似同一人”里确定是不是同一个人，确定后再报这一行。"),
        "not_yours": problem("number_not_yours", "身份证号变更只能由公安报送，这一行没有采用。", "请清空“原身份证号”后再报；确实换了号码的，请联系公安。"),
        "stranger": problem("number_of_stranger", "原号码对上的人，姓名和出生日期都与这一行不同。", "请核对原号码有没有抄错。"),
        "muddled": problem("number_muddled", "同一个号码在文件里既当现在的号码，又当原号码，或者变成了两个号码。", "请核对后每人只留一行。"),
        "unknown": problem("former_unknown", "人口资料里没有这个原号码，已按新号码办理。", "不用处理；原号码已记下，以后报来也能对上。", "notice"),
        "late": problem("number_late", "更晚的数据已经报过换号，现在的号码不变。", "不用处理；这一行的号码已记下，以后报来也能对上。", "notice"),
        "change": problem("number_changed", "身份证号换成这一行的号码，原有资料都保留。", "不用处理；用原号码仍能找到。", "notice"),
        "old_number": problem("number_is_former", "这是换号以前的号码，已对上换号后的这一位。", "不用处理；请原单位今后报送新号码。", "notice", "身份证号"),
    }  # fmt: skip
