"""Addresses as they are compared: the area's code from the city's own list of places, then building, unit and flat in one way of writing.

The gazetteer is data that the caller passes in; no place is known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_OFFICES = ("居民委员会", "村民委员会", "居委会", "村委会", "街道办事处", "街道办", "办事处")
_KINDS = ("社区", "街道", "行政村", "自治县", "村", "镇", "乡", "市", "区", "县")
_WAYS = "路街巷道弄"
_SHORTEST = 2
_CHINESE = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMERAL = re.compile(r"([零〇一二两三四五六七八九十百]+)(?=(?:号楼|号院|单元|小组|村民|生产|[幢栋座号层楼室户组社队弄门]))")
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"(?<!\d)0+(?=\d)", ""),
        (r"第(?=\d)", ""),
        (r"(\d+)(?:号楼|楼栋|#楼|幢|栋|座|#(?=\d))", r"\1栋"),
        (r"(\d+)#$", r"\1栋"),
        (r"(\d+)楼(?=\d+(?:单元|门))", r"\1栋"),
        (r"(\d+)(?:单元|门洞|门(?!牌))", r"\1单元"),
        (r"(\d+)(?:层|楼)(?=\d)", ""),
        (r"(?<![\d-])(\d+)-(\d+)-(\d{2,4})(?:号室|室|号|户)?$", r"\1栋\2单元\3室"),
        (r"栋-?(\d+)-(\d{2,4})(?:号室|室|号|户)?$", r"栋\1单元\2室"),
        (r"(?<![\d-])(\d+)-(\d{3,4})(?:号室|室|户)?$", r"\1栋\2室"),
        (r"(\d+)(?:号室|号房|室|房|户)", r"\1室"),
        (r"(?<=[栋元])(\d{2,4})号?$", r"\1室"),
        (r"(\d+)(?:村民小组|村民组|生产队|小组|组|社|队)", r"\1组"),
        (r"(\d+)(?:号院|门牌号|号|號)", r"\1号"),
        (r"组(\d+)$", r"组\1号"),
    )
)
_PUNCTUATION = re.compile(r"[\s,，.。、;；:：/\\|()（）\[\]【】'\"“”_]+")
_DASHES = re.compile(r"[－—–~～‐‑−]+")


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the city: its code, names in use, and path (the codes from the city down, each followed by a slash)."""

    code: str
    name: str
    path: str
    aliases: tuple[str, ...] = ()


class Gazetteer:
    """All ways to write the names of a city's places, found longest first. Made once for many addresses."""

    def __init__(self, places: Iterable[Place]) -> None:
        named: defaultdict[str, dict[str, Place]] = defaultdict(dict)
        for place in places:
            for name in {form for given in (place.name, *place.aliases) for form in _forms(_folded(given))}:
                named[name][place.path] = place
        self._named = {name: tuple(at.values()) for name, at in named.items()}
        self._bare = {_bare(name) for name in self._named}
        self._lengths = tuple(sorted({len(name) for name in self._named}, reverse=True))
        self._remembered: dict[str, str] = {}

    def split(self, folded: str) -> tuple[str, str]:
        """The code of the deepest place that the text names and what is left of the text; no code where it names none.

        Names are read from the left, longest first, each below the one before; a name that several places share counts only if what
        stands before it tells which. What stands before the first name (a province) is dropped, what stands between two is kept.
        """
        path, code, kept, at, first = "", "", [], 0, True
        while at < len(folded):
            found = self._at(folded, at, path)
            if found is None:
                kept.append(folded[at])
                at += 1
                continue
            place, length = found
            path, code, at = place.path, place.code, at + length
            if first:
                kept, first = [], False
        return code, "".join(kept)

    def _at(self, text: str, at: int, path: str) -> tuple[Place, int] | None:
        for length in self._lengths:
            name = text[at : at + length]
            if len(name) < length or name not in self._named:
                continue
            if text[at + length : at + length + 1] in tuple(_WAYS) and not name.endswith(_KINDS + _OFFICES):
                continue  # a road that is called like a place
            below = [place for place in self._named[name] if place.path.startswith(path) and place.path != path]
            if len(below) == 1:
                return below[0], length
            again = [place for place in self._named[name] if place.path == path]
            if again:
                return again[0], length  # named twice, as in a city that is called like its county
        return None

    def remembered(self, text: str) -> str | None:
        """The answer to a text asked for before."""
        return self._remembered.get(text)

    def remember(self, text: str, answer: str) -> str:
        """The answer, kept for the next time."""
        self._remembered[text] = answer
        return answer


def normalise_address(text: str | None, gazetteer: Gazetteer) -> str | None:
    """One way of writing: "640381100001 3栋2单元501室"; without the code where no place is named, None where nothing is written.

    Two addresses are the same flat or house exactly if both texts are equal and have a number in them; a floor is left out, since the
    flat's number says it.
    """
    if not text:
        return None
    known = gazetteer.remembered(text)
    if known is not None:
        return known or None
    code, rest = gazetteer.split(_folded(text))
    return gazetteer.remember(text, f"{code} {_rewritten(rest)}".strip()) or None


def _rewritten(rest: str) -> str:
    rest = _NUMERAL.sub(lambda found: str(_number(found[1])), rest)
    for pattern, written in _STEPS:
        rest = pattern.sub(written, rest)
    return rest


def _number(text: str) -> int:
    """Chinese numerals up to 999: 十二 is 12, 二十 is 20, 一百零三 is 103, 二〇三 is 203."""
    if not set(text) & set("十百"):
        return int("".join(str(_CHINESE[character]) for character in text))
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _CHINESE[character]
    return total + digit


def _folded(text: str) -> str:
    dashed = _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())
    return _PUNCTUATION.sub("", dashed)


def _bare(name: str) -> str:
    """The name without what kind of place or office it is, if two characters remain."""
    for ending in (*_OFFICES, *_KINDS):
        if name.endswith(ending) and len(name) - len(ending) >= _SHORTEST:
            return _bare(name[: -len(ending)])
    return name


def _forms(name: str) -> set[str]:
    """The ways in which a place's name is written: with its kind, with its office, without either."""
    bare = _bare(name)
    forms = {name, bare} | {name + office for office in _OFFICES} | {bare + office for office in _OFFICES}
    for kind in _KINDS:
        if name.endswith(kind):
            forms |= {bare + kind, bare + kind + "居委会", bare + kind + "村委会"}
    return {form for form in forms if len(form) >= _SHORTEST}
