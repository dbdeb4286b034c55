"""Reading projection.yaml: the national assumptions about the people ahead, overlaid by the city's; and what must hold between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from songhe.engines.policy.entries import money_value
from songhe.engines.policy.findings import Finding
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.prospect import (
    AgeTable,
    Assumption,
    GradeBand,
    GradeTable,
    GradeValues,
    MoneyLine,
    PrintedCheck,
    Prospect,
    SexBand,
    Sourced,
)
from songhe.engines.policy.sections import Section

ASSUMPTIONS = ("death_level", "death_change", "migration", "younger", "ability_level", "ability_change", "bed_use", "occupancy")
GROUPS = ("elders", "aged_80", "grade_1", "grade_2", "grade_3", "residents", "beds")
NEEDS = ("beds", "nursing_beds", "carers")
GRADES = 5
LAST_AGE = 120

Item = TypeVar("Item")


@dataclass
class _Found:
    """Parts of the files read so far; a later file's part takes the place of an earlier one."""

    cohorts: AgeTable | None = None
    deaths: AgeTable | None = None
    ability: GradeTable | None = None
    institution_use: GradeValues | None = None
    carers: GradeValues | None = None
    assumptions: dict[str, Assumption] = field(default_factory=dict)
    money: dict[str, MoneyLine] = field(default_factory=dict)
    present: dict[str, str] = field(default_factory=dict)
    checks: tuple[PrintedCheck, ...] = ()


def read_prospect(sections: Sequence[Section]) -> Prospect | None:
    """The assumptions of all files in order, later ones over earlier ones; None where there is no file or a part is missing."""
    found = _Found()
    for section in sections:
        _read(section, found)
    if not sections:
        return None
    missing = [name for name in ("cohorts", "deaths", "ability", "institution_use", "carers") if getattr(found, name) is None]
    missing += [f"assumptions.{name}" for name in ASSUMPTIONS if name not in found.assumptions]
    if missing:
        sections[-1].fault(sections[-1].line, "missing_key", "projection.yaml 少了 " + "、".join(missing), "请补上")
    if found.cohorts is None or found.deaths is None or found.ability is None or found.institution_use is None:
        return None
    if found.carers is None or missing:
        return None
    return Prospect(
        found.cohorts, found.deaths, found.ability, found.institution_use, found.carers, found.assumptions, found.money, found.present, found.checks
    )  # fmt: skip


def _read(section: Section, found: _Found) -> None:
    found.cohorts = _part(section, "cohorts", lambda part: _ages(part, counted=True)) or found.cohorts
    found.deaths = _part(section, "deaths", lambda part: _ages(part, counted=False)) or found.deaths
    found.ability = _part(section, "ability", _grades) or found.ability
    found.institution_use = _part(section, "institution_use", _values) or found.institution_use
    found.carers = _part(section, "carers", _values) or found.carers
    assumptions = section.inner("assumptions", "assumptions ")
    for name, inner in assumptions.named("假定") if assumptions else ():
        found.assumptions[name] = _assumption(name, inner)
    money = section.inner("money", "money ")
    for name, inner in money.named("资金") if money else ():
        found.money[name] = _money(name, inner)
    present = section.inner("present", "present ")
    if present:
        found.present |= {name: present.text(name) for name in NEEDS if present.has(name)}
        present.done()
    found.checks += tuple(_check(part) for part in section.each("checks", "对照"))
    section.done()


def _part(section: Section, key: str, read: Callable[[Section], Item]) -> Item | None:
    inner = section.inner(key, f"{key} ")
    if inner is None:
        return None
    item = read(inner)
    inner.done()
    return item


def _sourced(section: Section) -> Sourced:
    cited = section.cited()
    return Sourced(cited.cite, cited.note, cited.at)


def _number(section: Section, key: str, least: float = 0.0, most: float = float("inf")) -> float:
    value = section.number(key)
    if value is None:
        section.part(key, required=True)
        return max(least, 0.0)
    if not least <= value <= most:
        section.fault(
            section.at(key).line, "range", f"{section.what}的 {key} 是 {value}，超出范围", f"要在 {least} 到 {most} 之间"
        )
    return float(value)


def _span(section: Section, before: int | None) -> tuple[int, int]:
    first, last = int(_number(section, "from", 0, LAST_AGE)), int(_number(section, "to", 0, LAST_AGE))
    if last < first or (before is not None and first != before + 1):
        fix = "年龄段要从小到大，一段接一段，不重叠也不空缺"
        section.fault(section.line, "bands", f"{section.what}{first}—{last}岁接不上", fix)
    return first, last


def _ages(section: Section, *, counted: bool) -> AgeTable:
    bands: list[SexBand] = []
    for inner in section.each("bands", "年龄段"):
        first, last = _span(inner, bands[-1].last if bands else None)
        least = 0.0 if counted else 0.001
        bands.append(SexBand(first, last, _number(inner, "male", least), _number(inner, "female", least)))
        inner.done()
    if not bands:
        section.fault(section.line, "missing_key", f"{section.what}没有年龄段", "请写 bands:")
    return AgeTable(section.day("on", required=counted), section.text("unit", required=True), tuple(bands), _sourced(section))


