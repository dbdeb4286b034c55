"""A rulebook as SQL statements that leave the same answer in a table as every other back end gives.

Input tables: `person` (person_id, household_id and a column a fact) and `household` (household_id and a column a fact);
dates as days since 1970-01-01, money in fen, codes as their index, bools as BOOLEAN, unknown as NULL. A fact that the
rulebook names must be a column. Result table `songhe_result`, one row for each person the pack speaks of: person_id,
household_id, s_<benefit index> (`Status`), a_<benefit index> (fen), c_<bit> (BOOLEAN, NULL where unknown).
"""

# ruff: noqa: S608 - written from the resolved tree: checked names and whole numbers, never a text of the pack

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songhe.engines.policy.needed_facts import children
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.policy.sql.dialects import DIALECTS, Dialect, DialectName
from songhe.engines.policy.sql.expressions import Writer, aggregate_column, checked
from songhe.engines.policy.sql.stages import Stages
from songhe.engines.policy.tree import Aggregate, Column, Node, Ref, Type

MOST_BENEFITS = 150


def statements(rulebook: Rulebook, dialect: DialectName, *, most_benefits: int = MOST_BENEFITS) -> list[str]:
    """The statements, in order. Above `most_benefits` the conditions are stored first and the stages run in parts."""
    words = DIALECTS[dialect]
    conditions = _Conditions(rulebook, words)
    if len(rulebook.benefits) <= most_benefits:
        stages = Stages(rulebook, tuple(range(len(rulebook.benefits))))
        steps = [*conditions.steps(), *stages.steps("conditions")]
        return [f"{words.drop} songhe_result", _create(words, "songhe_result", steps)]
    made = [f"{words.drop} songhe_conditions", _create(words, "songhe_conditions", conditions.steps())]
    parts = _parts(rulebook, most_benefits)
    for number, part in enumerate(parts):
        name = f"songhe_result_{number}"
        steps = list(Stages(rulebook, part, conditions=number == 0).steps("songhe_conditions"))
        made += [f"{words.drop} {name}", _create(words, name, steps)]
    columns = [f"r0.{name}" for name in ("person_id", "household_id")]
    columns += [f"r{k}.{kind}_{index}" for k, part in enumerate(parts) for index in part for kind in ("s", "a")]
    columns += [f"r0.c_{bit}" for bit in range(rulebook.condition_count)]
    joins = "".join(f" JOIN songhe_result_{k} AS r{k} ON r{k}.person_id = r0.person_id" for k in range(1, len(parts)))
    whole = f"SELECT {', '.join(columns)} FROM songhe_result_0 AS r0{joins}"
    return [*made, f"{words.drop} songhe_result", f"{words.create} songhe_result AS {whole}"]


def _create(words: Dialect, name: str, steps: Sequence[tuple[str, str]]) -> str:
    *before, (_, last) = steps
    ctes = ", ".join(f"{step} AS ({body})" for step, body in before)
    return f"{words.create} {name} AS {f'WITH {ctes} ' if ctes else ''}{last}"


def _parts(rulebook: Rulebook, most: int) -> list[tuple[int, ...]]:
    """Benefits in parts of about `most`, never parting a group or cap."""
    home = list(range(len(rulebook.benefits)))
    for among in [group.among for group in rulebook.groups] + [cap.among for cap in rulebook.caps]:
        for other in among:
            old, new = home[other], home[among[0]]
            home = [new if place == old else place for place in home]
    parts: list[list[int]] = [[]]
    for root in dict.fromkeys(home):
        members = [index for index, place in enumerate(home) if place == root]
        if parts[-1] and len(parts[-1]) + len(members) > most:
            parts.append([])
        parts[-1] += members
    return [tuple(part) for part in parts]


def nodes_below(node: Node) -> Iterator[Node]:
    """The node and every node of its expression; definitions are not entered."""
    yield node
    for child in children(node):
        yield from nodes_below(child)


