"""What everybody may know of the roster of basic elderly care: by which rules people stand on it, and about how many."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Sum

from songhe.contexts.entitlements.models import RosterCount, RosterEntry
from songhe.contexts.entitlements.queries.roster import RosterRuleView, roster_rule_views
from songhe.engines.suppression.rounding import in_tens


@dataclass(frozen=True, slots=True)
class RosterRuleForAll:
    """One rule in use. `people` in tens, None where they are too few to be told."""

    rule: RosterRuleView
    people: int | None


@dataclass(frozen=True, slots=True)
class RosterForAll:
    """The roster: `people` counts everybody once; `revised_on` is the last day somebody entered or left, None before the first."""

    people: int | None
    rules: tuple[RosterRuleForAll, ...]
    revised_on: dt.date | None


def roster_for_all(*, least: int) -> RosterForAll:
    """Counts of at least `least` people, in tens. For everybody: asks for no right, and no person can be told from it."""
    by_rule: dict[int | None, int] = {
        rule: sure + unsure
        for rule, sure, unsure in RosterCount.objects.order_by().values_list("rule_id").annotate(a=Sum("sure"), b=Sum("unsure"))
    }
    last = RosterEntry.objects.aggregate(entered=Max("entered_on"), left=Max("left_on"))
    rules = [view for view in roster_rule_views().values() if view.in_use]
    shown = tuple(
        RosterRuleForAll(view, in_tens(by_rule.get(view.id, 0), least)) for view in sorted(rules, key=lambda v: (v.kind, v.id))
    )
    days = [day for day in (last["entered"], last["left"]) if day is not None]
    return RosterForAll(in_tens(by_rule.get(None, 0), least), shown, max(days, default=None))
