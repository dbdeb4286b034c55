"""Sentences and their parts, each with its place; commas and stops inside brackets or quotation marks do not cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhe.engines.plan_reading.model import Span

_OPENING, _CLOSING = "(〔【《“‘<[", ")〕】》”’>]"
STOPS = "。!?\n"
PAUSES = ",;:"
THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")  # 2,400 is one number


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its parts between commas, semicolons and colons."""

    span: Span
    parts: tuple[Span, ...]


def sentences(text: str, start: int, end: int) -> list[Sentence]:
    """The sentences of `text[start:end]`, in order; a bracket that is never closed ends with its line."""
    found: list[Sentence] = []
    parts: list[Span] = []
    first, part, depth = start, start, 0
    for at in range(start, end):
        letter = text[at]
        if letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth = max(0, depth - 1)
        if letter == "\n":
            depth = 0
        if depth and letter != "。":
            continue
        if letter in PAUSES and not (letter == "," and THOUSANDS.match(text, at - 1)):
            _add(parts, text, part, at)
            part = at + 1
        elif letter in STOPS:
            depth = 0
            _add(parts, text, part, at)
            _close(found, parts, first, at)
            first = part = at + 1
    _add(parts, text, part, end)
    _close(found, parts, first, end)
    return found


def _add(parts: list[Span], text: str, start: int, end: int) -> None:
    if text[start:end].strip():
        parts.append(Span(start, end))


def _close(found: list[Sentence], parts: list[Span], start: int, end: int) -> None:
    if parts:
        found.append(Sentence(Span(start, end), tuple(parts)))
        parts.clear()
