"""Figures in the shapes of the overview: benefits with their answers, towns for one benefit, every town by every benefit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from songhe.contexts.entitlements.queries import CityFigures, TownFigure
from songhe.contexts.places import queries as places
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import Period, Status
from songhe.web.areas import town_names
from songhe.web.words import CHIPS, PERIOD_UNITS, STATUS_KEYS

GIVEN = (Status.ELIGIBLE, Status.PROVISIONAL)
_ORDER = (Status.ELIGIBLE, Status.PROVISIONAL, Status.CANNOT_TELL, Status.DISPLACED, Status.OTHER_MEMBER, Status.NOT_ELIGIBLE)


@dataclass(frozen=True, slots=True)
class Count:
    """People with one status; `href` opens them by name."""

    persons: int
    href: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A benefit, or a town: people by status in the order of the heads, and fen of those to whom it is given."""

    code: str
    title: str
    href: str
    counts: tuple[Count, ...]
    fen: int
    unit: str
    paid: bool


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Lines under heads of (status key, word); a status that nobody has is left out."""

    heads: tuple[tuple[str, str], ...]
    lines: tuple[FigureLine, ...]
    total: FigureLine | None = None


def _heads(figures: Iterable[TownFigure]) -> tuple[Status, ...]:
    present = {figure.status for figure in figures}
    return tuple(status for status in _ORDER if status in present or status in (Status.ELIGIBLE, Status.CANNOT_TELL))


def _line(
    figures: Iterable[TownFigure],
    heads: tuple[Status, ...],
    pack: Pack,
    benefit: str,
    area: str,
    *,
    code: str,
    title: str,
    href: str,
) -> FigureLine:
    people: dict[Status, int] = dict.fromkeys(heads, 0)
    fen = 0
    for figure in figures:
        if figure.status in people:
            people[figure.status] += figure.persons
        fen += figure.amount if figure.status in GIVEN else 0
    query = f"?area={area}" if area else ""
    counts = tuple(
        Count(number, reverse("city:decided", args=[benefit, STATUS_KEYS[status]]) + query) for status, number in people.items()
    )
    period = period_of(pack, benefit)
    return FigureLine(code, title, href, counts, fen, PERIOD_UNITS[period] if period else "", period is not None)


def period_of(pack: Pack, benefit: str) -> Period | None:
    """How often a benefit is paid; None for one that is given in kind or that the pack no longer has."""
    entry = pack.benefits.get(benefit)
    rules = entry.versions[-1] if entry and entry.versions else None
    return rules.period if rules and rules.pay else None


def title_of(pack: Pack, benefit: str) -> str:
    """The benefit's title; its id where the pack no longer has it."""
    entry = pack.benefits.get(benefit)
    return entry.title if entry else benefit


def benefit_table(pack: Pack, found: CityFigures, area: str) -> FigureTable:
    """One line a benefit, in the order of the pack; benefits with nobody in force are left out."""
    by_benefit = _grouped(found.figures, lambda figure: figure.benefit)
    heads = _heads(found.figures)
    lines = tuple(
        _line(by_benefit[name], heads, pack, name, area, code=name, title=title_of(pack, name), href=f"?benefit={name}#towns")
        for name in sorted(
            by_benefit,
            key=lambda name: (not period_of(pack, name), list(pack.benefits).index(name) if name in pack.benefits else 999),
        )
        if any(figure.status in heads for figure in by_benefit[name])
    )
    return FigureTable(tuple((STATUS_KEYS[status], CHIPS[STATUS_KEYS[status]].word) for status in heads), lines)


def town_table(pack: Pack, found: CityFigures, benefit: str) -> FigureTable:
    """One line a town for one benefit, most people first."""
    own = [figure for figure in found.figures if figure.benefit == benefit]
    if not own:
        return FigureTable((), ())
    heads, names = _heads(own), town_names()
    by_town = _grouped(own, lambda figure: figure.area_path)
    lines = tuple(
        _line(
            figures, heads, pack, benefit, path, code=path.rstrip("/").split("/")[-1],
            title=names[path].name if path in names else path, href="",
        )
        for path, figures in by_town.items()
    )  # fmt: skip
    total = _line(own, heads, pack, benefit, "", code="", title="合计", href="")
    ordered = tuple(sorted(lines, key=lambda line: -line.counts[0].persons))
    return FigureTable(tuple((STATUS_KEYS[status], CHIPS[STATUS_KEYS[status]].word) for status in heads), ordered, total)


@dataclass(frozen=True, slots=True)
class GridLine:
    """One benefit: how many it is given to in each town."""

    title: str
    counts: tuple[Count, ...]


def grid(pack: Pack, found: CityFigures, table: FigureTable) -> tuple[tuple[str, ...], tuple[GridLine, ...]]:
    """Names of the towns, and for each benefit of the table the people to whom it is given there."""
    names = town_names()
    towns = sorted({figure.area_path for figure in found.figures})
    people: dict[tuple[str, str], int] = {}
    for figure in found.figures:
        if figure.status is Status.ELIGIBLE:
            people[figure.benefit, figure.area_path] = figure.persons
    lines = tuple(
        GridLine(
            line.title,
            tuple(
                Count(people.get((line.code, town), 0), reverse("city:decided", args=[line.code, "eligible"]) + f"?area={town}")
                for town in towns
            ),
        )
        for line in table.lines
    )
    return tuple(names[town].name if town in names else town for town in towns), lines


def map_of(table: FigureTable, found: CityFigures) -> Mapping[str, object] | None:
    """The towns' outlines with the people of the first head; None where there is nothing to compare or no outline is known."""
    by_code = {line.code: line for line in table.lines}
    paths = {figure.area_path for figure in found.figures}
    shapes = [outline for outline in places.outlines("", "town") if outline.path in paths and outline.code in by_code]
    if len(shapes) < 2:
        return None
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": shape.code,
                "name": shape.name,
                "value": by_code[shape.code].counts[0].persons,
                "shown": f"{by_code[shape.code].counts[0].persons:,} 人",
                "href": by_code[shape.code].counts[0].href,
            },
            "geometry": json.loads(shape.geometry),
        }
        for shape in shapes
    ]
    note = "示意图，不是行政区划界线" if any(shape.schematic for shape in shapes) else ""
    return {"type": "FeatureCollection", "note": note, "features": features}


def monthly_fen(pack: Pack, found: CityFigures) -> int:
    """Fen a month of all monthly benefits to those to whom they are given."""
    return sum(
        figure.amount for figure in found.figures if figure.status in GIVEN and period_of(pack, figure.benefit) is Period.MONTH
    )


def _grouped(figures: Iterable[TownFigure], key: Callable[[TownFigure], str]) -> dict[str, list[TownFigure]]:
    found: dict[str, list[TownFigure]] = {}
    for figure in figures:
        found.setdefault(key(figure), []).append(figure)
    return found
