"""Whose statement of a fact counts and for how long, as variables.yaml says nationally and a city's precedence.yaml for itself.

Only the form is read here: who uses the rules are the files of the departments on their way into people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from songhe.basics.yaml_parts import Mapping as Map
from songhe.basics.yaml_parts import Scalar
from songhe.engines.policy.pack import LastingEntry
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.sections import Section


def read_precedence(section: Section, departments: Collection[str], *, entity: str) -> tuple[int, bool] | None:
    """The keys order, later, valid_for_days and expires of a fact are asked for; what is wrong with them becomes findings.

    Returns the days and whether the fact expires, None where a statement is valid for good.
    """
    order, later = section.texts("order"), section.flag("later", False)
    for name in order:
        if departments and name not in departments:
            known = "、".join(departments)
            section.fault(section.at("order").line, "unknown_department", f"没有部门“{name}”", f"可写的部门：{known}")
    if len(set(order)) < len(order):
        section.fault(section.at("order").line, "twice", "同一个部门写了两次", "请只保留第一次")
    if order and later:
        fix = "按部门先后采信请只写 order:，谁的日期近听谁的请只写 later: true"
        section.fault(section.at("later").line, "two_rules", "order 和 later 不能同时写", fix)
    days = section.number("valid_for_days")
    if section.has("valid_for_days") and (not isinstance(days, int) or days < 1):
        line = section.at("valid_for_days").line
        section.fault(line, "type", "valid_for_days 要是大于 0 的整天数", "例如 valid_for_days: 365；长期有效就不写这一项")
    if section.has("valid_for_days") and entity != "person":
        line = section.at("valid_for_days").line
        section.fault(line, "not_for_households", "户的事实不能写有效期", "有效期只用于人的事实：请去掉 valid_for_days")
    expires = section.flag("expires", False)
    if expires and not section.has("valid_for_days"):
        fix = "请同时写 valid_for_days:，或者去掉 expires"
        section.fault(section.at("expires").line, "missing_key", "写了 expires，没有写 valid_for_days", fix)
    return (days, expires) if isinstance(days, int) and days > 0 else None


def read_city_precedence(
    section: Section, variables: Mapping[str, Variable], departments: Collection[str], lasting: dict[str, LastingEntry]
) -> None:
    """precedence.yaml: fact → the keys that differ in this city, with where that is stated. `lasting` gains what is valid for a time only."""
    for name, inner in section.named("事实"):
        known = variables.get(name)
        if known is None:
            inner.fault(inner.line, "unknown_variable", f"没有事实“{name}”", "请照 national/variables.yaml 里人和户的事实名称写")
        found, cited = read_precedence(inner, departments, entity=known.entity if known else "person"), inner.cited()
        if found is not None and known is not None:
            lasting[name] = LastingEntry(name, known.label, *found, cited)
        inner.done()


def departments_of(part: object) -> Mapping[str, int]:
    """The labels of departments.yaml with their lines; empty where there is no such file."""
    found: dict[str, int] = {}
    departments = part.items.get("departments") if isinstance(part, Map) else None
    for entry in departments.items.values() if isinstance(departments, Map) else ():
        label = entry.items.get("label") if isinstance(entry, Map) else None
        if isinstance(label, Scalar):
            found[str(label.value)] = label.line
    return found
