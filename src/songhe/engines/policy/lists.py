"""The parts of a pack that do not decide: services, admission, standards, targets, tasks, figures; and the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as MappingOf

from songhe.basics.yaml_parts import Listing, Mapping, Part, Scalar
from songhe.basics.yaml_sections import plain_value
from songhe.engines.policy.entries import money_value, read_readings
from songhe.engines.policy.findings import Finding
from songhe.engines.policy.indicators import read_contradictions
from songhe.engines.policy.pack import (
    Admission,
    AdmissionClass,
    Announced,
    Case,
    Contradiction,
    Deadline,
    Expectation,
    Figure,
    Parameter,
    PurchaseEntry,
    ServiceEntry,
    StandardEntry,
    Target,
    Task,
)
from songhe.engines.policy.rulebook import Status
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Type

STATUSES = {status.name.lower(): status for status in Status}
COMPARATORS = ("=", ">=", "<=", ">", "<", "range", "+")


def read_services(section: Section) -> dict[str, ServiceEntry]:
    """services.yaml: id → one row of the public list."""
    found: dict[str, ServiceEntry] = {}
    for name, inner in section.named("服务"):
        found[name] = ServiceEntry(
            name,
            inner.text("title", required=True),
            inner.text("target", required=True),
            inner.text("content", required=True),
            inner.choice("type", ("material", "care", "concern"), "care"),
            inner.texts("benefits"),
            inner.text("owner", required=True),
            inner.texts("rules"),
            inner.cited(),
            inner.text("standard"),
        )
        inner.done()
    return found


def read_purchases(section: Section) -> dict[str, PurchaseEntry]:
    """purchases.yaml: id → one line of the catalogue of what government buys."""
    found: dict[str, PurchaseEntry] = {}
    for name, inner in section.named("购买项目"):
        found[name] = PurchaseEntry(
            name,
            inner.text("title", required=True),
            inner.text("target", required=True),
            inner.text("content", required=True),
            inner.text("standard"),
            inner.texts("priority"),
            inner.text("owner", required=True),
            inner.cited(),
        )
        inner.done()
    return found


def read_admission(section: Section) -> Admission:
    """admission.yaml: classes in order, tie-breaks, what is only announced."""
    classes = tuple(_admission_class(part) for part in section.each("classes", "入住顺序"))
    breaks = tuple(_admission_class(part) for part in section.each("tie_breaks", "同等条件优先"))
    announced: list[Announced] = []
    for part in section.each("announced", "待定的入住规则"):
        announced.append(Announced(part.text("title", required=True), part.texts("rules", required=True), part.cited()))
        part.done()
    section.done()
    return Admission(classes, breaks, tuple(announced))


def _admission_class(section: Section) -> AdmissionClass:
    name = section.text("id", required=True)
    section.what = f"入住类别 {name} "
    readings, chosen, ambiguity = read_readings(section)
    expression = section.expression("if", required=not readings)
    entry = AdmissionClass(
        name,
        section.text("title", required=True),
        None if readings else expression,
        readings,
        chosen,
        ambiguity,
        section.texts("order"),
        section.texts("rules"),
        section.cited(),
    )
    section.done()
    return entry


def read_standards(section: Section) -> dict[str, StandardEntry]:
    """standards.yaml: id → what a facility, its staff or an organisation owes or is granted."""
    found: dict[str, StandardEntry] = {}
    for name, inner in section.named("标准"):
        announced = inner.choice("status", ("in_force", "announced"), "in_force") == "announced"
        entity = inner.choice("for", ("facility", "staff", "person", "organisation"), "facility")
        found[name] = StandardEntry(
            name,
            inner.text("title", required=True),
            entity,
            inner.expression("if"),
            inner.text("then", required=not announced),
            announced,
            inner.texts("rules"),
            inner.cited(),
        )
        inner.done()
    return found


def read_targets(parts: list[Section]) -> tuple[Target, ...]:
    """targets.yaml: the plan's numbers with their deadlines."""
    found: list[Target] = []
    for part in parts:
        name = part.text("id", required=True)
        part.what = f"目标 {name} "
        found.append(
            Target(
                name,
                part.text("indicator", required=True),
                part.number("value"),
                part.number("value_max"),
                part.maybe_text("unit"),
                part.maybe_text("comparator"),
                part.maybe_text("hedge"),
                part.maybe_text("direction"),
                part.maybe_text("deadline"),
                part.flag("deadline_inferred", False),
                part.maybe_text("scope"),
                part.maybe_text("attribute"),
                part.text("kind", required=True),
                part.texts("responsible"),
                part.texts("participating"),
                part.maybe_text("restates"),
                part.texts("conflicts_with"),
                part.maybe_text("measured_by"),
                part.cited(),
            )
        )
        part.done()
    return tuple(found)


def read_tasks(parts: list[Section]) -> tuple[Task, ...]:
    """tasks.yaml: the plan's tasks with who is responsible."""
    found: list[Task] = []
    for part in parts:
        name = part.text("id", required=True)
        part.what = f"任务 {name} "
        deadlines: list[Deadline] = []
        for inner in part.each("deadlines", f"任务 {name} 的期限"):
            deadlines.append(Deadline(inner.maybe_text("date"), inner.text("what", required=True)))
            inner.done()
        found.append(
            Task(
                name,
                part.text("title", required=True),
                part.texts("responsible"),
                part.texts("participating"),
                tuple(deadlines),
                part.texts("tags"),
                part.texts("targets"),
                part.cited(),
            )
        )
        part.done()
    return tuple(found)


