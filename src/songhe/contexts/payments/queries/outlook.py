"""What the year will still need, and how much of the lottery fund goes to elder care, by both readings of the plans."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import pyarrow.compute as pc
from django.db import connection

from songhe.contexts.entitlements import facts
from songhe.contexts.payments.models import Fund
from songhe.contexts.payments.queries.ledger_sql import fund_positions
from songhe.contexts.payments.queries.titles import fund_plan, titles_of
from songhe.contexts.payments.words import FundSource
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import facts as registers
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

MONTHS = 12


@dataclass(frozen=True, slots=True)
class LotteryReading:
    """One way to read the share: both amounts in fen, `share` in hundredths of a per cent (None where nothing was reported)."""

    id: str
    title: str
    for_care: int
    of: int
    share: int | None


@dataclass(frozen=True, slots=True)
class LotteryShare:
    """The share of a year by the ledger of lottery lines (彩票公益金使用). `paid_here` left the lottery funds of this system, in fen.

    `lines` says how many lines were reported for the year; none means that no share can be told.
    """

    year: int
    lines: int
    readings: tuple[LotteryReading, ...]
    paid_here: int


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """What a benefit needs in a year, in fen: `paid` with the bank or arrived, `open` due until now and not paid, `a_month` what the latest
    month comes to, `months` still to come at that rate, `need` all together.
    """

    benefit: str
    title: str
    paid: int
    open: int
    a_month: int
    months: int
    need: int


@dataclass(frozen=True, slots=True)
class FundOutlook:
    """A fund at the end of the year, if it goes on like this; `short` is what its line lacks (0: enough; None: no line was given)."""

    key: str
    title: str
    given: int | None
    need: int
    short: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The year's need as of a day: what was paid, what is open, and the latest month's dues for every month to come.

    Who will turn eighty, move or die is not in it; `basis` says so in Chinese.
    """

    year: int
    as_of: dt.date
    lines: tuple[ForecastLine, ...]
    funds: tuple[FundOutlook, ...]
    need: int
    basis: str


def lottery_share(actor: Actor, *, year: int) -> LotteryShare:
    """Both readings for a year; for who sees payments of the whole city."""
    require(actor, Right.SEE_PAYMENTS, f"{policy.pack_in_use().pack.place.code}/")
    rows = [
        row for row in registers.register_rows("lottery_lines").to_pylist() if row["year"] == year and row["state"] != "withdrawn"
    ]
    own = [row for row in rows if row["level"] == "city" and row["lottery"] == "welfare"]
    positions = fund_positions(year)
    paid = -sum(positions[fund][2] for fund in Fund.objects.filter(source=FundSource.LOTTERY).values_list("id", flat=True))
    return LotteryShare(
        year,
        len(rows),
        (
            _reading(
                "welfare_city",
                "本级福利彩票公益金里用于养老的",
                sum(r["for_care"] or 0 for r in own),
                sum(r["total"] or 0 for r in own),
            ),
            _reading(
                "welfare_total",
                "各级彩票公益金用于社会福利事业的部分里，用于养老的",
                sum(r["for_care"] or 0 for r in rows),
                sum(r["welfare_total"] or 0 for r in rows),
            ),
        ),
        paid,
    )


def _reading(name: str, title: str, for_care: int, of: int) -> LotteryReading:
    return LotteryReading(name, title, for_care, of, (for_care * 10_000 + of // 2) // of if of else None)


_PAID = """
SELECT p.benefit,
       sum(CASE WHEN p.kind = 'recovery' THEN -p.amount ELSE p.amount END) FILTER (WHERE r.month >= %(first)s AND r.month < %(last)s),
       sum(CASE WHEN p.kind = 'recovery' THEN -p.amount ELSE p.amount END) FILTER (WHERE p.grant_id IS NOT NULL)
FROM payment p JOIN pay_run r ON r.id = p.run_id WHERE p.state IN ('sent', 'paid') GROUP BY 1
"""


def forecast(actor: Actor, *, year: int) -> Forecast:
    """What the year needs if the latest month's dues go on; for who sees payments of the whole city."""
    pack = policy.pack_in_use().pack
    require(actor, Right.SEE_PAYMENTS, f"{pack.place.code}/")
    today = clock.today()
    first, last = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    up_to = min(today, last - dt.timedelta(days=1))
    dues = facts.latest_dues(up_to)
    owed = _sums(dues)
    newest = pc.max(dues["period"]).as_py()
    a_month = _sums(dues.filter(pc.equal(dues["period"], newest))) if newest is not None and newest.year == year else {}
    months = (MONTHS - newest.month if a_month and newest is not None else 0) if today < last else 0
    paid: dict[str, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"first": first, "last": last})
        paid = {benefit: (int(within or 0), int(ever or 0)) for benefit, within, ever in cursor.fetchall()}
    names = sorted({*owed, *(benefit for benefit, (within, _) in paid.items() if within)})
    titles = titles_of(names)
    lines = []
    for benefit in names:
        within, ever = paid.get(benefit, (0, 0))
        rest, monthly = owed.get(benefit, 0) - ever, a_month.get(benefit, 0)
        lines.append(ForecastLine(benefit, titles[benefit], within, rest, monthly, months, within + rest + monthly * months))
    basis = "按最近一个月的应发一直到年底，加上已发的和还没发的；没有算今后新满年龄、迁移和去世的人。"
    return Forecast(year, today, tuple(lines), _by_fund(lines, year), sum(line.need for line in lines), basis)


def _sums(dues: object) -> dict[str, int]:
    grouped = dues.group_by("benefit").aggregate([("amount", "sum")])  # type: ignore[attr-defined]
    return dict(zip(grouped["benefit"].to_pylist(), grouped["amount_sum"].to_pylist(), strict=True))


def _by_fund(lines: list[ForecastLine], year: int) -> tuple[FundOutlook, ...]:
    plan = fund_plan(policy.pack_in_use().pack)
    need: dict[str, int] = defaultdict(int)
    for line in lines:
        shares = plan.shares(line.benefit)
        rest = line.need
        for fund, percent in shares[1:]:
            need[fund] += line.need * percent // 100
            rest -= line.need * percent // 100
        if shares:
            need[shares[0][0]] += rest
    ids, positions = dict(Fund.objects.values_list("key", "id")), fund_positions(year)
    found = []
    for entry in plan.funds:
        amount, known, _ = positions.get(ids.get(entry.id, 0), (0, False, 0))
        short = max(0, need[entry.id] - amount) if known else None
        found.append(FundOutlook(entry.id, entry.title, amount if known else None, need[entry.id], short))
    return tuple(found)
