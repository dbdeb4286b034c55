"""From what departments say to the money that arrives, over New Year and a 29th of February: decided, granted, due, paid, in any order.

Hypothesis lets people turn eighty or ninety, die, turn out to live, move out and in, come on a list and off it, win appeals, be suspended, taken up
again or ended by hand, have another account or none, while runs are made, cancelled, sent, answered and repaid. Every fen is walked back to a
decision of the person; at the end of every play what is due was paid and what was paid too much is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from songhe.basics.ages import age_on
from songhe.contexts.entitlements import actions as grants
from songhe.contexts.entitlements.models import Due, Grant, GrantStep
from songhe.contexts.entitlements.words import OPEN_GRANTS
from songhe.contexts.people.models import Person
from songhe.contexts.people.words import seal_context
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.encryption import seal
from songhe.foundation.errors import SongheError
from tests.contexts.entitlements.conftest import TOWN, Town, town
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, known, say
from tests.contexts.payments.conftest import money
from tests.contexts.payments.paying import Paying
from tests.long_runs import plays

__all__ = ["town"]
START = dt.date(2027, 12, 20)
BIRTHS = {
    "甲": "1948-02-29",
    "乙": "1938-01-01",
    "丙": "1940-06-06",
}  # eighty on 29 February, ninety on New Year's Day, eighty-seven
LOW = "low_income_aged_allowance"
WHO = st.sampled_from(tuple(BIRTHS))
JUDGE = Actor(id=99, name="复核员", kind="system")
DAY = dt.timedelta(1)

pytestmark = pytest.mark.django_db


class Years(Paying):
    """Three people, two benefits that need no application."""

    decided = True
    area: Area

    @initialize()
    def begin(self) -> None:
        self.start(START)
        self.people: dict[str, Person] = {}
        for name, birth in BIRTHS.items():
            self.people[name] = at(
                self.area, name, birth, stated_on="2027-01-01", account=False, low_income_allowance=name == "丙"
            )
            self.account_of(name)
        self.follow(*BIRTHS)

    def account_of(self, name: str, none: bool = False) -> None:
        """Another account from now on, or none."""
        self.accounts += 1
        person = self.people[name]
        number = f"{'6231' if self.accounts % 2 else '6222'}000000000{self.accounts}"
        person.bank_account_sealed = None if none else seal(number, context=seal_context("bank_account", str(person.public_id)))
        person.save(update_fields=["bank_account_sealed"])

    def follow(self, *names: str) -> None:
        """Decided again, grants follow, and whoever is proposed agrees."""
        known(*(self.people[name] for name in names))
        for grant in Grant.objects.filter(state="proposed"):
            grants.confirm_grant(SYSTEM, grant_id=grant.pk)

    @rule(days=st.sampled_from((1, 7, 12, 31, 60)))
    def days_go_by(self, days: int) -> None:
        """Every night the city is decided again; only nights on which an age is reached matter here."""
        for _ in range(days):
            before = self.day
            self.day += DAY
            older = [
                n
                for n, birth in BIRTHS.items()
                if age_on(dt.date.fromisoformat(birth), before) != age_on(dt.date.fromisoformat(birth), self.day)
            ]
            if older:
                self.stop_clock(self.day)
                self.follow(*older)
        self.stop_clock(self.day)

    @rule(name=WHO, back=st.integers(0, 70), value=st.booleans())
    def the_list_changes(self, name: str, back: int, value: bool) -> None:
        self.told(name, CIVIL, back, low_income_allowance=value)

    @rule(name=WHO, back=st.integers(0, 40), here=st.booleans())
    def moves(self, name: str, back: int, here: bool) -> None:
        self.told(name, POLICE, back, registered_here=here)
        self.told(name, CIVIL, back, registered_here=here, resident_here=here)

    def told(self, name: str, department: str, back: int, **values: object) -> None:
        day = max(self.day - back * DAY, dt.date(2027, 1, 2))
        say(self.people[name], department, day.isoformat(), **values)
        self.follow(name)

    @rule(name=WHO, back=st.integers(0, 100))
    def dies(self, name: str, back: int) -> None:
        died = max(self.day - back * DAY, START)
        say(self.people[name], POLICE, self.day.isoformat(), death_date=died.isoformat(), alive=False)
        self.follow(name)

    @rule(name=WHO)
    def lives_after_all(self, name: str) -> None:
        self.told(name, POLICE, 0, alive=True)

    @rule(name=WHO, back=st.integers(0, 60), amount=st.sampled_from((0, 5000, 12000)))
    def an_appeal_is_won(self, name: str, back: int, amount: int) -> None:
        """The decision is overridden: so much from a day, whatever the rules say; or the fact is corrected."""
        since, person = max(self.day - back * DAY, START), self.people[name]
        with suppress(SongheError):
            filed = grants.file_appeal(
                SYSTEM, person_id=person.pk, benefit=LOW, by_name="本人", relation="本人", reason="一直在名单上"
            )
            fix: dict[str, object] = {"override": grants.Override(since, amount)} if amount else {
                "corrections": [grants.Correction("low_income_allowance", True, since)]
            }  # fmt: skip
            grants.decide_appeal(JUDGE, appeal_id=filed.appeal_id, uphold=True, because="名单漏了", **fix)  # type: ignore[arg-type]
        self.follow(name)

    @rule(pick=st.integers(0, 9), how=st.sampled_from(("suspend", "resume", "resume", "end")))
    def a_desk_decides(self, pick: int, how: str) -> None:
        held = list(Grant.objects.filter(state__in=("suspended",) if how == "resume" else ("active",)).order_by("id"))
        if held:
            deed = {"suspend": grants.suspend_grant, "resume": grants.resume_grant, "end": grants.end_grant}[how]
            deed(SYSTEM, grant_id=held[pick % len(held)].pk, reason="窗口办理")

    @rule(name=WHO, none=st.booleans())
    def another_account(self, name: str, none: bool) -> None:
        self.account_of(name, none)

    def everybody_may_be_paid(self) -> None:
        for name in BIRTHS:
            self.account_of(name)
        self.follow(*BIRTHS)
        for grant in Grant.objects.filter(state="suspended"):
            grants.resume_grant(SYSTEM, grant_id=grant.pk, reason="收尾")
        grants.open_month(SYSTEM, month=self.day)

    @invariant()
    def grants_hold(self) -> None:
        if not hasattr(self, "stack"):
            return
        held = list(Grant.objects.filter(state__in=OPEN_GRANTS).values_list("person_id", "benefit"))
        assert len(held) == len(set(held))
        last = dict(GrantStep.objects.order_by("id").values_list("grant_id", "after"))
        assert last == dict(Grant.objects.values_list("id", "state"))
        for due in Due.objects.select_related("replaces").filter(revision__gt=1):
            assert due.replaces is not None
            assert (due.replaces.grant_id, due.replaces.period, due.replaces.revision) == (
                due.grant_id,
                due.period,
                due.revision - 1,
            )


@pytest.fixture
def village(town: Town) -> Iterator[Area]:
    with clock.frozen(START):
        for year in (2027, 2028, 2029, 2030):
            money(10**10, year)
        yield Area.objects.get(path__startswith=TOWN, level="community")


def test_from_what_is_said_to_what_arrives_everything_adds_up(village: Area) -> None:
    class OfVillage(Years):
        area = village

    run_state_machine_as_test(OfVillage, settings=plays(4, 15))  # type: ignore[no-untyped-call]
