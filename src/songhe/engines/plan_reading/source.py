"""The text as it came in, made comparable character by character: every offset stays what it was.

Full-width forms become half-width (but 、 and 。 stay), spaces of all kinds become one kind, and what a web site put into the text
(its own name, again and again in the middle of sentences) is masked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from songhe.engines.plan_reading.breaks import lost_breaks

MASK = "\ufffc"  # stands for every masked character; no document has it
_KEPT = "、。“”‘’《》〈〉〔〕【】…—～·"
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff\t\f\v]")
_LEAST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Source:
    """`raw` as it came in and `text` of the same length to read; `noise` are the strings that were masked.

    `breaks` are the offsets at which a line begins though its line break was lost.
    """

    raw: str
    text: str
    noise: tuple[str, ...]
    breaks: tuple[int, ...] = ()


def read_source(raw: str) -> Source:
    """The source made comparable; the same input gives the same output."""
    text = "".join(map(_plain, raw))
    noise = _noise(text)
    for string in noise:
        text = text.replace(string, MASK * len(string))
    return Source(raw, text, noise, lost_breaks(text))


def _plain(character: str) -> str:
    if character in _KEPT or character < "\u0080":
        return " " if character in "\t\r" else character
    if _SPACES.match(character):
        return " "
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character


def _noise(text: str) -> tuple[str, ...]:
    """The site's own title (the first line) where it stands again and again inside other lines, as no title of a plan does."""
    lines = [line.strip() for line in text.split("\n")]
    first = next((line for line in lines if line), "")
    inside = sum(line.count(first) for line in lines if line != first) if 4 <= len(first) <= 30 else 0
    return (first,) if inside >= _LEAST_REPEATS and not _is_heading(first) else ()


def _is_heading(line: str) -> bool:
    return bool(re.search(r"方案|规划|计划|措施|意见|通知|办法|公告|决定|纲要|目录", line))
