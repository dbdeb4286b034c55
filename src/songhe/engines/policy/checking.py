"""Everything that can be wrong with a pack, each with file, line, what is wrong and what to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from songhe.engines.policy.assessing import check_assessing
from songhe.engines.policy.awards import check_awards
from songhe.engines.policy.banks import check_banks
from songhe.engines.policy.cases import run_cases
from songhe.engines.policy.findings import Finding, LanguageError, Place
from songhe.engines.policy.funds import check_funds
from songhe.engines.policy.granting import check_granting
from songhe.engines.policy.indicator_checks import check_indicators, indicator_expressions
from songhe.engines.policy.language import names_in
from songhe.engines.policy.loading import Overlay, read_pack
from songhe.engines.policy.meaning import lower
from songhe.engines.policy.pack import BenefitEntry, CapEntry, Expression, GroupEntry, Pack, Parameter
from songhe.engines.policy.prospect_file import check_prospect
from songhe.engines.policy.reasoning import possible_results
from songhe.engines.policy.register_checking import check_registers
from songhe.engines.policy.release_file import check_rating, check_release
from songhe.engines.policy.resolving import Resolver
from songhe.engines.policy.roster import check_roster
from songhe.engines.policy.rulebook import Rulebook, Variable
from songhe.engines.policy.tree import And, Node, Type
from songhe.engines.policy.vouchers import check_vouchers

ENTITIES = ("person", "facility", "staff")
DAY = dt.timedelta(days=1)


def check_pack(files: Mapping[str, str], city: str, overlay: Overlay | None = None) -> list[Finding]:
    """All findings, in order of file and line; none means that the pack may be used. Cases are run when nothing else is wrong."""
    pack, findings = read_pack(files, city, overlay)
    if pack is None:
        return sorted(set(findings))
    lines = {(finding.file, finding.line) for finding in findings if finding.severity == "error"}
    more = [*_parameters(pack), *_names(pack), *_in_time(pack), *_readings(pack), *check_registers(pack, change_days(pack)[-1])]
    more += check_indicators(pack, change_days(pack)[-1])
    found = set(findings) | {finding for finding in more if (finding.file, finding.line) not in lines}
    if not any(finding.severity == "error" for finding in found):
        found |= set(_logic(pack))
        found |= set(_cases(pack))
    return sorted(found)


def change_days(pack: Pack) -> list[dt.date]:
    """The days on which some rule or value begins or ends; between two of them nothing in the pack changes but ages."""
    days: set[dt.date] = {pack.valid_from} if pack.valid_from else set()
    for benefit in (*pack.benefits.values(), *pack.awards.values()):
        days |= {day for day in (benefit.in_force_from, *(rules.valid_from for rules in benefit.versions)) if day}
        days |= {benefit.in_force_to + DAY} if benefit.in_force_to else set()
    for parameter in pack.parameters.values():
        for value in parameter.values:
            days |= {value.valid_from} | ({value.valid_to + DAY} if value.valid_to else set())
    return sorted(days) or [dt.date(2025, 1, 1)]


def _at(at: Place, code: str, message: str, fix: str, severity: str = "error") -> Finding:
    return Finding(at.file, at.line, code, message, fix, severity)


# parameters


def _parameters(pack: Pack) -> Iterator[Finding]:
    used = {name for expression in expressions(pack) for qualifier, name in names_in(expression.syntax) if qualifier == "p"}
    if pack.granting is not None:
        used |= {
            n for rule in pack.granting.rules.values() if rule.units for n in (rule.units.most_a_day, rule.units.most_a_month)
        }
    for parameter in pack.parameters.values():
        yield from _dates(parameter)
        if parameter.name not in used:
            yield _at(
                parameter.at,
                "unused",
                f"没有规则用到参数“{parameter.name}”",
                "不需要就删掉，需要就在规则里写 p." + parameter.name,
                "warning",
            )


def _dates(parameter: Parameter) -> Iterator[Finding]:
    for value, after in zip(parameter.values, parameter.values[1:], strict=False):
        if value.valid_from == after.valid_from or (value.valid_to and value.valid_to >= after.valid_from):
            message = f"参数“{parameter.name}”从 {after.valid_from} 起有两个值"
            yield _at(after.cited.at, "overlap", message, "同一天只能有一个值，请改 from 或 to")
        elif value.valid_to and value.valid_to + DAY < after.valid_from:
            message = f"参数“{parameter.name}”从 {value.valid_to + DAY} 到 {after.valid_from - DAY} 没有值"
            yield _at(after.cited.at, "gap", message, "请去掉 to,或补上这一段的值", "warning")


def expressions(pack: Pack) -> Iterator[Expression]:
    """Every expression of the pack."""
    yield pack.members
    yield pack.applies_to
    for definition in pack.definitions.values():
        if definition.expression is not None:
            yield definition.expression
        yield from (reading.expression for reading in definition.readings.values())
    for benefit in (*pack.benefits.values(), *pack.awards.values()):
        for rules in benefit.versions:
            yield from (condition.expression for condition in rules.who)
            if rules.pay is not None:
                yield rules.pay
    yield from (cap.total for cap in pack.caps.values())
    for entry in (*pack.admission.classes, *pack.admission.tie_breaks):
        if entry.expression is not None:
            yield entry.expression
        yield from (reading.expression for reading in entry.readings.values())
    yield from (standard.expression for standard in pack.standards.values() if standard.expression is not None)
    yield from indicator_expressions(pack)
    yield from (register.candidates for register in pack.registers.values() if register.candidates is not None)


# names


def _names(pack: Pack) -> Iterator[Finding]:
    for service in pack.services.values():
        for name in service.benefits:
            if name not in pack.benefits:
                fix = "请写 benefits.yaml 里的名称，没有就写 []"
                yield _at(service.cited.at, "unknown_benefit", f"服务“{service.id}”写了没有的待遇“{name}”", fix)
    yield from check_roster(pack)
    yield from check_funds(pack)
    yield from check_vouchers(pack)
    yield from check_awards(pack, tuple(change_days(pack)))
    yield from check_banks(pack)
    yield from check_assessing(pack)
    yield from check_granting(pack)
    yield from check_prospect(pack)
    yield from check_release(pack)
    yield from check_rating(pack)
    targets = {target.id for target in pack.targets}
    for task in pack.tasks:
        for name in set(task.targets) - targets:
            yield _at(task.cited.at, "unknown_target", f"任务 {task.id} 写了没有的目标“{name}”", "请写 targets.yaml 里的编号")
    for name in pack.definitions:
        if any(name in variables for variables in pack.variables.values()):
            yield _at(pack.definitions[name].cited.at, "shared_name", f"定义“{name}”和一项事实同名", "请给定义换一个名称")
    groups: list[GroupEntry | CapEntry] = [*pack.groups.values(), *pack.caps.values()]
    for group in groups:
        for name in group.among:
            if name not in pack.benefits or pack.benefits[name].announced:
                yield _at(
                    group.cited.at, "unknown_benefit", f"“{group.title}”里没有叫“{name}”的待遇", "请写 benefits.yaml 里的名称"
                )
    for cap in pack.caps.values():
        periods = {rules.period for name in cap.among if name in pack.benefits for rules in pack.benefits[name].versions}
        if len(periods) > 1:
            fix = "一个封顶里只放按同一周期发的待遇"
            yield _at(cap.cited.at, "shape", f"“{cap.title}”里的待遇周期不同：" + "、".join(sorted(periods)), fix)
    ids = [case.name for case in pack.cases]
    for case in pack.cases:
        if ids.count(case.name) > 1:
            yield _at(case.at, "id", f"有两个用例都叫“{case.name}”", "请给用例起不同的名字", "warning")


# resolving on every day on which something changes


def _in_time(pack: Pack) -> Iterator[Finding]:
    seen: set[tuple[str, int, str]] = set()
    for benefit in pack.benefits.values():
        yield from _versions(benefit)
    for entity in ENTITIES:
        for day in change_days(pack):
            resolver = Resolver(pack, day, entity, {}, {}, {})
            resolver.rulebook()
            for finding in [*resolver.findings, *_broken(resolver), *_others(pack, resolver)]:
                if (finding.file, finding.line, finding.code) not in seen:
                    seen.add((finding.file, finding.line, finding.code))
                    yield finding


def _broken(resolver: Resolver) -> list[Finding]:
    """Faults of definitions that no rule uses yet; a parameter without a value on that day only matters to rules in force."""
    return [finding for finding in resolver.broken.values() if finding.code != "parameter_without_value"]


def _others(pack: Pack, resolver: Resolver) -> Iterator[Finding]:
    """Admission classes and standards: their expressions must make sense as well."""
    entries: list[tuple[str, str, Expression]] = []
    if resolver.entity == "person":
        for entry in (*pack.admission.classes, *pack.admission.tie_breaks):
            entries += [(entry.id, "入住类别", reading.expression) for reading in entry.readings.values()]
            entries += [(entry.id, "入住类别", entry.expression)] if entry.expression is not None else []
    for standard in pack.standards.values():
        if standard.expression is not None and standard.entity == resolver.entity:
            entries.append((standard.id, "标准", standard.expression))
    for name, what, expression in entries:
        used = {other for qualifier, other in names_in(expression.syntax) if qualifier is None}
        if used & resolver.broken.keys():
            continue
        try:
            lower(expression.syntax, resolver.scope(), Type.BOOL)
        except LanguageError as error:
            if error.code != "parameter_without_value":
                yield resolver.fault(expression.at, f"{what} {name}", error)


def _versions(benefit: BenefitEntry) -> Iterator[Finding]:
    for rules in benefit.versions[1:]:
        start = rules.valid_from
        if start and benefit.in_force_from and start <= benefit.in_force_from:
            yield _at(
                rules.cited.at,
                "dates",
                f"“{benefit.title}”的修改从 {start} 起，不晚于生效日 {benefit.in_force_from}",
                "请改 from,或直接改原来的条件",
            )
        if start and benefit.in_force_to and start > benefit.in_force_to:
            yield _at(
                rules.cited.at, "dates", f"“{benefit.title}”的修改从 {start} 起，那时已经失效", "请改 from 或 in_force 的 to"
            )


def _readings(pack: Pack) -> Iterator[Finding]:
    """Every reading, not only the chosen one, must resolve."""
    day = change_days(pack)[-1]
    for definition in pack.definitions.values():
        for reading in definition.readings.values():
            if reading.id == definition.chosen:
                continue
            resolver = Resolver(pack, day, definition.entity, {}, {definition.name: reading.id}, {})
            resolver.define_all()
            if definition.name in resolver.broken:
                yield resolver.broken[definition.name]
            yield from resolver.findings


# logic


def _logic(pack: Pack) -> Iterator[Finding]:
    seen: set[tuple[Place, str]] = set()
    for entity in ENTITIES:
        for day in change_days(pack):
            resolver = Resolver(pack, day, entity, {}, {}, {})
            rulebook = resolver.rulebook()
            for at, message, fix in _rulebook_logic(pack, rulebook):
                if (at, message) not in seen:
                    seen.add((at, message))
                    yield _at(at, "never", message, fix)


def _rulebook_logic(pack: Pack, rulebook: Rulebook) -> Iterator[tuple[Place, str, str]]:
    nodes: dict[str, Node] = {definition.name: definition.node for definition in rulebook.definitions}
    variables = rulebook.variables
    for definition in rulebook.definitions:
        if definition.node.type is Type.BOOL:
            at = pack.definitions[definition.name].read_as(definition.reading).at
            yield from _one_sided(definition.node, nodes, variables, at, f"定义“{definition.name}”")
    for benefit in rulebook.benefits:
        rules = pack.benefits[benefit.id].on(rulebook.as_of)
        one_sided = False
        for condition, entry in zip(benefit.conditions, rules.who if rules else (), strict=True):
            for found in _one_sided(
                condition.node, nodes, variables, entry.expression.at, f"“{benefit.title}”的条件 {condition.id}"
            ):
                one_sided = True
                yield found
        whole = And((rulebook.applies_to, *(condition.node for condition in benefit.conditions)))
        if benefit.in_force and not one_sided:
            results = possible_results(whole, nodes, variables)
            if results is not None and True not in results:
                at = pack.benefits[benefit.id].cited.at
                yield (
                    at,
                    f"“{benefit.title}”的条件合起来没有人能满足(连同 applies_to)",
                    "请检查条件之间、条件和 applies_to 之间有没有矛盾",
                )


def _one_sided(
    node: Node, definitions: Mapping[str, Node], variables: Mapping[str, Variable], at: Place, what: str
) -> Iterator[tuple[Place, str, str]]:
    results = possible_results(node, definitions, variables)
    if results is None:
        return
    if True not in results:
        yield at, f"{what}永远不会成立", "请检查数值、代码和 and/or"
    elif False not in results:
        yield at, f"{what}永远成立", "请检查数值、代码和 and/or,不需要就删掉"


def _cases(pack: Pack) -> Iterator[Finding]:
    for result in run_cases(pack):
        for difference in result.differences:
            yield _at(result.at, "case_fails", f"用例“{result.name}”不成立：{difference}", "请改用例或改规则")
