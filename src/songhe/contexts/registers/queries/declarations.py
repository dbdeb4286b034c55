"""What follows from a register's declaration: keys, what a state asks for, which moves an actor may make, when a clock runs out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from songhe.contexts.registers.queries.field_values import Value
from songhe.engines.policy.pack import RegisterClock, RegisterEntry, RegisterMove
from songhe.engines.policy.registers import AREA, STATE, broken_checks
from songhe.foundation import clock
from songhe.foundation.access import Actor, Role

_MAKERS: Mapping[Role, str] = {Role.CITY_OFFICER: "city", Role.STREET_CLERK: "street", Role.COMMUNITY_WORKER: "community"}
DAY = dt.timedelta(days=1)
WHOLE = ""  # the field of a problem that concerns several fields


def key_of(register: RegisterEntry, person_id: int | None, area_path: str, values: Mapping[str, object]) -> str:
    """What tells open entries apart: the person, then the key fields."""
    parts: list[object] = [person_id] if register.entity == "person" else []
    parts += [area_path if name == AREA else values.get(name) for name in register.key]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def first_state(register: RegisterEntry) -> str:
    """Where an entry begins."""
    return register.states[0][0]


def faults(register: RegisterEntry, state: str, values: Mapping[str, object], *, entering: bool) -> dict[str, str]:
    """Field → sentence for what keeps an entry from standing in a state with these values.

    `entering`: it gets into the state now, so what the moves into it need must be filled.
    """
    found = {field.id: f"请填“{field.label}”。" for field in register.fields if field.required and values.get(field.id) is None}
    if entering and state != first_state(register):
        ways = [move for move in register.moves if move.to_state == state]
        lacking = min(([name for name in move.needs if values.get(name) is None] for move in ways), key=len, default=[])
        for name in lacking:
            field = register.field(name)
            found.setdefault(name, f"“{register.label_of(state)}”的记录要填“{field.label if field else name}”。")
    for sentence in broken_checks(register, {**values, STATE: state}):
        found.setdefault(WHOLE, f"{sentence}。")
    return found


def moves_for(actor: Actor, register: RegisterEntry, state: str, area_path: str) -> tuple[RegisterMove, ...]:
    """The moves that lead on from a state and that this actor may make at the area."""
    return tuple(move for move in register.moves if state in move.from_states and may_make(actor, move, area_path))


def may_make(actor: Actor, move: RegisterMove, area_path: str) -> bool:
    """Whether one of the actor's roles at the area is among those named by the move."""
    if not move.by or actor.kind == "system":
        return True
    return any(area_path.startswith(grant.area_path) and _MAKERS.get(grant.role) in move.by for grant in actor.grants)


def due_day(each: RegisterClock, state: str, values: Mapping[str, object], changed_on: dt.date) -> dt.date | None:
    """The last day before the clock has run out; None where it does not run for this entry."""
    if state != each.state or any(_said(values.get(name)) != value for name, value in each.where):
        return None
    start = values.get(each.since) if each.since else None
    since = dt.date.fromisoformat(str(start)) if start is not None else changed_on
    return since + each.days * DAY


def clock_key(entry_id: int, each: RegisterClock) -> str:
    """The key of the work item that a clock opens about an entry."""
    where = ",".join(f"{name}={value}" for name, value in each.where)
    return f"register:{entry_id}:{each.state}:{each.since}:{where}:{each.days}"


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def split(register: RegisterEntry, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The fields that stand in clear and the sensitive ones."""
    secret = {field.id for field in register.fields if field.sensitive}
    return {n: v for n, v in values.items() if n not in secret}, {n: v for n, v in values.items() if n in secret}


def city_day(moment: dt.datetime) -> dt.date:
    """The calendar day in the city."""
    return moment.astimezone(clock.CITY_ZONE).date()
