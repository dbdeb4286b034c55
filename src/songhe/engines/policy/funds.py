"""Where the money comes from (funds.yaml): sources, what each pays and how much of it, how overpayments come back, when a list is looked at twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Finding, Place

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Pack
    from songhe.engines.policy.sections import Section

SOURCES = ("central", "province", "city", "lottery", "insurance", "donation")
OTHERS = "others"
WHOLE = 100
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "recovery_percent": (0, WHOLE),
        "recovery_across_benefits": (0, 1),
        "sum_change_percent": (1, 1000),
        "sum_change_least": (0, 10**9),
        "account_people": (1, 1000),
    }
)
"""Every value of `values`, from and to which it can go."""


@dataclass(frozen=True, slots=True)
class FundEntry:
    """A source of money: how many per cent of each benefit (or of `others`, that no fund names) it pays."""

    id: str
    title: str
    source: str
    pays: tuple[tuple[str, int], ...]
    cited: Cited
    at: Place


@dataclass(frozen=True, slots=True)
class FundValue:
    """A value by which lists are made and looked at, with its source."""

    id: str
    title: str
    value: int
    unit: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class FundPlan:
    """The whole of funds.yaml. The first fund that pays something leads it and bears what does not divide."""

    funds: tuple[FundEntry, ...]
    values: Mapping[str, FundValue]
    at: Place

    def shares(self, benefit: str) -> tuple[tuple[str, int], ...]:
        """Which funds pay the benefit, the leading one first, in per cent that add up to a hundred; empty where none does."""
        named = self._shares(benefit)
        return named or self._shares(OTHERS)

    def value(self, name: str) -> int:
        """The value of this name."""
        return self.values[name].value

    def _shares(self, benefit: str) -> tuple[tuple[str, int], ...]:
        return tuple((fund.id, percent) for fund in self.funds for paid, percent in fund.pays if paid == benefit)


def read_funds(section: Section) -> FundPlan:
    """funds.yaml: `funds` by id, and `values`, all of which must be there."""
    outer, inner = section.inner("funds", "资金", required=True), section.inner("values", "取值", required=True)
    funds = tuple(_fund(name, part) for name, part in outer.named("资金")) if outer else ()
    values = {name: value for name, part in inner.named("取值") if (value := _value(name, part)) is not None} if inner else {}
    missing = LIMITS.keys() - values.keys()
    if inner is not None and missing and not inner.map.items.keys() >= missing:
        inner.fault(
            inner.line,
            "missing_key",
            f"values 没有写 {'、'.join(sorted(missing))}",
            "请全部写上，没有文件写明的写 source: assumed",
        )
    plan = FundPlan(funds, values, section.at())
    section.done()
    return plan


def _fund(name: str, part: Section) -> FundEntry:
    title, source = part.text("title", required=True), part.choice("from", SOURCES, "")
    if not source:
        part.fault(part.line, "missing_key", f"资金 {name} 没有写 from", "可写的有：" + "、".join(SOURCES))
    pays: list[tuple[str, int]] = []
    shares = part.inner("pays", f"资金 {name} 的 pays ")
    for benefit in shares.map.items if shares else ():
        assert shares is not None
        percent = shares.number(benefit)
        if not isinstance(percent, int) or not 1 <= percent <= WHOLE:
            shares.fault(
                shares.at(benefit).line, "type", f"资金 {name} 付 {benefit} 的比例不对", "要写1到100的整数，单位是百分之一"
            )
        else:
            pays.append((benefit, percent))
    entry = FundEntry(name, title, source, tuple(pays), part.cited(), part.at())
    part.done()
    return entry


def _value(name: str, part: Section) -> FundValue | None:
    title, value, unit, cited = part.text("title", required=True), part.number("value"), part.text("unit"), part.cited()
    part.done()
    low, high = LIMITS.get(name, (0, -1))
    if name not in LIMITS:
        part.fault(part.line, "unknown_name", f"不认识“{name}”", "可写的有：" + "、".join(LIMITS))
    elif not isinstance(value, int) or not low <= value <= high:
        part.fault(part.line, "type", f"“{name}”的 value 不对", f"要写{low}到{high}的整数")
    else:
        return FundValue(name, title, value, unit, cited)
    return None


def check_funds(pack: Pack) -> Iterator[Finding]:
    """What the funds pay of anything adds up to a hundred per cent, and every name is a benefit of the pack."""
    plan = pack.funds
    if plan is None:
        return
    known = {OTHERS, *pack.benefits, *getattr(pack, "awards", ())}
    named = {benefit: fund.at for fund in reversed(plan.funds) for benefit, _ in fund.pays}
    for benefit, at in named.items():
        total = sum(percent for _, percent in plan.shares(benefit))
        if total != WHOLE:
            yield Finding(at.file, at.line, "shares", f"各项资金付 {benefit} 的比例加起来是{total}%", "请改成加起来正好100")
        if benefit not in known:
            yield Finding(
                at.file, at.line, "unknown_benefit", f"没有叫“{benefit}”的待遇或奖补", "请写待遇或奖补的名称，或者 others"
            )