def read_baseline(section: Section) -> tuple[tuple[Figure, ...], tuple[Contradiction, ...], MappingOf[str, object]]:
    """baseline.yaml: the printed figures, where they contradict each other, and what the demo city needs besides (as plain data)."""
    figures: list[Figure] = []
    for part in section.each("figures", "数字"):
        name = part.text("id", required=True)
        part.what = f"数字 {name} "
        figures.append(
            Figure(
                name,
                part.text("indicator", required=True),
                part.number("value"),
                part.maybe_text("unit"),
                part.maybe_text("date"),
                part.flag("approx", False),
                part.maybe_text("measures"),
                part.cited(),
            )
        )
        part.done()
    contradictions = read_contradictions(section)
    demo = section.part("demo")
    section.done()
    data = plain_value(demo) if isinstance(demo, Mapping) else {}
    return tuple(figures), contradictions, data if isinstance(data, dict) else {}


def read_cases(parts: list[Section], parameters: MappingOf[str, Parameter]) -> tuple[Case, ...]:
    """cases.yaml: households and the exact answers expected."""
    return tuple(case for part in parts if (case := _case(part, parameters)) is not None)


def _case(section: Section, parameters: MappingOf[str, Parameter]) -> Case | None:
    name, as_of = section.text("name", required=True), section.day("as_of", required=True)
    section.what = f"用例“{name}”"
    entity = section.choice("entity", ("person", "facility", "staff"), "person")
    household = section.inner("household", f"{section.what}的户 ")
    facts: dict[str, object] = {}
    if household is not None:
        facts = _facts(household, "facts")
        household.part("address")
        household.done()
    defaults = _facts(section, "defaults")
    inner = section.inner("people", f"{section.what}的人 ", required=True)
    people = {who: {**defaults, **_facts(inner, who)} for who in inner.map.items} if inner else {}
    expect, definitions = _expectations(section, people)
    readings = section.inner("readings", f"{section.what}的 readings ")
    chosen = {key: readings.text(key) for key in readings.map.items} if readings else {}
    changed = _changed_parameters(section, parameters)
    section.done()
    if as_of is None:
        return None
    return Case(name, as_of, entity, people, facts, expect, definitions, chosen, changed, section.at())


def _facts(section: Section, key: str) -> dict[str, object]:
    part = section.part(key)
    if part is None:
        return {}
    if not isinstance(part, Mapping):
        section.fault(part.line, "type", f"{section.what}的 {key} 不对", f"{key} 要写成“事实: 值”")
        return {}
    return {name: _json(value) for name, value in part.items.items() if _json(value) is not None}


def _json(part: Part) -> object:
    value = plain_value(part)
    return value.isoformat() if isinstance(value, dt.date) else value


def _expectations(
    section: Section, people: MappingOf[str, object]
) -> tuple[dict[str, dict[str, Expectation]], dict[str, dict[str, object]]]:
    expect: dict[str, dict[str, Expectation]] = {}
    definitions: dict[str, dict[str, object]] = {}
    part = section.inner("expect", f"{section.what}的 expect ", required=True)
    if part is None:
        return expect, definitions
    for who in part.map.items:
        if who not in people:
            section.fault(
                part.at(who).line, "case", f"{section.what}里没有叫“{who}”的人", "people 里有的是：" + "、".join(people)
            )
        inner = part.inner(who, f"{section.what}对 {who} 的期望 ", required=True)
        if inner is None:
            continue
        definitions[who] = _facts(inner, "definitions")
        answers = {name: _expectation(inner, name) for name in inner.map.items if name != "definitions"}
        expect[who] = {name: answer for name, answer in answers.items() if answer is not None}
    return expect, definitions


def _expectation(section: Section, name: str) -> Expectation | None:
    part = section.part(name, required=True)
    line = section.at(name)
    if isinstance(part, Scalar):
        status = section.choice(name, tuple(STATUSES), "")
        return Expectation(STATUSES[status], None, {}, None, line) if status else None
    inner = Section(section.findings, section.file, part, f"{section.what}{name} ")
    status = inner.choice("status", tuple(STATUSES), "")
    inner.part("status", required=True)
    text = inner.scalar("amount", (str,), '带引号的元数，例如 "100.00"', False)
    amount = None if text is None else money_value(inner, "amount", str(text))
    missing = inner.texts("missing") if inner.has("missing") else None
    because: dict[str, bool | None] = {}
    for condition, value in _facts(inner, "because").items():
        if value not in (True, False, "unknown"):
            inner.fault(inner.at("because").line, "type", f"because 的 {condition} 不对", "可写 true、false 或 unknown")
        because[condition] = None if value == "unknown" else bool(value)
    inner.done()
    return Expectation(STATUSES[status], amount, because, missing, line) if status else None


def _changed_parameters(section: Section, parameters: MappingOf[str, Parameter]) -> dict[str, int]:
    inner = section.inner("parameters", f"{section.what}的 parameters ")
    changed: dict[str, int] = {}
    if inner is None:
        return changed
    for name in inner.map.items:
        if name not in parameters:
            section.fault(inner.at(name).line, "unknown_parameter", f"没有叫“{name}”的参数", "请照 parameters.yaml 的名称写")
            continue
        kind = parameters[name].type
        kinds, say = ((str,), '带引号的元数，例如 "100.00"') if kind is Type.MONEY else ((int,), "整数")
        value = inner.scalar(name, kinds, say, True)
        fen = money_value(inner, name, value) if isinstance(value, str) else value
        if isinstance(fen, int):
            changed[name] = fen
    return changed


def listed(findings: list[Finding], file: str, part: Part | None, what: str) -> list[Section]:
    """The mappings of a file that is one list."""
    if part is None:
        return []
    if not isinstance(part, Listing):
        Section(findings, file, part, what).fault(part.line, "shape", f"{what}文件要写成列表", "每项以 - 开头")
        return []
    return [Section(findings, file, item, what) for item in part.items]
