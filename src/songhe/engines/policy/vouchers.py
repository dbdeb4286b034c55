"""Vouchers (vouchers.yaml): which benefits are paid by voucher, how much of a price one may take off, how many redemptions are verified on the spot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Finding, Place

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Pack
    from songhe.engines.policy.sections import Section

SETTINGS = ("home", "institution")
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"valid_months": (1, 12), "verify_per_mille": (0, 1000), "institution_days": (1, 366)}
)


@dataclass(frozen=True, slots=True)
class VoucherRule:
    """How the vouchers of one benefit work. `shares`: per cent of the price by setting; `services`: code → what it is called."""

    benefit: str
    shares: Mapping[str, int]
    services: Mapping[str, str]
    valid_months: int
    verify_per_mille: int
    institution_days: int
    cited: Cited
    at: Place

    def takes_off(self, price: int, setting: str, left: int) -> int:
        """Fen that a service of this price takes off a voucher with `left` fen: the share rounded down, no more than is left."""
        return min(left, price * self.shares[setting] // 100)


def read_vouchers(section: Section) -> dict[str, VoucherRule]:
    """Benefit id → rule; a share beyond 1 to 100, a missing one, or a value beyond its limits is a finding."""
    return {name: rule for name, part in section.named("消费券") if (rule := _rule(name, part)) is not None}


def _rule(name: str, part: Section) -> VoucherRule | None:
    shares = _shares(name, part)
    services = part.inner("services", f"消费券 {name} 的 services ", required=True)
    named = {code: services.text(code, required=True) for code in services.map.items} if services else {}
    values = {key: _value(name, part, key) for key in LIMITS}
    cited, at = part.cited(), part.at()
    part.done()
    if shares is None or not named or None in values.values():
        return None
    whole = {key: value for key, value in values.items() if value is not None}
    return VoucherRule(name, MappingProxyType(shares), MappingProxyType(named), **whole, cited=cited, at=at)


def _shares(name: str, part: Section) -> dict[str, int] | None:
    inner = part.inner("shares", f"消费券 {name} 的 shares ", required=True)
    if inner is None:
        return None
    found: dict[str, int] = {}
    for setting in SETTINGS:
        value = inner.number(setting)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:
            inner.fault(inner.line, "type", f"消费券 {name} 在 {setting} 抵扣的比例不对", "要写1到100的整数，单位是百分之一")
        else:
            found[setting] = value
    inner.done()
    return found if len(found) == len(SETTINGS) else None


def _value(name: str, part: Section, key: str) -> int | None:
    value, (low, high) = part.number(key), LIMITS[key]
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    part.fault(part.line, "type", f"消费券 {name} 的 {key} 不对", f"要写{low}到{high}的整数")
    return None


def check_vouchers(pack: Pack) -> Iterator[Finding]:
    """Every voucher is of a monthly benefit of the pack that pays money."""
    for rule in pack.vouchers.values():
        entry = pack.benefits.get(rule.benefit)
        if entry is None:
            yield Finding(rule.at.file, rule.at.line, "unknown_benefit", f"没有叫“{rule.benefit}”的待遇", "请写待遇的名称")
