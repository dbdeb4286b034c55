"""Finds the header among the first rows of a sheet, and what each column means: by the layout, by what somebody said, by what it may be."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from songhe.basics.masking import mask_address
from songhe.contexts.people.actions.judge_cells import judge_for, text_of
from songhe.contexts.people.actions.read_sheets import Cell, Row
from songhe.contexts.people.errors import UnreadableFile
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.headings import SHEET, Heading, SheetHeadings, Taken
from songhe.contexts.people.queries.layouts import TOKEN, Column, Layout

HEADER_WITHIN, SAMPLED_ROWS = 10, 40
ADDED = ("处理结果", "问题", "怎么改")
_OURS = frozenset(ADDED)
_SURE = 0.75
_SAMPLES = 3
_LONG_NUMBER = re.compile(r"\d{6,}[\dXx]?")
_PLACE_CODE = re.compile(r"\d{9}(?:\d{3})?")
Remembered = Callable[[tuple[str, ...]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Meanings:
    """Where a header's meaning may come from besides the layout: said for this file, or remembered from an earlier one by its headers."""

    chosen: Mapping[str, str]
    remembered: Remembered
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """`at` is the header's place among the rows looked at. `refusal` is set where the sheet has no header that fits."""

    at: int
    headings: SheetHeadings
    columns: tuple[tuple[int, Column], ...]
    refusal: UnreadableFile | None = None

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that mean nothing to us and that nobody left out."""
        return tuple(h.label[:40] for h in self.headings.headings if h.taken is Taken.UNKNOWN)[:50]


def folded(cell: Cell) -> str:
    """A header's text as it is compared: half-width, without spaces and the mark of a required column."""
    return "".join(unicodedata.normalize("NFKC", str(cell if cell is not None else "")).split()).strip("*")


def find_header(sheet: str, head: Sequence[Row], layout: Layout, meanings: Meanings) -> FoundHeader | None:
    """The header among the first rows; None for a sheet that somebody left out or that is empty."""
    if meanings.chosen.get(f"{SHEET}{sheet}") == "" or not any(_texts(cells) for _, cells in head):
        return None
    known = known_headers(layout)
    best = max(range(min(len(head), HEADER_WITHIN)), key=lambda i: (_recognised(head, i, known, meanings), -i))
    if _recognised(head, best, known, meanings) < 2:
        likely = _likely_header(head)
        if likely is None:
            return FoundHeader(0, SheetHeadings(sheet, 0, ()), (), _no_header(layout))
        best = likely
    return _with_meanings(sheet, head, best, layout, meanings)


def known_headers(layout: Layout) -> Mapping[str, Column]:
    """Every header that the layout knows, folded."""
    return {folded(name): column for column in (*layout.columns, TOKEN) for name in (column.header, *column.aliases)}


def _recognised(head: Sequence[Row], at: int, known: Mapping[str, Column], meanings: Meanings) -> int:
    texts = _header_texts(head, at)
    return len(
        {
            known[text].field if text in known else f"={meanings.chosen[text]}"
            for text in texts
            if text in known or meanings.chosen.get(text)
        }
    )


def _likely_header(head: Sequence[Row]) -> int | None:
    """The first row of three or more short texts without numbers that has something below it."""
    for at, (_, cells) in enumerate(head[:HEADER_WITHIN]):
        texts = [text for text in _header_texts(head, at) if text]
        own = [folded(cell) for cell in cells if folded(cell)]
        good = [text for text in own if len(text) <= 20 and not any(c.isdigit() for c in text)]
        if len(set(good)) >= 3 and len(good) == len(own) and at + 1 < len(head) and len(texts) >= 3:
            return at
    return None


def _no_header(layout: Layout) -> UnreadableFile:
    wanted = "、".join(column.header for column in layout.columns[:6])
    return UnreadableFile(f"没有找到表头。{layout.label}的文件应有这些列：{wanted}等。", next_step="请核对是否选错了部门或文件。")


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [text for cell in cells if (text := folded(cell))]


def _header_texts(head: Sequence[Row], at: int) -> list[str]:
    """The row's own texts; what a merge left empty is filled from the row above."""
    cells, above = head[at][1], head[at - 1][1] if at else ()
    width = max(len(cells), len(above))
    own = [folded(cells[i]) if i < len(cells) else "" for i in range(width)]
    return [text or (folded(above[i]) if i < len(above) else "") for i, text in enumerate(own)]


def _labels(head: Sequence[Row], at: int) -> list[str]:
    """The header's texts, each once: a repeated one says under which group, or in which column, it stands."""
    texts, above = _header_texts(head, at), head[at - 1][1] if at else ()
    seen: set[str] = set()
    labels, group = [], ""
    for place, text in enumerate(texts):
        group = (folded(above[place]) if place < len(above) else "") or group
        label = text
        if text and text in seen:
            label = (
                f"{group}：{text}" if group and group != text and f"{group}：{text}" not in seen else f"{text}（第{place + 1}列）"
            )
        seen.add(label)
        labels.append(label)
    return labels


