"""The parts of a pack that decide: data dictionary, parameters, definitions, benefits, groups and caps, read entry by entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from songhe.basics.ages import BirthdayRule, to_days
from songhe.basics.money import yuan_to_fen
from songhe.engines.policy.language import NAME
from songhe.engines.policy.pack import (
    BenefitEntry,
    BenefitRules,
    CapEntry,
    Cited,
    ConditionEntry,
    DefinitionEntry,
    GroupEntry,
    LastingEntry,
    Parameter,
    ParameterEntry,
    Reading,
)
from songhe.engines.policy.precedence import read_precedence
from songhe.engines.policy.rulebook import Citation, Period, UnknownMate, Variable
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Type

ENTITIES = ("person", "household", "facility", "staff")
RESERVED = {
    "age",
    "p",
    "household",
    "true",
    "false",
    "and",
    "or",
    "not",
    "in",
    "between",
    "case",
    "when",
    "then",
    "else",
    "end",
    "null",
    "is",
    "like",
}


def read_variables(
    section: Section, departments: Collection[str] = (), lasting: dict[str, LastingEntry] | None = None
) -> dict[str, dict[str, Variable]]:
    """variables.yaml: entity → name → variable. `departments` are those whose files come in; without any no name of one is checked.

    `lasting` gains the facts whose statements are valid for a time only.
    """
    lasting = {} if lasting is None else lasting
    found: dict[str, dict[str, Variable]] = {}
    for entity in ENTITIES:
        part = section.inner(entity, f"{entity} 的事实")
        found[entity] = (
            {name: _variable(inner, name, entity, departments, lasting) for name, inner in part.named("事实")} if part else {}
        )
    section.done()
    for name in found["person"].keys() & found["household"].keys():
        section.fault(section.line, "shared_name", f"人和户都有叫“{name}”的事实", "请给其中一个改名")
    return found


def _variable(
    section: Section, name: str, entity: str, departments: Collection[str], lasting: dict[str, LastingEntry]
) -> Variable:
    kind = Type(section.choice("type", [t.value for t in Type], "bool"))
    codes = section.inner("values", f"事实 {name} 的代码", required=kind is Type.CODE)
    values = tuple((code, codes.text(code)) for code in codes.map.items) if codes else ()
    if name in RESERVED:
        section.fault(section.line, "id", f"“{name}”是语言里的词，不能作事实的名称", "请换一个名称")
    variable = Variable(
        name,
        kind,
        entity,
        section.text("label", required=True),
        section.text("owner", required=True),
        section.maybe_text("unit"),
        values,
        section.flag("sensitive", False),
        section.maybe_text("ask"),
    )
    if entity in ("person", "household"):
        found = read_precedence(section, departments, entity=entity)
        if found is not None:
            lasting[name] = LastingEntry(name, variable.label, *found, section.cited())
    section.done()
    return variable


def read_parameters(section: Section) -> dict[str, Parameter]:
    """parameters.yaml: name → parameter with its history."""
    found: dict[str, Parameter] = {}
    for name, inner in section.named("参数"):
        kind = Type(inner.choice("type", ("money", "int", "date"), "money"))
        inner.part("type", required=True)
        values = [
            value for part in inner.each("values", f"参数 {name} 的值") if (value := _parameter_value(part, kind)) is not None
        ]
        if not values:
            inner.fault(inner.line, "missing_key", f"参数 {name} 没有值", "请写 values: 列表，至少一项")
        values.sort(key=lambda value: value.valid_from)
        found[name] = Parameter(name, inner.text("title", required=True), kind, inner.text("unit"), tuple(values), inner.at())
        inner.done()
    return found


def _parameter_value(section: Section, kind: Type) -> ParameterEntry | None:
    start, end, cited = section.day("from", required=True), section.day("to"), section.cited()
    value = _value(section, kind)
    section.done()
    if start is not None and end is not None and end < start:
        section.fault(section.at("to").line, "dates", "结束早于开始", "to 要在 from 之后")
    return None if start is None or value is None else ParameterEntry(start, end, value, cited)


def _value(section: Section, kind: Type) -> int | None:
    if kind is Type.MONEY:
        text = section.scalar("value", (str,), '带引号的元数，例如 "100.00"', True)
        return None if text is None else money_value(section, "value", str(text))
    if kind is Type.DATE:
        day = section.day("value", required=True)
        return None if day is None else to_days(day)
    number = section.scalar("value", (int,), "整数", True)
    return number if isinstance(number, int) else None


def money_value(section: Section, key: str, text: str) -> int | None:
    """Fen of a decimal text in yuan, or a finding."""
    try:
        return yuan_to_fen(text)
    except ValueError:
        section.fault(section.at(key).line, "money", f"“{text}”不是金额", '请写带引号的元数，最多两位小数，例如 "1280.00"')
        return None


def read_definitions(section: Section) -> dict[str, DefinitionEntry]:
    """definitions.yaml: name → definition with its readings."""
    found: dict[str, DefinitionEntry] = {}
    for name, inner in section.named("定义"):
        if name in RESERVED:
            inner.fault(inner.line, "id", f"“{name}”是语言里的词，不能作定义的名称", "请换一个名称")
        is_condition = not inner.has("value")
        readings, chosen, ambiguity = read_readings(inner)
        expression = inner.expression("if" if is_condition else "value", required=not readings)
        if expression is not None and readings:
            inner.fault(inner.line, "shape", f"定义 {name} 既有 if 又有 readings", "请只留一种写法")
        found[name] = DefinitionEntry(
            name,
            inner.text("title", required=True),
            inner.choice("entity", ("person", "facility", "staff"), "person"),
            is_condition,
            None if readings else expression,
            readings,
            chosen,
            ambiguity,
            inner.texts("rules"),
            inner.cited(),
        )
        inner.done()
    return {name: entry for name, entry in found.items() if entry.expression is not None or entry.readings}


def read_readings(section: Section) -> tuple[dict[str, Reading], str | None, str]:
    """`readings`, `chosen` and `ambiguity` of an entry that can be read in more than one way."""
    part = section.inner("readings", f"{section.what}的 readings ")
    chosen, ambiguity = section.maybe_text("chosen"), section.text("ambiguity")
    found: dict[str, Reading] = {}
    for name, inner in part.named("理解") if part else ():
        expression = inner.expression("if", required=True)
        title = inner.text("title", required=True)
        inner.done()
        if expression is not None:
            found[name] = Reading(name, title, expression)
    if part is not None and chosen not in found:
        section.fault(
            section.at("chosen").line, "choice", f"{section.what}的 chosen 不是其中一种理解", "可写的有：" + "、".join(found)
        )
        chosen = next(iter(found), None)
    if part is not None and (len(found) < 2 or not ambiguity):
        section.fault(section.line, "shape", f"{section.what}有 readings,要写至少两种理解和 ambiguity", "请写明原文哪里有歧义")
    if part is None and chosen is not None:
        section.fault(section.at("chosen").line, "shape", f"{section.what}有 chosen,没有 readings", "请写出各种理解")
    return found, chosen, ambiguity


def read_benefits(section: Section) -> dict[str, BenefitEntry]:
    """benefits.yaml: id → benefit with its versions in time."""
    return {name: _benefit(name, inner) for name, inner in section.named("待遇")}


def _benefit(name: str, section: Section) -> BenefitEntry:
    announced = section.choice("status", ("in_force", "announced"), "in_force") == "announced"
    title, rules, cited = section.text("title", required=True), section.texts("rules", required=True), section.cited()
    entity = section.choice("for", ("person", "facility", "staff"), "person")
    kind = section.choice("kind", ("cash", "service"), "cash")
    span = section.inner("in_force", f"{section.what}的 in_force ", required=not announced)
    start, end = _span(span)
    application = section.choice("application", ("none", "required"), "required")
    first_by, once_cited = _once(section, cited)
    versions = _versions(section, cited, kind) if not announced or section.has("who") else ()
    if announced:
        for key in ("who", "pay", "birthday", "period", "gives", "where", "versions"):
            section.asked.add(key)
    section.done()
    return BenefitEntry(
        name, title, announced, rules, entity, kind, start, end, application, first_by, once_cited, versions, cited
    )


def _span(section: Section | None) -> tuple[dt.date | None, dt.date | None]:
    if section is None:
        return None, None
    start, end = section.day("from", required=True), section.day("to")
    section.done()
    if start and end and end < start:
        section.fault(section.line, "dates", f"{section.what}结束早于开始", "to 要在 from 之后")
    return start, end


def _once(section: Section, inherits: Cited) -> tuple[tuple[str, ...], Cited | None]:
    part = section.inner("once_per_household", f"{section.what}的 once_per_household ")
    if part is None:
        return (), None
    first_by, cited = part.texts("first_by", required=True), part.cited(inherits=inherits.cite)
    part.done()
    return first_by, cited


def _versions(section: Section, cited: Cited, kind: str) -> tuple[BenefitRules, ...]:
    first = _rules(section, None, cited, None)
    if kind == "service" and first.pay is not None:
        section.fault(section.at("pay").line, "shape", f"{section.what}是服务，不写 pay", "请去掉 pay,或去掉 kind: service")
    if kind == "cash" and first.pay is None:
        section.fault(section.line, "missing_key", f"{section.what}没有写 pay", "请写发多少；不发钱的写 kind: service")
    found = [first]
    for part in section.each("versions", f"{section.what}的一次修改"):
        start = part.day("from", required=True)
        found.append(_rules(part, start, part.cited(), first))
        part.done()
    starts = [rules.valid_from for rules in found[1:] if rules.valid_from]
    if starts != sorted(set(starts)):
        section.fault(
            section.at("versions").line,
            "dates",
            f"{section.what}的 versions 没有按时间先后写，或有同一天的",
            "请从早到晚写，每天一项",
        )
    return tuple(found)


def _rules(section: Section, start: dt.date | None, cited: Cited, before: BenefitRules | None) -> BenefitRules:
    parts = section.each("who", f"{section.what}的条件")
    who = tuple(entry for part in parts if (entry := _condition(part, cited.cite)) is not None)
    ids = [condition.id for condition in who]
    if before is None and not who:
        section.fault(section.line, "missing_key", f"{section.what}没有写 who", "请写谁可以享受，一个条件一项")
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        section.fault(section.at("who").line, "id", f"{section.what}有两个条件都叫“{repeated}”", "请给条件起不同的 id")
    birthday = section.choice("birthday", [rule.value for rule in BirthdayRule], before.birthday if before else "on_the_day")
    period = section.choice("period", [value.value for value in Period], before.period if before else "month")
    pay = section.expression("pay")
    gives = section.text("gives", required=before is None)
    where = section.text("where", required=before is None)
    return BenefitRules(
        start,
        who or (before.who if before else ()),
        pay or (before.pay if before else None),
        BirthdayRule(birthday),
        Period(period),
        gives or (before.gives if before else ""),
        where or (before.where if before else ""),
        cited,
    )


def _condition(section: Section, inherits: Citation) -> ConditionEntry | None:
    name = section.text("id", required=True)
    section.what = f"条件 {name} "
    if name and not NAME.fullmatch(name):
        section.fault(section.at("id").line, "id", f"“{name}”不能作条件的 id", "id 用小写字母、数字和下划线")
    if not section.has("cite") and not section.has("source"):
        section.fault(section.line, "missing_citation", f"{section.what}没有写出处", "请写 cite: {doc: 文件, clause: 条款}")
    expression = section.expression("if", required=True)
    texts = [section.text(key, required=True) for key in ("yes", "no", "ask")]
    cited = section.cited(inherits=inherits)
    section.done()
    if expression is None:
        return None
    return ConditionEntry(name, expression, texts[0], texts[1], texts[2], cited)


def read_groups(section: Section) -> tuple[dict[str, GroupEntry], dict[str, CapEntry]]:
    """groups.yaml: exclusive groups and caps, in the order in which they are applied."""
    groups: dict[str, GroupEntry] = {}
    caps: dict[str, CapEntry] = {}
    exclusive, capped = section.inner("exclusive", "exclusive "), section.inner("caps", "caps ")
    for name, inner in exclusive.named("互斥组") if exclusive else ():
        keep = inner.choice("keep", ("highest", "first"), "first")
        inner.part("keep", required=True)
        among, mate = (
            inner.texts("among", required=True),
            UnknownMate(inner.choice("unknown_mate", ("hold", "provisional"), "hold")),
        )
        groups[name] = GroupEntry(name, inner.text("title", required=True), keep, among, mate, inner.cited())
        inner.done()
    for name, inner in capped.named("封顶") if capped else ():
        total = inner.expression("total", required=True)
        among, mate = (
            inner.texts("among", required=True),
            UnknownMate(inner.choice("unknown_mate", ("hold", "provisional"), "hold")),
        )
        entry_title, cited = inner.text("title", required=True), inner.cited()
        inner.done()
        if total is not None:
            caps[name] = CapEntry(name, entry_title, total, among, mate, cited)
    section.done()
    return groups, caps


def variables_by_entity(found: Mapping[str, dict[str, Variable]], counties: Mapping[str, str]) -> dict[str, dict[str, Variable]]:
    """The dictionary with the city's counties as the codes of `county`."""
    result = {entity: dict(variables) for entity, variables in found.items()}
    county = result.get("person", {}).get("county")
    if county is not None and counties:
        result["person"]["county"] = Variable(
            county.name,
            county.type,
            county.entity,
            county.label,
            county.owner,
            county.unit,
            tuple(counties.items()),
            county.sensitive,
            county.ask,
        )
    return result
