"""A human says that a checked file is the whole list of something: whoever of the sender's area is not in it is counted, listed, and, when the
file is let in, said by the department not to have it.

Nobody is said so who may be in a row that was not understood, or whom such a list already says so of. What shows that the list is not whole
is refused: a row without a readable name, a community whose people had it and of whom the file names none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from songhe.contexts.people.access import batch_for
from songhe.contexts.people.actions.match_rows import take_verdicts
from songhe.contexts.people.actions.one_at_a_time import quiet_people
from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.errors import BatchNotReady, NotComplete
from songhe.contexts.people.models import AbsentPerson, ImportBatch, StagedRow
from songhe.contexts.people.queries.layouts import CompleteList, layout_of
from songhe.contexts.people.words import BatchStatus
from songhe.contexts.places import queries as places
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

FEWEST = 5  # people of one community who had it, of whom a whole list would name at least one
_NAMED = 5  # communities named in a refusal

# Everybody of whom the file may speak, however surely; `unclear` holds the sounds of names in rows that were not understood.
_FILE = """
DROP TABLE IF EXISTS import_named, import_unclear;
CREATE TEMP TABLE import_named ON COMMIT DROP AS
SELECT person_id AS id FROM import_match WHERE person_id IS NOT NULL
UNION SELECT other_id FROM import_staged_link WHERE batch_id = %(batch)s UNION SELECT person_id FROM import_staged_link WHERE batch_id = %(batch)s;
CREATE TEMP TABLE import_unclear ON COMMIT DROP AS
SELECT DISTINCT s.name, s.pinyin FROM import_staged_row s LEFT JOIN import_match m ON m.staged_id = s.id
WHERE s.batch_id = %(batch)s AND (s.rejected OR m.verdict IN ('conflict', 'rejected'));
ANALYZE import_named;
ANALYZE import_unclear;
"""

_COVERED = """
    p.stands_for_id IS NULL AND p.facts -> 'alive' IS DISTINCT FROM 'false'::jsonb AND p.area_path LIKE ANY (%(areas)s)
"""

_NOT_NAMED = f"""
    {_COVERED} AND NOT EXISTS (SELECT 1 FROM import_named n WHERE n.id = p.id)
"""  # noqa: S608 - parts of our own

# Said already, by this department, as of the file's day.
_SAID = """
    coalesce((SELECT people_merge(r.values ORDER BY r.stated_on, r.id) -> %(variable)s FROM department_record r
        WHERE r.person_id = ANY (ARRAY(SELECT p.id UNION ALL SELECT k.id FROM person k WHERE k.stands_for_id = p.id)) AND r.department = %(department)s
          AND r.stated_on <= %(stated_on)s AND r.note = '' AND r.values ? %(variable)s) = %(absent)s::jsonb, FALSE)
"""

_ABSENT = f"""
INSERT INTO import_absent (batch_id, person_id, losing)
SELECT %(batch)s, p.id, coalesce(p.facts -> %(variable)s <> %(absent)s::jsonb, FALSE)
FROM person p WHERE {_NOT_NAMED} AND NOT EXISTS (SELECT 1 FROM import_unclear u WHERE u.pinyin = p.pinyin) AND NOT {_SAID} ORDER BY p.id
"""  # noqa: S608 - parts of our own

_COUNTED = f"""
SELECT count(*), count(*) FILTER (WHERE losing),
       (SELECT count(*) FROM person p WHERE {_NOT_NAMED} AND EXISTS (SELECT 1 FROM import_unclear u WHERE u.pinyin = p.pinyin))
FROM import_absent WHERE batch_id = %(batch)s
"""  # noqa: S608 - parts of our own

_MISSED = f"""
SELECT p.area_path FROM person p LEFT JOIN import_named n ON n.id = p.id WHERE {_COVERED}
GROUP BY p.area_path HAVING count(n.id) = 0 AND count(*) FILTER (WHERE p.facts -> %(variable)s <> %(absent)s::jsonb) >= %(fewest)s ORDER BY 1
"""  # noqa: S608 - parts of our own

# Only those whom the human saw, and of whom all of it still holds.
_ADDED = f"""
INSERT INTO import_change (staged_id, person_id, is_new, stale, values, identity)
SELECT NULL, p.id, FALSE, '{{}}', jsonb_build_object(%(variable)s::text, %(absent)s::jsonb), '{{}}'
FROM import_absent a JOIN person p ON p.id = a.person_id
WHERE a.batch_id = %(batch)s AND {_NOT_NAMED} AND NOT {_SAID} AND NOT EXISTS (SELECT 1 FROM import_change c WHERE c.person_id = p.id)
ORDER BY p.id;
ANALYZE import_change;
"""  # noqa: S608 - parts of our own


@dataclass(frozen=True, slots=True)
class DeclaredComplete:
    """People: `absent` from the list, `losing` what the department's word gave them till now, `unclear` perhaps in a row not understood."""

    absent: int
    losing: int
    unclear: int


