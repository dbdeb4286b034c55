"""Who is responsible, as the documents print it, in any of their styles; and the list of units inside, glued, damaged or open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from songhe.engines.plan_reading.model import Span, Tag
from songhe.engines.plan_reading.roles import roles_of

_LEAD = r"(?:责任|牵头|主责|主办|负责|实施)(?:单位|部门|科室)"
_PARTNER = r"(?:参与|参加|配合|协办|协同|协助)(?:单位|部门)"
_OPEN, _SHUT = r"[(\[【〔{]", r")\]】〕}"
_CLAUSE = r"\([一二三四五六七八九十]{1,3}\)"
_STOP = r"打印|关闭|扫一扫|分享|上一篇|下一篇|附件|(?:完成|办理|办结)?(?:时限|时间|期限)\s*:|(?:责任|联系)人\s*:"
_LIST = rf"(?:(?!{_STOP})[^()\[\]【】〔〕{{}}\n。]|(?!{_CLAUSE})\([^()\n]*\))*"
_HELP = r"(?:参与|参加|配合|协办|协同|协助|按照?职责分工负责|按职责分别负责|分工负责|负责)"
TAG = re.compile(
    rf"{_OPEN}?\s*(?P<lead>{_LEAD})\s*:(?P<units>{_LIST})[{_SHUT}]?"
    rf"|{_OPEN}(?P<duty>{_LIST}?)(?P<etc>等(?:有关|相关)?(?:单位|部门)?)?(?:按照?|根据)(?:各自)?职责(?:分工)?(?:分别|共同)?(?:抓好)?(?:负责|落实)[{_SHUT}]?"
    rf"|{_OPEN}(?P<head>{_LIST}?)(?:牵头|主责|主办)(?:负责|实施|落实)?(?:[,;、](?P<help>{_LIST}?)(?:等(?:有关|相关)?(?:单位|部门)?)?{_HELP})?[{_SHUT}]"
    rf"|{_OPEN}(?P<bare>{_LIST}?)(?:负责|落实)?[{_SHUT}](?=[。\s]*(?:\n|$))"
)
_PARTNERS = re.compile(rf"[,;、。\s]*{_PARTNER}\s*:")
_BESIDE_LEAD = re.compile(rf"[,;、。\s]*(?:{_PARTNER}|责任(?:单位|部门))\s*:")  # 牵头单位:甲;责任单位:乙
_LED = re.compile(r"(.+?)(?:牵头|主责|主办)(?:负责|实施|落实)?[,;、](.*)")  # 甲牵头负责,乙、丙(按职责分工负责)
ENDS = (
    "人民政府", "政府(管委会)", "管委会", "委员会", "联合会", "办事处", "办公室", "成员单位", "有关部门", "有关单位", "园区", "科技园",
    "产业园", "支队", "分局", "支局", "支行", "分行", "中心", "集团", "公司", "总会", "总工会", "银行",
    "法院", "检察院", "工会", "团委", "团市委", "残联", "妇联", "局", "委", "办", "部", "厅",
    "院", "镇", "乡", "街道", "镇(街道)", "区市", "政府", "大队", "学校", "室",
)  # fmt: skip
_NEXT = r"(?=区|市|县|州|旗|省|自治区|各|中国|国家|人民银行)"
_GLUED = re.compile(rf"(?<=局|委|办|部|会|联|院|室|心){_NEXT}(?!区局)")
_SEPARATORS = re.compile(r"[、,;\s]+")
_ALIKE = 0.72


@dataclass(frozen=True, slots=True)
class Printed:
    """A tag as found: its lists still as text."""

    style: str
    lead: str
    partners: str
    open_list: bool
    span: Span


def find_tags(text: str, breaks: Sequence[int] = ()) -> list[Printed]:
    """Every responsibility tag of the text, in order; none runs over one of the breaks."""
    edges = [0, *breaks, len(text)]
    found: list[Printed] = []
    for match in (match for one, other in pairwise(edges) for match in TAG.finditer(text, one, other)):
        if match["bare"] is not None:
            if _are_units(match["bare"]):
                found.append(Printed("bare", match["bare"], "", bool(re.search(r"等\s*$", match["bare"])), Span(*match.span())))
            continue
        if match["head"] is not None:
            if _are_units(match["head"]):
                found.append(Printed("lead_and_partner", match["head"], match["help"] or "", False, Span(*match.span())))
            continue
        if match["duty"] is not None and (led := _LED.match(match["duty"])) and _are_units(led[1]):
            found.append(Printed("lead_and_partner", led[1], led[2], bool(match["etc"]), Span(*match.span())))
            continue
        if match["duty"] is not None:
            found.append(Printed("by_duty", match["duty"], "", bool(match["etc"]), Span(*match.span())))
            continue
        units = match["units"]
        split = (_BESIDE_LEAD if match["lead"].startswith(("牵头", "主")) else _PARTNERS).search(units)
        style = "lead_and_partner" if split or match["lead"].startswith(("牵头", "主")) else "bracket"
        lead, partners = (units[: split.start()], units[split.end() :]) if split else (units, "")
        found.append(Printed(style, lead, partners, bool(re.search(r"等\s*$", units)), Span(*match.span())))
    return found


def _are_units(listed: str) -> bool:
    """Whether every piece of the list is the whole name of a unit whose role is known: 市财政局、市民政局, and not 含托位."""
    pieces = _pieces(listed)
    return bool(pieces) and all(_is_whole(piece) and roles_of(piece) for piece in pieces)


def read_tags(printed: Sequence[Printed]) -> list[Tag]:
    """The tags with their lists of units; what is glued or damaged in one is read with the help of the others."""
    pieces = [(_pieces(p.lead), _pieces(p.partners)) for p in printed]
    known = _known(piece for lead, partners in pieces for piece in (*lead, *partners))
    names = _one_name(known)
    return [
        Tag(p.style, _units(lead, known, names), _units(partners, known, names), p.open_list, p.span)
        for p, (lead, partners) in zip(printed, pieces, strict=True)
    ]


def spellings(printed: Sequence[Printed]) -> dict[str, str]:
    """Names of units that stand for another, more usual name of the same document."""
    return _one_name(_known(piece for p in printed for piece in (*_pieces(p.lead), *_pieces(p.partners))))


def _pieces(units: str) -> list[str]:
    """The list cut at its separators (not inside brackets), angle brackets written as round ones."""
    text = re.sub(r"[<〈]([^<>〈〉]*)[>〉]", r"(\1)", units)
    held = re.sub(r"\([^()]*\)", lambda m: m[0].replace("、", "\x00").replace(",", "\x01"), text)
    parts = [part.replace("\x00", "、").replace("\x01", ",").strip() for part in _SEPARATORS.split(held)]
    return [re.sub(r"等(?:单位|部门)?$", "", part) for part in parts if part and part != "等"]


def split_units(words: str) -> list[str]:
    """A cell of units cut at its separators."""
    return _pieces(words)


def _known(pieces: Iterable[str]) -> Counter[str]:
    """How often each whole name is printed: pieces cut further where one unit ends and the next begins."""
    counted: Counter[str] = Counter()
    for piece in pieces:
        counted.update(name for name in _GLUED.split(piece) if _is_whole(name))
    glued = [
        name
        for name in counted
        if any(name.startswith(o) and len(o) < len(name) and counted[o] > 2 * counted[name] for o in counted)
    ]
    for name in glued:
        del counted[name]
    return counted


def _is_whole(name: str) -> bool:
    return name.endswith(ENDS) and 2 <= len(name) <= 24 and len(_GLUED.split(name)) == 1


def _units(pieces: Sequence[str], known: Counter[str], names: dict[str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for piece in pieces:
        for name in [piece] if known[piece] > 1 else _segmented(piece, known):
            found[names.get(name, name)] = None
    return tuple(found)


def _segmented(piece: str, known: Counter[str]) -> list[str]:
    """The piece as a row of known names, at the least cost: a lost character at a name's edge costs one, one that fits nowhere three.

    A name printed only here is known too, unless it can be read as damaged forms of names that are printed more often.
    """
    best: list[tuple[int, list[str]] | None] = [None] * (len(piece) + 1)
    best[0] = (0, [])
    for at in range(len(piece)):
        here = best[at]
        if here is None:
            continue
        for name, times in known.items():
            once = 3 if times == 1 and name == piece else 0
            for form, cost in _forms(name):
                if piece.startswith(form, at):
                    _offer(best, at + len(form), here[0] + cost + once, [*here[1], name])
        _offer(best, at + 1, here[0] + 3, here[1])
    cost, names = best[-1] or (99, [])
    return names if names and cost <= max(3, len(piece) // 3) else [part for part in _GLUED.split(piece) if part]


def _offer(best: list[tuple[int, list[str]] | None], at: int, cost: int, names: list[str]) -> None:
    held = best[at]
    if held is None or (cost, len(names)) < (held[0], len(held[1])):
        best[at] = (cost, names)


def _forms(name: str) -> list[tuple[str, int]]:
    """The name, and it without up to two characters at its beginning or one at its end."""
    forms = [(name, 0)]
    if len(name) > 3:
        forms += [(name[1:], 1), (name[:-1], 1), (name[1:-1], 2)]
    elif len(name) == 3:
        forms += [(name[1:], 1)]
    if len(name) > 5:
        forms += [(name[2:], 2)]
    return [(form, cost) for form, cost in forms if len(form) >= 2]


def _one_name(known: Counter[str]) -> dict[str, str]:
    """A name printed once or seldom → the usual name of the same unit: same level of government, same roles, and most of the letters."""
    renamed: dict[str, str] = {}
    for name, times in known.items():
        alike = [
            other
            for other, more in known.items()
            if other != name
            and more > times
            and other[-1] == name[-1]
            and (other[0] == name[0])
            and roles_of(other)
            and roles_of(other) == roles_of(name)
        ]
        best = max(alike, key=lambda other: (SequenceMatcher(None, other, name).ratio(), known[other]), default=None)
        if best is not None and (SequenceMatcher(None, best, name).ratio() >= _ALIKE or _shortened(name, best)):
            renamed[name] = best
    return renamed


def _shortened(name: str, full: str) -> bool:
    """Every letter of the short name stands in the full one, in order."""
    rest = iter(full)
    return len(name) < len(full) and all(letter in rest for letter in name)
