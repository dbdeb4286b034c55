"""Commitments: what shall be, with value, unit, comparator and date. Each rule is a small function with an example of what it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from songhe.engines.plan_reading.deadlines import DateFound, find_dates
from songhe.engines.plan_reading.model import Span, TargetRead
from songhe.engines.plan_reading.naming import of_built, of_circle, of_many, of_places, of_premises, of_share, of_standard
from songhe.engines.plan_reading.quantities import HEDGES, Quantity, find_quantities
from songhe.engines.plan_reading.sentences import Sentence, sentences
from songhe.engines.plan_reading.wording import basis_of, indicator_of, scope_of
from songhe.engines.plan_reading.zones import Zone

# What a number counts when it is no commitment: ages, ranks, generations, networks, names.
_NOT_A_TARGET = re.compile(r"岁|周岁|级(?!以上)|代|届|期|倍|月$|天|小时|位$|元$(?<!亿元)(?<!万元)|^$|部$")
_ACTION = re.compile(
    r"建设|新建|改建|扩建|设立|建立|开办|开设|开展|培育|打造|新增|增加|完成|改造|建成|建有|引进|培养|培训|签约|输送|举办|形成|选择|安排|发展|组织|支持|创建|选树|配备|拥有|配置"
    r"|评选|招引|实施|推动|推进|进行"
)
_DONE = re.compile(
    r"(基本|初步|全面)?(建成|建立健全|建立|形成|完成|完备|制定|出台|编制|推广使用|初具规模|转型|应保尽保|达到或超过|达到(?=[\u4e00-\u9fff]{0,8}(标准|水平))|落地|实现)"
)
_WEAK = re.compile(r"不断|持续|进一步|逐步|稳步|明显|更加|大幅|日益|日趋")
_ALL = re.compile(
    r"(?:实现|到)[^,]{0,20}全覆盖|全覆盖$|全部(?!门)|全员|(?:^|将|对|的|实现|,)(?:辖区内的)?所有(?!制|权|单位)(?=[\u4e00-\u9fff]{2,16})|均(?=内设|实现|开通|建立|配备|设有|达到|能|可)"
)
_MOSTLY = re.compile(r"普遍(?=建立|开展|设立|实现|开通)")
_SYNCHRONOUS = re.compile(r"(?:同步[\u4e00-\u9fff]{2,6}[、,和]?){3,}")
_NAMED_SET = re.compile(r"[“\"]?([二两三四五六七八])(同步|床联动)[”\"]?")
_CIRCLE = re.compile(r"(?:(\d+)分钟|一刻钟)[”\"]?[\u4e00-\u9fff、()]{0,12}圈")
_PRESENT = re.compile(
    r"已经?(?!建(?:成)?(?:居住|住宅|小区|区))|目前|截至|现有(?!\d+张床位全部)|尚有|缺口|同比|增长|下降|减少|提高了"
)
_RANK = re.compile(r"(?:须|应|需|要)?达到([一二三四五])级及?以上")
_PLACE = r"[\u4e00-\u9fff]{2,14}(?:中心|驿站|敬老院|养护院|养老院|福利院|卫生院|服务站|大学|医院)"
_PLACES = re.compile(rf"{_PLACE}(?:、{_PLACE})+")
_LOCAL = re.compile(r"不(?:得)?低于(当地[\u4e00-\u9fff]{2,10}标准)")
_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}


@dataclass(slots=True)
class _Reading:
    """One zone on its way: the date that holds, and where it stands."""

    text: str
    zone: Zone
    date: DateFound | None = None
    inherited: bool = False


def read_targets(text: str, zones: list[Zone]) -> list[TargetRead]:
    """The commitments of all zones that promise, in reading order."""
    found: list[TargetRead] = []
    for zone in zones:
        if zone.kind in ("goals", "task", "note"):
            found += _zone(_Reading(text, zone))
        elif zone.kind == "notice":
            found += _comments_until(_Reading(text, zone))
        elif zone.kind == "present":
            found += _promises_in_passing(_Reading(text, zone))
    return sorted(found, key=lambda target: (target.span.start, target.span.end))


def _zone(reading: _Reading) -> list[TargetRead]:
    found: list[TargetRead] = []
    for sentence in sentences(reading.text, reading.zone.span.start, reading.zone.span.end):
        if reading.zone.kind != "goals":
            reading.date = None
        found += _sentence(reading, sentence)
        reading.inherited = True
    return found


def _comments_until(reading: _Reading) -> list[TargetRead]:
    """欢迎…于2024年9月20日前…: until when a draft may be commented on."""
    for sentence in sentences(reading.text, reading.zone.span.start, reading.zone.span.end):
        words = reading.text[sentence.span.start : sentence.span.end]
        dates = find_dates(reading.text, sentence.span.start, sentence.span.end)
        if dates and dates[-1].text.endswith("前") and re.search(r"意见|建议|反馈", words):
            reading.date = dates[-1]
            return [_made(reading, sentence.span, dates[-1].span, "milestone", None, None, None, None, "征求意见", "word")]
    return []


def _promises_in_passing(reading: _Reading) -> list[TargetRead]:
    """In a description: only what is expressly a goal of a coming date, such as 目标 of a higher level for 十四五末."""
    found: list[TargetRead] = []
    for sentence in sentences(reading.text, reading.zone.span.start, reading.zone.span.end):
        for part in sentence.parts:
            words = reading.text[part.start : part.end]
            dates = find_dates(reading.text, part.start, part.end)
            if dates and re.search(r"需达到|要达到|要建成|应达到", words):
                reading.date, reading.inherited = dates[-1], False
                first = [q for q in find_quantities(reading.text, part.start, part.end) if q.span.start > dates[-1].span.start][
                    :1
                ]
                found += [made for q in first if (made := _from_quantity(reading, part, q)) is not None]
    return found


def _sentence(reading: _Reading, sentence: Sentence) -> list[TargetRead]:
    found: list[TargetRead] = []
    text = reading.text
    for place, part in enumerate(sentence.parts):
        dates = [date for date in find_dates(text, part.start, part.end) if not date.since]
        if dates:
            reading.date, reading.inherited = dates[-1], False
        words = text[part.start : part.end]
        if _PRESENT.search(words) and not _ALL.search(words):
            continue
        here = _standards(reading, part)
        before: Quantity | None = None
        for quantity in find_quantities(text, part.start, part.end):
            if any(_overlaps(quantity.span, span) for span in _taken(text, part)) or any(
                _overlaps(quantity.span, d.span) for d in dates
            ):
                continue
            quantity = _continued(text, before, quantity)
            made = _from_quantity(reading, part, quantity, before)
            here += _of_each(text, part, quantity, made) if made is not None else []
            before = quantity if not _NOT_A_TARGET.search(quantity.unit or "岁") else before
        if not here:
            here += _named_list(reading, part)
        if not here:
            here += _universal(reading, part)
        if not here:
            here += _milestone(reading, sentence, place, part, bool(dates))
        found += here
    return found


def _taken(text: str, part: Span) -> list[Span]:
    """Where the number belongs to a standard with a name of its own."""
    return [
        Span(*match.span())
        for pattern in (_SYNCHRONOUS, _NAMED_SET, _CIRCLE)
        for match in pattern.finditer(text, part.start, part.end)
    ]


def _continued(text: str, before: Quantity | None, quantity: Quantity) -> Quantity:
    """不低于20平方米、15平方米: the second number of a list is compared like the first."""
    if (
        before is None
        or quantity.comparator != "="
        or before.unit != quantity.unit
        or text[before.span.end : quantity.span.start] not in ("、", "和")
    ):
        return quantity
    return replace(quantity, comparator=before.comparator, word=before.word)


def _of_each(text: str, part: Span, quantity: Quantity, made: TargetRead) -> list[TargetRead]:
    """The target once for each thing that the number is said of, by its own name."""
    count = _subjects(text, part, quantity)
    if count == 1:
        return [made]
    return [replace(made, indicator=name) for name in of_many(made.indicator, text[part.start : quantity.span.start], count)]


def _subjects(text: str, part: Span, quantity: Quantity) -> int:
    """How many things the number is said of: “甲”“乙”覆盖率, 《甲》《乙》达标率, 甲比例、乙比例均达到, 甲、乙各5家."""
    before = text[part.start : quantity.span.start]
    if re.search(r"各(?:自|达到?)?$", before):
        return before[-20:].count("、") + 1
    quoted = max(
        (len(re.findall(r"[”》]", run[0])) for run in re.finditer(r"(?:[“《][^“”《》]{2,24}[”》](?:\([^()]*\))?){2,}", before)),
        default=1,
    )
    rates = len(re.findall(r"(?:比例|率)(?=、)", before)) + 1
    return max(quoted, rates)


def _from_quantity(reading: _Reading, part: Span, quantity: Quantity, earlier: Quantity | None = None) -> TargetRead | None:
    """`…占比不低于30%`, `建立7家以上…`, `每年至少举办1次…`, `最高3000万元`; None where the number promises nothing."""
    full = quantity.scale + quantity.unit if quantity.unit == "元" else quantity.unit
    if not full or _NOT_A_TARGET.search(full) or _is_a_name(reading.text, quantity):
        return None
    kind = _kind(reading, part, quantity, full)
    if kind is None or _describes(reading, part, quantity, earlier, kind, full):
        return None
    value = quantity.value if quantity.unit == "元" else quantity.value * {"万": 10_000, "亿": 100_000_000}.get(quantity.scale, 1)
    whole = quantity.value == 100 and full in ("%", "‰")
    comparator = "=" if whole or (quantity.value == 100 and quantity.word.startswith("达")) else quantity.comparator
    unit = _unit(full) + basis_of(reading.text, part, quantity, earlier)
    basis = "word" if quantity.from_word else "literal"
    return _made(reading, part, quantity.span, kind, value, quantity.value_max, unit, comparator, quantity.word, basis)


def _kind(reading: _Reading, part: Span, quantity: Quantity, unit: str) -> str | None:
    """What kind of commitment a number with this unit is; None where it is none."""
    before = reading.text[part.start : quantity.span.start]
    if unit in ("平方米", "㎡", "平方公里", "分钟"):
        return "standard"
    if unit == "年":
        return "cap" if reading.text.startswith("内", quantity.span.end) else None
    if quantity.comparator == "<=":
        return "target" if re.search(r"控制在|降至|降到|降低到|下降到", before[-8:]) else "cap"
    if unit in ("%", "‰"):
        return "target"
    if re.search(r"每(?:年|月|季度|半年|周|两年|三年)", before):
        return "frequency" if quantity.comparator in ("=", ">=") and not re.search(r"各|每个", before) else "target"
    return "count_action" if quantity.comparator == "=" and reading.date is None else "target"


def _describes(reading: _Reading, part: Span, quantity: Quantity, earlier: Quantity | None, kind: str, unit: str) -> bool:
    """A count that says what something is, not what shall be: 100张以上床位的养老机构; 70%的县建成1个中心; 两个组团; no verb of doing."""
    if unit in ("%", "‰"):
        return False
    text = reading.text
    before, words = text[part.start : quantity.span.start], text[part.start : part.end]
    if quantity.from_word and quantity.unit != "轮" and reading.date is None:
        return True
    if earlier is not None and _only_says_of_what(text, earlier, quantity):
        return True
    if not _ACTION.search(before) and re.match(r"及?以上[\u4e00-\u9fff]{1,6}的", text[quantity.span.end : part.end]):
        return True
    counts = kind in ("target", "count_action") and quantity.comparator == "="
    return counts and not re.search(rf"{_ACTION.pattern}|全部", words)


def _only_says_of_what(text: str, earlier: Quantity, quantity: Quantity) -> bool:
    """70%的县建成1个中心: the one centre says what the share is of."""
    return (
        earlier.unit in ("%", "‰")
        and quantity.value == 1
        and quantity.comparator == "="
        and "," not in text[earlier.span.end : quantity.span.start]
    )


def _unit(unit: str) -> str:
    return "㎡" if unit == "平方米" else unit


def _is_a_name(text: str, quantity: Quantity) -> bool:
    """“1+N”, “15分钟…”, 第七次, 三位一体, 5G: a number that is part of a name."""
    before, after = text[max(0, quantity.span.start - 1) : quantity.span.start], text[quantity.span.end : quantity.span.end + 2]
    if before in "第+〔[【/" and before:
        return True
    return after[:1] in "+〕" if after else False


def _standards(reading: _Reading, part: Span) -> list[TargetRead]:
    """同步规划、同步建设…: so many steps; “五床联动”; a circle of so many minutes."""
    found: list[TargetRead] = []
    text = reading.text
    for match in _SYNCHRONOUS.finditer(text, part.start, part.end):
        steps = match[0].count("同步")
        made = _made(reading, part, Span(*match.span()), "standard", steps, None, "项", "=", "", "counted")
        quoted = _NAMED_SET.search(text, part.start, part.end)
        found.append(
            replace(made, indicator=f"{quoted[0].strip('“”')}环节数" if quoted else f"{_short(made.indicator)}同步环节数")
        )
    if not found:
        for match in _NAMED_SET.finditer(text, part.start, part.end):
            unit = "项" if match[2] == "同步" else "类"
            made = _made(reading, part, Span(*match.span()), "standard", _NUMBERS[match[1]], None, unit, "=", "", "word")
            found.append(replace(made, indicator=match[0].strip('“”"') + ("环节数" if unit == "项" else "床位类型数")))
    for match in _CIRCLE.finditer(text, part.start, part.end):
        made = _made(reading, part, Span(*match.span()), "standard", int(match[1] or 15), None, "分钟", "=", "", "literal")
        found.append(replace(made, indicator=of_circle(text, part) or made.indicator))
    if rank := _RANK.search(text, part.start, part.end):
        found.append(
            _made(reading, part, Span(*rank.span()), "standard", _NUMBERS[rank[1]], None, "级", ">=", rank[0][-2:], "word")
        )
    if local := _LOCAL.search(text, part.start, part.end):
        found.append(_made(reading, part, Span(*local.span()), "standard", None, None, local[1], ">=", "不得低于", "word"))
    return found


def _named_list(reading: _Reading, part: Span) -> list[TargetRead]:
    """新建甲镇…中心、乙镇…中心、丙镇…中心: places counted by their names; 等 at the end leaves the list open."""
    words = reading.text[part.start : part.end]
    if not re.search(r"新建|改建|扩建|转型|升级|引入", words):
        return []
    longest: re.Match[str] | None = None
    for match in _PLACES.finditer(words):
        longest = match if longest is None or match[0].count("、") > longest[0].count("、") else longest
    if longest is None or longest[0].count("、") < 2:
        return []
    at = Span(part.start + longest.start(), part.start + longest.end())
    unit = "家" if longest[0].endswith("院") else "个"
    comparator = ">=" if reading.text.startswith("等", at.end) else "="
    made = _made(reading, part, at, "named_list", longest[0].count("、") + 1, None, unit, comparator, "", "counted")
    return [replace(made, indicator=of_places(made.indicator, words, longest[0]))]


def _short(name: str) -> str:
    """The end of a long name: what is spoken of last."""
    return re.sub(r"(?:按照?|推行|落实|配建|且).*$|^.*(?:推行|落实)", "", name) or name[-12:]


def _universal(reading: _Reading, part: Span) -> list[TargetRead]:
    """实现全覆盖, 全部纳入, 所有医疗机构开通…: a hundred per cent in words; 普遍 has no number."""
    text = reading.text
    words = text[part.start : part.end]
    if match := _MOSTLY.search(words):
        return [_made(reading, part, Span(part.start, part.end), "universal", None, None, None, None, match[0], "word")]
    match = _ALL.search(words)
    if match is None or not (reading.date is not None or re.search(r"实现|开通|纳入|完成|建立|达到|配备|实行|覆盖|内设", words)):
        return []
    if re.search(r"整合|鼓励|支持|探索|推广", words[: match.start() + 3]) and "全覆盖" not in match[0]:
        return []
    return [_made(reading, part, Span(part.start, part.end), "universal", 100, None, "%", "=", match[0].strip(",的将对"), "word")]


def _milestone(reading: _Reading, sentence: Sentence, place: int, part: Span, dated: bool) -> list[TargetRead]:
    """到2025年,基本建成…体系: something shall be there on a day, without a number. The first words after the date say what."""
    text = reading.text
    if reading.date is None or reading.inherited:
        return []
    words = text[part.start : part.end]
    after = text[max(part.start, reading.date.span.end if dated else part.start) : part.end].strip(" ,")
    if len(after) < 4 or reading.zone.kind == "note" or after[0] in "并且":
        return []
    if level := re.search(r"达到或超过(全[\u4e00-\u9fff]{1,3}平均水平)", after):
        return [_made(reading, part, Span(part.start, part.end), "milestone", None, None, level[1], ">=", "达到或超过", "word")]
    follows = dated or (
        place > 0 and text[sentence.parts[place - 1].start : sentence.parts[place - 1].end].strip().endswith(reading.date.text)
    )
    done = _DONE.search(after)
    if not done or (_WEAK.search(words) and not follows):
        return []
    if not follows and not re.search(r"达到或超过|达到[\u4e00-\u9fff]{0,8}(标准|水平)|完成", after):
        return []
    return [_made(reading, part, Span(part.start, part.end), "milestone", None, None, None, None, done[0], "word")]


def _made(
    reading: _Reading, part: Span, at: Span, kind: str, value: float | None, value_max: float | None, unit: str | None,
    comparator: str | None, word: str, basis: str,
) -> TargetRead:  # fmt: skip
    text, zone, date = reading.text, reading.zone, reading.date
    if kind == "frequency" and date is not None and not part.start <= date.span.start < part.end:
        date = None  # so many times a year is a standing rule
    words = text[part.start : part.end]
    indicator = indicator_of(text, part, at, date.span if date is not None else None)
    indicator = _named(text, part, at, kind, unit, indicator)
    hedge = HEDGES.search(text, max(zone.span.start, part.start - 12), at.start)
    direction = None if value is None and kind != "milestone" else "cap" if kind == "cap" else "down" if "空置" in words else "up"
    return TargetRead(
        zone.clause, kind, indicator, _plain(value), _plain(value_max), unit, comparator, word, hedge[0] if hedge else "", direction,
        date.date if date is not None else None, date.text if date is not None else "", reading.inherited and date is not None,
        date.exclusive if date is not None else False, scope_of(indicator), None, basis, zone.responsible, zone.participating,
        Span(part.start, part.end), at,
    )  # fmt: skip


def _named(text: str, part: Span, at: Span, kind: str, unit: str | None, name: str) -> str:
    """The name that a person would give it, by the rules of `naming`."""
    before, after = text[part.start : at.start], text[at.end : part.end]
    if kind == "milestone":
        return of_standard(of_built(name))
    if unit in ("%", "‰") and kind == "target":
        return of_share(name, before, after)
    if kind == "standard" and unit is not None and unit.startswith("㎡"):
        return of_premises(name, text, part, at)
    return of_standard(name)


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else round(value, 6) if value is not None else None


def _overlaps(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
