"""For which persons a register expects an entry: the declared conditions of all registers, as one small rulebook over person facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from songhe.engines.policy.closure import compile_rulebook
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.registers import conditions_rulebook
from songhe.engines.policy.resolving import Resolver
from songhe.engines.policy.rulebook import Definition, Rulebook
from songhe.engines.policy.tree import And, Node, Ref, Type


@dataclass(frozen=True, slots=True)
class Candidates:
    """`registers` names the register of each condition; the rulebook holds only the definitions that these conditions use."""

    registers: tuple[str, ...]
    rulebook: Rulebook

    def verdicts(self, household: HouseholdInput) -> list[dict[str, bool | None]]:
        """For each member in order: register → whether an entry is expected, None where it cannot be told."""
        found = []
        for member in compile_rulebook(self.rulebook).evaluate(household):
            answers: dict[str, bool | None] = {}
            for bit, name in enumerate(self.registers):
                answers[name] = None if member.unknown >> bit & 1 else bool(member.true >> bit & 1)
            found.append(answers)
        return found


def candidates(pack: Pack, as_of: dt.date) -> Candidates | None:
    """The conditions of all registers that declare one, each together with who counts at all (`members`); None where none does."""
    resolver = Resolver(pack, as_of, "person", {}, {}, {})
    resolver.define_all()
    members = resolver.node(pack.members, "members", Type.BOOL)
    asked = {
        name: And((members, resolver.node(register.candidates, f"台账 {name} 的 candidates ", Type.BOOL)))
        for name, register in pack.registers.items()
        if register.candidates is not None
    }
    if not asked:
        return None
    rulebook = conditions_rulebook(tuple(asked.values()), resolver.variables, name="candidates")
    used = _used(tuple(asked.values()), resolver.defined)
    return Candidates(tuple(asked), replace(rulebook, entity="person", as_of=as_of, members=members, definitions=used))


def _used(nodes: tuple[Node, ...], defined: Mapping[str, Definition]) -> tuple[Definition, ...]:
    wanted: set[str] = set()

    def walk(node: Node) -> None:
        if isinstance(node, Ref) and node.definition not in wanted:
            wanted.add(node.definition)
            walk(defined[node.definition].node)
        for part in operands(node):
            walk(part)

    for node in nodes:
        walk(node)
    return tuple(definition for name, definition in defined.items() if name in wanted)
