"""How far a census round is: outcomes by community, counted from the answers themselves."""

from __future__ import annotations

from django.db.models import Count

from songhe.contexts.people.models import CensusAnswer, CensusRound


def outcomes_by_place(round: CensusRound, area_path: str) -> dict[str, dict[str, int]]:
    """Community -> outcome -> people who live there now and were asked."""
    rows = CensusAnswer.objects.filter(round=round, person__area_path__startswith=area_path, person__stands_for=None)
    found: dict[str, dict[str, int]] = {}
    for path, outcome, people in rows.values_list("person__area_path", "outcome").annotate(people=Count("id")):
        found.setdefault(path, {})[outcome] = people
    return found
