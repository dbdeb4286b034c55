"""Says of every staged row whom it means and what accepting it would do, by set-based SQL over temporary tables.

A valid ID number decides alone; rows without one go through `link_rows`. The verdicts stand in the temporary table `import_match` until
the transaction ends: staged_id, person_id (who is known and meant, standing for nobody; null for a new person), source_id (who stands for
that person and takes the record, where somebody does), links (a person will be made of the row, to stand for `person_id`), verdict,
changes, problems.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.db import connection

from songhe.contexts.people.actions.link_rows import keep_links, link_rows
from songhe.contexts.people.actions.number_changes import finish_numbers, judge_numbers, meant_by_former_numbers
from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.layouts import Layout, layout_of
from songhe.contexts.people.queries.precedence import lasting_days

_BY_ID = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.id AS staged_id, coalesce(p.stands_for_id, p.id) AS person_id, CASE WHEN p.stands_for_id IS NOT NULL THEN p.id END AS source_id,
       FALSE AS links, p.id IS NOT NULL AS by_number, ''::text AS verdict, '{}'::text[] AS changes, '[]'::jsonb AS problems,
       CASE WHEN p.id IS NOT NULL THEN 'p' || coalesce(p.stands_for_id, p.id) ELSE 'i' || encode(s.id_index, 'hex') END AS subject
FROM import_staged_row s LEFT JOIN person p ON p.id_index = s.id_index
WHERE s.batch_id = %(batch)s AND NOT s.rejected;
ALTER TABLE import_match ADD PRIMARY KEY (staged_id);
ANALYZE import_match;
"""

_UNKNOWN = """
UPDATE import_match m SET verdict = CASE WHEN %(may_add)s AND s.id_index IS NOT NULL AND s.area_id IS NOT NULL THEN 'new' ELSE 'rejected' END,
    problems = m.problems || CASE
        WHEN NOT %(may_add)s THEN jsonb_build_array(%(nobody)s::jsonb)
        WHEN s.id_index IS NULL THEN jsonb_build_array(%(no_number)s::jsonb)
        WHEN s.area_id IS NULL THEN jsonb_build_array(%(no_area)s::jsonb)
        ELSE '[]'::jsonb END
FROM import_staged_row s WHERE s.id = m.staged_id AND m.person_id IS NULL AND m.verdict = '';
"""

_OUTSIDE = """
UPDATE import_match m SET verdict = 'rejected', problems = jsonb_build_array(%(outside)s::jsonb), person_id = NULL
FROM import_staged_row s
WHERE s.id = m.staged_id AND (
    (s.area_path IS NOT NULL AND NOT s.area_path LIKE ANY (%(areas)s))
    OR EXISTS (SELECT 1 FROM person q WHERE q.id = m.person_id AND NOT q.area_path LIKE ANY (%(areas)s)));
"""

# The same name means the same sound: a homophone is a slip of the pen and goes in with a notice, another name is another person.
_NAMES = """
UPDATE import_match m SET
    verdict = CASE WHEN p.pinyin = s.pinyin THEN m.verdict ELSE 'conflict' END,
    problems = m.problems || jsonb_build_array(CASE WHEN p.pinyin = s.pinyin THEN %(homophone)s::jsonb ELSE %(other_name)s::jsonb END)
FROM import_staged_row s, person p
WHERE s.id = m.staged_id AND p.id = coalesce(m.source_id, m.person_id) AND m.by_number AND m.verdict = '' AND p.name <> s.name;

UPDATE import_match m SET problems = m.problems || jsonb_build_array(%(linked)s::jsonb) WHERE m.links AND m.verdict = '';
"""

