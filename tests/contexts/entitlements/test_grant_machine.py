"""Facts change on random days, months open, people die and turn out to live, appeals are won: dues are what an independent count says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from songhe.basics.ages import age_on
from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.models import Appeal, Due, Grant, GrantStep
from songhe.contexts.entitlements.words import OPEN_GRANTS, GrantState
from songhe.contexts.people.models import Person
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from tests.contexts.entitlements.conftest import TOWN, Town
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, known, say
from tests.long_runs import plays

START = dt.date(2027, 11, 20)  # New Year and 29 February lie ahead
DAY = dt.timedelta(1)
BIRTHS = ("1947-12-31", "1948-02-29", "1948-01-15", "1937-12-20", "1928-02-01", "1940-06-06")
AGE, LOW = "age_allowance", "low_income_aged_allowance"


class Grants(RuleBasedStateMachine):
    """One person, two benefits that need no application."""

    area: Area

    @initialize(birth=st.sampled_from(BIRTHS))
    def begin(self, birth: str) -> None:
        self.frozen = ExitStack()
        self.tests = ExitStack()
        self.tests.enter_context(transaction.atomic())
        self.day, self.opened = START, list[dt.date]()
        self.birth = dt.date.fromisoformat(birth)
        self._stop()
        self.person: Person = at(self.area, "随机", birth, stated_on="2027-01-01", low_income_allowance=False)
        self.died: dt.date | None = None
        self.said: list[tuple[dt.date, bool]] = [(dt.date(2027, 1, 1), False)]
        self._follow()

    def teardown(self) -> None:
        if hasattr(self, "tests"):
            transaction.set_rollback(True)
            self.tests.close()
            self.frozen.close()

    def _stop(self) -> None:
        self.frozen.close()
        self.frozen.enter_context(clock.frozen(self.day))

    def _follow(self) -> None:
        known(self.person)
        for grant in Grant.objects.filter(person=self.person, state=GrantState.PROPOSED):
            actions.confirm_grant(SYSTEM, grant_id=grant.id)

    @rule(days=st.integers(1, 45))
    def days_go_by(self, days: int) -> None:
        for _ in range(days):  # every night the city is decided again; only nights on which an age is reached matter here
            before = age_on(self.birth, self.day)
            self.day += DAY
            if age_on(self.birth, self.day) != before:
                self._stop()
                self._follow()
        self._stop()
        self._follow()

    @rule(back=st.integers(0, 70), value=st.booleans())
    def the_list_changes(self, back: int, value: bool) -> None:
        day = max(self.day - back * DAY, dt.date(2027, 1, 2))
        say(self.person, CIVIL, day.isoformat(), low_income_allowance=value)
        self.said.append((day, value))
        self._follow()

    @precondition(lambda self: self.died is None)
    @rule(back=st.integers(0, 100))
    def dies(self, back: int) -> None:
        self.died = max(self.day - back * DAY, START)
        say(self.person, POLICE, self.day.isoformat(), death_date=self.died.isoformat(), alive=False)
        self._follow()

    @precondition(lambda self: self.died is not None)
    @rule()
    def lives_after_all(self) -> None:
        say(self.person, POLICE, self.day.isoformat(), alive=True)
        self.died = None
        self._follow()

    @rule()
    def month_opens(self) -> None:
        actions.open_month(SYSTEM, month=self.day)
        self.opened.append(self.day.replace(day=1))

    @precondition(lambda self: self.died is None)
    @rule(back=st.integers(0, 60), value=st.booleans())
    def an_appeal_is_won(self, back: int, value: bool) -> None:
        """The fact is corrected since a day, over whatever was stated until now."""
        if not value or Grant.objects.filter(person=self.person, benefit=LOW, state__in=OPEN_GRANTS).exists():
            return
        since = max(self.day - back * DAY, START)
        filed = actions.file_appeal(
            SYSTEM, person_id=self.person.id, benefit=LOW, by_name="本人", relation="本人", reason="一直在名单上"
        )
        judge = Actor(id=99, name="复核员", kind="system")
        actions.decide_appeal(
            judge, appeal_id=filed.appeal_id, uphold=True, because="名单漏了",
            corrections=[actions.Correction("low_income_allowance", True, since)],
        )  # fmt: skip
        assert Appeal.objects.get(id=filed.appeal_id).state == "upheld"
        self.said = [(day, held) for day, held in self.said if day < since] + [(since, True)]
        self._follow()

    def entitled(self, benefit: str, day: dt.date) -> int:
        """Fen a month on the day, 0 for nothing: written down anew, from the law and not from the code."""
        if self.died is not None and day >= self.died:
            return 0
        if benefit == AGE:
            age = age_on(self.birth, day)
            return 50_000 if age >= 100 else 20_000 if age >= 90 else 10_000 if age >= 80 else 0
        held = [value for since, value in sorted(self.said, key=lambda each: each[0]) if since <= day]
        return 12_000 if held and held[-1] else 0

    @invariant()
    def dues_are_what_an_independent_count_says(self) -> None:
        if not hasattr(self, "person"):
            return
        for benefit in (AGE, LOW):
            given: dict[dt.date, int] = {}
            for grant in Grant.objects.filter(person=self.person, benefit=benefit).order_by("id"):
                newest = {d.period: d.amount for d in Due.objects.filter(grant=grant).order_by("revision")}
                for period, amount in newest.items():
                    days = [period + n * DAY for n in range(31) if (period + n * DAY).month == period.month]
                    last = min(self.day, grant.until_on - DAY if grant.until_on else self.day)
                    held = [self.entitled(benefit, d) for d in days if grant.from_on <= d <= last]
                    worth = [fen for fen in held if fen]
                    expected = max(0, (worth[-1] if worth else 0) - given.get(period, 0))
                    assert amount == expected, (benefit, grant.id, period, grant.from_on, grant.until_on, self.died)
                    given[period] = given.get(period, 0) + amount

    @invariant()
    def everybody_who_is_entitled_has_one_grant(self) -> None:
        if not hasattr(self, "person"):
            return
        for benefit in (AGE, LOW):
            held = Grant.objects.filter(person=self.person, benefit=benefit, state__in=OPEN_GRANTS).count()
            assert held == (1 if self.entitled(benefit, self.day) else 0), benefit

    @invariant()
    def nothing_is_due_after_death(self) -> None:
        if getattr(self, "died", None) is None:
            return
        after = Due.objects.filter(grant__person=self.person, period__gt=self.died).order_by("revision")
        assert not any({(d.grant_id, d.period): d.amount for d in after}.values())

    @invariant()
    def every_revision_names_the_old(self) -> None:
        for due in Due.objects.select_related("replaces").filter(revision__gt=1):
            assert due.replaces is not None
            assert (due.replaces.grant_id, due.replaces.period, due.replaces.revision) == (
                due.grant_id,
                due.period,
                due.revision - 1,
            )
            assert due.replaces.amount != due.amount
        for grant in Grant.objects.all():
            assert GrantStep.objects.filter(grant=grant).order_by("-id")[0].after == grant.state


@pytest.fixture
def village(town: Town) -> Iterator[Area]:
    yield Area.objects.get(path__startswith=TOWN, level="community")


def test_grants_hold_whatever_happens(village: Area) -> None:
    Grants.area = village
    run_state_machine_as_test(Grants, settings=plays(8, 10))  # type: ignore[no-untyped-call]
