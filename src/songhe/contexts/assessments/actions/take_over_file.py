"""Results by an older scale from a file: judged row by row first, then taken over all at once; nothing is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction

from songhe.basics.cell_text import read_date
from songhe.basics.identifiers import Problem, parse_resident_id
from songhe.basics.masking import mask_id_number
from songhe.contexts.assessments.errors import OlderFileRefused
from songhe.contexts.assessments.models import TakenOver
from songhe.contexts.assessments.queries.older_file import OlderLayout, older_layout, older_rows
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonNumbered
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.imported import Imported, imported_problems
from songhe.engines.scales.scale import Scale
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.bulk_rows import create_rows

_SALT = "assessments.older_file"
_KEPT_FOR = dt.timedelta(days=1)
NEW, SAME, REFUSED = "new", "same", "refused"


@dataclass(frozen=True, slots=True)
class OlderRow:
    """A row of the file: `verdict` is new, same (it is there already) or refused, then with everything wrong. The number is masked."""

    row: int
    number: str
    name: str
    grade: str
    assessed_on: dt.date | None
    assessed_by: str
    verdict: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OlderFile:
    """A judged file; `key` names it for a day to whoever sent it. `taken`: its new rows are in."""

    key: str
    name: str
    scale_title: str
    rows: tuple[OlderRow, ...]
    taken: bool

    def count(self, verdict: str) -> int:
        """How many rows have this verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def check_older_file(actor: Actor, *, name: str, content: bytes, scale: str = "") -> OlderFile:
    """The file is kept sealed and every row has a verdict; nothing is taken over. Raises OlderFileRefused, AccessDenied."""
    require(actor, Right.REQUEST_ASSESSMENT)
    layout = older_layout(scale)
    stored = files.store(content, name=name)
    key = signing.dumps({"file": stored.id, "by": actor.id, "name": name[:100], "scale": layout.scale}, salt=_SALT, compress=True)
    return OlderFile(key, name[:100], layout.title, tuple(row for row, _ in _judged(actor, stored.id, layout)), False)


@transaction.atomic
def accept_older_file(actor: Actor, *, key: str) -> OlderFile:
    """The new rows of a file that the actor had judged are in, all of them or none; asked again, they are the same as those there.

    Raises OlderFileRefused for a key that is not the actor's or is older than a day.
    """
    require(actor, Right.REQUEST_ASSESSMENT)
    try:
        said = signing.loads(key, salt=_SALT, max_age=_KEPT_FOR)
    except signing.BadSignature:
        said = {}
    if said.get("by") != actor.id:
        raise OlderFileRefused("这个文件要重新上传。", next_step="检查过的文件一天内有效，只能由上传的人确认。", field="content")
    layout = older_layout(said["scale"])
    judged = _judged(actor, said["file"], layout)
    fresh = [row for _, row in judged if row is not None]
    try:
        with transaction.atomic():
            create_rows(fresh)
    except IntegrityError:
        raise OlderFileRefused("刚才有人录入了同样的结果。", next_step="请重新上传，再检查一遍。", field="content") from None
    if fresh:
        detail = {"file": said["file"], "scale": layout.scale, "rows": len(fresh)}
        audit.record(
            actor, "assessments.take_over_file", subject_type="assessment_older_file", subject_id=said["file"], detail=detail
        )
    return OlderFile(key, said["name"], layout.title, tuple(row for row, _ in judged), True)


def _judged(actor: Actor, file_id: int, layout: OlderLayout) -> list[tuple[OlderRow, TakenOver | None]]:
    """Each row with its verdict, and what would be written of it."""
    rows = list(older_rows(file_id, layout))
    scale = policy.scales_in_use()[1][layout.scale]
    numbers = {row["number"]: parse_resident_id(row["number"]) for _, row in rows}
    known = people.people_by_number(actor, numbers=[one.number for one in numbers.values() if not isinstance(one, Problem)])
    held = _held(scale, {one.person_id for one in known.values()})
    found: list[tuple[OlderRow, TakenOver | None]] = []
    for place, row in rows:
        parsed = numbers[row["number"]]
        who = None if isinstance(parsed, Problem) else known.get(parsed.number)
        against = [f"{parsed.reason}，{parsed.remedy}"] if isinstance(parsed, Problem) else []
        if who is None and not against:
            against = ["没有找到这位老人，或者不在您负责的区域"]
        if who is not None and not actor.may(Right.REQUEST_ASSESSMENT, who.area_path):
            against = ["这位老人不在您负责的区域"]
        found.append(_one(actor, place, row, scale, who, against, held))
    return found


def _one(
    actor: Actor, place: int, row: dict[str, str], scale: Scale, who: PersonNumbered | None, against: list[str],
    held: dict[tuple[int, dt.date], tuple[int, object, object]],
) -> tuple[OlderRow, TakenOver | None]:  # fmt: skip
    grade, day = _grade(scale, row["grade"]), _day(row["assessed_on"])
    points, levels = (_part(row, kind) for kind in ("points", "levels"))
    wrong = imported_problems(scale, Imported(grade, points, levels))
    against += [f"{one.message}，{one.remedy}" for one in wrong if one.severity != "question"]
    if day is None or day > clock.today():
        against.append("评估日期读不出来，或者晚于今天")
    if not 2 <= len(row["assessed_by"]) <= 100:
        against.append("没有写是谁评的")
    verdict, made = (REFUSED if against else NEW), None
    if who is not None and day is not None and not against:
        said = (int(str(grade)), points, levels)
        before = held.get((who.person_id, day))
        if before is None:
            held[who.person_id, day] = said
            made = TakenOver(
                person_id=who.person_id, area_path=who.area_path, scale=scale.id, assessed_on=day, assessed_by=row["assessed_by"],
                grade=said[0], points=points, levels=levels, entered_by=actor.id, entered_at=clock.now(),
            )  # fmt: skip
        elif before == said:
            verdict = SAME
        else:
            verdict, against = REFUSED, ["同一天的结果已经录入，内容不同，请核对两份报告的日期"]
    label = (
        scale.grade_label(grade) if isinstance(grade, int) and any(one.grade == grade for one in scale.grades) else row["grade"]
    )
    shown = OlderRow(
        place, mask_id_number(row["number"]), who.name if who else "", label, day, row["assessed_by"], verdict, tuple(against)
    )
    return shown, made


def _held(scale: Scale, person_ids: Iterable[int]) -> dict[tuple[int, dt.date], tuple[int, object, object]]:
    rows = TakenOver.objects.filter(scale=scale.id, person_id__in=list(person_ids))
    return {
        (person, day): (grade, points, levels)
        for person, day, grade, points, levels in rows.values_list("person_id", "assessed_on", "grade", "points", "levels")
    }


def _grade(scale: Scale, text: str) -> object:
    """The grade by its number (2, 2级) or its name; the text itself where it is neither, None where nothing is written."""
    plain = text.strip().removesuffix("级")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    return next((one.grade for one in scale.grades if one.label == text.strip()), plain or None)


def _day(text: str) -> dt.date | None:
    try:
        return read_date(text)
    except ValueError:
        return None


def _part(row: dict[str, str], kind: str) -> dict[str, object]:
    """Points or levels by dimension; what is no number is kept as text, so that it is refused."""
    found: dict[str, object] = {}
    for name, text in row.items():
        start, _, dimension = name.partition(":")
        if start == kind and text:
            plain = text.removesuffix("分").removesuffix("级")
            found[dimension] = int(plain) if plain.isascii() and plain.isdigit() else text
    return found
