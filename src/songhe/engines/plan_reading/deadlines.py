"""Dates by which something is due, in the many ways the documents write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhe.engines.plan_reading.model import Deadline, Span

_FIVE_YEARS = {"十三五": 2020, "十四五": 2025, "十五五": 2030, "十六五": 2035}
_YEAR = r"(?P<year>20\d{2})年"
_PATTERN = re.compile(
    rf"(?P<exact>(?:到|至|在|于|截至|力争到|争取到)?\s*{_YEAR}(?P<month>\d{{1,2}}月)?(?P<day>\d{{1,2}}日)?(?P<end>年?底|年?末)?(?P<before>之?前|以前)?(?P<since>起)?)"
    r"|(?P<plan>(?:到|至|在)?\s*[“\"]?(?P<five>十[三四五六]五)[”\"]?(?P<plan_end>时期末|规划末|末|期间|时期|规划期|(?=[要将需应])))"
)
_RANGE = re.compile(r"(?P<from>20\d{2})年?\s*[—–\-~至到]+\s*(?P<to>20\d{2})年")
_STOPS = "。;;!\n"


@dataclass(frozen=True, slots=True)
class DateFound:
    """One date. `exclusive`: strictly before it; `since`: a beginning, not an end; `whole_period`: over all of it."""

    text: str
    date: str
    exclusive: bool
    since: bool
    span: Span
    start: str = ""


def find_dates(text: str, start: int, end: int) -> list[DateFound]:
    """Every date in `text[start:end]`, in order."""
    found: list[DateFound] = []
    taken: list[Span] = []
    for match in _RANGE.finditer(text, start, end):
        found.append(DateFound(match[0], match["to"], False, False, Span(*match.span()), match["from"]))
        taken.append(Span(*match.span()))
    for match in _PATTERN.finditer(text, start, end):
        if any(span.start <= match.start() < span.end or match.start() <= span.start < match.end() for span in taken):
            continue
        found.append(_date(match))
    return sorted(found, key=lambda date: date.span.start)


def _date(match: re.Match[str]) -> DateFound:
    span, text = Span(*match.span()), match[0].strip()
    if match["plan"] is not None:
        year = _FIVE_YEARS[match["five"]]
        return DateFound(text, f"{year}-12" if "末" in match["plan_end"] else str(year), False, False, span)
    if match["month"]:
        day = f"-{int(match['day'][:-1]):02d}" if match["day"] else ""
        return DateFound(
            text, f"{match['year']}-{int(match['month'][:-1]):02d}{day}", bool(match["before"]), bool(match["since"]), span
        )
    at_end = bool(match["end"])
    date = f"{match['year']}-12" if at_end else match["year"]
    return DateFound(text, date, bool(match["before"]) and not at_end, bool(match["since"]), span)


def read_deadlines(text: str, start: int, end: int) -> tuple[Deadline, ...]:
    """The dates of a clause, each with the words that are due by it."""
    found: list[Deadline] = []
    for date in find_dates(text, start, end):
        if date.since:
            continue
        stop = min((at for mark in _STOPS if (at := text.find(mark, date.span.end, end)) >= 0), default=end)
        what = text[date.span.end : stop].strip(" ,、:")
        found.append(Deadline(date.text, date.date, what, date.span))
    return tuple(found)
