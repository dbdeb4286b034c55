"""Registers as a pack declares them: a ledger with typed fields, states and moves. What has invariants of its own is never a register."""

from __future__ import annotations

from songhe.engines.policy.pack import RegisterClock, RegisterEntry, RegisterField, RegisterMove
from songhe.engines.policy.sections import Section

ENTITIES = ("person", "household", "facility", "organisation", "none")
FIELD_TYPES = ("text", "int", "decimal", "money", "bool", "date", "code")


def read_register(section: Section) -> RegisterEntry:
    """registers/<id>.yaml: one register a file. The first state is where an entry begins."""
    name = section.text("id", required=True)
    section.what = f"台账 {name} "
    entry = RegisterEntry(
        name,
        section.text("title", required=True),
        section.text("about", required=True),
        section.choice("entity", ENTITIES, "none"),
        section.text("owner", required=True),
        section.texts("key"),
        tuple(_field(part) for part in section.each("fields", f"台账 {name} 的字段")),
        _labels(section, "states"),
        tuple(_move(part) for part in section.each("moves", f"台账 {name} 的流转")),
        tuple(_clock(part) for part in section.each("clocks", f"台账 {name} 的期限")),
        section.expression("candidates"),
        section.flag("public", False),
        section.cited(),
    )
    section.done()
    return entry


def _labels(section: Section, key: str) -> tuple[tuple[str, str], ...]:
    part = section.inner(key, f"{section.what}的 {key} ")
    return tuple((code, part.text(code, required=True)) for code in part.map.items) if part else ()


def _field(section: Section) -> RegisterField:
    entry = RegisterField(
        section.text("id", required=True),
        section.text("label", required=True),
        section.choice("type", FIELD_TYPES, "text"),
        _labels(section, "values"),
        section.text("unit"),
        section.flag("required", False),
        section.flag("sensitive", False),
        section.flag("public", False),
    )
    section.done()
    return entry


def _move(section: Section) -> RegisterMove:
    entry = RegisterMove(
        section.text("id", required=True),
        section.text("label", required=True),
        section.texts("from", required=True),
        section.text("to", required=True),
        section.texts("needs"),
        section.flag("reason", False),
    )
    section.done()
    return entry


def _clock(section: Section) -> RegisterClock:
    days = section.number("days")
    entry = RegisterClock(
        section.text("state", required=True),
        int(days) if days is not None else 0,
        section.text("title", required=True),
        section.text("owner", required=True),
    )
    section.done()
    return entry
