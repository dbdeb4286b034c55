"""Pairs of independent forms, counted: sums that can be added up, so that a month which is over is counted once and remembered."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncMonth

from songhe.contexts.assessments.models import CaseAssessor, Form, Result
from songhe.contexts.assessments.words import FormState
from songhe.engines.scales.scale import Scale

REMEMBERED = 86_400  # seconds


@dataclass(slots=True)
class AssessorTally:
    """One assessor's own forms against the others': pairs of grades, how often the own grade is not the agreed one, forms that are the same in
    everything, seconds of filling."""

    grades: Counter[tuple[int, int]] = field(default_factory=Counter)
    differs: int = 0
    same: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many forms were compared."""
        return self.grades.total()


@dataclass(slots=True)
class Tally:
    """Cases compared: pairs (lead, second) of grades, of each item's steps from best to worst, and what each assessor did."""

    grades: Counter[tuple[int, int]] = field(default_factory=Counter)
    items: dict[str, Counter[tuple[int, int]]] = field(default_factory=dict)
    assessors: dict[int, AssessorTally] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """The other's cases are counted here too."""
        self.grades += other.grades
        for name, counted in other.items.items():
            self.items.setdefault(name, Counter()).update(counted)
        for who, more in other.assessors.items():
            own = self.assessors.setdefault(who, AssessorTally())
            own.grades.update(more.grades)
            own.differs += more.differs
            own.same += more.same
            own.seconds.extend(more.seconds)


class _Filled(NamedTuple):
    """What is compared of a form."""

    case_id: int
    assessor_id: int
    grade: int
    answers: dict[str, str]
    circumstances: dict[str, object]
    filled_from: dt.datetime
    filled_to: dt.datetime | None


def tally(results: QuerySet[Result], scale: Scale, *, since: dt.date, until: dt.date, scope: str) -> Tally:
    """Over the results assessed from `since` to `until` (both included) whose two forms were compared.

    `scope` says whose results these are. What was counted of a month is remembered for a day, until one of its results is another; forms that
    were compared never change.
    """
    within = results.filter(assessed_on__gte=since, assessed_on__lte=until)
    marks = within.annotate(month=TruncMonth("assessed_on")).values("month").order_by("month")
    found = Tally()
    for mark in marks.annotate(n=Count("pk"), last=Max("pk"), cases=Sum("case_id")):
        first = max(mark["month"], since)
        end = mark["month"].replace(day=calendar.monthrange(mark["month"].year, mark["month"].month)[1])
        last = min(end, until)
        said = f"{scope}|{scale.id}|{first}|{last}|{mark['n']}|{mark['last']}|{mark['cases']}"
        key = f"agreement:{hashlib.sha256(said.encode()).hexdigest()}"
        known: Tally | None = cache.get(key)
        if known is None:
            known = _counted(within.filter(assessed_on__gte=first, assessed_on__lte=last), scale)
            cache.set(key, known, REMEMBERED)
        found.add(known)
    return found


def _counted(rows: QuerySet[Result], scale: Scale) -> Tally:
    found, order = Tally(), {item.id: {option.id: at for at, option in enumerate(item.options)} for item in scale.items}
    for agreed, lead, second in _pairs(rows):
        found.grades[lead.grade, second.grade] += 1
        for name, steps in order.items():
            one, other = steps.get(lead.answers.get(name, "")), steps.get(second.answers.get(name, ""))
            if one is not None and other is not None:
                found.items.setdefault(name, Counter())[one, other] += 1
        same = lead.answers == second.answers and lead.circumstances == second.circumstances
        for own, partner in ((lead, second), (second, lead)):
            who = found.assessors.setdefault(own.assessor_id, AssessorTally())
            who.grades[own.grade, partner.grade] += 1
            who.differs += own.grade != agreed
            who.same += same
            if own.filled_to is not None:
                who.seconds.append((own.filled_to - own.filled_from).total_seconds())
    return found


def _pairs(results: QuerySet[Result]) -> Iterator[tuple[int, _Filled, _Filled]]:
    agreed = dict(results.values_list("case_id", "grade"))
    lead = dict(CaseAssessor.objects.filter(case__in=agreed, lead=True).values_list("case_id", "assessor_id"))
    forms: dict[tuple[int, bool], _Filled] = {}
    for row in Form.objects.filter(case__in=agreed, state=FormState.FINAL).values_list(*_Filled._fields):
        form = _Filled(*row)
        forms[form.case_id, form.assessor_id == lead.get(form.case_id)] = form
    for case, grade in agreed.items():
        if (case, True) in forms and (case, False) in forms:
            yield grade, forms[case, True], forms[case, False]
