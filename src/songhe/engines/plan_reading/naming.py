"""Names of targets as a person would write them: each rule turns the printed words around a number into a name, or leaves them alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from songhe.engines.plan_reading.model import Span

_BUILT = re.compile(r"^((?:基本|全面|初步)?(?:建成|建立健全|建立|形成))([^,]{4,})$")
_CIRCLE = re.compile(r"[“\"]?(?:\d+分钟|一刻钟)[”\"]?([\u4e00-\u9fff、()]{0,12}圈)")
_SHARE = re.compile(r"^(?:及?以上|左右|以内)?的(.+)$")
_DOES = re.compile(
    r"(?:(?<=[\u4e00-\u9fff)])(?:达到(?!\d)|开展|配备|具备|设置|建设|建成|建有|提供|实现|完成|纳入|符合|设立|开设))(?=\s*[\d\u4e00-\u9fff“])"
)
_NUMBERS = re.compile(r"\d[\d.,]*(?:个|家|所|处|名|张)")
_LISTED = re.compile(r"([\u4e00-\u9fff“”《》()A-Z\d/—+]{2,40}(?:比例|率))(?=、|均|分别|都)")
_QUOTED = re.compile(r"[“《]([^“”《》]{2,24})[”》](?:\([^()]*\))?")
_PREMISES = re.compile(
    r"(?:设置|配建|配置|建设|配套)[、]?(?:配置|建设)?((?:社区|公益性)?[\u4e00-\u9fff]{2,10}?(?:设施|用房|场所|场地))"
)
_BY = re.compile(r"(?:严格)?(?:分别)?按照?(?:每百户|每户|人均用地)?$|(?:严格)?(?:分别)?按照?(?=每百户|每户)")
_LONGEST = 60


def of_built(name: str) -> str:
    """基本建成覆盖城乡、功能完善的养老服务体系 → 养老服务体系基本建成; what is built stands behind the last 的."""
    match = _BUILT.match(name)
    if match is None:
        return name
    core = match[2].rpartition("的")[2]
    return f"{core}{match[1]}" if 4 <= len(core) <= 20 else name


def of_circle(text: str, part: Span) -> str:
    """城区“15分钟养老服务圈”更加完善 → 城区养老服务圈."""
    match = _CIRCLE.search(text, part.start, part.end)
    if match is None:
        return ""
    where = re.sub(r"^.*(?:建成|形成|打造|构建|完善)|[“\"\d年,到在]", "", text[part.start : match.start()])
    return f"{where[-10:]}{match[1]}"


def of_share(name: str, before: str, after: str) -> str:
    """60%以上的养老机构开展居家上门服务 → 开展居家上门服务的养老机构占比; …50%以上用于养老服务 → …用于养老服务比例."""
    if used := re.match(r"^(?:及?以上)?(?:的([\u4e00-\u9fff]{2,8}))?(用于[\u4e00-\u9fff]{4,24})", after):
        whose = re.sub(r"(?:每年|要|应|须|将|把|有|不低于|不少于)+$|^[,、]", "", before)[-12:]
        return f"{whose or used[1] or ''}{used[2]}比例"
    match = _SHARE.match(after)
    if match is None or before.strip("在将使对把有 ,、") or not (does := _DOES.search(match[1])):
        return name
    who, what = match[1][: does.start()], _NUMBERS.sub("", match[1][does.start() :])
    what = _without_modifiers(what)
    return f"{what}的{who}占比" if 2 <= len(who) <= 24 and len(what) >= 4 else name


def of_standard(name: str) -> str:
    """乡镇卫生院达到国家推荐标准 → 达到国家推荐标准的乡镇卫生院."""
    match = re.match(r"^([\u4e00-\u9fff]{3,14})(达到[\u4e00-\u9fff]{2,8}标准)$", name)
    return f"{match[2]}的{match[1]}" if match else name


def of_premises(name: str, text: str, part: Span, at: Span) -> str:
    """按每百户不少于30平方米的标准配建社区养老服务设施 → …社区养老服务设施每百户配建标准; 人均用地 → 养老服务设施人均用地."""
    end = min(end for mark in "。\n" if (end := text.find(mark, at.end)) >= 0 or (end := len(text)))
    found = _PREMISES.search(text, at.end, min(end, at.end + 60)) or _PREMISES.search(text, part.start, at.start)
    if found is None:
        return name
    own = re.sub(r"^的标准\(|[\d、,“”]|不低于|平方米", "", name)
    if found[1] in own:
        return name
    if "每百户" in own:
        where = _BY.sub("", own.partition("每百户")[0]).strip("分别按照")
        return f"{where}{found[1]}配建标准"[-_LONGEST:]
    return f"{found[1]}{own}"[-_LONGEST:]


def of_places(name: str, words: str, listed: str) -> str:
    """新建甲镇…中心、乙镇…中心、丙镇…中心 → 新建…中心: what is the same in all of them, between the verb before and the words after."""
    places = listed.split("、")
    verb = re.search(r"(?:新建|改建|扩建|转型|升级|引入)", words.partition(listed)[0] + places[0])
    places[0] = places[0].rpartition(verb[0])[2] if verb else places[0]
    same = ""
    while all(len(place) > len(same) and place[-len(same) - 1] == places[0][-len(same) - 1] for place in places):
        same = places[0][-len(same) - 1 :]
    return f"{verb[0] if verb else ''}{same}{words.partition(listed)[2][:24]}" if same else name


def of_many(name: str, before: str, count: int) -> Sequence[str]:
    """One name for each thing that a number is said of: “甲”“乙”覆盖率 → 甲覆盖率, 乙覆盖率; 甲比例、乙比例均达到 → 甲比例, 乙比例."""
    quoted = [match for match in _QUOTED.finditer(before)]
    if len(quoted) >= count:
        rest = re.sub(r"(?:均|都|分别)?(?:达到?|提高到|为)?$", "", before[quoted[-1].end() :])
        return [f"{match[1]}{rest}" for match in quoted[-count:]]
    listed = _LISTED.findall(before)
    return listed[-count:] if len(listed) >= count else [name] * count


def _without_modifiers(what: str) -> str:
    """建设兼具全托、日托等服务的嵌入式养老服务机构 → 建设嵌入式养老服务机构."""
    head, of, core = what.rpartition("的")
    return f"{what[:2]}{core}" if of and "、" in head and len(core) >= 4 else what
