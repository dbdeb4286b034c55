"""A pack and a date → the rulebook that every back end evaluates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from songhe.basics.ages import BirthdayRule
from songhe.engines.policy.findings import Finding, LanguageError, PackInvalid, Place
from songhe.engines.policy.language import Syntax, names_in, parse
from songhe.engines.policy.meaning import NamedValue, Scope, has_aggregate, lower
from songhe.engines.policy.pack import BenefitEntry, BenefitRules, DefinitionEntry, Expression, Pack
from songhe.engines.policy.rulebook import (
    Benefit,
    Cap,
    Citation,
    Condition,
    Definition,
    ExclusiveGroup,
    ParameterValue,
    Rulebook,
)
from songhe.engines.policy.tree import Const, Node, Type


def resolve(
    pack: Pack,
    as_of: dt.date,
    *,
    entity: str = "person",
    parameters: Mapping[str, int] | None = None,
    readings: Mapping[str, str] | None = None,
    definitions: Mapping[str, str] | None = None,
) -> Rulebook:
    """The rules for a date. `parameters` (fen, whole numbers, days), `readings` and `definitions` (expressions) replace the pack's own.

    Raises PackInvalid, with file and line, where a rule in force cannot be resolved on that date.
    """
    resolver = Resolver(pack, as_of, entity, parameters or {}, readings or {}, definitions or {})
    rulebook = resolver.rulebook()
    if resolver.findings:
        raise PackInvalid(tuple(sorted(set(resolver.findings))))
    return rulebook


def expression_node(pack: Pack, text: str, as_of: dt.date, *, entity: str = "person", expected: Type | None = Type.BOOL) -> Node:
    """A single expression over the pack's facts and definitions (an admission class, a standard); raises LanguageError."""
    resolver = Resolver(pack, as_of, entity, {}, {}, {})
    resolver.define_all()
    return lower(parse(text), resolver.scope(), expected)


@dataclass(frozen=True, slots=True)
class _Written:
    """A definition as it is read in this rulebook."""

    entry: DefinitionEntry
    syntax: Syntax
    text: str
    at: Place
    reading: str | None


