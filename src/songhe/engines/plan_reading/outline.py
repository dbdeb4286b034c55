"""From lines to a tree of clauses: 第一章 / 第一节 / 一、 / (一) / 1. with numbers that restart or run on, unnumbered paragraphs, damaged numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from songhe.engines.plan_reading.breaks import COUNT, DIGITS, lines_of
from songhe.engines.plan_reading.model import Clause, Outline, Span
from songhe.engines.plan_reading.source import MASK, Source
from songhe.engines.plan_reading.tags import TAG

CHAPTER, SECTION, ARTICLE, FIRST, SECOND, THIRD, FOURTH = range(7)
NUMBERS = (
    (CHAPTER, re.compile(rf"\s*第({COUNT})(?:章|篇|部分)[\s::、]*(?=\S)")),
    (SECTION, re.compile(rf"\s*第({COUNT})节[\s::、]*(?=\S)")),
    (ARTICLE, re.compile(rf"\s*第({COUNT})条[\s::、]*(?=\S)")),
    (FIRST, re.compile(rf"\s*([{DIGITS}]{{1,3}})\s*[、.．]\s*(?=\S)")),
    (SECOND, re.compile(rf"\s*[(〔]\s*([{DIGITS}]{{1,3}})\s*[)〕]\s*(?=\S)")),
    (SECOND, re.compile(r"\s*[)〕](?=[\u4e00-\u9fff])")),  # the left half of "(五)" was lost
    (THIRD, re.compile(r"\s*(\d{1,2})\s*[.、．](?:(?!\d)|(?=20\d\d年))\s*(?=\S)")),
    (FOURTH, re.compile(r"\s*(\d{1,2}\.\d{1,2})[.、\s]*(?=[\u4e00-\u9fff“])")),
)
SHAPES = {CHAPTER: "第{}章", SECTION: "第{}节", ARTICLE: "第{}条", FIRST: "{}", SECOND: "({})", THIRD: "{}", FOURTH: "{}"}
_BEGINS_AGAIN = re.compile(rf"^\s*[{DIGITS}]{{1,3}}\s*[、.．]\s*\S", re.MULTILINE)
_AFTER = re.compile(
    r"\s*(附件(下载)?\s*:|附件\s*\d|扫一扫|打印\s*:|网站标识码|主办(单位)?\s*:|联系方式\s*:|本(文件|方案|通知|意见|办法)自.{4,24}(起施行|起执行|实施))"
)
_NEW_PART = re.compile(r"(起草说明|编制说明|政策解读|修订说明|反馈意见|采纳情况)")
_STOPS = "。;:!?"
# Titles of sections that every plan has: where the line goes on without a full stop, the title ends with them.
HEADS = (
    "总体要求", "总体目标", "总体思路", "发展目标", "工作目标", "主要目标", "行动目标", "任务目标", "目标任务",
    "指导思想", "基本原则", "主要任务", "重点任务", "工作任务", "重点举措", "主要举措", "工作措施", "政策措施",
    "保障措施", "组织保障", "组织实施", "工作要求", "发展基础", "现状基础", "工作背景",
)  # fmt: skip
LONGEST_TITLE = 40
_SAYS_SO = re.compile(r"20\d\d年[^,]{0,6},|,.*\d|\d.*,|[”\"]末,")
# Verbs that begin a sentence: where a title lost its full stop, the text goes on with one of them.
OPENERS = (
    "支持", "落实", "实施", "鼓励", "通过", "推进", "推动", "加快", "加强", "开展", "完善", "建立", "健全", "引导", "围绕", "坚持", "聚焦", "依托", "结合",
    "发挥", "积极", "大力", "全面", "深入", "持续", "统筹", "以", "按照", "对",
)  # fmt: skip
ALSO_NOUNS = ("支持", "引导", "实施", "落实", "完善", "发展", "推进")


@dataclass(slots=True)
class _Draft:
    number: str
    kind: int
    level: int
    part: str
    printed: bool
    start: int
    after_number: int
    end: int = 0
    children: list[_Draft] = field(default_factory=list)


def read_outline(source: Source) -> Outline:
    """The document's clauses with their titles and places."""
    drafts, head_end, tail = _Reader(source).drafts()
    clauses = tuple(_finished(draft, source) for draft in drafts)
    return Outline(_document_title(source, head_end), clauses, Span(0, head_end), Span(tail, len(source.text)))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.text
        self.top: list[_Draft] = []
        self.open: list[_Draft] = []  # from the top down to the clause that the next line may go into
        self.part = ""
        self.begun = False
        kinds = {kind for _, line in lines_of(source.text, source.breaks) for kind, pattern in NUMBERS if pattern.match(line)}
        self.highest = max(FIRST, min(kinds, default=FIRST))  # a document may number its clauses (一) only, or 1. only

    def drafts(self) -> tuple[list[_Draft], int, int]:
        """The top clauses, the offset at which they begin and the one at which they end."""
        tail = len(self.text)
        for start, line in lines_of(self.text, self.source.breaks):
            if not line.strip().strip(MASK):
                continue
            if self.begun and self._tail(line, start):
                tail = start
                break
            self._line(line, start)
        head = self.top[0].start if self.top else len(self.text)
        self._close(self.top, tail)
        return self.top, head, tail

    def _tail(self, line: str, start: int) -> bool:
        """After the last clause: annexes, the site's furniture, a date of force. An annex named before the plan itself ends nothing."""
        return bool(_AFTER.match(line)) and not _BEGINS_AGAIN.search(self.text, start + len(line)) and len(self.top) > 1

    def _line(self, line: str, start: int) -> None:
        found = next(((kind, match) for kind, pattern in NUMBERS if (match := pattern.match(line))), None)
        if not self.begun and (found is None or found[0] > self.highest):
            return
        if self.begun and self._opens_part(line):
            self._close(self.top, start)
        elif found is not None:
            self._numbered(*found, start)
        else:
            self._paragraph(line, start)

    def _opens_part(self, line: str) -> bool:
        if len(line.strip()) < 80 and not line.strip().endswith("。") and (found := _NEW_PART.search(line)):
            self.part = "说明" if found[1].endswith("说明") or found[1].endswith("解读") else found[1]
            self.open = []
            return True
        return False

    def _numbered(self, kind: int, found: re.Match[str], start: int) -> None:
        """The clause goes under the last open one of a higher kind; a part of its own begins where the highest numbers begin again."""
        digits = found[1] if found.groups() else ""
        while self.open and self.open[-1].kind >= kind:
            self.open.pop()
        if kind == FIRST and not self.open and self.begun and digits == "一" and not self.part and self.top[-1].number != "一":
            self.part = "续"
        self.begun = True
        under = self.open[-1] if self.open else None
        siblings = under.children if under else self.top
        if not digits:
            digits = DIGITS[min(sum(child.kind == kind for child in siblings), 9)]
        above = (
            ""
            if kind == FOURTH and under is not None and digits.startswith(f"{under.number}.")
            else under.number
            if under
            else self.part
        )
        number = f"{above}{SHAPES[kind].format(digits)}"
        draft = _Draft(number, kind, len(self.open) + 1, self.part, True, start, start + found.end())
        siblings.append(draft)
        self.open.append(draft)

    def _paragraph(self, line: str, start: int) -> None:
        """An unnumbered paragraph: perhaps a clause of its own under (一), the text of its clause everywhere else."""
        parent = self.open[-1] if self.open else None
        if parent is None or parent.kind != SECOND or any(child.printed for child in parent.children):
            return
        number = f"{parent.number}{len(parent.children) + 1}"
        level = parent.level + 1
        parent.children.append(_Draft(number, THIRD, level, self.part, False, start, start + len(line) - len(line.lstrip())))

    def _close(self, drafts: list[_Draft], end: int) -> None:
        for place, draft in enumerate(drafts):
            draft.end = draft.end or (drafts[place + 1].start if place + 1 < len(drafts) else end)
            self._close(draft.children, draft.end)