def _grades(section: Section) -> GradeTable:
    bands: list[GradeBand] = []
    for inner in section.each("bands", "年龄段"):
        first, last = _span(inner, bands[-1].last if bands else None)
        shares = _list(inner, "shares")
        if sum(shares) != 1000:
            inner.fault(inner.line, "sum", f"{first}—{last}岁五个等级合计 {sum(shares):g}‰", "五个数合起来要等于 1000")
        bands.append(GradeBand(first, last, tuple(int(share) for share in shares)))
        inner.done()
    if not bands:
        section.fault(section.line, "missing_key", f"{section.what}没有年龄段", "请写 bands:")
    return GradeTable(tuple(bands), _sourced(section))


def _values(section: Section) -> GradeValues:
    return GradeValues(_list(section, "values"), _sourced(section))


def _list(section: Section, key: str) -> tuple[float, ...]:
    texts = section.texts(key, required=True)
    try:
        values = tuple(float(text) for text in texts)
    except ValueError:
        values = ()
    if len(values) != GRADES or any(value < 0 for value in values):
        section.fault(section.at(key).line, "type", f"{section.what}的 {key} 不对", "要写五个不小于0的数，依次是能力等级0到4")
        return (0.0,) * GRADES
    return values


def _assumption(name: str, section: Section) -> Assumption:
    if name not in ASSUMPTIONS:
        section.fault(section.line, "unknown_key", f"没有叫“{name}”的假定", "可写的有：" + "、".join(ASSUMPTIONS))
    least, most = section.number("least"), section.number("most")
    low, middle, high = (section.number(key) for key in ("low", "middle", "high"))
    numbers = [value for value in (least, most, low, middle, high) if value is not None]
    if len(numbers) < 5 or not min(numbers[2:]) >= numbers[0] or not max(numbers[2:]) <= numbers[1]:
        fix = "low、middle、high、least、most 都要写，前三个在 least 和 most 之间，middle 在 low 和 high 之间"
        section.fault(section.line, "range", f"假定“{name}”的数不全或不在范围内", fix)
        numbers = [0.0, 1.0, 1.0, 1.0, 1.0]
    elif not min(numbers[2], numbers[4]) <= numbers[3] <= max(numbers[2], numbers[4]):
        section.fault(section.line, "range", f"假定“{name}”的 middle 不在 low 和 high 之间", "请改 middle")
    entry = Assumption(
        name, section.text("title", required=True), section.text("unit", required=True), float(numbers[2]), float(numbers[3]), float(numbers[4]),
        float(numbers[0]), float(numbers[1]), section.text("meaning", required=True), _sourced(section),
    )  # fmt: skip
    section.done()
    return entry


def _money(name: str, section: Section) -> MoneyLine:
    raw, parameter = section.maybe_text("yuan_a_year"), section.maybe_text("parameter")
    if (raw is None) == (parameter is None):
        section.fault(section.line, "missing_key", f"资金“{name}”要写 yuan_a_year 或 parameter，只写一个", "请二选一")
    fen = money_value(section, "yuan_a_year", raw) if raw is not None else None
    share = section.number("share")
    line = MoneyLine(
        name, section.text("title", required=True), section.choice("of", GROUPS, GROUPS[0]), fen, parameter, int(section.number("times") or 1),
        1000 if share is None else int(share), _sourced(section),
    )  # fmt: skip
    section.done()
    return line


def _check(section: Section) -> PrintedCheck:
    check = PrintedCheck(
        section.text("id", required=True),
        section.text("title", required=True),
        section.text("elders", required=True),
        section.text("inhabitants", required=True),
        section.text("later_elders", required=True),
        section.text("later_share", required=True),
        _sourced(section),
    )
    section.done()
    return check


def check_prospect(pack: Pack) -> Iterator[Finding]:
    """The names that projection.yaml uses stand elsewhere in the pack."""
    prospect = pack.prospect
    if prospect is None:
        return
    for line in prospect.money.values():
        if line.parameter is not None and line.parameter not in pack.parameters:
            at, message = line.sourced.at, f"资金“{line.title}”写了没有的参数“{line.parameter}”"
            yield Finding(at.file, at.line, "unknown_parameter", message, "请写 parameters.yaml 里的名称")
    figures = {figure.id for figure in pack.figures}
    for check in prospect.checks:
        for name in (check.elders, check.inhabitants, check.later_elders, check.later_share):
            if name not in figures:
                at, message = check.sourced.at, f"对照“{check.title}”写了没有的数字“{name}”"
                yield Finding(at.file, at.line, "unknown_figure", message, "请写 baseline.yaml 里 figures 的编号")
    for need, indicator in prospect.present.items():
        if indicator not in pack.indicators:
            at, message = prospect.institution_use.sourced.at, f"present 的 {need} 写了没有的指标“{indicator}”"
            yield Finding(at.file, at.line, "unknown_indicator", message, "请写 indicators.yaml 里的名称")
