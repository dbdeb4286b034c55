"""One household, decided by generated Python: a rulebook is written out as two straight functions per person.

`first` computes what needs the person alone, `second` what also needs the household's aggregates; `stages.py` does the rest.
Nothing of a pack's text reaches the generated code: only names checked by the language, numbers and the functions below.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from songhe.basics.ages import to_days
from songhe.engines.policy.arithmetic import Value, aggregate, share
from songhe.engines.policy.encoding import LARGEST, EncodingProblem, encode
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.language import NAME
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.rulebook import Rulebook, Status, Variable
from songhe.engines.policy.stages import MemberState, capped, exclusive, once_per_household
from songhe.engines.policy.tree import (
    Aggregate,
    And,
    Arith,
    Case,
    Column,
    Compare,
    Comparison,
    Const,
    In,
    Known,
    Node,
    Not,
    Or,
    OrElse,
    Ref,
    Rounding,
    Share,
    Type,
)

_SIGNS = {Comparison.EQ: "==", Comparison.NE: "!="}
_STATUSES = tuple(Status)


@dataclass(slots=True)
class Evaluated:
    """A member after all stages. `values` are the encoded facts and definitions, see `Compiled.places`."""

    applies: Value
    values: tuple[Value, ...]
    true: int
    unknown: int
    caps: tuple[Value, ...]
    state: MemberState | None


@dataclass(slots=True)
class Compiled:
    """A rulebook as functions; `evaluate` runs all stages for one household."""

    rulebook: Rulebook
    first: Callable[..., Any]
    second: Callable[..., Any]
    aggregates: tuple[Aggregate, ...]
    household_readers: tuple[tuple[str, Callable[[object], Value]], ...]
    once: tuple[tuple[int, tuple[int, ...]], ...]
    places: Mapping[str, int]  # of a fact, or of "= definition", in `Evaluated.values`

    def evaluate(self, household: HouseholdInput) -> list[Evaluated]:
        """Every member, in the order given; raises EncodingProblem for a fact that its variable cannot have."""
        shared = tuple([read(household.household.get(name)) for name, read in self.household_readers])
        rows = [self.first(person, *shared) for person in household.persons]
        sums: tuple[Value, ...] = ()
        if self.aggregates:
            counting = [row[1] for row in rows]
            sums = tuple([aggregate(node.kind, counting, [row[2][k] for row in rows]) for k, node in enumerate(self.aggregates)])
        members: list[Evaluated] = []
        for row in rows:
            applies, values, states, raw, now, true, unknown, caps = self.second(row[0], shared, sums)
            state = None if applies is False else MemberState(states, raw, now)
            members.append(Evaluated(applies, values, true, unknown, caps, state))
        self._between(members, household)
        return members

    def _between(self, members: list[Evaluated], household: HouseholdInput) -> None:
        rulebook = self.rulebook
        if len(members) > 1:
            for index, places in self.once:
                if sum([member.state is not None and member.state.states[index] in (1, 2) for member in members]) < 2:
                    continue  # nobody to choose between
                keys = [_key(member, places, household.person_ids[i]) for i, member in enumerate(members)]
                once_per_household(rulebook.benefits[index], [member.state for member in members], keys)
        for member in members:
            if member.state is None:
                continue
            for group in rulebook.groups:
                exclusive(group, member.state)
            for cap, total in zip(rulebook.caps, member.caps, strict=True):
                capped(cap, total, member.state)


def compile_household(rulebook: Rulebook) -> Callable[[HouseholdInput], tuple[MemberDecision, ...]]:
    """A function that decides every member of a household for every benefit."""
    compiled = compile_rulebook(rulebook)
    nobody = MemberDecision(False, (Status.NOT_ELIGIBLE,) * len(rulebook.benefits), (0,) * len(rulebook.benefits), 0, 0)

    def decide(household: HouseholdInput) -> tuple[MemberDecision, ...]:
        return tuple([decision_of(member) or nobody for member in compiled.evaluate(household)])

    return decide


def decision_of(member: Evaluated) -> MemberDecision | None:
    """The decision of an evaluated member; None if the pack does not apply."""
    if member.state is None:
        return None
    states, now = member.state.states, member.state.now
    amounts = tuple([amount if state in (1, 5) else 0 for state, amount in zip(states, now, strict=True)])
    return MemberDecision(True, tuple([_STATUSES[state] for state in states]), amounts, member.true, member.unknown)


def _key(member: Evaluated, places: tuple[int, ...], person_id: int) -> tuple[int, ...] | None:
    values = [member.values[place] for place in places]
    return None if None in values else (*(int(value or 0) for value in values), person_id)


_RECENT: OrderedDict[int, Compiled] = OrderedDict()


def compile_rulebook(rulebook: Rulebook) -> Compiled:
    """The functions of a rulebook; those of the last few rulebooks are kept."""
    compiled = _RECENT.get(id(rulebook))
    if compiled is None or compiled.rulebook is not rulebook:
        compiled = _RECENT[id(rulebook)] = _Writer(rulebook).compiled()
        while len(_RECENT) > 16:
            _RECENT.popitem(last=False)
    return compiled


class _Writer:
    """Writes one statement a node; equal nodes are written once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.lines: list[str] = []
        self.done: dict[Node, str] = {}
        self.aggregates: dict[Aggregate, int] = {}
        self.columns = _columns(rulebook)
        self.count = 0

    def compiled(self) -> Compiled:
        rulebook = self.rulebook
        own = [name for name, household in self.columns if not household]
        shared = [name for name, household in self.columns if household]
        early, late = self._split()
        for name in early:
            self.define(name)
        counts = self.value(rulebook.members)
        for node in _all_nodes(rulebook):
            if isinstance(node, Aggregate) and node not in self.aggregates:
                self.aggregates[node] = len(self.aggregates)
        operands = [self.value(node.of) if node.of is not None else "True" for node in self.aggregates]
        kept = [f"c_{name}" for name in own] + [f"d_{name}" for name in early]
        head = ", ".join(["person", *(f"h_{name}" for name in shared)])
        body = [*self._reading(own), *self.lines, f"return ({_tuple(kept)}, {counts}, {_tuple(operands)})"]
        source = _function("first", head, body)
        self.lines, self.done = [], {node: name for node, name in self.done.items() if name in kept or not name.startswith("t")}
        self.lines += [f"{_tuple(kept)} = kept"] if kept else []
        self.lines += [f"{_tuple([f'h_{name}' for name in shared])} = shared"] if shared else []
        self.lines += [f"{_tuple([f'g_{k}' for k in self.aggregates.values()])} = sums"] if self.aggregates else []
        source += _function("second", "kept, shared, sums", self._second(kept, late))
        places = {name: at for at, name in enumerate([*own, *(f"= {name}" for name in early + late)])}
        readers = self._readers()
        once = tuple(
            (b.index, tuple(own.index(name) for name in b.first_by)) for b in rulebook.benefits if b.in_force and b.first_by
        )
        space: dict[str, Any] = {"share": share, **{f"R_{rounding.name}": rounding for rounding in Rounding}}
        space |= {f"r_{name}": readers[name] for name in own}
        exec(compile(source, "<rulebook>", "exec"), space)  # noqa: S102 - written from the resolved tree, see the module's docstring
        return Compiled(
            rulebook,
            space["first"],
            space["second"],
            tuple(self.aggregates),
            tuple((name, readers[name]) for name in shared),
            once,
            places,
        )

    def _reading(self, names: list[str]) -> list[str]:
        """A person's facts as encoded values; what is as it should be costs no call."""
        lines: list[str] = []
        for name in names:
            fact = f"c_{_checked(name)}"
            bool_ = self.rulebook.variables[name].type is Type.BOOL
            right = f"{fact} is None or {fact} is True or {fact} is False" if bool_ else f"{fact} is None"
            lines += [f"{fact} = person.get({name!r})", f"if not ({right}): {fact} = r_{name}({fact})"]
        return lines

    def _readers(self) -> Mapping[str, Callable[[object], Value]]:
        return {name: reader(self.rulebook.variables[name]) for name, _ in self.columns}

    def _split(self) -> tuple[list[str], list[str]]:
        """Definitions without and with aggregates, each in order."""
        late: set[str] = set()
        for definition in self.rulebook.definitions:
            if any(
                isinstance(node, Aggregate) or (isinstance(node, Ref) and node.definition in late)
                for node in _walk(definition.node)
            ):
                late.add(definition.name)
        names = [definition.name for definition in self.rulebook.definitions]
        return [name for name in names if name not in late], [name for name in names if name in late]

    def _second(self, kept: list[str], late: list[str]) -> list[str]:
        rulebook = self.rulebook
        for name in late:
            self.define(name)
        values = _tuple([*kept, *(f"d_{name}" for name in late)])
        applies = self.value(rulebook.applies_to)
        zero = [str(int(Status.NOT_IN_FORCE if not b.in_force else Status.NOT_ELIGIBLE)) for b in rulebook.benefits]
        self.lines.append(f"if {applies} is False: return (False, {values}, None, None, None, 0, 0, ())")
        self.lines.append("true = unknown = 0")
        states: list[str] = []
        raws: list[str] = []
        for benefit in rulebook.benefits:
            raw = self._raw(benefit.amount)
            answers = [applies]
            for condition in benefit.conditions:
                name = self.value(condition.node)
                answers.append(name)
                self.lines.append(f"if {name}: true |= {1 << condition.bit}")
                self.lines.append(f"elif {name} is None: unknown |= {1 << condition.bit}")
            raws.append(raw)
            states.append(self._state(answers, raw) if benefit.in_force else zero[benefit.index])
        now = [raw if raw.isdigit() else f"{raw} or 0" for raw in raws]
        caps = _tuple([self.value(cap.total) for cap in rulebook.caps])
        result = (
            f"return ({applies}, {values}, [{', '.join(states)}], [{', '.join(raws)}], [{', '.join(now)}], true, unknown, {caps})"
        )
        return [*self.lines, result]

    def _raw(self, amount: Node | None) -> str:
        if amount is None:
            return "0"
        if isinstance(amount, Const):
            return str(max(0, int(amount.value)))
        value = self.value(amount)
        return self.let(f"0 if {value} is not None and {value} < 0 else {value}")

    def _state(self, answers: list[str], raw: str) -> str:
        no = " or ".join(f"{name} is False" for name in answers)
        checked = answers if raw.isdigit() else [*answers, raw]
        unsure = " or ".join(f"{name} is None" for name in checked)
        return self.let(f"0 if {no} else (2 if {unsure} else 1)")

    def define(self, name: str) -> None:
        node = next(definition.node for definition in self.rulebook.definitions if definition.name == name)
        self.lines.append(f"d_{_checked(name)} = {self.value(node)}")

    def let(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"t{self.count} = {text}")
        return f"t{self.count}"

    def value(self, node: Node) -> str:
        """The Python name or literal that holds the node's value."""
        if isinstance(node, Const):
            return str(bool(node.value)) if node.type is Type.BOOL else str(int(node.value))
        if isinstance(node, Column):
            return f"{'h' if node.household else 'c'}_{_checked(node.name)}"
        if isinstance(node, Ref):
            return f"d_{_checked(node.definition)}"
        if isinstance(node, Aggregate):
            return f"g_{self.aggregates[node]}"
        if node not in self.done:
            self.done[node] = self.let(self._text(node))
        return self.done[node]

    def _text(self, node: Node) -> str:
        match node:
            case Not():
                inner = self.value(node.of)
                return f"None if {inner} is None else not {inner}"
            case And() | Or():
                stop = "False" if isinstance(node, And) else "True"
                parts = [self.value(part) for part in node.of]
                found, unsure = (" or ".join(f"{part} is {word}" for part in parts) for word in (stop, "None"))
                return f"{stop} if {found} else (None if {unsure} else {'True' if isinstance(node, And) else 'False'})"
            case Compare():
                left, right = self.value(node.left), self.value(node.right)
                return _strict((left, right), f"{left} {_SIGNS.get(node.op, node.op.value)} {right}")
            case Arith():
                left, right = self.value(node.left), self.value(node.right)
                return _strict((left, right), f"{left} {node.op.value} ({right})")
            case In():
                inner = self.value(node.of)
                return _strict((inner,), f"{inner} in {_tuple([str(int(value)) for value in node.values])}")
            case Case():
                return self._case(node)
            case Known():
                return "True" if isinstance(node.of, Const) else f"{self.value(node.of)} is not None"
            case OrElse():
                inner = self.value(node.of)
                return inner if isinstance(node.of, Const) else f"{self.value(node.default)} if {inner} is None else {inner}"
            case Share():
                inner = self.value(node.of)
                return _strict(
                    (inner,), f"share({inner}, {int(node.numerator)}, {int(node.denominator)}, R_{node.rounding.name})"
                )
            case _:
                raise TypeError(f"not a node: {node!r}")

    def _case(self, node: Case) -> str:
        result = self.value(node.default)
        for when, then in reversed(node.branches):
            test, value = self.value(when), self.value(then)
            result = f"({value} if {test} else (None if {test} is None else {result}))"
        return result