def _with_meanings(sheet: str, head: Sequence[Row], at: int, layout: Layout, meanings: Meanings) -> FoundHeader:
    labels, texts, known = _labels(head, at), _header_texts(head, at), known_headers(layout)
    remembered = meanings.remembered(tuple(label for label in labels if label))
    below = [cells for _, cells in head[at + 1 :]]
    headings = [
        _taken(
            Heading(label, place, "", Taken.UNKNOWN, samples=_samples(below, place)),
            known.get(texts[place]),
            meanings.chosen,
            remembered,
        )
        for place, label in enumerate(labels)
        if label
    ]
    fields = {column.field: column for column in (*layout.columns, TOKEN)}
    headings = _suggested(headings, layout, below, meanings.as_of)
    unclear, refusal = _unclear(headings, fields, layout)
    found = SheetHeadings(sheet, head[at][0], tuple(headings), unclear)
    return FoundHeader(at, found, tuple((h.place, fields[h.field]) for h in headings if h.field in fields), refusal)


def _taken(heading: Heading, known: Column | None, chosen: Mapping[str, str], remembered: Mapping[str, str]) -> Heading:
    if heading.label in _OURS:
        return replace(heading, taken=Taken.OURS)
    for said, how in ((chosen, Taken.CHOSEN), (remembered, Taken.REMEMBERED)):
        if heading.label in said:
            field = said[heading.label]
            return replace(heading, field=field, taken=how if field else Taken.LEFT_OUT)
    return replace(heading, field=known.field, taken=Taken.KNOWN) if known else heading


def _unclear(headings: Sequence[Heading], fields: Mapping[str, Column], layout: Layout) -> tuple[str, UnreadableFile | None]:
    """What has to be asked, or why the sheet cannot be read at all."""
    counted = Counter(h.field for h in headings if h.field)
    told = []
    for field, times in counted.items():
        if times > 1:
            same = "、".join(f"“{h.label}”" for h in headings if h.field == field)
            told.append(f"“{fields[field].header}”有{times}列：{same}，不知道用哪一列。")
    by_token = TOKEN.field in counted  # a sheet that we made says who is meant
    lacking = [c.header for c in layout.columns if c.required and c.field not in counted and not by_token]
    spare = [h for h in headings if h.taken is Taken.UNKNOWN]
    if lacking:
        told.append(f"缺少必需的列：{'、'.join(lacking)}。")
        said = [h for h in headings if h.taken in (Taken.CHOSEN, Taken.REMEMBERED, Taken.LEFT_OUT)]
        if not spare and not said and len(told) == 1:
            return "", UnreadableFile(told[0], next_step="请补上这些列后重新上传。")
    likely = [f"“{h.label}”好像是“{fields[h.suggested].header}”" for h in spare if h.sure]
    if likely:
        told.append(f"有的列名不认识：{'，'.join(likely)}。")
    return "".join(told), None


def _suggested(headings: list[Heading], layout: Layout, below: Sequence[Sequence[Cell]], as_of: dt.date) -> list[Heading]:
    """Unknown headers with the field that each is most likely to be; a field is suggested once, to the likeliest."""
    taken = {heading.field for heading in headings if heading.field}
    spare = [column for column in layout.columns if column.field not in taken]
    scored = sorted(
        ((_likeness(h, column, _cells(below, h.place), as_of), i, column) for i, h in enumerate(headings) if h.taken is Taken.UNKNOWN for column in spare),
        key=lambda found: -found[0],
    )  # fmt: skip
    found, used = list(headings), set[str]()
    for score, i, column in scored:
        if score >= 0.5 and not found[i].suggested and column.field not in used:
            found[i] = replace(found[i], suggested=column.field, sure=score >= _SURE)
            used.add(column.field)
    return found


def _likeness(heading: Heading, column: Column, cells: Sequence[str], as_of: dt.date) -> float:
    """0 to 1: how alike the names are, weighed by how many of the cells the column would accept."""
    variable = find_variable(column.field)
    names = [folded(name) for name in (column.header, *column.aliases, variable.label if variable else "") if name]
    label = heading.label
    alike = max(SequenceMatcher(None, label, name).ratio() for name in names)
    if any(len(name) >= 2 and (name in label or (len(label) >= 3 and label in name)) for name in names):
        alike = max(alike, 0.8)
    judge = judge_for(column, as_of)
    fitting = sum(judge(text)[1] is None for text in cells) / len(cells) if cells else 0.5
    if fitting == 1 and cells and column.field in ("id_number", "phone"):
        return max(alike, 0.95)
    codes = bool(cells) and all(_PLACE_CODE.fullmatch(text) for text in cells)
    if column.field in ("area_code", "area_name", "town_name"):
        fitting = float(codes == (column.field == "area_code"))
    return alike * (0.4 + 0.6 * fitting)


def _cells(below: Sequence[Sequence[Cell]], place: int) -> list[str]:
    return [text for cells in below if place < len(cells) and (text := text_of(cells[place]))][:20]


def _samples(below: Sequence[Sequence[Cell]], place: int) -> tuple[str, ...]:
    """A few different cells, so masked that they can be shown."""
    return tuple(dict.fromkeys(_harmless(text) for text in _cells(below, place)))[:_SAMPLES]


def _harmless(text: str) -> str:
    hidden = _LONG_NUMBER.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 5)}{found[0][-2:]}", text)
    return mask_address(hidden) if re.search(r"\d+[号栋幢室]|[组队][\d一二三四五]", hidden) else hidden[:24]
