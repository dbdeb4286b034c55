"""Says of every staged row whom it means and what accepting it would do, by set-based SQL over temporary tables.

A valid ID number decides alone. Without one, a row means a person only if exactly one has its name, birth date and community (or
household); more than one is a conflict, never a guess. The verdicts stand in the temporary table `import_match` until the
transaction ends: staged_id, person_id (null for a new person), verdict, changes, problems.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.models import ImportBatch
from songhe.contexts.people.queries.layouts import Layout, layout_of

_BY_ID = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.id AS staged_id, p.id AS person_id, ''::text AS verdict, '{}'::text[] AS changes, '[]'::jsonb AS problems,
       CASE WHEN p.id IS NOT NULL THEN 'p' || p.id ELSE 'i' || encode(s.id_index, 'hex') END AS subject
FROM import_staged_row s LEFT JOIN person p ON p.id_index = s.id_index
WHERE s.batch_id = %(batch)s AND NOT s.rejected;
ALTER TABLE import_match ADD PRIMARY KEY (staged_id);
ANALYZE import_match;
"""

# The people whom a row could mean by name, birth date and community or household, for rows that no ID number decides.
_LIKELY = """
CREATE TEMP TABLE import_likely ON COMMIT DROP AS
SELECT m.staged_id, min(p.id) AS person_id, count(*) AS people, bool_or(p.id_index IS NOT NULL) AS numbered, s.id_index IS NOT NULL AS has_number
FROM import_match m
JOIN import_staged_row s ON s.id = m.staged_id
JOIN person p ON p.birth_date = s.birth_date AND p.name = s.name
LEFT JOIN household h ON h.id = p.household_id AND h.key = s.household_key
WHERE m.person_id IS NULL AND (p.area_id = s.area_id OR h.id IS NOT NULL)
GROUP BY m.staged_id, s.id_index;

UPDATE import_match m SET person_id = l.person_id, subject = 'p' || l.person_id
FROM import_likely l WHERE l.staged_id = m.staged_id AND l.people = 1 AND NOT (l.has_number AND l.numbered);

UPDATE import_match m SET verdict = 'conflict',
    problems = m.problems || jsonb_build_array(CASE WHEN l.has_number THEN %(other_number)s::jsonb ELSE %(ambiguous)s::jsonb END)
FROM import_likely l WHERE l.staged_id = m.staged_id AND m.verdict = '' AND (l.people > 1 OR l.has_number AND l.numbered);
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
WHERE s.id = m.staged_id AND p.id = m.person_id AND m.verdict = '' AND p.name <> s.name;
"""

_TWICE = """
CREATE TEMP TABLE import_twice ON COMMIT DROP AS
SELECT m.subject, min(m.staged_id) AS first_id, min(s.row) AS first_row,
       count(DISTINCT md5(s.values::text || s.household_values::text || s.identity::text)) AS versions
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

# What this department's files had said before (later statements of the same thing covering earlier ones), up to the day of this file.
_COMPARE = """
UPDATE import_match m SET verdict = c.verdict, changes = c.changes
FROM (
    SELECT m.staged_id, CASE WHEN d.changes = '{}' THEN 'unchanged' ELSE 'update' END AS verdict, d.changes
    FROM import_match m
    JOIN import_staged_row s ON s.id = m.staged_id
    JOIN person p ON p.id = m.person_id
    LEFT JOIN LATERAL (
        SELECT people_merge(r.values || r.identity ORDER BY r.stated_on, r.id) AS said FROM department_record r
        WHERE r.person_id = m.person_id AND r.department = %(department)s AND r.stated_on <= %(stated_on)s AND r.note = ''
    ) b ON TRUE
    LEFT JOIN LATERAL (
        SELECT people_merge(r.values ORDER BY r.stated_on, r.id) AS said FROM department_record r
        WHERE s.household_values <> '{}' AND r.household_id = p.household_id AND r.department = %(department)s AND r.stated_on <= %(stated_on)s AND r.note = ''
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


_FROM_VERDICTS = """
DROP TABLE IF EXISTS import_match;
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.id AS staged_id, r.person_id, r.verdict, r.changes
FROM import_staged_row s JOIN import_row r ON r.batch_id = s.batch_id AND r.sheet = s.sheet AND r.row = s.row
WHERE s.batch_id = %(batch)s AND NOT s.rejected;
ALTER TABLE import_match ADD PRIMARY KEY (staged_id);
ANALYZE import_match;
"""


def take_verdicts(batch: ImportBatch) -> None:
    """`import_match` holds the verdicts that the check found, for a batch since whose check no other was accepted."""
    run_script(_FROM_VERDICTS, {"batch": batch.id})


def match_rows(batch: ImportBatch) -> None:
    """`import_match` holds a verdict for every staged row of the batch that was not rejected by itself."""
    layout = layout_of(batch.department)
    values: dict[str, object] = {
        "batch": batch.id, "department": batch.department, "stated_on": batch.stated_on, "may_add": layout.may_add,
        "areas": [f"{path}%" for path in batch.area_paths], **_problems(layout),
    }  # fmt: skip
    steps = [_BY_ID, _LIKELY, _UNKNOWN]
    if "" not in batch.area_paths:
        steps.append(_OUTSIDE)
    if not layout.keeps_identity:
        steps.append(_NAMES)
    steps += [_TWICE, _HOUSEHOLDS, _COMPARE]
    run_script("DROP TABLE IF EXISTS import_match, import_likely, import_twice;\n" + "".join(steps), values)


def _problems(layout: Layout) -> Mapping[str, str]:
    number = next((c.header for c in layout.columns if c.field == "id_number"), "身份证号")
    name = next(c.header for c in layout.columns if c.field == "name")

    def problem(column: str, code: str, reason: str, remedy: str, level: str = "error") -> str:
        told = {"column": column, "value": "", "code": code, "reason": reason, "remedy": remedy, "level": level}
        return json.dumps(told, ensure_ascii=False)

    return {
        "other_number": problem(
            number, "number_differs", "同村(社区)有同名同生日、证件号不同的人，可能是同一人。", "请核对证件号；确是两人的，由公安数据补入。"
        ),
        "ambiguous": problem(number, "several_people", "有几位同名同生日的人，分不清是哪一位。", "请补填身份证号。"),
        "nobody": problem(number, "nobody_found", "人口资料里没有这个人。", f"请核对证件号和姓名；确有此人的，请先由公安数据补入，再报{layout.label}的数据。"),
        "no_number": problem(number, "new_without_number", "人口资料里没有这个人，新增时必须有身份证号。", "请补填身份证号。"),
        "no_area": problem("村(社区)", "new_without_area", "人口资料里没有这个人，新增时必须写明村(社区)。", "请补填本市的村(社区)。"),
        "outside": problem("村(社区)", "outside_area", "这个人不在您负责的区域。", "请交给所在镇街报送，或请市级人员上传。"),
        "homophone": problem(name, "name_homophone", "姓名与人口资料同音不同字，已按证件号对上。", "请原单位核对姓名用字。", "notice"),
        "other_name": problem(name, "name_differs", "证件号对上的是另一个姓名。", "请核对证件号和姓名是不是同一个人的。"),
        "contradicts": problem(number, "row_contradicts", "同一个人在文件里出现多次，内容不一样。", "请只保留正确的一行。"),
        "repeated": problem(number, "row_repeated", "同一个人在文件里重复出现，内容相同。", "不用处理，只采用第一行。", "notice"),
        "household_contradicts": problem("户", "household_contradicts", "同一户的几个人，家庭情况填得不一样。", "请按户核对后填成一样的。"),
    }  # fmt: skip
