"""Are the cases sharp? Every rule is changed a little, one change at a time; some case must then fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from songhe.basics.money import fen_to_yuan, yuan_to_fen
from songhe.engines.policy import language as lang
from songhe.engines.policy.cases import Rulebooks, run_case
from songhe.engines.policy.findings import PackInvalid, Place
from songhe.engines.policy.pack import (
    BenefitEntry,
    BenefitRules,
    CapEntry,
    DefinitionEntry,
    Expression,
    GroupEntry,
    Pack,
    Reading,
)
from songhe.engines.policy.reasoning import possible_results, written_out
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.policy.tree import And, Not, Or

_SIGNS = {">=": (">", "<"), ">": (">=", "<="), "<=": ("<", ">"), "<": ("<=", ">="), "=": ("<>",), "<>": ("=",)}
_SUMS = {"+": "-", "-": "+", "*": "+"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """The pack with one change; `change` says which (Chinese), `touched` names the benefit if it is one."""

    at: Place
    change: str
    pack: Pack
    touched: str = ""


def mutants(pack: Pack) -> Iterator[Mutant]:
    """Every changed pack: signs, numbers, and/or, not, codes of lists, groups and caps.

    Left out: announced benefits, definitions that no benefit uses, readings that are neither chosen nor asked for by a case, and
    what another folder states (the national entries have their own cases).
    """
    return (mutant for mutant in _everywhere(pack) if mutant.at.file.startswith(f"{pack.id}/"))


def _everywhere(pack: Pack) -> Iterator[Mutant]:
    for name in _used_definitions(pack):
        yield from _definition(pack, pack.definitions[name])
    for benefit in pack.benefits.values():
        if not benefit.announced:
            yield from _benefit(pack, benefit)
    for group in pack.groups.values():
        yield from _group(pack, group)
    for cap in pack.caps.values():
        yield from _cap(pack, cap)


def survivors(pack: Pack) -> list[Mutant]:
    """The mutants that no case notices though they decide otherwise: rules that the cases do not hold in place."""
    return [mutant for mutant in mutants(pack) if not is_noticed(mutant) and not is_equivalent(pack, mutant)]


def is_equivalent(pack: Pack, mutant: Mutant) -> bool:
    """Whether the mutant is proven to decide as the pack does on every day of the cases (an age asked twice, for instance)."""
    days = {(case.as_of, case.entity): case for case in pack.cases}
    before, after = Rulebooks(pack), Rulebooks(mutant.pack)
    try:
        return all(_same(before.of(case), after.of(case)) for case in days.values())
    except PackInvalid:
        return False


def _same(before: Rulebook, after: Rulebook) -> bool:
    if (before.groups, before.caps, before.members) != (after.groups, after.caps, after.members):
        return False
    old, new = ({d.name: d.node for d in rulebook.definitions} for rulebook in (before, after))
    for one, other in zip(before.benefits, after.benefits, strict=True):
        if one.amount != other.amount or one.first_by != other.first_by or one.in_force != other.in_force:
            return False
        first = written_out(And((before.applies_to, *(c.node for c in one.conditions))), old)
        second = written_out(And((after.applies_to, *(c.node for c in other.conditions))), new)
        if first != second:
            differs = Or((And((first, Not(second))), And((Not(first), second))))
            if possible_results(differs, {}, before.variables) != frozenset({False}):
                return False
    return True


def is_noticed(mutant: Mutant) -> bool:
    """Whether some case fails under the mutant."""
    rulebooks = Rulebooks(mutant.pack)
    likely = sorted(mutant.pack.cases, key=lambda case: not any(mutant.touched in expect for expect in case.expect.values()))
    return any(not run_case(case, rulebooks).passed for case in likely)


def _used_definitions(pack: Pack) -> list[str]:
    """The definitions that decide something, directly or through others."""
    used: dict[str, None] = {}
    queue: list[Expression] = [pack.members, pack.applies_to, *(cap.total for cap in pack.caps.values())]
    for benefit in pack.benefits.values():
        for rules in benefit.versions if not benefit.announced else ():
            queue += [condition.expression for condition in rules.who] + ([rules.pay] if rules.pay is not None else [])
    while queue:
        for qualifier, name in sorted(lang.names_in(queue.pop().syntax), key=str):
            if qualifier is None and name in pack.definitions and name not in used:
                used[name] = None
                queue += [reading.expression for reading in _readings(pack, pack.definitions[name])]
                queue += [expression for expression in [pack.definitions[name].expression] if expression is not None]
    return list(used)


def _readings(pack: Pack, entry: DefinitionEntry) -> list[Reading]:
    asked = {case.readings.get(entry.name) for case in pack.cases} | {entry.chosen}
    return [reading for reading in entry.readings.values() if reading.id in asked]


def _definition(pack: Pack, entry: DefinitionEntry) -> Iterator[Mutant]:
    def put(changed: DefinitionEntry) -> Pack:
        return replace(pack, definitions={**pack.definitions, entry.name: changed})

    if entry.expression is not None:
        for expression, change in _changes(entry.expression):
            yield Mutant(expression.at, f"定义 {entry.name}:{change}", put(replace(entry, expression=expression)))
    for reading in _readings(pack, entry):
        for expression, change in _changes(reading.expression):
            readings = {**entry.readings, reading.id: replace(reading, expression=expression)}
            yield Mutant(expression.at, f"定义 {entry.name} 的理解 {reading.id}:{change}", put(replace(entry, readings=readings)))


def _benefit(pack: Pack, entry: BenefitEntry) -> Iterator[Mutant]:
    def put(k: int, rules: BenefitRules) -> Pack:
        versions = (*entry.versions[:k], rules, *entry.versions[k + 1 :])
        return replace(pack, benefits={**pack.benefits, entry.id: replace(entry, versions=versions)})

    for k, rules in enumerate(entry.versions):
        for i, condition in enumerate(rules.who):
            for expression, change in _changes(condition.expression):
                who = (*rules.who[:i], replace(condition, expression=expression), *rules.who[i + 1 :])
                yield Mutant(
                    expression.at, f"{entry.id} 的条件 {condition.id}:{change}", put(k, replace(rules, who=who)), entry.id
                )
            left = (*rules.who[:i], *rules.who[i + 1 :])
            yield Mutant(
                condition.expression.at, f"{entry.id} 的条件 {condition.id}：去掉", put(k, replace(rules, who=left)), entry.id
            )
        if rules.pay is not None:
            for expression, change in _changes(rules.pay):
                yield Mutant(expression.at, f"{entry.id} 的 pay:{change}", put(k, replace(rules, pay=expression)), entry.id)
    if entry.first_by:
        changed = replace(pack, benefits={**pack.benefits, entry.id: replace(entry, first_by=())})
        yield Mutant(entry.cited.at, f"{entry.id}：去掉 once_per_household", changed, entry.id)


def _group(pack: Pack, entry: GroupEntry) -> Iterator[Mutant]:
    def put(changed: GroupEntry | None) -> Pack:
        others = {name: group for name, group in pack.groups.items() if name != entry.id}
        return replace(pack, groups=others if changed is None else {**pack.groups, entry.id: changed})

    yield Mutant(entry.cited.at, f"互斥组 {entry.id}：去掉", put(None))
    if entry.keep == "first":
        yield Mutant(entry.cited.at, f"互斥组 {entry.id}：顺序倒过来", put(replace(entry, among=entry.among[::-1])))
    else:
        yield Mutant(
            entry.cited.at, f"互斥组 {entry.id}:highest 换成 first", put(replace(entry, keep="first", among=entry.among[::-1]))
        )


def _cap(pack: Pack, entry: CapEntry) -> Iterator[Mutant]:
    def put(changed: CapEntry | None) -> Pack:
        others = {name: cap for name, cap in pack.caps.items() if name != entry.id}
        return replace(pack, caps=others if changed is None else {**pack.caps, entry.id: changed})

    yield Mutant(entry.cited.at, f"封顶 {entry.id}：去掉", put(None))
    yield Mutant(entry.cited.at, f"封顶 {entry.id}：顺序倒过来", put(replace(entry, among=entry.among[::-1])))


def _changes(expression: Expression) -> Iterator[tuple[Expression, str]]:
    for syntax, change in syntax_mutants(expression.syntax):
        yield replace(expression, syntax=syntax), change


def syntax_mutants(syntax: lang.Syntax) -> Iterator[tuple[lang.Syntax, str]]:
    """Every syntax that differs from this one in one place, with the change in words."""
    yield from _here(syntax)
    match syntax:
        case lang.Negation():
            yield from _inside((syntax.of,), lambda parts: lang.Negation(parts[0]))
        case lang.Junction():
            yield from _inside(syntax.of, lambda parts: lang.Junction(syntax.word, parts))
        case lang.Relation():
            yield from _inside((syntax.left, syntax.right), lambda parts: lang.Relation(syntax.sign, *parts))
        case lang.Sum():
            yield from _inside((syntax.left, syntax.right), lambda parts: lang.Sum(syntax.sign, *parts))
        case lang.Range():
            yield from _inside((syntax.of, syntax.low, syntax.high), lambda parts: lang.Range(*parts))
        case lang.Membership():
            yield from _inside((syntax.of,), lambda parts: lang.Membership(parts[0], syntax.values))
        case lang.Choice():
            yield from _inside(_flat(syntax), _choice)
        case lang.Call() if syntax.function not in ("money", "share"):
            yield from _inside(syntax.arguments, lambda parts: lang.Call(syntax.function, parts))


def _here(syntax: lang.Syntax) -> Iterator[tuple[lang.Syntax, str]]:
    match syntax:
        case lang.Relation():
            for sign in _SIGNS[syntax.sign]:
                yield lang.Relation(sign, syntax.left, syntax.right), f"{syntax.sign} 换成 {sign}"
        case lang.Junction():
            word = "or" if syntax.word == "and" else "and"
            yield lang.Junction(word, syntax.of), f"{syntax.word} 换成 {word}"
        case lang.Negation():
            yield syntax.of, "去掉 not"
        case lang.Number():
            yield lang.Number(syntax.value + 1), f"{syntax.value} 换成 {syntax.value + 1}"
            yield lang.Number(syntax.value - 1), f"{syntax.value} 换成 {syntax.value - 1}"
        case lang.Sum():
            yield lang.Sum(_SUMS[syntax.sign], syntax.left, syntax.right), f"{syntax.sign} 换成 {_SUMS[syntax.sign]}"
        case lang.Membership() if len(syntax.values) > 1:
            for k, value in enumerate(syntax.values):
                yield lang.Membership(syntax.of, (*syntax.values[:k], *syntax.values[k + 1 :])), f"in 里去掉 {_word(value)}"
        case lang.Call("money", (lang.Text(text),)):
            more = fen_to_yuan(yuan_to_fen(text) + 1).replace(",", "")
            yield lang.Call("money", (lang.Text(more),)), f"{text} 元换成 {more} 元"
        case lang.Call("hh_all" | "hh_any"):
            other = "hh_any" if syntax.function == "hh_all" else "hh_all"
            yield lang.Call(other, syntax.arguments), f"{syntax.function} 换成 {other}"


def _inside(
    parts: tuple[lang.Syntax, ...], build: Callable[[tuple[lang.Syntax, ...]], lang.Syntax]
) -> Iterator[tuple[lang.Syntax, str]]:
    for k, part in enumerate(parts):
        for changed, change in syntax_mutants(part):
            yield build((*parts[:k], changed, *parts[k + 1 :])), change


def _flat(syntax: lang.Choice) -> tuple[lang.Syntax, ...]:
    return lang.children(syntax)


def _choice(parts: tuple[lang.Syntax, ...]) -> lang.Choice:
    pairs = tuple((parts[k], parts[k + 1]) for k in range(0, len(parts) - 1, 2))
    return lang.Choice(pairs, parts[-1])


def _word(syntax: lang.Syntax) -> str:
    return str(syntax.value) if isinstance(syntax, lang.Text | lang.Number) else "一项"
