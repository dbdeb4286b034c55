"""Results: what came out, by which scale, how each score came about, how long it holds, and who used it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import result_for, results_visible_to, taken_over_visible_to, uses_visible_to
from songhe.contexts.assessments.errors import ResultNotFound
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Result, ResultUse, Signature
from songhe.contexts.assessments.queries.persons import AssessedPerson, named, persons
from songhe.contexts.assessments.queries.signatures import (
    ElderSigned,
    SignatureView,
    elder_signature,
    signature_of_result,
    signatures_of,
)
from songhe.contexts.assessments.words import CaseKind, ResultState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.result import Result as Scored
from songhe.engines.scales.result import from_json
from songhe.engines.scales.scale import Scale
from songhe.foundation import clock, files, signing
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500


@dataclass(frozen=True, slots=True)
class ResultBrief:
    """One result. `valid_to` is the first day on which it no longer counts as fresh; `fact` the fact that its grade becomes."""

    id: int
    case_id: int
    person_id: int
    area_path: str
    scale: str
    scale_title: str
    standard: str
    verified: bool
    fact: str
    kind: CaseKind
    grade: int
    grade_label: str
    state: ResultState
    assessed_on: dt.date
    announced_on: dt.date
    objections_until: dt.date
    in_force_on: dt.date | None
    valid_to: dt.date
    lapsed: bool
    report_id: int | None
    case_public_id: str
    person_public_id: str


@dataclass(frozen=True, slots=True)
class TakenOverLine:
    """A result of an older scale as it was sent; it counts for nothing but is known. `points` and `levels` by dimension, as far as sent."""

    id: int
    scale: str
    scale_title: str
    grade: int
    grade_label: str
    assessed_on: dt.date
    assessed_by: str
    points: Mapping[str, int]
    levels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SettledDifference:
    """Where the forms differed and what was agreed, in words."""

    where: str
    label: str
    lead: str
    second: str
    agreed: str
    why: str


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use of a result."""

    id: int
    result_id: int
    department: str
    purpose: str
    used_by: str
    used_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result with every score. `signatures` are those under the forms, the lead's first, `signature` the lead's under the result itself.

    `scored` has a line an item, the sums, the first grade, each rule, the final grade, all with reasons."""

    brief: ResultBrief
    person: AssessedPerson
    scored: Scored
    scale: Scale
    answers: Mapping[str, str]
    circumstances: Mapping[str, bool | int]
    differences: tuple[SettledDifference, ...]
    lead: str
    second: str
    body: str
    signed_for: str
    elder: ElderSigned | None
    signatures: tuple[SignatureView, ...]
    signature: SignatureView | None
    report_code: str
    settled_by: str
    settled_at: dt.datetime
    pack_version_id: int
    uses: tuple[UseLine, ...]


def results_of(actor: Actor, *, person_id: int) -> tuple[ResultBrief, ...]:
    """The results of a person that the actor may see, latest first."""
    return result_briefs(_light(results_visible_to(actor).filter(person_id=person_id)).order_by("-assessed_on", "-pk"))


def results(
    actor: Actor, *, area_path: str = "", state: str | None = None, after: str | None = None, limit: int = 50
) -> Page[ResultBrief]:
    """Results in the actor's areas, latest first."""
    rows = _light(results_visible_to(actor, area_path=area_path))
    rows = rows if not state else rows.filter(state=state)
    if after is not None:
        rows = rows.filter(pk__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    found = list(rows.order_by("-pk")[: limit + 1])
    return Page(result_briefs(found[:limit]), cursor_of(found[limit - 1].pk) if len(found) > limit else None)


def result(actor: Actor, *, result_id: int) -> ResultView:
    """The whole result; ResultNotFound where the actor may not see it."""
    row = result_for(actor, result_id)
    scale = policy.scales_of(row.pack_version_id)[row.scale]
    seats = dict(CaseAssessor.objects.filter(case_id=row.case_id).values_list("lead", "assessor__name"))
    names = accounts.names_of([row.settled_by])
    forms = _forms(row)
    signed = signatures_of(forms)
    return ResultView(
        brief=result_briefs([row])[0], person=persons([row.person_id])[row.person_id], scored=from_json(row.scored), scale=scale,
        answers=row.answers, circumstances=row.circumstances, differences=tuple(SettledDifference(**one) for one in row.differences),
        lead=seats.get(True, ""), second=seats.get(False, ""), body=row.case.body.name if row.case.body else "", signed_for=row.signed_for,
        elder=elder_signature(forms[0]) if forms else None, signatures=tuple(signed[form.pk] for form in forms if form.pk in signed),
        signature=signature_of_result(row), report_code=signing.code_of(files.describe(row.report_id).sha256) if row.report_id else "",
        settled_by=names.get(row.settled_by, ""), settled_at=row.settled_at, pack_version_id=row.pack_version_id,
        uses=_uses(uses_visible_to(actor).filter(result=row).order_by("-used_at", "-pk")[:MOST]),
    )  # fmt: skip


def _forms(row: Result) -> list[Form]:
    """Both forms, the lead's first."""
    lead = CaseAssessor.objects.filter(case_id=row.case_id, lead=True).values_list("assessor_id", flat=True).first()
    forms = Form.objects.select_related("case", "assessor").filter(case_id=row.case_id)
    return sorted(forms, key=lambda form: form.assessor_id != lead)


def taken_over_of(actor: Actor, *, person_id: int) -> tuple[TakenOverLine, ...]:
    """The person's results of older scales, latest first; none outside the actor's areas."""
    scales = policy.scales_in_use()[1]
    found: list[TakenOverLine] = []
    for row in taken_over_visible_to(actor).filter(person_id=person_id).order_by("-assessed_on", "-pk"):
        scale = scales.get(row.scale)
        title, label = (scale.title, scale.grade_label(row.grade)) if scale else (row.scale, f"{row.grade}级")
        found.append(
            TakenOverLine(row.pk, row.scale, title, row.grade, label, row.assessed_on, row.assessed_by, row.points, row.levels)
        )
    return tuple(found)


def result_id_of(actor: Actor, *, case_public_id: str) -> int:
    """The inner number of the result of a case; ResultNotFound where there is none that the actor may see."""
    found = results_visible_to(actor).filter(case__public_id=case_public_id).values_list("pk", flat=True).first()
    if found is None:
        raise ResultNotFound("没有找到这个评估结果，或者您不能查看。", next_step="请核对编号。")
    return found


def uses(actor: Actor, *, area_path: str = "", department: str = "", after: str | None = None, limit: int = 50) -> Page[UseLine]:
    """Who used which result for what, in the actor's areas, latest first."""
    require(actor, Right.SEE_ASSESSMENTS)
    rows = uses_visible_to(actor).filter(result__area_path__startswith=area_path)
    rows = rows.filter(department=department) if department else rows
    if after is not None:
        rows = rows.filter(pk__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    found = list(rows.order_by("-pk")[: limit + 1])
    return Page(_uses(found[:limit]), cursor_of(found[limit - 1].pk) if len(found) > limit else None)


def report_file(actor: Actor, *, result_id: int) -> tuple[str, bytes]:
    """Name and content of the report, exactly as it was signed; ResultNotFound where the actor may not see it or none has been printed.

    Raises SealBroken or Altered where as much as a byte was changed since.
    """
    row = result_for(actor, result_id)
    if row.report_id is None:
        raise ResultNotFound("这个结果还没有打印报告。", next_step="请先生成报告。")
    content = files.read(row.report_id)
    signed = Signature.objects.filter(result=row).exists()  # else of the time before signing
    return files.describe(row.report_id).name, signing.unaltered(content) if signed else content


def _light(rows: QuerySet[Result]) -> QuerySet[Result]:
    return rows.defer("scored", "answers", "circumstances", "differences")


def result_briefs(rows: Iterable[Result]) -> tuple[ResultBrief, ...]:
    """The lines of these results, in their order; asked only for rows that the actor sees."""
    found = list(rows)
    kinds, people = dict(_kinds([row.case_id for row in found])), named(row.person_id for row in found)
    today = clock.today()
    briefs: list[ResultBrief] = []
    scales = {version: policy.scales_of(version) for version in {row.pack_version_id for row in found}}
    for row in found:
        scale = scales[row.pack_version_id][row.scale]
        briefs.append(
            ResultBrief(
                row.pk, row.case_id, row.person_id, row.area_path, row.scale, scale.title, scale.standard, scale.verified, scale.gives,
                CaseKind(kinds[row.case_id][0]), row.grade, scale.grade_label(row.grade), ResultState(row.state), row.assessed_on,
                row.announced_on, row.objections_until, row.in_force_on, row.valid_to, row.valid_to <= today, row.report_id, str(kinds[row.case_id][1]),
                people[row.person_id].public_id,
            )
        )  # fmt: skip
    return tuple(briefs)


def _kinds(case_ids: Sequence[int]) -> Iterable[tuple[int, tuple[str, uuid.UUID]]]:
    rows = Case.objects.filter(pk__in=case_ids).values_list("pk", "kind", "public_id")
    return ((pk, (kind, public_id)) for pk, kind, public_id in rows)


def _uses(rows: Iterable[ResultUse]) -> tuple[UseLine, ...]:
    return tuple(UseLine(row.pk, row.result_id, row.department, row.purpose, row.used_by_name, row.used_at) for row in rows)
