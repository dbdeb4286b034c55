"""Reading granting.yaml: the national file, then what a city says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from songhe.engines.policy.findings import Place
from songhe.engines.policy.granting import Document, EndCause, Granting, GrantRule, MonthRule, TakesEffect, Term, Units, Unsure
from songhe.engines.policy.pack import Cited
from songhe.engines.policy.rulebook import Citation
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Rounding

TERMS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "silence_days": (1, 365),
        "visit_days": (1, 60),
        "appeal_file_days": (1, 365),
        "appeal_working_days": (1, 90),
        "application_working_days": (1, 90),
        "life_check_months": (1, 60),
        "life_check_grace_days": (0, 365),
        "account_days": (1, 60),
        "look_back_months": (0, 60),
        "recompute_months": (1, 120),
    }
)
CHANNELS = ("counter", "visit", "department", "portal")
FIRST = (MonthRule.MONTH_OF, MonthRule.MONTH_AFTER)
LAST = (MonthRule.MONTH_OF, MonthRule.MONTH_BEFORE)
NOBODY = Cited(Citation("", "", "assumed"), "", Place("granting.yaml", 1))
PLAIN = GrantRule(
    TakesEffect.ANSWER, MonthRule.MONTH_OF, MonthRule.MONTH_OF, MappingProxyType(dict.fromkeys(EndCause, MonthRule.MONTH_OF)), False,
    Rounding.HALF_UP, Unsure.KEEP, False, False, False, None, (), NOBODY,
)  # fmt: skip


def read_granting(sections: Sequence[Section]) -> Granting | None:
    """The national file first, then the city's; None where neither exists. An unknown term, rule or channel is a finding."""
    terms: dict[str, Term] = {}
    written: dict[str, Section] = {}
    default, rules = PLAIN, dict[str, GrantRule]()
    channels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    own: list[tuple[str, Place]] = []
    for section in sections:
        terms |= _terms(section.inner("terms", "terms "))
        part = section.inner("default", "default ")
        if part is not None:
            default = _rule(part, default)
        benefits = section.inner("benefits", "benefits ")
        for name, inner in benefits.named("待遇") if benefits is not None else ():
            written[name] = inner
            if not section.file.startswith("national/"):
                own.append((name, inner.at()))
        channels = _channels(section) or channels
        groups = section.texts("visit_groups") or groups
        section.done()
    if not sections:
        return None
    rules = {name: _rule(inner, default) for name, inner in written.items()}
    for name in TERMS.keys() - terms.keys():
        sections[0].fault(sections[0].line, "missing_key", f"granting.yaml 没有写 {name}", f"请在 terms 里补上 {name}:")
    return Granting(terms, default, rules, channels or ("counter",), groups, tuple(own), sections[-1].at())


def _terms(section: Section | None) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for name, inner in section.named("期限") if section is not None else ():
        title, value, unit, cited = inner.text("title", required=True), inner.number("value"), inner.text("unit"), inner.cited()
        inner.done()
        if name not in TERMS:
            inner.fault(inner.line, "unknown_name", f"不认识“{name}”", "可写的有：" + "、".join(TERMS))
            continue
        low, high = TERMS[name]
        if not isinstance(value, int) or not low <= value <= high:
            inner.fault(inner.line, "type", f"“{name}”的 value 不对", f"要写{low}到{high}的整数")
            continue
        found[name] = Term(name, title, value, unit, cited)
    return found


def _rule(section: Section, above: GrantRule) -> GrantRule:
    """One rule; what it does not say is as in the rule above it."""
    rule = GrantRule(
        TakesEffect(section.choice("takes_effect", tuple(TakesEffect), above.takes_effect)),
        MonthRule(section.choice("begins", FIRST, above.begins)),
        MonthRule(section.choice("changes", FIRST, above.changes)),
        _ends(section, above.ends),
        section.choice("part_months", ("whole", "days"), "days" if above.by_days else "whole") == "days",
        Rounding(section.choice("rounding", tuple(Rounding), above.rounding)),
        Unsure(section.choice("unsure", tuple(Unsure), above.unsure)),
        section.flag("life_check", above.life_check),
        section.flag("offered", above.offered),
        section.flag("lifetime", above.lifetime),
        section.flag("granted", bool(above.granted)) if section.has("granted") else above.granted,
        _documents(section) if section.has("documents") else above.documents,
        section.cited(),
        _units(section) or above.units,
    )
    section.done()
    return rule


def _units(section: Section) -> Units | None:
    part = section.inner("units", "units ")
    if part is None:
        return None
    found = Units(
        part.text("title", required=True), part.text("most_a_day", required=True), part.text("most_a_month", required=True)
    )
    part.done()
    return found


def _ends(section: Section, above: Mapping[EndCause, MonthRule]) -> Mapping[EndCause, MonthRule]:
    part = section.inner("ends", "ends ")
    if part is None:
        return above
    found = {cause: MonthRule(part.choice(cause, LAST, above[cause])) for cause in EndCause}
    part.done()
    return MappingProxyType(found)


def _documents(section: Section) -> tuple[Document, ...]:
    found = []
    for part in section.each("documents", "材料"):
        found.append(Document(part.text("title", required=True), part.text("known_by")))
        part.done()
    return tuple(found)


def _channels(section: Section) -> tuple[str, ...]:
    found = section.texts("channels")
    unknown = [name for name in found if name not in CHANNELS]
    if unknown:
        section.fault(
            section.at("channels").line, "choice", f"没有“{unknown[0]}”这种认证方式", "可写的有：" + "、".join(CHANNELS)
        )
    if found and "counter" not in found:
        section.fault(section.at("channels").line, "choice", "认证方式里没有窗口", "请加上 counter：线下窗口一直要有")
    return tuple(name for name in found if name in CHANNELS)
