"""The roster of people for basic elderly care: who stands on it by which rule since when, who left and why, and how many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from songhe.contexts.entitlements.access import roster_counts_visible_to, roster_visible_to
from songhe.contexts.entitlements.models import RosterEntry, RosterRule
from songhe.contexts.entitlements.words import EXIT_REASON_LABELS, ExitReason, RosterKind, RosterState, town_of
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200


@dataclass(frozen=True, slots=True)
class RosterRuleView:
    """A rule that puts people on the roster. `services` are the rows of the public list that it fulfils; `in_use`: the pack still has it."""

    id: int
    kind: RosterKind
    name: str
    title: str
    services: tuple[str, ...]
    in_use: bool


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One entry. `left_because` says in Chinese what no longer held; empty where the reason itself says everything."""

    id: int
    person_id: int
    area_path: str
    rule: RosterRuleView
    state: RosterState
    entered_on: dt.date
    entered_run: int
    unsure_since: dt.date | None
    left_on: dt.date | None
    left_reason: str
    left_because: str
    left_run: int | None


@dataclass(frozen=True, slots=True)
class RosterTally:
    """People by one rule (None: by any) and place (empty: the whole area that was asked for); `unsure` are among neither but beside `sure`."""

    rule: RosterRuleView | None
    area_path: str
    sure: int
    unsure: int

    @property
    def total(self) -> int:
        """All who stand on the roster."""
        return self.sure + self.unsure


@dataclass(frozen=True, slots=True)
class RosterCounts:
    """How many stand on the roster: everybody once, by rule, and everybody once by town."""

    everybody: RosterTally
    by_rule: tuple[RosterTally, ...]
    by_town: tuple[RosterTally, ...]


def roster_rules(actor: Actor) -> tuple[RosterRuleView, ...]:
    """The rules of the roster, those of the pack in use first, in its order."""
    require(actor, Right.SEE_DECISIONS)
    return tuple(sorted(roster_rule_views().values(), key=lambda rule: (not rule.in_use, rule.kind is RosterKind.GROUP, rule.id)))


def roster_rule_views() -> Mapping[int, RosterRuleView]:
    """Every rule that ever put somebody on the roster, by its number."""
    pack = policy.pack_in_use().pack
    rows: dict[str, list[str]] = {}
    for service in pack.services.values():
        for benefit in service.benefits:
            rows.setdefault(benefit, []).append(service.title)
    found: dict[int, RosterRuleView] = {}
    for row in RosterRule.objects.all():
        kind = RosterKind(row.kind)
        in_use = row.name in (rows if kind is RosterKind.BENEFIT else pack.roster.groups)
        services = tuple(rows.get(row.name, ())) if kind is RosterKind.BENEFIT else ()
        found[row.id] = RosterRuleView(row.id, kind, row.name, row.title, services, in_use)
    return found


