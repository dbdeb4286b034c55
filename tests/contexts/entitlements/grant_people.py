"""People of whom departments say things on days, and what their grants come to: for the tests of grants."""

from __future__ import annotations

import datetime as dt
import itertools

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Due, Grant, GrantStep
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

POLICE, CIVIL = "公安", "民政"
ALL_KNOWN = {
    "registered_here": True,
    "resident_here": True,
    "rural": False,
    "in_institution": False,
    "disability_grade": 0,
    "family_planning": "none",
    "lives_alone": False,
    "empty_nest": False,
    "left_behind": False,
    "mobility_difficulty": False,
    "ltc_benefit": False,
    "unable_self_care": False,
    "assistance": "none",
    "ability_grade": 0,
}
_numbers = itertools.count(1)


def at(community: Area, name: str, birth: str, *, stated_on: str = "2026-01-01", account: bool = True, **facts: object) -> Person:
    """A person alone in a household, of whom everything was said on one day. A fact given as None was not said."""
    number = next(_numbers)
    home = Household.objects.create(
        key=f"G{number}", area=community, area_path=community.path, facts={"size": 1}, changed_at=clock.now()
    )
    person = Person.objects.create(
        household=home, area=community, area_path=community.path, name=name, birth_date=dt.date.fromisoformat(birth), sex="female",
        facts={}, changed_at=clock.now(), bank_account_sealed=b"sealed" if account else None,
    )  # fmt: skip
    said = {"alive": True, "birth_date": birth, "sex": "female"}
    say(person, POLICE, stated_on, **said)
    values = {name: value for name, value in {**ALL_KNOWN, **facts}.items() if value is not None}
    say(person, CIVIL, stated_on, **values)
    return person


def say(person: Person, department: str, stated_on: str, death_date: str | None = None, **values: object) -> None:
    """A department's statement, settled; nobody is told (see `known`)."""
    Record.objects.create(
        person=person, department=department, stated_on=dt.date.fromisoformat(stated_on), received_at=clock.now(), values=values,
        identity={"death_date": death_date} if death_date else {},
    )  # fmt: skip
    settle_persons([person.id])
    person.refresh_from_db()


def known(*people: Person, cause: str = "资料有变化") -> int:
    """The households are decided again and their grants have followed; the run's number."""
    homes = tuple(sorted({p.household_id for p in people}))
    run = actions.determine_households(SYSTEM, household_ids=homes, cause=cause)
    assert run is not None
    actions.follow_run(SYSTEM, run_id=run)
    return run


def grant_of(person: Person, benefit: str = "age_allowance") -> Grant:
    """The person's newest grant of the benefit."""
    return Grant.objects.filter(person=person, benefit=benefit).order_by("-id")[0]


def dues(grant: Grant) -> dict[str, list[int]]:
    """Month -> the amounts (fen) of all its revisions, oldest first."""
    found: dict[str, list[int]] = {}
    for due in Due.objects.filter(grant=grant).order_by("period", "revision"):
        found.setdefault(f"{due.period:%Y-%m}", []).append(due.amount)
    return found


def newest(grant: Grant) -> dict[str, int]:
    """Month -> what is due now."""
    return {month: amounts[-1] for month, amounts in dues(grant).items()}


def steps(grant: Grant) -> list[tuple[str, str]]:
    """The moves of a grant."""
    return list(GrantStep.objects.filter(grant=grant).order_by("id").values_list("before", "after"))
