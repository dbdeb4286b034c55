"""Lines whose breaks were lost when a text was copied: where they begin, told by the clause numbers that count on inside a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

DIGITS = "一二三四五六七八九十"
COUNT = rf"[{DIGITS}百零]{{1,4}}|\d{{1,2}}"
_LONG_LINE = 250  # letters; a paragraph with more clause numbers than one inside has lost its line breaks
_INSIDE = re.compile(
    rf"(?<=[。;:!?) ])(?:第(?P<chapter>{COUNT})[章节篇]|(?P<first>[{DIGITS}]{{1,3}})、|\((?P<second>[{DIGITS}]{{1,3}})\)"
    r"|(?P<third>\d{1,2})[.、](?!\d))(?=\s*[\u4e00-\u9fff“])"
)
_NUMBERED = re.compile(rf"^\s*(?:第(?:{COUNT})[章节篇]|[{DIGITS}]{{1,3}}、|\([{DIGITS}]{{1,3}}\))", re.MULTILINE)


def lost_breaks(text: str) -> tuple[int, ...]:
    """Where lines begin in a text that was copied without its line breaks: at the clause numbers that count on, 一、 二、 三、 or (一) (二).

    Empty for a text whose clause numbers stand at the heads of its lines.
    """
    found: list[int] = []
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if len(line) < _LONG_LINE:
            continue
        last: dict[str, int] = {}
        inside: list[int] = []
        for match in _INSIDE.finditer(text, start, start + len(line)):
            kind = match.lastgroup or ""
            number = _number_of(match[kind])
            if number == 1 or number == last.get(kind, 0) + 1:
                last[kind] = number
                inside.append(match.start())
        found += inside if len(inside) > 2 and max(last.values()) > 1 else []
    return tuple(found) if len(found) > len(_NUMBERED.findall(text)) else ()


def _number_of(written: str) -> int:
    """一 → 1, 十二 → 12, 12 → 12."""
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return ((DIGITS.find(tens) + 1 if tens else 1) * 10 if ten else 0) + (DIGITS.find(ones) + 1 if ones else 0)


def lines_of(text: str, breaks: Sequence[int]) -> list[tuple[int, str]]:
    """(offset, words) of every line, those whose line break was lost too."""
    found: list[tuple[int, str]] = []
    at = 0
    for line in text.split("\n"):
        edges = [at, *(place for place in breaks if at < place < at + len(line)), at + len(line)]
        found += [(one, text[one:other]) for one, other in pairwise(edges)]
        at += len(line) + 1
    return found
