"""How abilities are assessed (assessing.yaml) and what else stands on the form (assessment_form.yaml): values with limits and sources, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Finding

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Pack
    from songhe.engines.policy.sections import Section

LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "validity_months": (1, 60),
        "reassess_ahead_days": (0, 180),
        "announcement_days": (0, 60),
        "objection_days": (0, 60),
        "objection_rounds": (0, 3),
        "medical_least": (0, 2),
        "visit_minutes": (0, 240),
        "second_look_percent": (0, 100),
        "earliest_again_months": (0, 24),
        "ask_again_months": (1, 60),
        "health_check_age": (0, 120),
        "health_check_months": (1, 60),
        "outlier_cases": (1, 1000),
        "outlier_grade_percent": (0, 100),
        "outlier_lean_hundredths": (0, 400),
        "outlier_same_percent": (0, 100),
        "outlier_minutes": (0, 240),
    }
)
"""Every value of assessing.yaml, from and to which it can go."""

KINDS = ("text", "number", "choice", "choices")


@dataclass(frozen=True, slots=True)
class AssessingEntry:
    """One value; `scales` holds those that are another for single scales."""

    id: str
    title: str
    value: int
    unit: str
    scales: Mapping[str, int]
    cited: Cited


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form that is not scored. `values` are codes with labels; `low` and `high` bound a number."""

    id: str
    label: str
    kind: str
    unit: str
    values: tuple[tuple[str, str], ...]
    low: int | None
    high: int | None
    cited: Cited


def read_assessing(section: Section) -> dict[str, AssessingEntry]:
    """id → value with its source; an unknown id or a value beyond its limits is a finding."""
    found: dict[str, AssessingEntry] = {}
    for name, inner in section.named("评估规则"):
        title, unit, value = inner.text("title", required=True), inner.text("unit"), inner.number("value")
        scales = _by_scale(inner, name)
        cited = inner.cited()
        inner.done()
        if name not in LIMITS:
            inner.fault(inner.line, "unknown_name", f"不认识评估规则“{name}”", "可写的有：" + "、".join(LIMITS))
        elif not _fits(name, value):
            inner.fault(inner.line, "type", f"评估规则“{name}”的 value 不对", _reach(name))
        elif isinstance(value, int):
            found[name] = AssessingEntry(name, title, value, unit, scales, cited)
    return found


def _by_scale(inner: Section, name: str) -> Mapping[str, int]:
    part = inner.inner("scales", f"评估规则“{name}”的 scales ")
    found: dict[str, int] = {}
    if part is not None and name in LIMITS:
        for scale in part.map.items:
            value = part.number(scale)
            if not isinstance(value, int) or not _fits(name, value):
                part.fault(part.line, "type", f"评估规则“{name}”给“{scale}”的值不对", _reach(name))
            else:
                found[scale] = value
        part.done()
    return MappingProxyType(found)


def _fits(name: str, value: object) -> bool:
    low, high = LIMITS[name]
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _reach(name: str) -> str:
    low, high = LIMITS[name]
    return f"请写{low}到{high}的整数"


def read_form_fields(section: Section) -> dict[str, FormField]:
    """id → field; a choice without values and a number without limits are findings."""
    found: dict[str, FormField] = {}
    for name, inner in section.named("评估表的一栏"):
        label, unit, kind = inner.text("label", required=True), inner.text("unit"), inner.choice("kind", KINDS, "text")
        values = _values(inner)
        low, high, cited = inner.number("from"), inner.number("to"), inner.cited()
        inner.done()
        if (kind in ("choice", "choices")) != bool(values):
            inner.fault(inner.line, "shape", f"“{name}”的 kind 和 values 对不上", "choice、choices 要写 values，其余的不写")
        elif (kind == "number") != (isinstance(low, int) and isinstance(high, int) and low < high):
            inner.fault(inner.line, "shape", f"“{name}”的 from 和 to 不对", "number 要写 from 和 to 两个整数，其余的不写")
        else:
            least, most = (low, high) if isinstance(low, int) and isinstance(high, int) else (None, None)
            found[name] = FormField(name, label, kind, unit, values, least, most, cited)
    return found


def _values(inner: Section) -> tuple[tuple[str, str], ...]:
    part = inner.inner("values", "可选的值")
    if part is None:
        return ()
    found = tuple((code, part.text(code, required=True)) for code in part.map.items)
    part.done()
    return found


def check_assessing(pack: Pack) -> Iterator[Finding]:
    """Nobody loses the chance to object while a result is still announced."""
    shown, objecting = pack.assessing.get("announcement_days"), pack.assessing.get("objection_days")
    if shown is not None and objecting is not None and objecting.value < shown.value:
        message = f"公示{shown.value}天，只有{objecting.value}天能提异议"
        at = objecting.cited.at
        yield Finding(at.file, at.line, "order", message, "objection_days 不要比 announcement_days 小")