class Resolver:
    """Resolves as far as it can; `findings` collects what cannot be resolved."""

    def __init__(
        self,
        pack: Pack,
        as_of: dt.date,
        entity: str,
        parameters: Mapping[str, int],
        readings: Mapping[str, str],
        definitions: Mapping[str, str],
    ) -> None:
        self.pack, self.as_of, self.entity = pack, as_of, entity
        self.findings: list[Finding] = []
        self.variables = pack.variables_of(entity)
        self.parameters = parameter_values(pack, as_of, parameters)
        self.kinds = {name: parameter.type for name, parameter in pack.parameters.items()}
        self.written = self._read(readings, definitions)
        self.defined: dict[str, Definition] = {}
        self.named: dict[str, NamedValue] = {}
        self.broken: dict[str, Finding] = {}
        self.inline: dict[BirthdayRule, dict[str, NamedValue]] = {}

    def fault(self, at: Place, what: str, error: LanguageError) -> Finding:
        return Finding(at.file, at.line, error.code, f"{what}:{error.message}", error.fix)

    def scope(self, birthday: BirthdayRule = BirthdayRule.ON_THE_DAY) -> Scope:
        named = self.named if birthday is BirthdayRule.ON_THE_DAY else self._inlined(birthday)
        return Scope(self.as_of, self.entity, self.variables, self.parameters, self.kinds, named, birthday)

    # definitions

    def _read(self, readings: Mapping[str, str], replaced: Mapping[str, str]) -> dict[str, _Written]:
        for name in readings.keys() - self.pack.definitions.keys() | replaced.keys() - self.pack.definitions.keys():
            self.findings.append(Finding("", 1, "unknown_definition", f"没有叫“{name}”的定义", "请照 definitions.yaml 的名称写"))
        written: dict[str, _Written] = {}
        for name, entry in self.pack.definitions.items():
            if entry.entity != self.entity:
                continue
            reading = readings.get(name, entry.chosen)
            if entry.readings and reading not in entry.readings:
                self.findings.append(
                    Finding("", 1, "choice", f"“{name}”没有叫“{reading}”的理解", "可写的有：" + "、".join(entry.readings))
                )
                reading = entry.chosen
            expression = entry.read_as(reading)
            syntax, text = expression.syntax, expression.text
            if name in replaced:
                text, reading = replaced[name], None
                try:
                    syntax = parse(text)
                except LanguageError as error:
                    self.findings.append(self.fault(expression.at, f"定义 {name}", error))
            written[name] = _Written(entry, syntax, text, expression.at, reading)
        return written

    def define_all(self) -> None:
        """Every definition that can be resolved on the date, in an order in which each comes after those it uses."""
        order = self._ordered()
        for name in order:
            written = self.written[name]
            broken = next((other for _, other in names_in(written.syntax) if other in self.broken), None)
            if broken is not None:
                self.broken[name] = self.broken[broken]
                continue
            try:
                node = lower(written.syntax, self.scope(), Type.BOOL if written.entry.is_condition else None)
                if not written.entry.is_condition and node.type not in (Type.INT, Type.MONEY):
                    raise LanguageError("value 要算出整数或金额", "条件请写 if:", "type")
            except LanguageError as error:
                self.broken[name] = self.fault(written.at, f"定义 {name}", error)
                continue
            self.named[name] = NamedValue(node.type, has_aggregate(node, self.named))
            entry = written.entry
            self.defined[name] = Definition(name, entry.title, node, entry.cited.cite, written.text, written.reading)

    def _ordered(self) -> list[str]:
        order: list[str] = []
        state: dict[str, int] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if state.get(name) == 2:
                return
            if state.get(name) == 1 or len(path) > 60:
                circle = " → ".join((*path[path.index(name) if name in path else 0 :], name))
                at = self.written[name].at
                self.findings.append(Finding(at.file, at.line, "circle", f"定义绕成了圈：{circle}", "请去掉其中一处引用"))
                state[name] = 2
                return
            state[name] = 1
            for qualifier, other in sorted(names_in(self.written[name].syntax), key=str):
                if qualifier is None and other in self.written:
                    visit(other, (*path, name))
            if state[name] == 1:
                state[name] = 2
            order.append(name)

        for name in self.written:
            visit(name, ())
        return list(dict.fromkeys(order))

    def _inlined(self, birthday: BirthdayRule) -> dict[str, NamedValue]:
        """Definitions as a benefit sees them that counts birthdays its own way: those with an age are written out."""
        if birthday not in self.inline:
            named: dict[str, NamedValue] = {}
            self.inline[birthday] = named
            aged: set[str] = set()
            for name in self.defined:
                written, value = self.written[name], self.named[name]
                names = {other for qualifier, other in names_in(written.syntax) if qualifier is None}
                if "age" in names or names & aged:
                    aged.add(name)
                    scope = Scope(self.as_of, self.entity, self.variables, self.parameters, self.kinds, dict(named), birthday)
                    value = replace(value, inline=lower(written.syntax, scope))
                named[name] = value
        return self.inline[birthday]

    # the rest

    def node(self, expression: Expression, what: str, expected: Type, birthday: BirthdayRule = BirthdayRule.ON_THE_DAY) -> Node:
        """The node, or after a finding a constant of the type."""
        used = {name for qualifier, name in names_in(expression.syntax) if qualifier is None}
        broken = sorted(used & self.broken.keys())
        if broken:
            self.findings.append(self.broken[broken[0]])
            return Const(0, expected)
        try:
            return lower(expression.syntax, self.scope(birthday), expected)
        except LanguageError as error:
            self.findings.append(self.fault(expression.at, what, error))
            return Const(0, expected)

    def rulebook(self) -> Rulebook:
        self.define_all()
        members: Node = Const(True, Type.BOOL)
        applies: Node = Const(True, Type.BOOL)
        if self.entity == "person":
            members = self.node(self.pack.members, "members", Type.BOOL)
            applies = self.node(self.pack.applies_to, "applies_to", Type.BOOL)
            if has_aggregate(members, self.named):
                at = self.pack.members.at
                self.findings.append(
                    Finding(at.file, at.line, "nested_aggregate", "members 里不能用户内汇总", "请写只看一个人的条件，例如 alive")
                )
        benefits = self._benefits()
        index = {benefit.id: benefit.index for benefit in benefits}
        groups = self._groups(index)
        caps = self._caps(index)
        count = sum(len(benefit.conditions) for benefit in benefits)
        rulebook = Rulebook(
            self.pack.id,
            self.pack.version,
            "",
            self.as_of,
            self.entity,
            members,
            applies,
            self.variables,
            tuple(self.defined.values()),
            benefits,
            groups,
            caps,
            self.parameters,
            count,
        )
        return replace(rulebook, hash=_hash(rulebook))

    def _benefits(self) -> tuple[Benefit, ...]:
        found: list[Benefit] = []
        bit = 0
        for entry in self.pack.benefits.values():
            if entry.entity != self.entity or entry.announced:
                continue
            rules = entry.on(self.as_of)
            benefit = self._benefit(entry, rules, len(found), bit)
            bit += len(benefit.conditions)
            found.append(benefit)
        return tuple(found)

    def _benefit(self, entry: BenefitEntry, rules: BenefitRules | None, index: int, bit: int) -> Benefit:
        if rules is None:
            last = entry.versions[-1]
            return Benefit(
                entry.id, entry.title, index, (), None, last.period, entry.cited.cite, False, (), last.gives, last.where
            )
        conditions = tuple(
            Condition(
                c.id,
                bit + offset,
                self.node(c.expression, f"{entry.title}的条件 {c.id}", Type.BOOL, rules.birthday),
                c.cited.cite,
                c.expression.text,
                c.yes,
                c.no,
                c.ask,
            )
            for offset, c in enumerate(rules.who)
        )
        amount = self.node(rules.pay, f"{entry.title}的 pay", Type.MONEY, rules.birthday) if rules.pay is not None else None
        self._check_first_by(entry)
        return Benefit(
            entry.id,
            entry.title,
            index,
            conditions,
            amount,
            rules.period,
            rules.cited.cite,
            True,
            entry.first_by,
            rules.gives,
            rules.where,
        )

    def _check_first_by(self, entry: BenefitEntry) -> None:
        for name in entry.first_by:
            variable = self.variables.get(name)
            if variable is None or variable.entity != "person" or self.entity != "person":
                at = entry.cited.at
                self.findings.append(
                    Finding(
                        at.file,
                        at.line,
                        "unknown_variable",
                        f"first_by 里没有叫“{name}”的人的事实",
                        "请写人的事实，例如 birth_date",
                    )
                )

    def _groups(self, index: Mapping[str, int]) -> tuple[ExclusiveGroup, ...]:
        found: list[ExclusiveGroup] = []
        for group in self.pack.groups.values():
            among = self._among(group.among, index, group.cited.at, group.title, group.keep == "highest")
            if among:
                found.append(ExclusiveGroup(group.id, group.keep, among, group.unknown_mate, group.cited.cite))
        return tuple(found)

    def _caps(self, index: Mapping[str, int]) -> tuple[Cap, ...]:
        found: list[Cap] = []
        for cap in self.pack.caps.values():
            among = self._among(cap.among, index, cap.cited.at, cap.title, True)
            if among and any(self.pack.benefits[name].on(self.as_of) for name in cap.among if name in self.pack.benefits):
                total = self.node(cap.total, f"{cap.title}的 total", Type.MONEY)
                found.append(Cap(cap.id, total, among, cap.unknown_mate, cap.cited.cite))
        return tuple(found)

    def _among(self, names: Sequence[str], index: Mapping[str, int], at: Place, title: str, by_amount: bool) -> tuple[int, ...]:
        """Indexes of the benefits of a group; nothing where the group is about another entity."""
        of_entity = [name for name in names if name in index]
        for name in names:
            entry = self.pack.benefits.get(name)
            if entry is None or entry.announced:
                self.findings.append(
                    Finding(
                        at.file, at.line, "unknown_benefit", f"“{title}”里没有叫“{name}”的待遇", "请写 benefits.yaml 里的名称"
                    )
                )
            elif of_entity and entry.entity != self.entity:
                self.findings.append(
                    Finding(at.file, at.line, "shape", f"“{title}”混了不同对象的待遇", "一组里只写同一类对象的待遇")
                )
            elif by_amount and entry.kind == "service":
                self.findings.append(
                    Finding(
                        at.file, at.line, "shape", f"“{title}”按金额算，“{name}”是服务，没有金额", "请去掉它，或改成 keep: first"
                    )
                )
        if len(set(names)) != len(names):
            self.findings.append(Finding(at.file, at.line, "shape", f"“{title}”的 among 有重复", "每项待遇只写一次"))
        return tuple(index[name] for name in of_entity)


