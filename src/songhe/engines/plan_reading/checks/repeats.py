"""What a document says twice in slightly other words: definitions, labels, names joined by +, years; and what it announces of itself."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.model import Clause, Span

_LOGIC = frozenset("或和及与且并不")
_LABEL = re.compile(r"(参与|配合|协同|责任|牵头)(单位|部门)(?=[:：])")
_SOON = 400  # days: hardly more than a year


def check_repeats(checked: Checked) -> Iterator[Finding]:
    """Every pair that says nearly the same, and what the note says of a plan that the plan does not hold."""
    for rule in (
        _definitions,
        _labels,
        _joined_names,
        _not_in_the_plan,
        _shorter_years,
        _only_per_mille,
        _soon_over,
        _before_or_by,
    ):
        yield from rule(checked)


def _definitions(checked: Checked) -> Iterator[Finding]:
    """Two explanations in brackets that differ by one word of logic: 机构与医院签约, 机构或与医院签约."""
    text = checked.source.text
    found = [match for match in re.finditer(r"\(([^()\n]{12,60})\)", text) if not re.search(r"单位|牵头|局[,、)]", match[1])]
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            words = _logic_between(one[1], other[1])
            if words:
                shown = f"{checked.words(Span(*one.span()))}；{checked.words(Span(*other.span()))}"
                sentence = f"同一件事的两处解释差了“{words}”字，算不算数会不一样。"
                yield Finding("two_definitions", "B", sentence, shown, (Span(*one.span()), Span(*other.span())))
                return


def _logic_between(one: str, other: str) -> str:
    """The words of logic in which they differ, where besides only the end differs; else empty."""
    shorter = min(len(one), len(other))
    matcher = SequenceMatcher(None, one[:shorter], other[: shorter + 1], autojunk=False)
    if one == other or matcher.ratio() < 0.85:
        return ""
    changes = [(one[a:b] + other[c:d]) for op, a, b, c, d in matcher.get_opcodes() if op != "equal" and min(a, c) < shorter - 2]
    return "".join(changes) if changes and all(set(words) <= _LOGIC for words in changes) else ""


def _labels(checked: Checked) -> Iterator[Finding]:
    """参与单位 everywhere and 参与部门 once."""
    forms: dict[str, Counter[str]] = {}
    places: dict[str, Span] = {}
    for match in _LABEL.finditer(checked.source.text):
        forms.setdefault(match[1], Counter())[match[0]] += 1
        places.setdefault(match[0], Span(*match.span()))
    for counted in forms.values():
        usual, rare = [*counted.most_common(), ("", 0)][:2]
        if rare[1] and rare[1] * 5 <= usual[1]:
            sentence = f"多数写“{usual[0]}”，有{rare[1]}处写“{rare[0]}”。"
            yield Finding("label_changes", "C", sentence, "请统一写法", (places[rare[0]],))


def _joined_names(checked: Checked) -> Iterator[Finding]:
    """“信用+志愿+餐桌” in one place, “信用+志愿+食堂” in another."""
    text, seen = checked.source.text, dict[str, Span]()
    for match in re.finditer(r"“([^”“+]{2,12}(?:\+[^”“+]{2,12})+)”", text):
        seen.setdefault(match[1], Span(*match.span()))
    pairs = [
        (one, other)
        for place, one in enumerate(seen)
        for other in list(seen)[place + 1 :]
        if _differ_in_the_last(one.split("+"), other.split("+"))
    ]
    if pairs:
        shown = "；".join(f"“{one}”和“{other}”" for one, other in pairs)
        places = tuple(seen[name] for pair in pairs for name in pair)
        yield Finding("names_change", "B", "同一种做法在文件里有两个名称。", shown, places)


def _differ_in_the_last(one: list[str], other: list[str]) -> bool:
    """The same but for the last part, which shares no more than the beginning (老年餐桌, 幸福餐桌, 暖心食堂)."""
    return len(one) == len(other) and one[:-1] == other[:-1] and len(one[-1]) == len(other[-1]) and len("".join(one[:-1])) >= 5


def _notes(checked: Checked) -> list[Clause]:
    return [clause for clause in checked.reading.outline.clauses if clause.part]


def _not_in_the_plan(checked: Checked) -> Iterator[Finding]:
    """A note that names a measure of which the plan itself has no word."""
    notes = _notes(checked)
    if not notes:
        return
    text = checked.source.text
    body = "".join(text[c.span.start : c.span.end] for c in checked.reading.outline.clauses if not c.part)
    for note in notes:
        for match in re.finditer(r"从([^。;\n]{6,60})等方面", text[note.span.start : note.span.end]):
            at = note.span.start + match.start()
            for term in match[1].split("、"):
                stem = term[:3] if len(term) > 4 else term[:2]
                if len(term) >= 4 and stem not in body:
                    sentence = f"起草说明提到“{term}”，正文里没有这一项。"
                    yield Finding(
                        "not_in_the_plan",
                        "B",
                        sentence,
                        checked.words(Span(at, at + len(match[0]))),
                        (Span(at, at + len(match[0])),),
                    )


def _shorter_years(checked: Checked) -> Iterator[Finding]:
    """A plan for 2024-2026 with a yearly number for 2024 and 2025 only."""
    title = re.search(r"(20\d\d)\s*[-—–~至]\s*(20\d\d)", checked.reading.outline.title)
    if title is None:
        return
    first, last = int(title[1]), int(title[2])
    for match in re.finditer(r"(20\d\d)年?\s*[-—–~至]+\s*(20\d\d)年", checked.source.text[checked.reading.outline.head.end :]):
        if int(match[1]) == first and first < int(match[2]) < last:
            at = checked.reading.outline.head.end + match.start()
            shown = f"文件是{first}—{last}年，这一项只写到{match[2]}年"
            yield Finding("shorter_years", "B", f"{int(match[2]) + 1}年以后的数没有写。", shown, (Span(at, at + len(match[0])),))
            return


def _only_per_mille(checked: Checked) -> Iterator[Finding]:
    """One share per mille among many per cent."""
    units = Counter(target.unit for target in checked.reading.targets)
    if units["‰"] == 1 and units["%"] >= 8:
        one = next(target for target in checked.reading.targets if target.unit == "‰")
        sentence = f"只有“{one.indicator}”用千分比，其余{units['%']}个都用百分比，容易看错。"
        yield Finding("only_per_mille", "C", sentence, f"{one.value:g}‰＝{one.value / 10:g}%" if one.value else "", (one.span,))


def _soon_over(checked: Checked) -> Iterator[Finding]:
    """All dated goals end within little more than a year of the day of issue."""
    outline, text = checked.reading.outline, checked.source.text
    issued = re.search(r"(20\d\d)\s*[-年]\s*(\d{1,2})\s*[-月]\s*(\d{1,2})", text[: outline.head.end] + text[outline.tail.start :])
    dates = [target.deadline for target in checked.reading.targets if target.deadline]
    if issued is None or len(dates) < 5:
        return
    try:
        day = dt.date(int(issued[1]), int(issued[2]), int(issued[3]))
    except ValueError:
        return
    ends = [dt.date(int(date[:4]), 12, 31) for date in dates]
    left = (max(ends) - day).days
    if 0 < left <= _SOON:
        months = round(left / 30.4)
        sentence = f"写了期限的目标全在印发后{months}个月内到期。"
        yield Finding("soon_over", "C", sentence, f"印发{day.year}年{day.month}月，最晚的期限是{max(ends).year}年底", ())


def _before_or_by(checked: Checked) -> Iterator[Finding]:
    """2023年前 (before that year begins) in one place, 2023年 in another, of one thing."""
    text = checked.source.text
    strict = re.finditer(r"(20\d\d)年前[,，]?([\u4e00-\u9fff]{6,40})", text)
    for one in strict:
        for other in re.finditer(rf"{one[1]}年(?:年?底)?[,，]([\u4e00-\u9fff]{{6,40}})", text):
            a, b = one[2], other[1]
            if _same_start(a, b):
                sentence = f"一处写“{one[1]}年前”（不含{one[1]}年），一处写到{one[1]}年，差一年。"
                shown = f"{one[0]}；{other[0]}"
                yield Finding("before_or_by", "B", sentence, shown, (Span(*one.span()), Span(*other.span())))
                return


def _same_start(one: str, other: str) -> bool:
    """Both begin with the same five signs or more, and share another word soon after."""
    size = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, more = one[size : size + 20], other[size : size + 20]
    return size >= 5 and any(rest[at : at + 2] in more for at in range(len(rest) - 1))