_TWICE = """
CREATE TEMP TABLE import_twice ON COMMIT DROP AS
SELECT m.subject, min(m.staged_id) AS first_id, min(s.row) AS first_row,
       count(DISTINCT md5(s.values::text || s.household_values::text || s.identity::text
           || coalesce(encode(s.former_index || s.id_index, 'hex'), ''))) AS versions
FROM (SELECT subject FROM import_match WHERE subject IS NOT NULL AND verdict IN ('', 'new') GROUP BY subject HAVING count(*) > 1) t
JOIN import_match m ON m.subject = t.subject JOIN import_staged_row s ON s.id = m.staged_id
WHERE m.verdict IN ('', 'new') GROUP BY m.subject;

UPDATE import_match m SET
    verdict = CASE WHEN t.versions > 1 THEN 'conflict' ELSE 'unchanged' END,
    problems = m.problems || jsonb_build_array(jsonb_set(CASE WHEN t.versions > 1 THEN %(contradicts)s::jsonb ELSE %(repeated)s::jsonb END,
        '{value}', to_jsonb(CASE WHEN m.staged_id = t.first_id THEN '' ELSE '第' || t.first_row || '行' END)))
FROM import_twice t WHERE t.subject = m.subject AND m.verdict IN ('', 'new') AND (t.versions > 1 OR m.staged_id <> t.first_id);
"""

_HOUSEHOLDS = """
UPDATE import_match m SET verdict = 'conflict', problems = m.problems || jsonb_build_array(%(household_contradicts)s::jsonb)
WHERE m.verdict IN ('', 'new') AND m.staged_id IN (
    SELECT unnest(array_agg(m2.staged_id))
    FROM import_match m2 JOIN import_staged_row s ON s.id = m2.staged_id JOIN person p ON p.id = m2.person_id,
         LATERAL jsonb_each_text(s.household_values) v
    WHERE m2.verdict = '' GROUP BY p.household_id, v.key HAVING count(DISTINCT v.value) > 1);
"""

# What this department's files had said before (later statements of the same thing covering earlier ones), up to the day of this file,
# of the person and of everybody who stands for them.
_COMPARE = """
CREATE TEMP TABLE import_kin ON COMMIT DROP AS
SELECT k.stands_for_id AS head_id, k.id AS person_id, k.household_id
FROM person k WHERE k.stands_for_id IN (SELECT m.person_id FROM import_match m WHERE m.verdict = '');
CREATE INDEX ON import_kin (head_id);
ANALYZE import_kin;

UPDATE import_match m SET verdict = c.verdict, changes = c.changes
FROM (
    SELECT m.staged_id, CASE WHEN d.changes = '{}' THEN 'unchanged' ELSE 'update' END AS verdict, d.changes
    FROM import_match m
    JOIN import_staged_row s ON s.id = m.staged_id
    JOIN person p ON p.id = m.person_id
    LEFT JOIN LATERAL (
        SELECT people_merge(VALID_VALUES || r.identity ORDER BY r.stated_on, r.id) AS said
        FROM (SELECT m.person_id AS id UNION ALL SELECT k.person_id FROM import_kin k WHERE k.head_id = m.person_id) g
        JOIN department_record r ON r.person_id = g.id
        WHERE r.department = %(department)s AND r.stated_on <= %(stated_on)s AND r.note = ''
    ) b ON TRUE
    LEFT JOIN LATERAL (
        SELECT people_merge(r.values ORDER BY r.stated_on, r.id) AS said
        FROM (SELECT p.household_id AS id UNION SELECT k.household_id FROM import_kin k WHERE k.head_id = m.person_id) g
        JOIN department_record r ON r.household_id = g.id
        WHERE s.household_values <> '{}' AND r.department = %(department)s AND r.stated_on <= %(stated_on)s AND r.note = ''
    ) hb ON TRUE
    CROSS JOIN LATERAL (
        SELECT CASE WHEN coalesce(b.said @> (s.values || s.identity), FALSE) AND (s.household_values = '{}' OR coalesce(hb.said @> s.household_values, FALSE))
            THEN '{}'::text[]
            ELSE ARRAY(
                SELECT key FROM jsonb_each(s.values || s.identity) n WHERE b.said -> n.key IS DISTINCT FROM n.value
                UNION ALL SELECT key FROM jsonb_each(s.household_values) n WHERE hb.said -> n.key IS DISTINCT FROM n.value
                ORDER BY 1) END AS changes
    ) d
    WHERE m.verdict = ''
) c WHERE c.staged_id = m.staged_id;
"""