def _finished(draft: _Draft, source: Source) -> Clause:
    text = source.text
    if draft.children and not draft.children[0].printed and not all(_is_titled(text, child) for child in draft.children):
        draft.children = []  # plain paragraphs: the text of the clause
    line_end = text.find("\n", draft.after_number, draft.end)
    line_end = min([place for place in source.breaks if place > draft.after_number] + [draft.end if line_end < 0 else line_end])
    title, cut = title_of(text[draft.after_number : line_end])
    if _SAYS_SO.search(title) and cut < line_end - draft.after_number + 1:
        cut = 0  # no title: the clause begins with what it says
    own_end = draft.children[0].start if draft.children else draft.end
    body = Span(min(draft.after_number + cut, own_end), max(own_end, min(draft.after_number + cut, own_end)))
    children = tuple(_finished(child, source) for child in draft.children)
    return Clause(draft.number, draft.level, title, draft.part, draft.printed, Span(draft.start, draft.end), body, children)


def _is_titled(text: str, draft: _Draft) -> bool:
    """An unnumbered paragraph that is a clause: a short title up to the first full stop, and who is responsible at its end."""
    stop = text.find("。", draft.after_number, draft.end)
    title = text[draft.after_number : max(stop, draft.after_number)]
    tag = TAG.search(text, draft.start, draft.end)
    said = tag is not None and bool(text[stop + 1 : tag.start()].strip())  # else the one sentence is the text, not its title
    return 4 <= len(title) <= LONGEST_TITLE and "," not in title and said


