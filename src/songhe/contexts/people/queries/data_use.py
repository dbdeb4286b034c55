"""Who looked at what of whom, for which use and why: from the audit chain, by role and use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.people.access import person_for
from songhe.contexts.people.queries.data_uses import data_uses
from songhe.foundation import audit_trail, clock
from songhe.foundation.access import ROLE_LABELS, ROLE_RIGHTS, Actor, Right
from songhe.foundation.paging import Page

LOOKED = "people.reveal"
LISTED = ("people.open_list", "people.search_registry")  # lists of people that were shown: whom, the chain does not keep
SEARCHED = "按条件查人"
UNSAID = "没有写明"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one sensitive field. `role` is as what they looked; `field` its Chinese name."""

    seq: int
    at: dt.datetime
    who: str
    role: str
    use: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class UseCount:
    """How often one field (or one list) was looked at for one use in one role, by how many people and of how many persons.

    `people` counts everybody once and is None for a list, of which only `shown` is known: lines with a name, those seen twice counted twice.
    """

    use: str
    role: str
    field: str
    times: int
    lookers: int
    people: int | None
    shown: int


def data_use(actor: Actor, *, since: dt.date, until: dt.date, area_path: str = "") -> tuple[UseCount, ...]:
    """Counts in the actor's areas from one day to another, both included, most first.

    An audit administrator counts everything there; a city or town officer what concerns the people of their areas. A list that was opened
    of a wider area counts in that area only.
    """
    right = Right.SEE_AUDIT if actor.may(Right.SEE_AUDIT) else Right.SEE_FIGURES
    counted = audit_trail.count_deeds(
        actor, actions=(LOOKED, *LISTED), by=("use", "role", "label"), summed="people", right=right, area_path=area_path,
        since=_midnight(since), until=_midnight(until + dt.timedelta(days=1)),
    )  # fmt: skip
    return tuple(_count(line) for line in counted)


def _count(line: audit_trail.DeedCount) -> UseCount:
    (use, role, field), listed = line.details, line.action in LISTED
    people, shown = (None, line.summed) if listed else (line.subjects, line.times)
    return UseCount(use_title(use), role_label(role), field or SEARCHED, line.times, line.actors, people, shown)


def looks_at(actor: Actor, *, person_id: int, after: str | None = None, limit: int = 50) -> Page[Look]:
    """Who opened something sensitive of this person, newest first; for whoever may see the person."""
    person = person_for(actor, person_id)
    found = audit_trail.deeds_about(
        subject_type="person", subject_id=str(person.id), actions=[LOOKED], limit=max(1, min(limit, 200)), after=after
    )
    return Page(tuple(_look(entry) for entry in found.items), found.next)


def _look(entry: audit_trail.AuditView) -> Look:
    told = {key: str(entry.detail.get(key) or "") for key in ("role", "use", "label", "reason")}
    return Look(
        entry.seq, entry.at, entry.actor_name, role_label(told["role"]), use_title(told["use"]), told["label"], told["reason"]
    )


def use_title(use: str) -> str:
    """核定和发放待遇, or that none was said."""
    known = data_uses().get(use)
    return known.title if known else UNSAID


def role_label(role: str) -> str:
    """镇街工作人员, or 接口或系统 where nobody with a role looked."""
    return {held.value: label for held, label in ROLE_LABELS.items()}.get(role, "接口或系统")


def role_held(actor: Actor, area_path: str, right: Right) -> str:
    """As what the actor holds the right there; empty for an API consumer or the house itself."""
    held = [grant.role for grant in actor.grants if area_path.startswith(grant.area_path) and right in ROLE_RIGHTS[grant.role]]
    return held[0].value if held and actor.kind == "user" else ""


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.CITY_ZONE)
