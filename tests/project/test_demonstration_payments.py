"""The demo city's money: last month closed with one payment that failed, this month waiting for the finance officer."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.accounts.actions import create_demo_accounts
from songhe.contexts.payments.models import FundLine, Payment, PayRun
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.project import demonstration_payments
from tests.contexts.payments.conftest import APRIL, CITY, MARCH, TOWNS, Town, pair, town

__all__ = ["pair", "town"]


def test_a_closed_month_and_one_that_waits(pair: Town) -> None:
    pair.person("王桂英", "6222000000000003")
    pair.grant("王桂英", 9000)
    for month in (MARCH, APRIL):
        pair.due("王桂英", month, 9000)
    pair.due("吴秀兰", APRIL, 10000)
    pair.due("李国华", APRIL, 8000)
    create_demo_accounts(SYSTEM, city_path=CITY, town_paths=list(TOWNS))
    with clock.frozen(dt.date(2026, 4, 10)):
        demonstration_payments.payments()
        demonstration_payments.payments()
    assert list(PayRun.objects.order_by("id").values_list("month", "state")) == [(MARCH, "closed"), (APRIL, "checked")]
    states = sorted(Payment.objects.filter(run__month=MARCH).values_list("state", flat=True))
    assert states == ["failed", "paid", "paid"]
    assert FundLine.objects.count() == 1  # the town's own line stands
