"""Everything that can be wrong with a declared register, each with file, line, what is wrong and what to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from songhe.engines.policy.findings import Finding, LanguageError, Place
from songhe.engines.policy.language import NAME
from songhe.engines.policy.pack import Pack, RegisterClock, RegisterEntry, RegisterField
from songhe.engines.policy.registers import AREA, HEADERS, MAKERS, RESERVED, register_node
from songhe.engines.policy.resolving import Resolver
from songhe.engines.policy.tree import Type


def check_registers(pack: Pack, day: dt.date) -> Iterator[Finding]:
    """All findings over the registers of a pack; conditions over persons are resolved for the day."""
    resolver = Resolver(pack, day, "person", {}, {}, {})
    resolver.define_all()
    for register in pack.registers.values():
        yield from _fields(register)
        yield from _key(register)
        yield from _columns(register)
        yield from _states(register)
        yield from _moves(register)
        for clock in register.clocks:
            yield from _clock(register, clock)
        yield from _expressions(register, resolver)
    yield from resolver.findings


def _at(at: Place, code: str, message: str, fix: str, severity: str = "error") -> Finding:
    return Finding(at.file, at.line, code, message, fix, severity)


def _fields(register: RegisterEntry) -> Iterator[Finding]:
    seen: set[str] = set()
    labels: set[str] = set()
    if not register.fields:
        yield _at(register.at, "shape", f"台账“{register.title}”没有字段", "请在 fields: 里写明要登记什么")
    for field in register.fields:
        if not NAME.fullmatch(field.id):
            yield _at(field.at, "id", f"“{field.id}”不能作字段的名称", "名称用小写字母、数字和下划线，以字母开头")
        if field.id in RESERVED:
            yield _at(field.at, "reserved", f"字段不能叫“{field.id}”，系统自己要用", "请换一个名称")
        if field.id in seen:
            yield _at(field.at, "id", f"有两个字段都叫“{field.id}”", "请改名或删掉一个")
        if field.label in labels:
            yield _at(field.at, "id", f"有两个字段的名目都是“{field.label}”，表头会分不清", "请换一个 label")
        if field.label in HEADERS:
            yield _at(field.at, "reserved", f"字段的名目不能是“{field.label}”，台账的表格里已经有这一列", "请换一个 label")
        seen.add(field.id)
        labels.add(field.label)
        yield from _field(field)


def _field(field: RegisterField) -> Iterator[Finding]:
    if (field.type == "code") is not bool(field.values):
        message = f"代码字段“{field.id}”没有写可选的值" if field.type == "code" else f"字段“{field.id}”不是代码，却写了 values"
        yield _at(field.at, "shape", message, "只有 type: code 的字段要写 values: {代码: 名称}，而且一定要写")
    if field.type not in ("int", "decimal", "money") and (field.low is not None or field.high is not None):
        yield _at(field.at, "shape", f"字段“{field.id}”不是数，不能写 low 或 high", "请删掉 low 和 high")
    if field.low is not None and field.high is not None and field.low > field.high:
        yield _at(field.at, "shape", f"字段“{field.id}”的 low 比 high 大", "请对调")
    if field.default and field.type == "code" and field.default not in dict(field.values):
        yield _at(
            field.at,
            "unknown_code",
            f"字段“{field.id}”的 default“{field.default}”不在 values 里",
            "可写的有：" + "、".join(code for code, _ in field.values),
        )
    if field.public and field.sensitive:
        yield _at(field.at, "shape", f"字段“{field.id}”又保密又公开", "请去掉 public 或 sensitive")


def _key(register: RegisterEntry) -> Iterator[Finding]:
    if not register.key and register.entity != "person":
        fix = "请在 key: 里写明靠哪些字段分清两条记录，例如 [code, year]"
        yield _at(register.at, "missing_key", f"台账“{register.title}”没有写 key", fix)
    for name in register.key:
        if name == AREA:
            continue
        field = register.field(name)
        if field is None:
            fix = "可写的有：" + "、".join(field.id for field in register.fields)
            yield _at(register.at, "unknown_field", f"key 里的“{name}”不是这本台账的字段", fix)
        elif field.sensitive:
            yield _at(field.at, "shape", f"保密的字段“{name}”不能作 key", "请换一个不保密的字段")
        elif not field.required:
            yield _at(field.at, "shape", f"key 里的字段“{name}”不是必填", "请给它加 required: true")


def _columns(register: RegisterEntry) -> Iterator[Finding]:
    for name in register.columns:
        field = register.field(name)
        if field is None or field.sensitive:
            fix = "可写的有：" + "、".join(field.id for field in register.fields if not field.sensitive)
            yield _at(register.at, "unknown_field", f"columns 里的“{name}”不是这本台账的字段，或者是保密的", fix)


def _states(register: RegisterEntry) -> Iterator[Finding]:
    if not register.states:
        yield _at(register.at, "missing_key", f"台账“{register.title}”没有状态", "请写 states: {代码: 名称}，第一个是起始状态")
        return
    known = dict(register.states)
    for state in register.closed:
        if state not in known:
            yield _at(register.at, "unknown_state", f"closed 里的“{state}”不是这本台账的状态", "可写的有：" + "、".join(known))
    first = register.states[0][0]
    if first in register.closed:
        yield _at(register.at, "shape", f"起始状态“{first}”已经是结束状态", "请从 closed 里去掉它，或换一个起始状态")
    reached, grows = {first}, True
    while grows:
        further = {move.to_state for move in register.moves if reached & set(move.from_states)} - reached
        grows = bool(further)
        reached |= further
    for state in known.keys() - reached:
        fix = "请加一个 to 是它的流转，或删掉这个状态"
        yield _at(register.at, "unreachable_state", f"没有流转能到状态“{state}”({known[state]})", fix)


def _moves(register: RegisterEntry) -> Iterator[Finding]:
    states = dict(register.states)
    ids = [move.id for move in register.moves]
    for move in register.moves:
        if ids.count(move.id) > 1:
            yield _at(move.at, "id", f"有两个流转都叫“{move.id}”", "请给流转起不同的名字")
        for state in (*move.from_states, move.to_state):
            if state not in states:
                yield _at(move.at, "unknown_state", f"流转“{move.id}”写了没有的状态“{state}”", "可写的有：" + "、".join(states))
        for name in move.needs:
            if register.field(name) is None:
                fix = "可写的有：" + "、".join(field.id for field in register.fields)
                yield _at(move.at, "unknown_field", f"流转“{move.id}”的 needs 里没有字段“{name}”", fix)
        for maker in move.by:
            if maker not in MAKERS:
                yield _at(move.at, "choice", f"流转“{move.id}”的 by 不能写“{maker}”", "可写的有：" + "、".join(MAKERS))


def _clock(register: RegisterEntry, clock: RegisterClock) -> Iterator[Finding]:
    if clock.state not in dict(register.states):
        fix = "可写的有：" + "、".join(code for code, _ in register.states)
        yield _at(clock.at, "unknown_state", f"期限写了没有的状态“{clock.state}”", fix)
    elif clock.state in register.closed:
        yield _at(clock.at, "shape", f"已经结束的状态“{clock.state}”不会再到期", "请删掉这个期限")
    if clock.days < 0 or (clock.days == 0 and not clock.since):
        yield _at(clock.at, "shape", "期限要写多少天", "请写 days: 30 这样的天数")
    if clock.since:
        field = register.field(clock.since)
        if field is None or field.type != "date":
            fix = "可写的有：" + "、".join(field.id for field in register.fields if field.type == "date")
            yield _at(clock.at, "unknown_field", f"期限的 since“{clock.since}”不是这本台账的日期字段", fix)
    for name, value in clock.where:
        field = register.field(name)
        if field is None or field.type not in ("code", "bool"):
            yield _at(clock.at, "unknown_field", f"期限的 where 里“{name}”不是代码或是否字段", "where 只比较代码和是否")
        elif value not in ([code for code, _ in field.values] or ["true", "false"]):
            yield _at(clock.at, "unknown_code", f"期限的 where 里“{name}”没有值“{value}”", "请照字段的 values 写")


def _expressions(register: RegisterEntry, resolver: Resolver) -> Iterator[Finding]:
    if register.candidates is not None:
        if register.entity != "person":
            at = register.candidates.at
            yield _at(at, "shape", "candidates 说的是人，这本台账登记的不是人", "请改 entity: person，或删掉 candidates")
        resolver.node(register.candidates, f"台账 {register.id} 的 candidates ", Type.BOOL)
    for check in register.checks:
        try:
            register_node(register, check.expression)
        except LanguageError as error:
            yield resolver.fault(check.expression.at, f"台账 {register.id} 的核对", error)