def reader(variable: Variable) -> Callable[[object], Value]:
    """A function from a JSON fact (None: unknown) to its encoded value; quick for values as they should be."""

    def read(value: object) -> Value:
        if value is None:
            return None
        try:
            return encode(variable, value)
        except EncodingProblem as problem:
            raise EncodingProblem(f"“{variable.label}”{problem}") from problem

    match variable.type:
        case Type.BOOL:
            return lambda value: value if value is True or value is False or value is None else read(value)
        case Type.CODE:
            codes = {code: index for index, (code, _) in enumerate(variable.values)}
            return lambda value: codes[value] if type(value) is str and value in codes else read(value)
        case Type.DATE:
            return lambda value: _days(value) or read(value) if type(value) is str else read(value)
        case _:
            most = LARGEST[variable.type]
            return lambda value: value if type(value) is int and -most <= value <= most else read(value)


@lru_cache(maxsize=100_000)
def _days(text: str) -> int:
    """Days since 1970 of a well-formed date; 0 also for one that is not, which is then read the slow way."""
    try:
        return to_days(dt.date.fromisoformat(text)) if len(text) == 10 else 0
    except ValueError:
        return 0


def _strict(operands: tuple[str, ...], text: str) -> str:
    unsure = " or ".join(
        f"{name} is None" for name in operands if not name.lstrip("-").isdigit() and name not in ("True", "False")
    )
    return f"None if {unsure} else {text}" if unsure else text


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name: {name!r}")
    return name


def _function(name: str, head: str, body: list[str]) -> str:
    return f"def {name}({head}):\n" + "".join(f"    {line}\n" for line in body)


def _all_nodes(rulebook: Rulebook) -> list[Node]:
    roots: list[Node] = [rulebook.members, rulebook.applies_to]
    roots += [definition.node for definition in rulebook.definitions]
    roots += [condition.node for benefit in rulebook.benefits for condition in benefit.conditions]
    roots += [benefit.amount for benefit in rulebook.benefits if benefit.amount is not None]
    roots += [cap.total for cap in rulebook.caps]
    return [node for root in roots for node in _walk(root)]


def _columns(rulebook: Rulebook) -> list[tuple[str, bool]]:
    """Every fact that some rule reads, and the ordering facts of once-per-household."""
    found = {(node.name, node.household): None for node in _all_nodes(rulebook) if isinstance(node, Column)}
    for benefit in rulebook.benefits:
        if benefit.in_force:
            found |= {(name, False): None for name in benefit.first_by}
    return list(found)


def _walk(node: Node) -> list[Node]:
    found, queue = [], [node]
    while queue:
        part = queue.pop()
        found.append(part)
        queue.extend(operands(part))
    return found
