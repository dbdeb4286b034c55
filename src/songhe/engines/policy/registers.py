"""Registers as a pack declares them: a ledger with typed fields, states and moves. What has invariants of its own is never a register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from songhe.engines.policy.closure import compile_rulebook
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.meaning import Scope, lower
from songhe.engines.policy.pack import (
    Expression,
    RegisterCheck,
    RegisterClock,
    RegisterEntry,
    RegisterField,
    RegisterMove,
)
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, Period, Rulebook, Variable
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Const, Node, Type

ENTITIES = ("person", "facility", "organisation", "none")
FIELD_TYPES = ("text", "int", "decimal", "money", "bool", "date", "code")
MAKERS = ("city", "street", "community")
STATE = "state"  # under this name an expression over a register sees an entry's state
_NO_DAY = dt.date(1970, 1, 1)  # a condition over entries asks for no age
AREA = "area"  # in a key: one open entry for each area
RESERVED = frozenset((STATE, AREA, "id", "entry_id", "person_id", "area_path", "opened_on", "closed_on"))
HEADERS = frozenset(
    ("台账编号", "姓名", "身份证号", "所在区划", "状态", "登记日期", "结束日期", "变更原因")
)  # columns of its files that are ours
_TYPES: Mapping[str, Type] = {
    "int": Type.INT,
    "money": Type.MONEY,
    "bool": Type.BOOL,
    "date": Type.DATE,
    "code": Type.CODE,
}


def read_register_file(section: Section, known: dict[str, RegisterEntry]) -> None:
    """`known` also has the register of this file; a second file of the same id, or a file named otherwise, is a finding."""
    entry = read_register(section)
    stem = PurePosixPath(section.file).stem
    if entry.id in known:
        other = known[entry.id].at.file
        section.fault(section.at("id").line, "id", f"台账“{entry.id}”已经写在 {other} 里", "每本台账只写一个文件，请改 id 或合并")
    elif entry.id != stem:
        section.fault(
            section.at("id").line,
            "id",
            f"台账的 id “{entry.id}”和文件名“{stem}”不一样",
            f"请把文件改名为 {entry.id}.yaml，或改 id",
        )
    known[entry.id] = entry


def read_register(section: Section) -> RegisterEntry:
    """registers/<id>.yaml: one register a file. The first state is where an entry begins."""
    name = section.text("id", required=True)
    section.what = f"台账 {name} "
    moves = tuple(_move(part) for part in section.each("moves", f"台账 {name} 的流转"))
    states = _labels(section, "states")
    closed = section.texts("closed")
    if not section.has("closed") and moves:
        left = {state for move in moves for state in move.from_states}
        closed = tuple(code for code, _ in states if code not in left)
    entry = RegisterEntry(
        name,
        section.text("title", required=True),
        section.text("about", required=True),
        section.choice("entity", ENTITIES, "none"),
        section.text("owner", required=True),
        section.texts("key"),
        tuple(_field(part) for part in section.each("fields", f"台账 {name} 的字段")),
        states,
        closed,
        moves,
        tuple(_clock(part) for part in section.each("clocks", f"台账 {name} 的期限")),
        tuple(check for part in section.each("checks", f"台账 {name} 的核对") if (check := _check(part)) is not None),
        section.expression("candidates"),
        section.texts("columns"),
        section.flag("public", False),
        section.cited(),
        section.at("id"),
    )
    section.done()
    return entry


def _labels(section: Section, key: str) -> tuple[tuple[str, str], ...]:
    part = section.inner(key, f"{section.what}的 {key} ")
    return tuple((code, part.text(code, required=True)) for code in part.map.items) if part else ()


def _whole(section: Section, key: str) -> int | None:
    value = section.number(key)
    return int(value) if value is not None else None


def _field(section: Section) -> RegisterField:
    name = section.text("id", required=True)
    section.what = f"字段 {name} "
    entry = RegisterField(
        name,
        section.text("label", required=True),
        section.choice("type", FIELD_TYPES, "text"),
        _labels(section, "values"),
        section.text("unit"),
        section.flag("required", False),
        section.flag("sensitive", False),
        section.flag("public", False),
        section.text("default"),
        section.text("hint"),
        _whole(section, "low"),
        _whole(section, "high"),
        section.at("id"),
    )
    section.done()
    return entry


def _move(section: Section) -> RegisterMove:
    name = section.text("id", required=True)
    section.what = f"流转 {name} "
    entry = RegisterMove(
        name,
        section.text("label", required=True),
        section.texts("from", required=True),
        section.text("to", required=True),
        section.texts("needs"),
        section.flag("reason", False),
        section.texts("by"),
        section.at("id"),
    )
    section.done()
    return entry


def _clock(section: Section) -> RegisterClock:
    where = section.inner("where", "期限的 where ")
    entry = RegisterClock(
        section.text("state", required=True),
        _whole(section, "days") or 0,
        section.text("since"),
        tuple((name, _said(where, name)) for name in where.map.items) if where else (),
        section.text("title", required=True),
        section.text("owner", required=True),
        section.at("state"),
    )
    section.done()
    return entry


def _said(section: Section, key: str) -> str:
    value = section.scalar(key, (str, bool), "一个代码或 true、false", True)
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _check(section: Section) -> RegisterCheck | None:
    expression = section.expression("if", required=True)
    sentence = section.text("say", required=True)
    section.done()
    return RegisterCheck(expression, sentence) if expression is not None else None


def variables_of_register(entry: RegisterEntry) -> Mapping[str, Variable]:
    """The fields that an expression over entries may name, and `state`. Text and decimals take no part in expressions, nor does what is sealed."""
    found = {STATE: Variable(STATE, Type.CODE, "register", "状态", entry.owner, values=entry.states)}
    for field in entry.fields:
        if field.type in _TYPES and not field.sensitive:
            found[field.id] = Variable(
                field.id, _TYPES[field.type], "register", field.label, entry.owner, field.unit or None, field.values
            )
    return found


def register_node(entry: RegisterEntry, expression: Expression) -> Node:
    """The typed node of a condition over the entries of a register; raises LanguageError."""
    return lower(expression.syntax, Scope(_NO_DAY, "register", variables_of_register(entry), {}, {}), Type.BOOL)


def broken_checks(entry: RegisterEntry, values: Mapping[str, object]) -> tuple[str, ...]:
    """The sentences of the checks that the values of one entry break. A check that cannot be told for a missing field is not broken."""
    if not entry.checks:
        return ()
    rulebook = _check_rules(entry)
    variables = rulebook.variables
    given = {name: value for name, value in values.items() if name in variables and value is not None}
    (member,) = compile_rulebook(rulebook).evaluate(HouseholdInput((given,), {}, (0,)))
    said = member.true | member.unknown
    return tuple(check.sentence for bit, check in enumerate(entry.checks) if not said >> bit & 1)


@lru_cache(maxsize=64)
def _check_rules(entry: RegisterEntry) -> Rulebook:
    return conditions_rulebook(
        tuple(register_node(entry, check.expression) for check in entry.checks), variables_of_register(entry), name=entry.id
    )


def conditions_rulebook(nodes: tuple[Node, ...], variables: Mapping[str, Variable], *, name: str) -> Rulebook:
    """A rulebook that says of every row which of some conditions hold: condition `bit` is the node of that place."""
    cite, yes = Citation("", ""), Const(True, Type.BOOL)
    asked = tuple(Condition(f"c{bit}", bit, node, cite, "", "", "", "") for bit, node in enumerate(nodes))
    benefit = Benefit(name, "", 0, asked, None, Period.ONCE, cite, True)
    return Rulebook(name, "", "", _NO_DAY, "register", yes, yes, variables, (), (benefit,), (), (), {}, len(asked))
