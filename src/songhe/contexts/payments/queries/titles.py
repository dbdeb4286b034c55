"""What benefits, awards and funds are called by the pack in use; a name that the pack no longer has stands for itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.banks import BankLayout
from songhe.engines.policy.funds import FundPlan
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import Period


def title_of(pack: Pack, benefit: str) -> str:
    """The Chinese name of a benefit or award."""
    known = pack.benefits.get(benefit) or getattr(pack, "awards", {}).get(benefit)
    return str(known.title) if known is not None else benefit


def titles_of(benefits: Collection[str]) -> Mapping[str, str]:
    """The names of some benefits and awards."""
    pack = policy.pack_in_use().pack
    return {benefit: title_of(pack, benefit) for benefit in benefits}


def not_monthly(pack: Pack, day: dt.date) -> tuple[str, ...]:
    """Benefits that are paid once or once a year on a day."""
    rules = {name: entry.on(day) for name, entry in pack.benefits.items()}
    return tuple(name for name, found in rules.items() if found is not None and found.period in (Period.YEAR, Period.ONCE))


def fund_plan(pack: Pack) -> FundPlan:
    """Where the money comes from."""
    assert pack.funds is not None  # the national pack has the file
    return pack.funds


def bank_layouts(pack: Pack) -> Mapping[str, BankLayout]:
    """How files for banks look, by id."""
    return pack.banks
