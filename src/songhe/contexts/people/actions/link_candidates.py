"""What the linkage model would not decide alone becomes a question for a human, once the file is let in."""

from __future__ import annotations

from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.models import ImportBatch, ImportRow, LinkCandidate
from songhe.foundation import clock, work_items
from songhe.foundation.access import Actor

LINK_REVIEW = "link_review"

_CANDIDATES = """
INSERT INTO link_candidate (row_id, other_id, area_path, from_area_path, probability, evidence, found_at, batch_id, outcome, reason)
SELECT r.id, l.other_id, p.area_path, coalesce(s.area_path, p.area_path), coalesce(l.probability, 0), l.evidence, %(now)s, l.batch_id, '', ''
FROM import_staged_link l
JOIN import_row r ON r.batch_id = l.batch_id AND r.sheet = l.sheet AND r.row = l.row AND r.verdict = 'conflict' AND r.set_aside = ''
JOIN import_staged_row s ON s.batch_id = l.batch_id AND s.sheet = l.sheet AND s.row = l.row
JOIN person p ON p.id = l.other_id
WHERE l.batch_id = %(batch)s AND l.kind = 'review' ORDER BY r.id, l.probability DESC NULLS LAST
ON CONFLICT DO NOTHING;
INSERT INTO link_candidate (person_id, other_id, area_path, from_area_path, probability, evidence, found_at, batch_id, outcome, reason)
SELECT l.person_id, l.other_id, p.area_path, q.area_path, 0, l.evidence, %(now)s, l.batch_id, '', ''
FROM import_staged_link l JOIN person p ON p.id = l.other_id JOIN person q ON q.id = l.person_id
WHERE l.batch_id = %(batch)s AND l.kind = 'two' ORDER BY l.id
ON CONFLICT DO NOTHING;
DELETE FROM import_staged_link WHERE batch_id = %(batch)s;
DELETE FROM import_staged_row s WHERE s.batch_id = %(batch)s AND NOT EXISTS (
    SELECT 1 FROM import_row r JOIN link_candidate c ON c.row_id = r.id WHERE r.batch_id = s.batch_id AND r.sheet = s.sheet AND r.row = s.row);
"""


def open_candidates(actor: Actor, batch: ImportBatch) -> None:
    """Each conflicting row that may mean somebody known has its questions, and a work item in the area of the likeliest; staged rows that
    nobody has to decide on are gone. A step of accepting the batch."""
    run_script(_CANDIDATES, {"batch": batch.id, "now": clock.now()})
    asked: dict[int, LinkCandidate] = {}
    for found in LinkCandidate.objects.filter(batch_id=batch.id, outcome="").select_related("row").order_by("-probability", "id"):
        asked.setdefault(found.row_id or 0, found)
    work_items.open_items_bulk(
        actor,
        items=(
            work_items.NewWorkItem(
                kind=LINK_REVIEW, key=review_key(found.row), owner=batch.department, area_path=found.area_path, subject_type="import_row",
                subject_id=found.row.id, title=f"确定是不是同一个人：{batch.department}报送的第{found.row.row}行",
                detail={"batch_id": batch.id, "row": found.row.row, "person_id": found.other_id, "candidate_id": found.id},
            )
            for found in asked.values() if found.row is not None
        ),
    )  # fmt: skip


def review_key(row: ImportRow) -> str:
    """The key of the work item about a row that waits for a human."""
    return f"{LINK_REVIEW}:{row.batch_id}:{row.sheet}:{row.row}"
