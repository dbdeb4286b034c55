"""How abilities are assessed by the pack in use, and its scales: the values that the actions of this context ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.assessments.errors import RulesMissing, ScaleUnknown
from songhe.contexts.assessments.words import MAIN_FACT
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.assessing import AssessingEntry, FormField
from songhe.engines.scales.scale import Scale, Use


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One value with what the pack says of it. `status` is stated, unverified or assumed."""

    id: str
    title: str
    value: int
    unit: str
    status: str
    note: str


def rule(name: str, scale: str = "") -> int:
    """The value of assessing.yaml, that of the scale where it has one. Raises RulesMissing."""
    entry = policy.pack_in_use().pack.assessing.get(name)
    if entry is None:
        raise RulesMissing(f"政策包里没有写评估规则“{name}”。", next_step="请系统管理员补齐 assessing.yaml 后重新载入。")
    return entry.scales.get(scale, entry.value)


def rules_shown(scale: str = "") -> tuple[RuleShown, ...]:
    """Every value as it holds for the scale, in the order of the file."""
    return tuple(_shown(entry, scale) for entry in policy.pack_in_use().pack.assessing.values())


def _shown(entry: AssessingEntry, scale: str) -> RuleShown:
    value = entry.scales.get(scale, entry.value)
    return RuleShown(entry.id, entry.title, value, entry.unit, entry.cited.cite.status, entry.cited.note)


def form_fields() -> Mapping[str, FormField]:
    """What stands on the form besides the scored items."""
    return policy.pack_in_use().pack.assessment_form


def assessing_scale(scale: str = "") -> tuple[int, Scale]:
    """The pack version in use and the scale to assess by; without a name the one that gives the ability grade. Raises ScaleUnknown."""
    version, scales = policy.scales_in_use()
    found = scales.get(scale) if scale else next((s for s in scales.values() if s.gives == MAIN_FACT), None)
    if found is None or found.use is not Use.ASSESS:
        usable = "、".join(s.title for s in scales.values() if s.use is Use.ASSESS)
        raise ScaleUnknown("不能用这份量表评估。", next_step=f"可用的有：{usable}。", field="scale")
    return version, found


def scale_titles() -> Mapping[str, str]:
    """Titles of the scales in use by id."""
    return {scale.id: scale.title for scale in policy.scales_in_use()[1].values()}
