"""A small plan for a demo city, written as a pack would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from songhe.demo_city.files import Layout, read_layouts
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

ROOT = Path(__file__).resolve().parents[2]

DEMO: dict[str, Any] = {
    "elders": {"value": 5000},
    "age_bands": {
        "shares": [
            {"from": 60, "to": 69, "per_mille": 560},
            {"from": 70, "to": 79, "per_mille": 300},
            {"from": 80, "to": 99, "per_mille": 138},
            {"from": 100, "to": 104, "per_mille": 2},
        ]
    },
    "sex": {"shares": {"male": 480, "female": 520}},
    "household_sizes": {"shares": {"1": 170, "2": 430, "3": 150, "4": 110, "5": 85, "6": 55}},
    "living": {"shares": {"alone": 155, "couple": 395, "with_family": 435, "institution": 15}},
    "ability": {
        "unassessed": 500,
        "by_age": [
            {"from": 60, "to": 79, "shares": [880, 70, 30, 15, 5]},
            {"from": 80, "to": 104, "shares": [600, 200, 100, 60, 40]},
        ],
    },
    "assistance": {"shares": {"none": 930, "tekun": 12, "dibao": 38, "dibao_margin": 12, "expenditure": 4, "other_hardship": 4}},
    "rates": {
        "facts": {"chronic_disease": {"per_mille": 560}, "dementia": {"per_mille": 90, "from_age": 75}},
        "codes": {"family_planning": {"none": 870, "only_child": 122, "special": 8}},
    },
    "places": {
        "naming": {
            "first": "和安永福长",
            "second": "平宁乐康",
            "suffix": {"street": "街道", "town": "镇", "community": "社区", "village": "村"},
        },
        "areas": [
            {"name": "甲镇", "kind": "town", "share": 400, "rural": 700, "generate": {"communities": 3, "villages": 7}},
            {
                "name": "乙街道",
                "kind": "street",
                "share": 600,
                "children": [{"name": "丙社区", "kind": "community"}, {"name": "丁社区", "kind": "community"}],
            },
        ],
    },
}


def variables() -> dict[str, Variable]:
    """The data dictionary, read without the pack loader."""
    raw = yaml.safe_load((ROOT / "packs/national/variables.yaml").read_text())
    return {
        name: Variable(
            name,
            Type(entry["type"]),
            entity,
            entry["label"],
            entry["owner"],
            values=tuple((str(k), v) for k, v in (entry.get("values") or {}).items()),
        )
        for entity, group in raw.items()
        for name, entry in group.items()
    }


def layouts() -> tuple[Layout, ...]:
    return read_layouts(yaml.safe_load((ROOT / "packs/national/departments.yaml").read_text())["departments"])
