"""What facts about people may be used for, as a pack declares it: purpose, departments, consent, and where that is stated."""

from __future__ import annotations

from collections.abc import Collection

from songhe.engines.policy.pack import DataUseEntry
from songhe.engines.policy.sections import Section


def read_data_uses(section: Section, departments: Collection[str]) -> dict[str, DataUseEntry]:
    """data_uses.yaml: id → use. `departments` are those that there are; without any no name of one is checked."""
    found: dict[str, DataUseEntry] = {}
    for name, inner in section.named("用途"):
        who = inner.texts("departments", required=True)
        for department in who:
            if departments and department not in departments:
                known = "、".join(departments)
                inner.fault(inner.at("departments").line, "unknown_department", f"没有部门“{department}”", f"可写的部门：{known}")
        title, purpose = inner.text("title", required=True), inner.text("purpose", required=True)
        found[name] = DataUseEntry(name, title, purpose, who, inner.flag("consent", False), inner.cited())
        inner.done()
    return found
