"""Units and towns assessed for a period: as it stands today, or as it was frozen; every score opens to its rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from songhe.contexts.plan_tracking.access import assessments_visible_to, reach_of, sees_unit
from songhe.contexts.plan_tracking.errors import NotAssessed
from songhe.contexts.plan_tracking.models import FrozenAssessment
from songhe.contexts.plan_tracking.queries.assessed_rows import Gathered, town_rows, unit_rows
from songhe.contexts.plan_tracking.queries.scoring import (
    FORMAT,
    Part,
    Row,
    Rule,
    Subject,
    counts,
    period_end,
    period_start,
    period_title,
    ranked,
    rule_of,
    rules_data,
    rules_from,
    score,
    scored_again,
    subject_data,
)
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import queries as statistics
from songhe.engines.policy.assessed import TOWNS, UNITS, AssessedItem, AssessmentPlan
from songhe.engines.policy.pack import Pack
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Right

MOST_PERIODS = 24


@dataclass(frozen=True, slots=True)
class Frozen:
    """When and by whom an assessment was frozen; `sha256` is of its content."""

    id: int
    revision: int
    reason: str
    by: str
    at: dt.datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One period. `frozen` is None while it is counted anew each time; `over` says that the period has ended.

    `status` is where the weights come from (assumed or stated). Subjects are those within the actor's reach, best first.
    """

    title: str
    version: str
    definition: str
    status: str
    note: str
    start: dt.date
    end: dt.date
    months: int
    as_of: dt.date
    cut_off: str
    of: str  # units | towns
    rules: tuple[Rule, ...]
    subjects: tuple[Subject, ...]
    over: bool
    frozen: Frozen | None

    @property
    def period(self) -> str:
        """2025年."""
        return period_title(self.start, self.months)

    @property
    def weights(self) -> int:
        """All weights together."""
        return sum(rule.weight for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with whether it is good."""

    row: Row
    good: bool


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """One item of one subject with its rows, those that are not good first."""

    assessment: Assessment
    subject: Subject
    rule: Rule
    part: Part
    rows: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class CountedAgain:
    """Whether the frozen scores come out the same from the frozen rows and weights, and the content is the one that was sealed."""

    same: bool
    sealed: bool
    subjects: int


def periods(actor: Actor) -> tuple[tuple[dt.date, str], ...]:
    """The periods from the plan's first day until today, newest first: first day and name."""
    reach_of(actor)
    pack = policy.pack_in_use().pack
    return tuple((start, period_title(start, _plan(pack).months)) for start in known_periods(pack))


def known_periods(pack: Pack) -> tuple[dt.date, ...]:
    """Their first days, newest first, at most MOST_PERIODS."""
    months, today = _plan(pack).months, clock.today()
    found, first = [period_start(today, months)], period_start(pack.valid_from or today, months)
    while found[-1] > first and len(found) < MOST_PERIODS:
        found.append(period_start(found[-1] - dt.timedelta(days=1), months))
    return tuple(found)


def assessment(actor: Actor, *, of: str = UNITS, start: dt.date | None = None, revision: int | None = None) -> Assessment:
    """A period (the running one where none is named), frozen if it has been; `of` is units or towns. Raises NotAssessed, AccessDenied."""
    reach = reach_of(actor)
    pack, today = policy.pack_in_use().pack, clock.today()
    plan = _plan(pack)
    begun = period_start(start or today, plan.months)
    rows = assessments_visible_to(actor).filter(start=begun)
    kept = rows.filter(revision=revision).first() if revision is not None else rows.order_by("-revision").first()
    if revision is not None and kept is None:
        raise NotAssessed("没有这一版考核结果。", next_step="请回到考核页面重新选择。")
    if of not in (UNITS, TOWNS) or begun not in known_periods(pack):
        raise NotAssessed("没有这个时段的考核。", next_step="请回到考核页面重新选择。")
    content = json.loads(kept.content) if kept is not None else live(pack, plan, begun, today, (of,))
    listed = _subjects(content, of)
    seen = [one for one in listed if (sees_unit(reach, one.id) if of == UNITS else actor.may(Right.SEE_FIGURES, one.id))]
    return _assessment(content, of, seen, kept, today)


def assessed_rows(
    actor: Actor, *, of: str, subject: str, item: str, start: dt.date | None = None, revision: int | None = None
) -> RowsBehind:
    """The rows of one item of one unit or town; raises NotAssessed where the actor sees no such subject."""
    found = assessment(actor, of=of, start=start, revision=revision)
    one = next((each for each in found.subjects if each.id == subject), None)
    rule = next((each for each in found.rules if each.item == item), None)
    if one is None or rule is None:
        raise NotAssessed("没有这一项考核，或者不归您查看。", next_step="请回到考核页面重新选择。")
    part = next(each for each in one.parts if each.item == item)
    rows = [Judged(row, counts(item, row)) for row in one.rows.get(item, ())]
    return RowsBehind(found, one, rule, part, tuple(sorted(rows, key=lambda judged: judged.good)))


def frozen_assessments(actor: Actor) -> tuple[tuple[dt.date, str, Frozen], ...]:
    """All that are frozen, newest period and revision first: first day, name of the period, and by whom."""
    rows = assessments_visible_to(actor).order_by("-start", "-revision").defer("content")
    return tuple((row.start, period_title(row.start, _months(row)), _frozen(row)) for row in rows)


def count_again(actor: Actor, *, assessment_id: int) -> CountedAgain:
    """The frozen assessment counted again from its own rows. Raises NotAssessed."""
    row = assessments_visible_to(actor).filter(pk=assessment_id).first()
    if row is None:
        raise NotAssessed("没有这次考核。", next_step="请回到考核页面重新选择。")
    content = json.loads(row.content)
    again = {
        of: [subject_data(scored_again(rules_from(content[of]["rules"]), data)) for data in content[of]["subjects"]]
        for of in (UNITS, TOWNS)
    }
    same = all(again[of] == content[of]["subjects"] for of in again)
    sealed = hashlib.sha256(row.content.encode()).hexdigest() == row.content_sha256
    return CountedAgain(same, sealed, sum(map(len, again.values())))


def live(pack: Pack, plan: AssessmentPlan, start: dt.date, today: dt.date, of: Sequence[str]) -> Mapping[str, Any]:
    """The content as it would be frozen today, for units, towns or both. For actions and queries that have checked access.

    A period that is over is told as it stood on its last day, whatever happened since. Raises PastUnknown where that cannot be told any more.
    """
    end = period_end(start, plan.months)
    stood = min(end, today)
    counted = statistics.newest_counting(SYSTEM, until=stood)
    found: dict[str, object] = {
        "format": FORMAT, "title": plan.title, "version": plan.version, "definition": plan.definition,
        "status": plan.cited.cite.status, "note": plan.cited.note, "months": plan.months, "start": start.isoformat(), "end": end.isoformat(),
        "as_of": stood.isoformat(), "cut_off": counted.cut_off.isoformat() if counted else "",
        "figures": [counted.period.isoformat(), counted.revision, counted.snapshot] if counted else None,
        "pack": policy.pack_in_use().content_hash,
    }  # fmt: skip
    if UNITS in of:
        gathered = unit_rows(pack, plan, start, end, today)
        found[UNITS] = _scored(plan.units, gathered, {name: name for name in gathered})
    if TOWNS in of:
        gathered, names = town_rows(pack, start, end, today)
        found[TOWNS] = _scored(plan.towns, gathered, names)
    return found


def assessment_plan(pack: Pack) -> AssessmentPlan:
    """How the pack assesses; raises NotAssessed where it does not."""
    return _plan(pack)


def _plan(pack: Pack) -> AssessmentPlan:
    if pack.assessment is None:
        raise NotAssessed("本市的政策包没有写怎样考核。", next_step="请在政策包里补上 assessment_of_units.yaml。")
    return pack.assessment


def _subjects(content: Mapping[str, Any], of: str) -> list[Subject]:
    rules = rules_from(content[of]["rules"])
    return [scored_again(rules, data) for data in content[of]["subjects"]]


def _scored(items: Sequence[AssessedItem], gathered: Gathered, names: Mapping[str, str]) -> dict[str, object]:
    rules = tuple(rule_of(entry) for entry in items)
    subjects = ranked([score(key, names[key], rules, rows) for key, rows in gathered.items()])
    return {"rules": rules_data(rules), "subjects": [subject_data(one) for one in subjects]}


def _assessment(
    content: Mapping[str, Any], of: str, seen: Sequence[Subject], kept: FrozenAssessment | None, today: dt.date
) -> Assessment:
    text = {name: str(content[name]) for name in ("title", "version", "definition", "status", "note", "cut_off")}
    start, end, as_of = (dt.date.fromisoformat(str(content[name])) for name in ("start", "end", "as_of"))
    return Assessment(
        text["title"], text["version"], text["definition"], text["status"], text["note"], start, end, int(str(content["months"])), as_of,
        text["cut_off"], of, rules_from(content[of]["rules"]), tuple(seen), end < today, _frozen(kept) if kept is not None else None,
    )  # fmt: skip


def _frozen(row: FrozenAssessment) -> Frozen:
    return Frozen(row.pk, row.revision, row.reason, row.made_by_name, row.made_at, row.content_sha256)


def _months(row: FrozenAssessment) -> int:
    return (row.end.year - row.start.year) * 12 + row.end.month - row.start.month + 1