# A department that has said nothing yet: all of it is new, and nobody's records have to be looked through.
_ALL_NEW = """
UPDATE import_match m SET verdict = CASE WHEN c.keys = '{}' THEN 'unchanged' ELSE 'update' END, changes = c.keys
FROM import_staged_row s CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT jsonb_object_keys(s.values || s.identity) UNION ALL SELECT jsonb_object_keys(s.household_values) ORDER BY 1) AS keys
) c WHERE s.id = m.staged_id AND m.verdict = '';
"""
_HAS_SAID = "SELECT EXISTS (SELECT 1 FROM department_record WHERE department = %s AND stated_on <= %s AND note = '')"

# A statement of which three quarters of its validity are over no longer stands against a repetition: repeated then, it is said anew.
_VALID_VALUES = (
    "(r.values - ARRAY(SELECT key FROM jsonb_each_text('{wearing}'::jsonb) w WHERE r.stated_on + w.value::int < %(stated_on)s))"
)


def _compare(batch: ImportBatch, layout: Layout) -> str:
    """The comparison for this layout; without columns that wear out nothing more is asked of the database."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_SAID, [batch.department, batch.stated_on])
        if not cursor.fetchone()[0]:
            return _ALL_NEW
    wearing = {c.field: lasting_days()[c.field] * 3 // 4 for c in layout.columns if c.field in lasting_days()}
    return _COMPARE.replace("VALID_VALUES", _VALID_VALUES.replace("{wearing}", json.dumps(wearing)) if wearing else "r.values")


# The rows' verdicts and links first stand alone, with their sizes known: both tables have just been filled, and a plan made for empty ones
# would look through all links for every row.
_FROM_VERDICTS = """
DROP TABLE IF EXISTS import_match, import_told, import_told_link;
CREATE TEMP TABLE import_told ON COMMIT DROP AS
SELECT sheet, row, person_id, verdict, changes FROM import_row WHERE batch_id = %(batch)s;
ANALYZE import_told (sheet, row);
CREATE TEMP TABLE import_told_link ON COMMIT DROP AS
SELECT sheet, row, person_id, kind FROM import_staged_link WHERE batch_id = %(batch)s AND kind IN ('link', 'kept');
ANALYZE import_told_link;

CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.id AS staged_id, r.person_id, l.person_id AS source_id, coalesce(l.kind = 'link', FALSE) AS links, r.verdict, r.changes
FROM import_staged_row s JOIN import_told r ON r.sheet = s.sheet AND r.row = s.row
LEFT JOIN import_told_link l ON l.sheet = s.sheet AND l.row = s.row
WHERE s.batch_id = %(batch)s AND NOT s.rejected;
ALTER TABLE import_match ADD PRIMARY KEY (staged_id);
ANALYZE import_match;
"""

_ONE_ROW = """
DROP TABLE IF EXISTS import_match, import_kin;
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT %(staged)s::bigint AS staged_id, %(person)s::bigint AS person_id, NULL::bigint AS source_id, %(person)s::bigint IS NOT NULL AS links,
       CASE WHEN %(person)s::bigint IS NULL THEN 'new' ELSE '' END AS verdict, '{}'::text[] AS changes, '[]'::jsonb AS problems;
