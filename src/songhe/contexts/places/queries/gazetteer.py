"""From what people write to an area: a code, a name, another name, or an address that mentions town and community."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from songhe.contexts.places.queries.areas import AreaView, area_tree
from songhe.contexts.places.words import DEPTH

_SUFFIXES = (
    "社区居民委员会",
    "居民委员会",
    "村民委员会",
    "社区居委会",
    "居委会",
    "村委会",
    "街道办事处",
    "社区",
    "街道",
    "村",
    "镇",
    "乡",
)
_SHORTEST = 2
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Match:
    """The area that a text names; None where it names none, or where it could name each of the `candidates`."""

    area: AreaView | None
    candidates: tuple[AreaView, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names of a city's areas, ready for many look-ups (an import keeps one). Answers are remembered."""

    areas: tuple[AreaView, ...]
    _exact: Mapping[str, tuple[AreaView, ...]]
    _named: Mapping[str, tuple[AreaView, ...]]
    _lengths: tuple[int, ...]
    _remembered: dict[tuple[str, str], Match] = field(default_factory=dict)

    def find(self, text: str, *, within: str = "") -> Match:
        """The area that the text names, among those at or below the path `within`."""
        key = (text, within)
        found = self._remembered.get(key)
        if found is None:
            found = self._find(_folded(text), within)
            if len(self._remembered) < _REMEMBERED:
                self._remembered[key] = found
        return found

    def _find(self, text: str, within: str) -> Match:
        exact = tuple(area for area in self._exact.get(text, ()) if area.path.startswith(within))
        if exact:
            deepest = max(DEPTH[area.level] for area in exact)
            exact = tuple(area for area in exact if DEPTH[area.level] == deepest)
            return Match(exact[0]) if len(exact) == 1 else Match(None, exact)
        return self._mentioned(text, within)

    def _mentioned(self, text: str, within: str) -> Match:
        """The deepest area mentioned; of several, the one with most of its ancestors and the longest name mentioned."""
        mentioned: dict[str, tuple[int, AreaView]] = {}
        for start in range(len(text)):
            for length in self._lengths:
                for area in self._named.get(text[start : start + length], ()) if start + length <= len(text) else ():
                    mentioned[area.path] = max((length, area), mentioned.get(area.path, (0, area)), key=lambda pair: pair[0])
        scored = [
            ((DEPTH[area.level], sum(area.path.startswith(path) for path in mentioned), length), area)
            for length, area in mentioned.values()
            if area.path.startswith(within)
        ]
        if not scored:
            return Match(None)
        best = max(score for score, _ in scored)
        found = tuple(sorted((area for score, area in scored if score == best), key=lambda area: area.path))
        return Match(found[0]) if len(found) == 1 else Match(None, found)


def gazetteer() -> Gazetteer:
    """The names of all areas as they stand now."""
    areas = area_tree()
    exact: defaultdict[str, list[AreaView]] = defaultdict(list)
    named: defaultdict[str, list[AreaView]] = defaultdict(list)
    for area in areas:
        full = {_folded(name) for name in (area.name, *area.aliases)}
        for name in full | {_short(name) for name in full} | {area.code}:
            exact[name].append(area)
        for name in full:
            if len(name) >= _SHORTEST:
                named[name].append(area)
    lengths = tuple(sorted({len(name) for name in named}, reverse=True))
    return Gazetteer(areas, _frozen(exact), _frozen(named), lengths)


def find_area(text: str, *, within: str = "") -> AreaView | None:
    """The one area that the text names, None where it names none or could name several (`gazetteer()` tells which)."""
    return gazetteer().find(text, within=within).area


def _frozen(names: Mapping[str, Iterable[AreaView]]) -> Mapping[str, tuple[AreaView, ...]]:
    return {name: tuple(areas) for name, areas in names.items()}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _short(name: str) -> str:
    """The name without what kind of area it is, if at least two characters remain."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            return name[: -len(suffix)]
    return name
