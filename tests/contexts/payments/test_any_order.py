"""Whatever happens in whatever order: nobody is paid twice, nobody is lost, the ledger balances, each fen walks back to a decision.

Hypothesis plays months from December over New Year to a 29th of February: runs, second runs, checks that hold people, cancelled runs, answers
in part, late and twice, failures paid again, money handed back, deaths and dues that become more or less between any two steps. At the end
of every play everything is brought to rest and counted to the fen. Dues are written down here; `test_years` has them from decisions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from songhe.contexts.entitlements.models import Due, Grant
from songhe.foundation import clock
from tests.contexts.payments.conftest import AGE, CARE, Town, make_town, money
from tests.contexts.payments.paying import Paying
from tests.long_runs import plays

MONTHS = (dt.date(2027, 12, 1), dt.date(2028, 1, 1), dt.date(2028, 2, 1), dt.date(2028, 3, 1))
DAYS = (dt.date(2027, 12, 31), dt.date(2028, 1, 1), dt.date(2028, 2, 29), dt.date(2028, 3, 1))
NAMES = ("甲", "乙", "丙")
WHO = st.sampled_from([(name, benefit) for name in NAMES for benefit in (AGE, CARE)])

pytestmark = pytest.mark.django_db


class Months(Paying):
    """Three people with two benefits each, months of runs."""

    town: Town

    @initialize()
    def begin(self) -> None:
        self.start(DAYS[0])
        self.at = 0
        self.alive = set(NAMES)
        self.open_month()

    def open_month(self) -> None:
        for name in sorted(self.alive):
            for benefit, amount in ((AGE, 10000), (CARE, 4000)):
                if not Due.objects.filter(grant=self.town.grants[name, benefit], period=MONTHS[self.at]).exists():
                    self.town.due(name, MONTHS[self.at], amount, benefit=benefit)

    @precondition(lambda self: self.at < len(MONTHS) - 1)
    @rule()
    def a_month_goes_by(self) -> None:
        self.at += 1
        self.stop_clock(DAYS[self.at])
        self.open_month()

    @rule(who=WHO, back=st.integers(0, 3), amount=st.sampled_from((0, 1, 2500, 4000, 10000, 15000)))
    def a_due_is_counted_again(self, who: tuple[str, str], back: int, amount: int) -> None:
        name, benefit = who
        month = MONTHS[max(0, self.at - back)]
        if Due.objects.filter(grant=self.town.grants[name, benefit], period=month).exists():
            self.town.due(name, month, amount, benefit=benefit)

    @rule(name=st.sampled_from(NAMES), back=st.integers(0, 2))
    def somebody_has_died(self, name: str, back: int) -> None:
        self.alive.discard(name)
        for month in MONTHS[max(0, self.at - back) : self.at + 1]:
            for benefit in (AGE, CARE):
                if Due.objects.filter(grant=self.town.grants[name, benefit], period=month).exists():
                    self.town.due(name, month, 0, benefit=benefit)

    @rule(name=st.sampled_from(NAMES), none=st.booleans())
    def another_account(self, name: str, none: bool) -> None:
        self.accounts += 1
        self.town.account(name, "" if none else f"{'6231' if self.accounts % 2 else '6222'}000000000{self.accounts}")

    def everybody_may_be_paid(self) -> None:
        for name in NAMES:
            self.accounts += 1
            self.town.account(name, f"6222000000000{self.accounts}")


@pytest.fixture
def months_town(db: None) -> Iterator[Town]:
    with clock.frozen(DAYS[0]):
        town = make_town()
        for year in (2027, 2028):
            money(10**10, year)
        for n, name in enumerate(NAMES):
            town.person(name, f"{'6231' if n == 1 else '6222'}00000000000{n}")
            for benefit, amount in ((AGE, 10000), (CARE, 4000)):
                town.grant(name, amount, benefit=benefit, since=MONTHS[0])
        Grant.objects.update(amount_since=MONTHS[0])
        yield town


def test_in_any_order_everything_adds_up(months_town: Town) -> None:
    class OfTown(Months):
        town = months_town

    run_state_machine_as_test(OfTown, settings=plays(6, 20))  # type: ignore[no-untyped-call]