def title_of(line: str) -> tuple[str, int]:
    """The title at the head of a line and where the text after it begins. A title whose full stop was lost ends before a new verb,
    or with the words that are the title of a section in every plan.
    """
    if head := next((name for name in HEADS if line.lstrip().startswith(name)), ""):
        after = len(line) - len(line.lstrip()) + len(head)
        if re.match(r"\s|到\s*20\d\d|[\u4e00-\u9fff]{0,2}以", line[after:]) and len(line.strip()) > LONGEST_TITLE:
            return head, after
    stop = min((line.find(mark) for mark in _STOPS if mark in line), default=-1)
    title = line if stop < 0 else line[:stop]
    whole = stop < 0 and len(line.strip()) <= LONGEST_TITLE
    if not whole and (len(title) > LONGEST_TITLE or re.search(r"[,、(]", title)):
        cut = _lost_stop(title)
        if cut:
            return title[:cut].strip(), cut
    return title.strip(), len(line) if stop < 0 else stop + 1


def _lost_stop(text: str) -> int:
    """Where a title ends that runs into its text: before the first verb that begins a sentence, after at least eight characters."""
    for at in range(8, min(len(text), LONGEST_TITLE)):
        opener = next((verb for verb in OPENERS if text.startswith(verb, at)), None)
        if opener is None:
            continue
        after = at + len(opener)
        if opener in ALSO_NOUNS and any(text.startswith(verb, after) for verb in OPENERS if len(verb) > 1):
            continue
        return at
    return 0


def _document_title(source: Source, head_end: int) -> str:
    """The last line before the clauses that names a kind of document and is not a sentence."""
    found = ""
    for line in source.text[:head_end].split("\n"):
        text = line.strip().replace(MASK, "")
        if (
            6 <= len(text) <= 60
            and re.search(r"(方案|规划|计划|措施|意见|办法|纲要)(\(.{2,16}\))*$", text)
            and not re.search(r"[。:]", text)
        ):
            found = text
    return found or _title_inside(source.text[:head_end])


def _title_inside(head: str) -> str:
    """The last name of a plan that stands by itself within a line: between blanks, or in 《》."""
    names = re.findall(
        r"(?:^|[\s《>])([^\s。,;:《》>]{4,46}(?:方案|规划|计划|措施|意见|办法|纲要)(?:\([^()]{2,16}\))*)(?=$|[\s》])",
        head,
        re.MULTILINE,
    )
    return str(names[-1]) if names else ""
