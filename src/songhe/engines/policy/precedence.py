"""Whose statement of a fact counts and for how long, as variables.yaml says nationally and a city's precedence.yaml for itself.

Only the form is read here: who uses the rules are the files of the departments on their way into people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from songhe.engines.policy.documents import Mapping as Map
from songhe.engines.policy.documents import Scalar
from songhe.engines.policy.sections import Section


def read_precedence(section: Section, departments: Collection[str]) -> None:
    """The keys order, later, valid_for_days and expires of a fact are asked for; what is wrong with them becomes findings."""
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
    if section.flag("expires", False) and not section.has("valid_for_days"):
        fix = "请同时写 valid_for_days:，或者去掉 expires"
        section.fault(section.at("expires").line, "missing_key", "写了 expires，没有写 valid_for_days", fix)


def read_city_precedence(section: Section, variables: Collection[str], departments: Collection[str]) -> None:
    """precedence.yaml: fact → the keys that differ in this city, with where that is stated."""
    for name, inner in section.named("事实"):
        if name not in variables:
            inner.fault(inner.line, "unknown_variable", f"没有事实“{name}”", "请照 national/variables.yaml 里人和户的事实名称写")
        read_precedence(inner, departments)
        inner.cited()
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
