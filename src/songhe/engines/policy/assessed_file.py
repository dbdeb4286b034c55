"""Reading assessment_of_units.yaml."""

from __future__ import annotations

from collections.abc import Collection

from songhe.engines.policy.assessed import ITEMS, PERIODS, TOWNS, UNITS, AssessedItem, AssessmentPlan
from songhe.engines.policy.sections import Section

YEARLY, IN_A_MONTH = 12, 31


def read_assessment(section: Section, departments: Collection[str] = ()) -> AssessmentPlan:
    """assessment_of_units.yaml; an unknown or doubled item, a weight or a period that cannot be is a finding."""
    plan = AssessmentPlan(
        section.text("title", required=True), section.text("version", required=True), section.text("definition", required=True),
        _whole(section, "months", PERIODS), _whole(section, "report_months", (1, *PERIODS)), _whole(section, "report_days", tuple(range(61))),
        _whole(section, "data_months", (1, *PERIODS), YEARLY), _whole(section, "data_days", tuple(range(61)), IN_A_MONTH), _senders(section, departments),
        _items(section, UNITS), _items(section, TOWNS), section.cited(), section.at(),
    )  # fmt: skip
    section.done()
    return plan


def _senders(section: Section, departments: Collection[str]) -> dict[str, str]:
    """Department → word that the name of its unit holds."""
    inner = section.inner("senders", "考核的 senders ")
    if inner is None:
        return {}
    found = {name: inner.text(name, required=True) for name in inner.map.items}
    inner.done()
    for name in found:
        if departments and name not in departments:
            inner.fault(
                inner.line, "choice", f"考核的 senders 里没有叫“{name}”的部门", "可写的有：" + "、".join(sorted(departments))
            )
    return found


def _whole(section: Section, key: str, allowed: tuple[int, ...], absent: int | None = None) -> int:
    """One of the allowed numbers; `absent` where versions kept from before the key was known say nothing of it."""
    value = section.number(key)
    if value is None and absent is not None:
        return absent
    if isinstance(value, int) and value in allowed:
        return value
    fix = f"可写的有：{'、'.join(map(str, allowed))}" if len(allowed) < 10 else f"要写{allowed[0]}到{allowed[-1]}的整数"
    section.fault(section.line, "type", f"考核的 {key} 不对", fix)
    return allowed[-1]


def _items(section: Section, key: str) -> tuple[AssessedItem, ...]:
    found: dict[str, AssessedItem] = {}
    for part in section.each(key, "考核项目"):
        name, title, weight = part.text("item", required=True), part.text("title", required=True), part.number("weight")
        low, high, cited = part.number("none_at"), part.number("full_at"), part.cited()
        part.done()
        if name not in ITEMS[key] or name in found:
            part.fault(
                part.line,
                "choice",
                f"考核不能写项目“{name}”",
                "可写的有（各写一次）：" + "、".join(sorted({*ITEMS[key]} - {*found})),
            )
        elif not isinstance(weight, int) or weight < 1 or low is None or high is None or low == high:
            part.fault(
                part.line, "type", f"考核项目 {name} 的权重或分数线不对", "weight 写正整数，none_at 和 full_at 写两个不同的数"
            )
        else:
            found[name] = AssessedItem(name, title, weight, float(low), float(high), cited)
    return tuple(found.values())