def roster(
    actor: Actor, *, area_path: str = "", rule: str = "", state: str = "", after: str | None = None, limit: int = 50
) -> Page[RosterLine]:
    """A page of entries in the actor's areas: those who stand on it by place and person, those who left by day, latest first.

    `rule` is a rule's name (a benefit or a group), empty for all; `state` is sure, unsure or left, empty for all who stand on it now.
    Raises NotFound for a rule or state that there is not.
    """
    require(actor, Right.SEE_DECISIONS)
    limit, rules = max(1, min(limit, MOST)), roster_rule_views()
    rows = roster_visible_to(actor, area_path=area_path)
    if rule:
        rows = rows.filter(rule_id__in=_named(rules, rule))
    if state == RosterState.LEFT:
        return _left(rows.filter(left_on__isnull=False), rules, after, limit)
    if state not in ("", RosterState.SURE, RosterState.UNSURE):
        raise NotFound("没有这种在册情况。", next_step="请选择在册、待核实或已移出。")
    rows = rows.filter(left_on=None)
    if state:
        rows = rows.filter(unsure_since__isnull=state == RosterState.SURE)
    if after:
        path, person, entry = keys_of(after, str, int, int)
        rows = rows.extra(
            where=["(roster_entry.area_path, roster_entry.person_id, roster_entry.id) > (%s, %s, %s)"],
            params=[path, person, entry],
        )
    found = list(rows.order_by("area_path", "person_id", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(_lines(found[:limit], rules), cursor_of(last.area_path, last.person_id, last.id) if last else None)


def _left(rows: QuerySet[RosterEntry], rules: Mapping[int, RosterRuleView], after: str | None, limit: int) -> Page[RosterLine]:
    if after:
        day, entry = keys_of(after, str, int)
        rows = rows.extra(where=["(roster_entry.left_on::text, roster_entry.id) < (%s, %s)"], params=[day, entry])
    found = list(rows.order_by("-left_on", "-id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(_lines(found[:limit], rules), cursor_of(str(last.left_on), last.id) if last else None)


def _named(rules: Mapping[int, RosterRuleView], name: str) -> list[int]:
    found = [rule.id for rule in rules.values() if rule.name == name]
    if not found:
        raise NotFound("名录里没有这一项。", next_step="请从列出的项目里选择。")
    return found


def roster_of(actor: Actor, *, person_id: int) -> tuple[RosterLine, ...]:
    """All entries of one person that the actor may see: those that stand first, then the ended ones, latest first."""
    require(actor, Right.SEE_DECISIONS)
    rows = list(roster_visible_to(actor).filter(person_id=person_id))
    rows.sort(key=lambda row: (row.left_on is not None, -(row.left_on or row.entered_on).toordinal(), row.id))
    return _lines(rows, roster_rule_views())


def _lines(rows: list[RosterEntry], rules: Mapping[int, RosterRuleView]) -> tuple[RosterLine, ...]:
    return tuple(_line(row, rules[row.rule_id]) for row in rows)


def _line(row: RosterEntry, rule: RosterRuleView) -> RosterLine:
    state = RosterState.LEFT if row.left_on else RosterState.UNSURE if row.unsure_since else RosterState.SURE
    reason = EXIT_REASON_LABELS[ExitReason(row.left_reason)] if row.left_reason else ""
    return RosterLine(
        row.id, row.person_id, row.area_path, rule, state, row.entered_on, row.entered_run_id, row.unsure_since, row.left_on,
        reason, row.left_because, row.left_run_id,
    )  # fmt: skip


def roster_counts(actor: Actor, *, area_path: str = "") -> RosterCounts:
    """How many people stand on the roster in the actor's areas, narrowed to `area_path`."""
    require(actor, Right.SEE_DECISIONS)
    rules = roster_rule_views()
    rows = roster_counts_visible_to(actor, area_path=area_path)
    summed = rows.exclude(rule=None).values("rule_id").annotate(sure=Sum("sure"), unsure=Sum("unsure"))
    by_rule = [
        RosterTally(rules[row["rule_id"]], "", row["sure"], row["unsure"]) for row in summed if row["sure"] or row["unsure"]
    ]
    by_rule.sort(
        key=lambda tally: (
            tally.rule is not None and tally.rule.kind is RosterKind.GROUP,
            -tally.total,
            tally.rule.id if tally.rule else 0,
        )
    )
    towns: dict[str, tuple[int, int]] = {}
    for path, sure, unsure in rows.filter(rule=None).values_list("area_path", "sure", "unsure"):
        before = towns.get(town_of(path), (0, 0))
        towns[town_of(path)] = (before[0] + sure, before[1] + unsure)
    by_town = tuple(RosterTally(None, path, sure, unsure) for path, (sure, unsure) in sorted(towns.items()))
    everybody = RosterTally(None, "", sum(t.sure for t in by_town), sum(t.unsure for t in by_town))
    return RosterCounts(everybody, tuple(by_rule), by_town)
