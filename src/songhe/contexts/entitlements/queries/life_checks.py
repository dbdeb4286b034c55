"""Life checks (待遇资格认证): who has to be confirmed by when, and what was found before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from songhe.basics.ages import months_before
from songhe.contexts.entitlements.access import life_checks_visible_to
from songhe.contexts.entitlements.models import LifeCheck
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.words import LifeCheckChannel, LifeCheckOutcome
from songhe.contexts.people import queries as people
from songhe.engines.policy.granting import Granting
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200
AHEAD_DAYS = 60  # a check may be done so long before it is due

# One row a person with an open grant that is checked: the day from which the interval runs.
DUE_SQL = """
SELECT g.person_id, min(g.area_path) AS area_path, bool_or(g.state = 'suspended' AND g.suspended_for = 'life_check') AS suspended,
    greatest(max(g.from_on), (SELECT max(c.checked_on) FROM life_check c WHERE c.person_id = g.person_id AND c.outcome = 'alive')) AS since
FROM grant_given g WHERE g.state IN ('active', 'suspended') AND g.benefit = ANY(%(benefits)s)
GROUP BY g.person_id
"""


@dataclass(frozen=True, slots=True)
class LifeCheckDue:
    """A person to be confirmed: by `due_on`; from `stops_on` grants are suspended (already so where `suspended`)."""

    person_id: int
    name: str
    area_path: str
    place: str
    last_checked_on: dt.date
    due_on: dt.date
    stops_on: dt.date
    suspended: bool
    channels: tuple[LifeCheckChannel, ...]


@dataclass(frozen=True, slots=True)
class LifeCheckView:
    """One check that was made; `source` and `way` say of a department's data whose they were, and where the person was seen."""

    id: int
    person_id: int
    checked_on: dt.date
    channel: LifeCheckChannel
    outcome: LifeCheckOutcome
    note: str
    source: str = ""
    way: str = ""


def life_checks_due(
    actor: Actor, *, area_path: str = "", after: str | None = None, limit: int = 50, by: dt.date | None = None
) -> Page[LifeCheckDue]:
    """Who in the actor's areas has to be confirmed until `by` (AHEAD_DAYS from today), by place and number."""
    require(actor, Right.SEE_GRANTS)
    limit = max(1, min(limit, MOST))
    plan, wanted = granting(), _paths(actor, area_path)
    benefits = _all_checked(plan)
    months, grace = plan.term("life_check_months"), dt.timedelta(plan.term("life_check_grace_days"))
    latest = months_before(by or clock.today() + dt.timedelta(AHEAD_DAYS), months)
    path, person = keys_of(after, str, int) if after else ("", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({DUE_SQL}) t WHERE since <= %(latest)s AND (area_path, person_id) > (%(path)s, %(person)s)"  # noqa: S608
            " AND area_path LIKE ANY(%(paths)s) ORDER BY area_path, person_id LIMIT %(limit)s",
            {"benefits": benefits, "latest": latest, "path": path, "person": person, "paths": wanted, "limit": limit + 1},
        )
        rows = cursor.fetchall()
    known = people.people_by_id(actor, person_ids=[row[0] for row in rows[:limit]])
    channels = tuple(LifeCheckChannel(name) for name in plan.channels)
    items = []
    for person_id, where, suspended, since in rows[:limit]:
        due = months_before(since, -months)
        brief = known.get(person_id)
        items.append(
            LifeCheckDue(
                person_id,
                brief.name if brief else "",
                where,
                brief.place if brief else "",
                since,
                due,
                due + grace,
                suspended,
                channels,
            )
        )
    return Page(tuple(items), cursor_of(rows[limit - 1][1], rows[limit - 1][0]) if len(rows) > limit else None)


def life_checks_of(actor: Actor, *, person_id: int) -> tuple[LifeCheckView, ...]:
    """All checks of a person, latest first."""
    require(actor, Right.SEE_GRANTS)
    rows: list[LifeCheck] = list(life_checks_visible_to(actor).filter(person_id=person_id).order_by("-checked_on", "-id"))
    return tuple(
        LifeCheckView(
            r.id, r.person_id, r.checked_on, LifeCheckChannel(r.channel), LifeCheckOutcome(r.outcome), r.note, r.source, r.way
        )
        for r in rows
    )


def _all_checked(plan: Granting) -> list[str]:
    return [name for name, rule in plan.rules.items() if rule.life_check]


def _paths(actor: Actor, area_path: str) -> list[str]:
    """LIKE patterns of the actor's areas, narrowed; nothing matches where they do not meet."""
    paths = actor.area_paths(Right.SEE_GRANTS)
    narrowed = [max(path, area_path, key=len) for path in paths if path.startswith(area_path) or area_path.startswith(path)]
    return [f"{path}%" for path in narrowed]
