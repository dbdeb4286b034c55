"""Names that change within one document: of things, of units, of ages; and words that were doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.model import Span
from songhe.engines.plan_reading.sentences import sentences
from songhe.engines.plan_reading.tags import find_tags, spellings

_LEVELS = "省市县区镇乡国"


def check_words(checked: Checked) -> Iterator[Finding]:
    """Every name with two spellings, and what a note says otherwise than the plan."""
    for rule in (_bed_names, _unit_names, _ages, _doubled, _own_kind, _note_and_body):
        yield from rule(checked)


def _bed_names(checked: Checked) -> Iterator[Finding]:
    """家庭照护床位, 家庭养老床位, 家庭养老照护床位: one thing, several names."""
    text = checked.source.text
    places: dict[str, Span] = {}
    for match in re.finditer(r"家庭(?:养老|照护|护理|养老照护|照料|养老护理)[”\"]?床位", text):
        places.setdefault(re.sub(r"[”\"]", "", match[0]), Span(*match.span()))
    if len(places) > 1:
        yield Finding(
            "several_names",
            "C",
            f"同一种床位有{len(places)}个名称：{'、'.join(places)}。",
            "请统一用一个名称",
            tuple(places.values()),
        )


def _unit_names(checked: Checked) -> Iterator[Finding]:
    """One unit under two names in one document."""
    printed = find_tags(checked.source.text)
    found = spellings(printed)
    if found:
        text = "；".join(f"{name}＝{usual}" for name, usual in sorted(found.items()))
        places = [Span(at, at + len(name)) for name in found if (at := checked.source.text.find(name)) >= 0]
        yield Finding("unit_names", "B", "同一个单位在文件里写了不同的名称。", text, tuple(places))


def _ages(checked: Checked) -> Iterator[Finding]:
    """3岁以下, 0-3岁 and 0—3岁 for one group."""
    forms = {match[0]: Span(*match.span()) for match in re.finditer(r"0\s*[-—–~]\s*3岁|3岁以下", checked.source.text)}
    if len(forms) > 2:
        yield Finding("several_names", "C", f"同一个年龄范围写法不一：{'、'.join(forms)}。", "请统一写法", tuple(forms.values()))


def _doubled(checked: Checked) -> Iterator[Finding]:
    """支持发展…发展."""
    text = checked.source.text
    found = [match for match in re.finditer(r"支持发展[\u4e00-\u9fff]{2,14}发展(?=[,。;、])", text)]
    if found:
        yield Finding(
            "doubled_words",
            "C",
            "有重复的字词。",
            "；".join(match[0] for match in found),
            tuple(Span(*m.span()) for m in found),
        )


def _own_kind(checked: Checked) -> Iterator[Finding]:
    """A document of one kind that calls itself another: 若干措施 … 按照本方案要求."""
    title = checked.reading.outline.title
    kind = re.search(r"(方案|规划|计划|措施|意见|办法|纲要)(?:\(.*\))*$", title)
    end = checked.reading.outline.tail.start
    for match in re.finditer(r"本(方案|规划|计划|措施|意见|办法|纲要)", checked.source.text[:end]):
        if kind and match[1] != kind[1]:
            yield Finding("calls_itself", "B", f"标题是“{kind[1]}”，文中自称“{match[0]}”。", title, (Span(*match.span()),))
            return


def _note_and_body(checked: Checked) -> Iterator[Finding]:
    """What a note repeats of the plan with another level of government, another date or another name."""
    notes = [c for c in checked.reading.outline.clauses if c.part]
    if not notes:
        return
    text = checked.source.text
    body = [
        part
        for clause in checked.reading.outline.clauses
        if not clause.part
        for s in sentences(text, clause.span.start, clause.span.end)
        for part in s.parts
    ]
    levels: list[tuple[Span, Span]] = []
    names: list[tuple[Span, Span]] = []
    for note in notes:
        for sentence in sentences(text, note.body.start, note.body.end):
            for part in sentence.parts:
                words = text[part.start : part.end].strip()
                twin = _twin(text, words, body) if 10 <= len(words) <= 60 else None
                if twin is None:
                    continue
                other = text[twin.start : twin.end].strip()
                if _differ_in_level(words, other):
                    levels.append((part, twin))
                elif re.sub(r"“[^”]*”", "", words) == re.sub(r"“[^”]*”", "", other):
                    names.append((part, twin))
    for part, twin in levels[:1]:
        shown = f"{checked.words(part)}；{checked.words(twin)}"
        yield Finding("note_and_body", "A", "起草说明和正文写的不是同一级。", shown, (part, twin))
    if names:
        shown = "；".join(f"{checked.words(p)}／{checked.words(t)}" for p, t in names[:3])
        yield Finding(
            "names_change", "B", "起草说明和正文用的名称不一样。", shown, tuple(span for pair in names for span in pair)
        )


def _twin(text: str, words: str, body: list[Span]) -> Span | None:
    """The part of the plan that says nearly the same; None where it says exactly the same, or nothing like it."""
    best, found = 0.74, None
    for part in body:
        other = text[part.start : part.end].strip()
        if other == words or words in other:
            return None
        if abs(len(other) - len(words)) > 8 or other[-4:] != words[-4:]:
            continue
        ratio = SequenceMatcher(None, words, other, autojunk=False).ratio()
        if ratio > best:
            best, found = ratio, part
    return found


def _differ_in_level(one: str, other: str) -> bool:
    """One letter that names a level of government is another; besides, at most a few words more or less."""
    changes = [op for op in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if op[0] != "equal"]
    replaced = [op for op in changes if op[0] == "replace"]
    rest = [op for op in changes if op[0] != "replace"]
    levels = (
        len(replaced) == 1
        and one[replaced[0][1] : replaced[0][2]] in tuple(_LEVELS)
        and other[replaced[0][3] : replaced[0][4]] in tuple(_LEVELS)
    )
    return levels and all(max(op[2] - op[1], op[4] - op[3]) <= 4 for op in rest)
