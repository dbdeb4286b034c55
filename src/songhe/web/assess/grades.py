"""Grades in the words of their scale."""

from __future__ import annotations

from songhe.contexts.policy_library import queries as policy


def grade_word(scale_or_fact: str, grade: int) -> str:
    """The grade's name by the scale of this id, or by the one that gives this fact; the bare number where no scale has it."""
    for scale in policy.scales_in_use()[1].values():
        if scale_or_fact in (scale.id, scale.gives):
            found = next((each.label for each in scale.grades if each.grade == grade), "")
            return f"{found}（{grade}级）" if found else f"{grade}级"
    return f"{grade}级"