def parameter_values(pack: Pack, as_of: dt.date, changed: Mapping[str, int]) -> dict[str, ParameterValue]:
    """The values in force on a date; a changed one counts as assumed."""
    found: dict[str, ParameterValue] = {}
    for name, parameter in pack.parameters.items():
        entry = parameter.on(as_of)
        if name in changed:
            cite, value, start = Citation("", "", "assumed"), changed[name], as_of
        elif entry is not None:
            cite, value, start = entry.cited.cite, entry.value, entry.valid_from
        else:
            continue
        found[name] = ParameterValue(name, parameter.title, value, parameter.type, parameter.unit, cite, start)
    return found


def _hash(rulebook: Rulebook) -> str:
    """SHA-256 over everything that decides, in a canonical text."""
    parts = (
        rulebook.pack,
        rulebook.entity,
        rulebook.as_of,
        rulebook.members,
        rulebook.applies_to,
        rulebook.definitions,
        rulebook.benefits,
        rulebook.groups,
        rulebook.caps,
        tuple(sorted((v.name, v.type, v.entity, v.values) for v in rulebook.variables.values())),
    )
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def canonical(value: object) -> str:
    """An unambiguous text of a tree of dataclasses, tuples, enums and plain values."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = ",".join(canonical(getattr(value, field.name)) for field in dataclasses.fields(value))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, tuple):
        return f"({','.join(canonical(item) for item in value)})"
    return repr(value)
