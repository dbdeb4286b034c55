"""The steps of a plan carried out over some households: bools as two rails of bits, numbers as columns.

A bool is (true, possible): the bits of the people for whom it is true, and for whom it is true or unknown. Kleene logic is
then two ordinary bit operations; where nothing is unknown both rails are the same array and every operation is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhe.engines.policy.bitset import kernels
from songhe.engines.policy.bitset.plan import Level, Step, Steps
from songhe.engines.policy.population import ColumnData, Population, Words

Numbers = NDArray[np.generic]
Known = NDArray[np.bool_]


class Truth(NamedTuple):
    """`true` and `possible` are the same array where nothing is unknown."""

    true: Words
    possible: Words


class Value(NamedTuple):
    """`numbers` is one int for all, or a column; `known` None where all are known."""

    numbers: Numbers | int
    known: Known | None


_COMPARE: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def pack(bools: NDArray[np.bool_]) -> Words:
    """Bits of a bool column, with the unused tail zero."""
    out = np.zeros((len(bools) + 63) // 64, dtype=np.uint64)
    packed = np.packbits(bools, bitorder="little")
    out.view(np.uint8)[: len(packed)] = packed
    return out


class Chunk:
    """Households first .. last of a population, with every bool and aggregate computed so far, by step number."""

    def __init__(self, population: Population, first: int, last: int, steps: Steps) -> None:
        starts = population.starts
        self.start = int(starts[first]) if first < len(starts) else population.size
        self.stop = int(starts[last]) if last < len(starts) else population.size
        self.size = self.stop - self.start
        self.first, self.last = first, last
        self.population = population
        self.steps = steps
        self.starts = (starts[first:last] - self.start).astype(np.int32)
        self.words = (self.size + 63) // 64
        self.marks = kernels.set_bits(self.starts, self.words)
        if self.size % 64:
            self.marks[-1] |= np.uint64(1) << np.uint64(self.size % 64)
        self.full = {Level.PERSON: _ones(self.size), Level.HOUSEHOLD: _ones(last - first)}
        self.truths: dict[int, Truth] = {}
        self.values: dict[int, Value] = {}
        self._sure: dict[tuple[str, bool], tuple[Words, Words] | None] = {}
        self._scratch = {level: np.zeros(len(full) * 64, dtype=np.bool_) for level, full in self.full.items()}

    def household_of(self, rows: NDArray[np.int32] | None) -> NDArray[np.int32]:
        """The household within the chunk of these rows (ascending), or of everyone."""
        if rows is not None:
            return kernels.household_of(rows, self.starts)
        sizes = np.append(self.starts[1:], np.int32(self.size)) - self.starts
        return np.repeat(np.arange(len(self.starts), dtype=np.int32), sizes)

    def truth(self, number: int) -> Truth:
        found = self.truths.get(number)
        if found is None:
            step = self.steps.steps[number]
            found = self.truths[number] = _TRUTHS[step.op](self, step)
        return found

    def value(self, number: int, rows: NDArray[np.int32] | None = None) -> Value:
        """A number step for all people (or households), or for some people. Household aggregates are kept."""
        step = self.steps.steps[number]
        if step.op.startswith("hh_"):
            found = self.values.get(number)
            if found is None:
                found = self.values[number] = _VALUES[step.op](self, step, None)
            return found
        return _VALUES[step.op](self, step, rows)

    def column(self, name: str, household: bool) -> ColumnData | None:
        """The facts of this chunk, or None if the population has no such column (all unknown)."""
        column = (self.population.households if household else self.population.persons).get(name)
        if column is None:
            return None
        part = slice(self.first, self.last) if household else slice(self.start, self.stop)
        values, known = np.asarray(column.values), column.known  # slices of a memory map are slow to make
        return ColumnData(values[part], None if known is None else np.asarray(known)[part])

    def sure(self, name: str, household: bool) -> tuple[Words, Words] | None:
        """The bits where a column is known, and where it is not; None if it is known everywhere."""
        key = (name, household)
        if key not in self._sure:
            column = self.column(name, household)
            full = self.full[Level.HOUSEHOLD if household else Level.PERSON]
            if column is None:
                self._sure[key] = np.zeros_like(full), full
            elif column.known is None:
                self._sure[key] = None
            else:
                bits = pack(column.known)
                self._sure[key] = bits, bits ^ full
        return self._sure[key]

    def test(self, operation: Callable[..., NDArray[np.bool_]], left: object, right: object, level: Level) -> Words:
        """The bits of a comparison of two numbers or columns; its bools are written over each other's."""
        scratch = self._scratch[level]
        operation(left, right, out=scratch[: self.length(level)])
        return np.packbits(scratch, bitorder="little").view(np.uint64)

    def length(self, level: Level) -> int:
        return self.size if level is Level.PERSON else len(self.starts)

    def pick(self, number: int, rows: NDArray[np.int32] | None) -> tuple[Known, Known]:
        """A bool as two plain columns: true, possible."""
        truth = self.truth(number)
        true = self._plain(truth.true, number, rows)
        return true, true if truth.possible is truth.true else self._plain(truth.possible, number, rows)

    def _plain(self, bits: Words, number: int, rows: NDArray[np.int32] | None) -> Known:
        if rows is not None:
            return kernels.take_bits(bits, rows)
        count = self.length(self.steps.steps[number].level)
        return np.unpackbits(bits.view(np.uint8), count=count, bitorder="little").view(np.bool_)