"""


def take_verdicts(batch: ImportBatch) -> None:
    """`import_match` holds the verdicts that the check found, for a batch since whose check no other was accepted."""
    run_script(_FROM_VERDICTS, {"batch": batch.id})


def match_as_told(batch: ImportBatch, *, staged_id: int, person_id: int | None) -> None:
    """`import_match` holds one row as a human decided: it means the person, or (None) somebody new. A row that says nothing new is unchanged."""
    values = {"staged": staged_id, "person": person_id, "department": batch.department, "stated_on": batch.stated_on}
    run_script(_ONE_ROW + (_compare(batch, layout_of(batch.department)) if person_id is not None else ""), values)


def match_rows(batch: ImportBatch) -> None:
    """`import_match` holds a verdict for every staged row of the batch that was not rejected by itself; whom rows may mean is kept as StagedLink."""
    layout = layout_of(batch.department)
    values: dict[str, object] = {
        "batch": batch.id, "department": batch.department, "stated_on": batch.stated_on, "may_add": layout.may_add,
        "areas": [f"{path}%" for path in batch.area_paths], **_problems(layout),
    }  # fmt: skip
    anywhere = "" in batch.area_paths
    run_script("DROP TABLE IF EXISTS import_match, import_kin, import_twice;\n" + _BY_ID, values)
    meant_by_former_numbers(batch)
    link_rows(values, anywhere=anywhere)
    judge_numbers(batch, areas=None if anywhere else [f"{path}%" for path in batch.area_paths], outside=values["outside"])
    steps = [
        _UNKNOWN,
        *([] if anywhere else [_OUTSIDE]),
        *([] if layout.keeps_identity else [_NAMES]),
        _TWICE,
        _HOUSEHOLDS,
        _compare(batch, layout),
    ]
    run_script("".join(steps), values)
    keep_links(batch.id)
    finish_numbers(batch)


def _problems(layout: Layout) -> Mapping[str, str]:
    number = next((c.header for c in layout.columns if c.field == "id_number"), "身份证号")
    name = next(c.header for c in layout.columns if c.field == "name")

    def problem(column: str, code: str, reason: str, remedy: str, level: str = "error") -> str:
        told = {"column": column, "value": "", "code": code, "reason": reason, "remedy": remedy, "level": level}
        return json.dumps(told, ensure_ascii=False)

    return {
        "other_number": problem(
            number, "number_differs", "同村(社区)有同名同生日、证件号不同的人，可能是同一人。", "请核对证件号，并在“疑似同一人”里确定是不是同一个人。"
        ),
        "ambiguous": problem(number, "several_people", "有几位同名同生日的人，分不清是哪一位。", "请补填身份证号，或者在“疑似同一人”里确定是哪一位。"),
        "nobody": problem(number, "nobody_found", "人口资料里没有这个人。", f"请核对证件号和姓名；确有此人的，请先由公安数据补入，再报{layout.label}的数据。"),
        "no_number": problem(number, "new_without_number", "人口资料里没有这个人，新增时必须有身份证号。", "请补填身份证号。"),
        "no_area": problem("村(社区)", "new_without_area", "人口资料里没有这个人，新增时必须写明村(社区)。", "请补填本市的村(社区)。"),
        "outside": problem("村(社区)", "outside_area", "这个人不在您负责的区域。", "请交给所在镇街报送，或请市级人员上传。"),
        "homophone": problem(name, "name_homophone", "姓名与人口资料同音不同字，已按证件号对上。", "请原单位核对姓名用字。", "notice"),
        "other_name": problem(name, "name_differs", "证件号对上的是另一个姓名。", "请核对证件号和姓名是不是同一个人的。"),
        "maybe": problem(
            number, "maybe_same", "没有有效的身份证号，可能是人口资料里已有的人，还不能确定。", "请在“疑似同一人”里看两边的资料，确定是不是同一个人。"
        ),
        "linked": problem(
            number, "linked", "没有有效的身份证号，已按姓名、出生日期、住处等对上人口资料里的一位。", "不用处理；对错了，可以在老人的页面上拆开。", "notice"
        ),
        "contradicts": problem(number, "row_contradicts", "同一个人在文件里出现多次，内容不一样。", "请只保留正确的一行。"),
        "repeated": problem(number, "row_repeated", "同一个人在文件里重复出现，内容相同。", "不用处理，只采用第一行。", "notice"),
        "household_contradicts": problem("户", "household_contradicts", "同一户的几个人，家庭情况填得不一样。", "请按户核对后填成一样的。"),
    }  # fmt: skip
