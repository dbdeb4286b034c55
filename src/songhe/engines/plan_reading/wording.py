"""What a number is about: the indicator's name before (or after) it, the basis it is counted per, and its scope."""

from __future__ import annotations

import re

from songhe.engines.plan_reading.model import Span
from songhe.engines.plan_reading.quantities import Quantity

_LEADING = re.compile(
    r"^(?:[ ,、]|力争|争取|确保|推动|推进|努力|原则上|全面|实现|其中|同时|并|且|使|将|要|到|在|按照?|严格|落实|全市|全区|全县|我市|我区|本市|市|区内)+"
)
_TRAILING = re.compile(
    r"(?:[ ,、]|约|为|是|数?为|达到了?|达|不低于|不少于|不得低于|不得少于|至少|最低|超过|突破|最高|不超过|原则上|提高到|需|应|须|均|分别"
    r"|控制在|稳定在|保持在|比例为|的标准|完成|建设|建成|设立|建立|拥有)+$"
)
_DATED = re.compile(r"^(?:到|至|截至)?(?:20\d{2}年(?:年?底|末)?(?:之?前)?|[“\"]?十[三四五六]五[”\"]?(?:末|期间)?)[,、]?(?=\S{2})")
_ONLY_DATE = re.compile(r"(?:到|至|截至)?(?:20\d{2})?(?:年)?(?:年?底|末)?(?:之?前)?")
_VERB_ENDS = re.compile(
    r"(?:设立|开办|开设|建成|建有|打造|举办|输送|选择|建设|新建|新增|培育|引进|建立|形成|创建|签约|安排|评选|进行|有|与)(?:\([^()]*\))?(?:不少于|至少|约|各)*$"
)
_LEANS = re.compile(r"约?占|高出|比20|同比|年均|其中|每(?!万名|千名|千人|百张)|农村社区$|城市社区$")
_OTHER_NUMBER = re.compile(r"\d[\d.,]*\s*(?:[万亿])?(?:余|多)?(?:张|个|家|所|户|名|人次|人|%|‰|平方米|元)")
_PER = (
    (re.compile(r"每百户"), "/百户"), (re.compile(r"每户"), "/户"), (re.compile(r"人均"), "/人"),
    (re.compile(r"每千名老年人"), "/千名老年人"), (re.compile(r"每万名老年人"), "/万名老年人"), (re.compile(r"每千名?人口|每千人"), "/千人"),
    (re.compile(r"每百张[\u4e00-\u9fff]{0,6}床位"), "/百张床"),
    (re.compile(r"每个?县(?:\([^)]*\))?"), "/县"), (re.compile(r"(?:每个?|所有)乡(?:镇)?(?:\([^)]*\))?"), "/乡"),
    (re.compile(r"每个?街道"), "/街道"), (re.compile(r"每个?社区"), "/社区"), (re.compile(r"每个?村"), "/村"), (re.compile(r"各区市"), "/区市"),
    (re.compile(r"每处|单体|单处"), "/处"), (re.compile(r"每年|每年度"), "/年"), (re.compile(r"每月"), "/月"), (re.compile(r"每半年"), "/半年"),
    (re.compile(r"每季度"), "/季度"), (re.compile(r"每两年"), "/两年"), (re.compile(r"每三年"), "/三年"), (re.compile(r"每周"), "/周"),
)  # fmt: skip


def basis_of(text: str, part: Span, quantity: Quantity, earlier: Quantity | None = None) -> str:
    """What the number is counted per: /百户, /千名老年人, /县, /年 …; several in the order printed; "" where nothing is said.

    After an earlier number in the same part only what stands between the two counts, unless the two are a list (20平方米、15平方米).
    """
    if quantity.unit in ("%", "‰"):
        return ""
    between = text[earlier.span.end : quantity.span.start] if earlier is not None else ""
    if (
        earlier is not None
        and earlier.value == 1
        and earlier.unit in ("所", "家", "个", "处")
        and not re.search(r"[、,;]", between)
    ):
        return f"/{earlier.unit}"
    before = between if earlier is not None and between not in ("、", "和") else text[part.start : quantity.span.start]
    found = [(match.start(), per) for pattern, per in _PER if (match := pattern.search(before))]
    return "".join(per for _, per in sorted(found))


def indicator_of(text: str, part: Span, at: Span, date: Span | None) -> str:
    """The words before the number in its part, or after it where nothing stands before; without date, hedge and comparator.

    Words that lean on what was said just before (约占老年人口的, 每百户, 农村社区) take its subject in front of them.
    """
    start = max(part.start, date.end) if date is not None and part.start <= date.start < part.end else part.start
    whole = _LEADING.sub("", _DATED.sub("", text[start : part.end].strip())).strip("的“” ")
    if not text[start : at.start].strip(" ,“"):
        after = re.sub(r"^(?:及?以上|左右|以内|余)?的?", "", text[at.end : part.end].strip())
        return (after if len(after) >= 2 and at.end - at.start < 12 else whole)[:60]
    before = _after_other_numbers(text[start : at.start])
    after = _OTHER_NUMBER.split(re.sub(r"^(?:及?以上|左右|以内|余)?的?", "", text[at.end : part.end].strip()))[0].strip("、和 ")
    if _VERB_ENDS.search(before) and len(after) >= 2:
        return after[:60]
    name = _TRAILING.sub("", _LEADING.sub("", _DATED.sub("", before.strip())).strip()).strip("“”(")
    if len(name) >= 3:
        return ((_subject_before(text, part) if _LEANS.match(name) else "") + name)[-60:]
    if len(after) >= 2:
        return after[:60]
    return ((_subject_before(text, part) + name) or whole)[-60:]


def _after_other_numbers(before: str) -> str:
    """Of 社区日间照料中心663个、农村幸福院 what belongs to the last number: 农村幸福院."""
    pieces = _OTHER_NUMBER.split(before)
    last = pieces[-1].strip("、和及与 ,")
    return last if len(pieces) > 1 and len(last) >= 2 else before


def _subject_before(text: str, part: Span) -> str:
    """What the part before was about: its words up to its own number, none where it was another sentence."""
    end = part.start - 1
    if end <= 0 or text[end] not in ",;:":
        return ""
    start = max(text.rfind(mark, 0, end) for mark in ",;:。!?\n") + 1
    words = _DATED.sub("", text[start:end].strip())
    if _ONLY_DATE.fullmatch(words):
        return ""
    name = _TRAILING.sub("", _LEADING.sub("", re.split(r"\d", words)[0]).strip())
    return name if 2 <= len(name) <= 40 else ""


def scope_of(indicator: str) -> str:
    """Whom or what the indicator is about, as far as its name says."""
    match = re.search(
        r"(特殊困难老年人|特困人员|养老机构|医疗机构|城市社区|农村社区|社区|乡镇(?:\(街道\))?|新建居住(?:\(小\))?区|老年人|全市|全区)",
        indicator,
    )
    return match[0] if match else ""