def _ones(size: int) -> Words:
    out = np.full((size + 63) // 64, ~np.uint64(0), dtype=np.uint64)
    if size % 64:
        out[-1] >>= np.uint64(64 - size % 64)
    return out


# --- bools ---------------------------------------------------------------------------------------------------------------


def _cut(bits: Words, sure: tuple[Words, Words] | None) -> Truth:
    """A test's bits, with unknown where an operand is not known."""
    return Truth(bits, bits) if sure is None else Truth(bits & sure[0], bits | sure[1])


def _known_rails(chunk: Chunk, known: Known | None, level: Level) -> tuple[Words, Words] | None:
    if known is None:
        return None
    bits = pack(known)
    return bits, bits ^ chunk.full[level]


def _constant(chunk: Chunk, step: Step) -> Truth:
    full = chunk.full[step.level]
    bits = full if step.args[0] else np.zeros_like(full)
    return Truth(bits, bits)


def _bool_column(chunk: Chunk, step: Step) -> Truth:
    name, household = str(step.args[0]), step.level is Level.HOUSEHOLD
    column = chunk.column(name, household)
    if column is None:
        full = chunk.full[step.level]
        return Truth(np.zeros_like(full), full)
    return _cut(pack(column.values.view(np.bool_)), chunk.sure(name, household))


def _spread(chunk: Chunk, step: Step) -> Truth:
    inner = chunk.truth(step.inputs[0])
    true = _to_members(chunk, inner.true)
    if inner.possible is inner.true:
        return Truth(true, true)
    return Truth(true, true | _to_members(chunk, inner.possible ^ inner.true))


def _to_members(chunk: Chunk, bits: Words) -> Words:
    """A household's bit given to its members; of the bits and their opposite the fewer are carried over."""
    if 2 * int(np.bitwise_count(bits).sum()) <= len(chunk.starts):
        return kernels.spread(bits, chunk.starts, chunk.marks)
    others = kernels.spread(bits ^ chunk.full[Level.HOUSEHOLD], chunk.starts, chunk.marks)
    return others ^ chunk.full[Level.PERSON]


def _both(truth: Truth, change: Callable[[Words], Words]) -> Truth:
    true = change(truth.true)
    return Truth(true, true if truth.possible is truth.true else change(truth.possible))


def _not(chunk: Chunk, step: Step) -> Truth:
    inner, full = chunk.truth(step.inputs[0]), chunk.full[step.level]
    return negate(inner, full)


def negate(inner: Truth, full: Words) -> Truth:
    true = inner.possible ^ full
    return Truth(true, true if inner.possible is inner.true else inner.true ^ full)


def _join(parts: list[Truth], operation: np.ufunc) -> Truth:
    true = operation(parts[0].true, parts[1].true)
    for part in parts[2:]:
        operation(true, part.true, out=true)
    if all(part.true is part.possible for part in parts):
        return Truth(true, true)
    possible = operation(parts[0].possible, parts[1].possible)
    for part in parts[2:]:
        operation(possible, part.possible, out=possible)
    return Truth(true, possible)


def _and(chunk: Chunk, step: Step) -> Truth:
    return _join([chunk.truth(number) for number in step.inputs], np.bitwise_and)


def _or(chunk: Chunk, step: Step) -> Truth:
    return _join([chunk.truth(number) for number in step.inputs], np.bitwise_or)


def _hh_any(chunk: Chunk, step: Step) -> Truth:
    members, inner = (chunk.truth(number) for number in step.inputs)
    return _both(_join([members, inner], np.bitwise_and), lambda bits: kernels.any_in_household(bits, chunk.marks))


def _hh_all(chunk: Chunk, step: Step) -> Truth:
    full = chunk.full[Level.PERSON]
    members, inner = (chunk.truth(number) for number in step.inputs)
    failing = _join([members, negate(inner, full)], np.bitwise_and)
    return negate(_both(failing, lambda bits: kernels.any_in_household(bits, chunk.marks)), full)


def _sure_of(chunk: Chunk, step: Step, values: list[Value]) -> tuple[Words, Words] | None:
    """Where all operands of a test are known. The usual one, a column with constants, is packed once a column."""
    first = chunk.steps.steps[step.inputs[0]]
    if first.op == "column" and all(isinstance(value.numbers, int) for value in values[1:]):
        name, household = str(first.args[0]), bool(first.args[1])
        if household == (step.level is Level.HOUSEHOLD):
            return chunk.sure(name, household)
    known = values[0].known
    for value in values[1:]:
        known = both_known(known, value.known)
    return _known_rails(chunk, known, step.level)


def _compare(chunk: Chunk, step: Step) -> Truth:
    values = [chunk.value(number) for number in step.inputs]
    bits = chunk.test(_COMPARE[str(step.args[0])], values[0].numbers, values[1].numbers, step.level)
    return _cut(bits, _sure_of(chunk, step, values))


def _in(chunk: Chunk, step: Step) -> Truth:
    inner = chunk.value(step.inputs[0])
    found = np.zeros_like(chunk.full[step.level])
    for value in step.args:
        found |= chunk.test(np.equal, inner.numbers, value, step.level)
    return _cut(found, _sure_of(chunk, step, [inner]))


def _same(chunk: Chunk, step: Step) -> Truth:
    left, right = (chunk.truth(number) for number in step.inputs)
    full = chunk.full[step.level]
    equal = left.true ^ right.true ^ full if step.args[0] else left.true ^ right.true
    if left.true is left.possible and right.true is right.possible:
        return Truth(equal, equal)
    unsure = (left.true ^ left.possible) | (right.true ^ right.possible)
    return Truth(equal & ~unsure, equal | unsure)


def _bool_case(chunk: Chunk, step: Step) -> Truth:
    parts = [chunk.truth(number) for number in step.inputs]
    full = chunk.full[step.level]
    true, possible = parts[-1]
    for place in range(len(parts) - 3, -1, -2):
        when, then = parts[place], parts[place + 1]
        failed = when.possible ^ full
        true = (when.true & then.true) | (failed & true)
        possible = (when.true & then.possible) | (failed & possible) | (when.true ^ when.possible)
    return Truth(true, possible)


def _known_bool(chunk: Chunk, step: Step) -> Truth:
    inner = chunk.truth(step.inputs[0])
    bits = inner.true ^ inner.possible ^ chunk.full[step.level]
    return Truth(bits, bits)


def _known(chunk: Chunk, step: Step) -> Truth:
    known = chunk.value(step.inputs[0]).known
    bits = chunk.full[step.level] if known is None else pack(known)
    return Truth(bits, bits)


def _bool_or_else(chunk: Chunk, step: Step) -> Truth:
    inner = chunk.truth(step.inputs[0])
    bits = inner.possible if step.args[0] else inner.true
    return Truth(bits, bits)


# --- numbers -------------------------------------------------------------------------------------------------------------


def both_known(left: Known | None, right: Known | None) -> Known | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _int(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    number = step.args[0]
    assert isinstance(number, int)
    return Value(number, None)


def _column(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    name, household = str(step.args[0]), bool(step.args[1])
    column = chunk.column(name, household)
    if column is None:
        return Value(0, np.zeros(chunk.length(step.level) if rows is None else len(rows), dtype=np.bool_))
    value = Value(column.values, column.known)
    if household and step.level is Level.PERSON:
        return _gather(value, chunk.household_of(rows))
    return value if rows is None else _gather(value, rows)


def _gather(value: Value, rows: NDArray[np.int32]) -> Value:
    numbers = value.numbers[rows] if isinstance(value.numbers, np.ndarray) else value.numbers
    return Value(numbers, None if value.known is None else value.known[rows])


def _repeat(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    return _gather(chunk.value(step.inputs[0]), chunk.household_of(rows))


def _wide(numbers: Numbers | int) -> Numbers | int:
    return numbers.astype(np.int64) if isinstance(numbers, np.ndarray) else numbers


def _arith(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    left, right = (chunk.value(number, rows) for number in step.inputs)
    first, second = _wide(left.numbers), _wide(right.numbers)
    operation = {"+": np.add, "-": np.subtract, "*": np.multiply}[str(step.args[0])]
    if isinstance(first, int) and isinstance(second, int):
        result: Numbers | int = int(operation(first, second))
    else:
        result = operation(first, second)
    return Value(result, both_known(left.known, right.known))


def _case(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    numbers, known = chunk.value(step.inputs[-1], rows)
    for place in range(len(step.inputs) - 3, -1, -2):
        true, possible = chunk.pick(step.inputs[place], rows)
        then = chunk.value(step.inputs[place + 1], rows)
        if then.known is not None or known is not None or possible is not true:
            ours = True if then.known is None else then.known
            theirs = True if known is None else known
            known = np.where(true, ours, theirs) & ~(true ^ possible)
        numbers = np.where(true, _wide(then.numbers), _wide(numbers))
    return Value(numbers, known)


def _or_else(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    inner = chunk.value(step.inputs[0], rows)
    if inner.known is None:
        return inner
    default = step.args[0]
    assert isinstance(default, int)
    return Value(np.where(inner.known, _wide(inner.numbers), default), None)


def share(numbers: Numbers | int, numerator: int, denominator: int, rounding: str) -> Numbers | int:
    """numbers * numerator / denominator in whole fen, rounded on the absolute value."""
    wide = np.asarray(_wide(numbers), dtype=np.int64)
    top = np.abs(wide) * numerator
    whole, rest = top // denominator, top % denominator
    if rounding == "up":
        whole = whole + (rest > 0)
    elif rounding == "half_up":
        whole = whole + (2 * rest >= denominator)
    result = np.where(wide < 0, -whole, whole)
    return int(result) if isinstance(numbers, int) else result


def _share(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    inner = chunk.value(step.inputs[0], rows)
    numerator, denominator, rounding = step.args
    assert isinstance(numerator, int) and isinstance(denominator, int)
    return Value(share(inner.numbers, numerator, denominator, str(rounding)), inner.known)


def _hh_count(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    parts = [chunk.truth(number) for number in step.inputs]
    counted = _join(parts, np.bitwise_and) if len(parts) == 2 else parts[0]
    known = None if counted.true is counted.possible else ~_anyone(chunk, counted.true ^ counted.possible)
    return Value(kernels.count_members(counted.true, chunk.starts, chunk.size), known)


def _anyone(chunk: Chunk, bits: Words) -> Known:
    """bool[households]: whether any member has the bit."""
    first = kernels.first_members(kernels.any_in_household(bits, chunk.marks), chunk.starts)
    return np.unpackbits(first.view(np.uint8), count=len(chunk.starts), bitorder="little").view(np.bool_)


def _member_values(chunk: Chunk, step: Step) -> tuple[Numbers, Truth, Known | None]:
    members = chunk.truth(step.inputs[0])
    value = chunk.value(step.inputs[1])
    numbers = value.numbers if isinstance(value.numbers, np.ndarray) else np.full(chunk.size, value.numbers, dtype=np.int64)
    unsure = members.true ^ members.possible
    if value.known is not None:
        unsure = unsure | (members.true & ~pack(value.known))
    complete = value.known is None and members.true is members.possible
    return numbers, members, None if complete else ~_anyone(chunk, unsure)


def _hh_sum(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    numbers, members, known = _member_values(chunk, step)
    return Value(kernels.sum_members(numbers, members.true, chunk.marks, len(chunk.starts)), known)


def _hh_extreme(chunk: Chunk, step: Step, rows: NDArray[np.int32] | None) -> Value:
    numbers, members, known = _member_values(chunk, step)
    someone = _anyone(chunk, members.true)
    found = kernels.extreme_member(numbers, members.true, chunk.starts, chunk.size, step.op == "hh_max")
    return Value(found, someone if known is None else known & someone)


_TRUTHS: dict[str, Callable[[Chunk, Step], Truth]] = {
    "bool": _constant,
    "bool_column": _bool_column,
    "spread": _spread,
    "not": _not,
    "and": _and,
    "or": _or,
    "hh_any": _hh_any,
    "hh_all": _hh_all,
    "compare": _compare,
    "in": _in,
    "same": _same,
    "bool_case": _bool_case,
    "known_bool": _known_bool,
    "known": _known,
    "bool_or_else": _bool_or_else,
}

_VALUES: dict[str, Callable[[Chunk, Step, NDArray[np.int32] | None], Value]] = {
    "int": _int,
    "column": _column,
    "repeat": _repeat,
    "arith": _arith,
    "case": _case,
    "or_else": _or_else,
    "share": _share,
    "hh_count": _hh_count,
    "hh_size": _hh_count,
    "hh_sum": _hh_sum,
    "hh_min": _hh_extreme,
    "hh_max": _hh_extreme,
}
