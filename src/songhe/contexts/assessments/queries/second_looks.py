"""Results of a month that were drawn for a second look by other people, and what came out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.basics.ages import months_before
from songhe.contexts.assessments.access import results_visible_to, visible_to
from songhe.contexts.assessments.models import Result
from songhe.contexts.assessments.queries.cases import CaseBrief, case_briefs
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import CaseState
from songhe.engines.sampling.draw import how_many
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A case that looks again, the result that it looks at, and that result's grade; `same` is None until there is another."""

    case: CaseBrief
    first_result: int
    first_grade: int
    same: bool | None


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """A month: results that came into force, how many of these the pack asks to look at again, those drawn, done, and with another grade.

    `seed` repeats the draw. Numbers are of the actor's areas.
    """

    month: dt.date
    seed: str
    of: int
    wanted: int
    done: int
    other: int
    lines: tuple[SecondLook, ...]


def second_looks(actor: Actor, *, month: dt.date, area_path: str = "") -> SecondLooks:
    """The draw of the month in which the first results came into force, in the order of their cases."""
    require(actor, Right.SEE_ASSESSMENTS)
    first = month.replace(day=1)
    held = results_visible_to(actor, area_path=area_path).filter(in_force_on__gte=first, in_force_on__lt=months_before(first, -1))
    by_scale: dict[str, int] = {}
    for scale in held.values_list("scale", flat=True):
        by_scale[scale] = by_scale.get(scale, 0) + 1
    wanted = sum(how_many(size, per_mille=10 * rule("second_look_percent", scale)) for scale, size in by_scale.items())
    cases = list(visible_to(actor).filter(looks_again_at__in=held.values("pk")).select_related("body").order_by("pk"))
    grades = dict(Result.objects.filter(pk__in=[row.looks_again_at_id for row in cases]).values_list("pk", "grade"))
    lines = []
    for row, brief in zip(cases, case_briefs(cases), strict=True):
        assert row.looks_again_at_id is not None
        before = grades[row.looks_again_at_id]
        lines.append(SecondLook(brief, row.looks_again_at_id, before, None if brief.grade is None else brief.grade == before))
    done = [line for line in lines if line.case.state in (CaseState.SETTLED, CaseState.CLOSED) and line.same is not None]
    return SecondLooks(
        first, f"{first:%Y-%m}", sum(by_scale.values()), wanted, len(done), sum(not line.same for line in done), tuple(lines)
    )