@transaction.atomic
def declare_complete(actor: Actor, *, batch_id: int, list_id: str) -> DeclaredComplete:
    """The checked file counts as this whole list of the sender's area (as none with ""), and whom it does not name stands in a list.

    Nothing is said of anybody until the batch is let in; checking the file again takes the declaration back. For whoever may let it in.
    Raises NotComplete where the file shows that it is not the whole list, BatchNotReady for a batch that is not checked.
    """
    batch = batch_for(actor, batch_id, right=Right.ACCEPT_IMPORT, lock=True)
    if batch.status != BatchStatus.CHECKED:
        raise BatchNotReady("这个文件还没有检查完，或者已经确认入库。", next_step="请等检查完成；已入库的，请上传新的文件。")
    AbsentPerson.objects.filter(batch_id=batch.id)._raw_delete("default")
    counted = DeclaredComplete(0, 0, 0)
    if list_id:
        with quiet_people():
            counted = _count(batch, _declared(batch, list_id))
    batch.complete_list = list_id
    batch.complete_counts = {"absent": counted.absent, "losing": counted.losing, "unclear": counted.unclear} if list_id else {}
    batch.save(update_fields=["complete_list", "complete_counts"])
    detail = {"list": list_id, **batch.complete_counts}
    audit.record(actor, "people.declare_complete", subject_type="import_batch", subject_id=batch.id, detail=detail)
    return counted


def add_absent(batch: ImportBatch) -> None:
    """`import_change` holds whom the complete list does not name, as people are now; nothing where the batch is no such list."""
    if not batch.complete_list:
        return
    values = _values(batch, _declared(batch, batch.complete_list))
    run_script(_FILE + _ADDED, values)


def _declared(batch: ImportBatch, list_id: str) -> CompleteList:
    found = next((each for each in layout_of(batch.department).complete_lists if each.id == list_id), None)
    if found is None:
        raise InvalidInput("这个部门没有这种名单。", next_step="请从页面上列出的名单里选择。", field="list_id")
    return found


def _values(batch: ImportBatch, declared: CompleteList) -> dict[str, Any]:
    return {
        "batch": batch.id, "department": batch.department, "stated_on": batch.stated_on, "variable": declared.variable,
        "absent": json.dumps(declared.absent), "areas": [f"{path}%" for path in batch.area_paths], "fewest": FEWEST,
    }  # fmt: skip


def _count(batch: ImportBatch, declared: CompleteList) -> DeclaredComplete:
    if StagedRow.objects.filter(batch_id=batch.id).count() != batch.total:
        raise BatchNotReady("读过的内容已经不在了。", next_step="请重新检查这个文件，再说它是完整名单。")
    values = _values(batch, declared)
    take_verdicts(batch)
    run_script(_FILE, values)
    _check_names()
    _check_communities(declared, values)
    run_script(_ABSENT, values)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values)
        return DeclaredComplete(*cursor.fetchone())


def _check_names() -> None:
    """Whoever is in a row whose name cannot be read could be anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_unclear WHERE name !~ '^[一-龥·]{2,}$'")
        unread = cursor.fetchone()[0]
    if unread:
        raise NotComplete(
            f"有{unread}种没有读懂的姓名，说不清是谁，不能断定别人都不在名单里。",
            next_step="请先更正“不能入库”和“需要核实”里姓名不完整的行，再说这是完整名单。",
        )


def _check_communities(declared: CompleteList, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, values)
        paths = [row[0] for row in cursor.fetchall()]
    if paths:
        names = {area.path: area.name for area in places.area_tree()}
        told = "、".join(names.get(path, path) for path in paths[:_NAMED])
        more = f"等{len(paths)}个村（社区）" if len(paths) > _NAMED else ""
        raise NotComplete(
            f"{told}{more}原来都有人在“{declared.label}”里，这个文件一个也没有提到，看来不是完整名单。",
            next_step="请核对文件是不是只报了一部分地方；确实都没有了的，请让原单位逐人报送。",
        )