class _Conditions:
    """The stages up to conditions, raw amounts and totals of caps."""

    def __init__(self, rulebook: Rulebook, words: Dialect) -> None:
        self.rulebook = rulebook
        self.words = words
        self.definitions = {d.name: d.node for d in rulebook.definitions}
        roots = [rulebook.applies_to, *self.definitions.values()]
        roots += [condition.node for benefit in rulebook.benefits for condition in benefit.conditions]
        roots += [benefit.amount for benefit in rulebook.benefits if benefit.amount is not None]
        roots += [cap.total for cap in rulebook.caps]
        self.roots = [*roots, rulebook.members]
        found = dict.fromkeys(node for root in roots for node in nodes_below(root) if isinstance(node, Aggregate))
        self.aggregates = {node: f"g_{k}" for k, node in enumerate(found)}
        self.writer = Writer(words, self.aggregates)

    def steps(self) -> list[tuple[str, str]]:
        plain = [name for name, node in self.definitions.items() if not self._aggregated(node)]
        later = [name for name in self.definitions if name not in plain]
        steps = [("facts", self._facts())]
        steps += self._definitions(plain, "facts", "plain")
        if self.aggregates:
            source = steps[-1][0]
            members = f"SELECT s.*, {self.writer.text(self.rulebook.members)} AS m_counts FROM {source} AS s"
            columns = [f"{aggregate_column(self.writer, node, 'm_counts')} AS {name}" for node, name in self.aggregates.items()]
            grouped = f"SELECT s.household_id AS g_household, {', '.join(columns)} FROM members AS s GROUP BY s.household_id"
            joined = f"SELECT s.*, {', '.join(f'g.{name}' for name in self.aggregates.values())} FROM {source} AS s"
            joined += " JOIN grouped AS g ON g.g_household = s.household_id"
            steps += [("members", members), ("grouped", grouped), ("aggregated", joined)]
        steps += self._definitions(later, steps[-1][0], "later")
        steps.append(("scoped", f"SELECT s.*, {self.writer.text(self.rulebook.applies_to)} AS applies FROM {steps[-1][0]} AS s"))
        steps.append(("conditions", self._last()))
        return steps

    def _aggregated(self, node: Node) -> bool:
        below = list(nodes_below(node))
        if any(isinstance(part, Aggregate) for part in below):
            return True
        return any(self._aggregated(self.definitions[part.definition]) for part in below if isinstance(part, Ref))

    def _facts(self) -> str:
        used = dict.fromkeys(node for root in self.roots for node in nodes_below(root) if isinstance(node, Column))
        keys = dict.fromkeys(name for benefit in self.rulebook.benefits if benefit.in_force for name in benefit.first_by)
        columns = ["p.person_id AS person_id", "p.household_id AS household_id"]
        for column in used:
            side = "h" if column.household else "p"
            fact = f"{side}.{self.words.fact(checked(column.name))}"
            shown = fact if column.type is Type.BOOL else f"CAST({fact} AS BIGINT)"
            columns.append(f"{shown} AS {side}_{column.name}")
        columns += [f"p.{self.words.fact(checked(name))} AS k_{name}" for name in keys]
        shared = any(column.household for column in used)
        join = " LEFT JOIN household AS h ON h.household_id = p.household_id" if shared else ""
        return f"SELECT {', '.join(dict.fromkeys(columns))} FROM person AS p{join}"

    def _definitions(self, names: list[str], source: str, prefix: str) -> list[tuple[str, str]]:
        """Definitions in layers: each layer uses only what stands in earlier ones."""
        steps: list[tuple[str, str]] = []
        waiting = list(names)
        while waiting:
            blocked = set(waiting)
            ready = [name for name in waiting if not blocked & self._used(self.definitions[name])]
            if not ready:
                raise ValueError(f"definitions in a circle: {', '.join(waiting)}")
            columns = ", ".join(f"{self.writer.text(self.definitions[name])} AS d_{checked(name)}" for name in ready)
            steps.append((f"{prefix}_{len(steps)}", f"SELECT s.*, {columns} FROM {source} AS s"))
            source = steps[-1][0]
            waiting = [name for name in waiting if name not in ready]
        return steps

    def _used(self, node: Node) -> set[str]:
        return {part.definition for part in nodes_below(node) if isinstance(part, Ref)}

    def _last(self) -> str:
        columns = ["s.person_id", "s.household_id", "s.applies"]
        keys = dict.fromkeys(name for benefit in self.rulebook.benefits if benefit.in_force for name in benefit.first_by)
        columns += [f"s.k_{name}" for name in keys]
        for benefit in self.rulebook.benefits:
            columns += [f"{self.writer.text(c.node)} AS c_{c.bit}" for c in benefit.conditions]
            if benefit.in_force and benefit.amount is not None:
                amount = self.writer.text(benefit.amount)
                columns.append(f"CASE WHEN {amount} < 0 THEN CAST(0 AS BIGINT) ELSE {amount} END AS r_{benefit.index}")
        columns += [f"{self.writer.text(cap.total)} AS t_{k}" for k, cap in enumerate(self.rulebook.caps)]
        return f"SELECT {', '.join(columns)} FROM scoped AS s WHERE (s.applies OR s.applies IS NULL)"
