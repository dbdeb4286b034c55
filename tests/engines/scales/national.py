"""The scales of the national pack, and forms of them."""

from __future__ import annotations

from django.conf import settings

from songhe.engines.policy.files import read_folder
from songhe.engines.scales.loading import load_scales
from songhe.engines.scales.scale import Kind, Scale

SCALES = load_scales(read_folder(settings.PACKS, "national"), "national")
ABILITY, INSURANCE, OLD = SCALES["gbt42195_2022"], SCALES["ltci_2021"], SCALES["mzt039_2013"]


def best(scale: Scale) -> dict[str, object]:
    """Every item answered in the best way."""
    return {item.id: item.best.id for item in scale.items}


def nothing_else(scale: Scale) -> dict[str, object]:
    """Every circumstance answered with no, or none."""
    return {one.id: 0 if one.kind is Kind.COUNT else False for one in scale.circumstances}


def with_total(scale: Scale, total: int) -> dict[str, object]:
    """A form whose points of all items sum up to `total`."""
    answers, over = best(scale), sum(item.best.points for item in scale.items) - total
    for item in scale.items:
        fitting = [option for option in item.options if item.best.points - option.points <= over]
        answers[item.id] = fitting[-1].id
        over -= item.best.points - fitting[-1].points
    assert over == 0
    return answers
