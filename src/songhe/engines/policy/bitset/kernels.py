"""The few loops that numpy has no primitive for, compiled once and independent of any pack.

Bits are little-endian in uint64 words. `marks` has a bit at the first member of every household and one just behind the last
person (if that bit lies in the last word), so that nothing ever runs into the unused tail.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Rows = NDArray[np.int32]

_ONE = np.uint64(1)
_63 = np.uint64(63)


@njit(cache=True, nogil=True)
def _fill_forward(word: np.uint64, free: np.uint64) -> np.uint64:
    for power in range(6):
        step = np.uint64(1 << power)
        word |= free & (word << step)
        free &= free << step
    return word


@njit(cache=True, nogil=True)
def _fill_backward(word: np.uint64, free: np.uint64) -> np.uint64:
    for power in range(6):
        step = np.uint64(1 << power)
        word |= free & (word >> step)
        free &= free >> step
    return word


@njit(cache=True, nogil=True)
def any_in_household(bits: Words, marks: Words) -> Words:
    """Bits of all members of every household that has a bit."""
    count = len(bits)
    out = np.empty(count, np.uint64)
    carry = np.uint64(0)
    for i in range(count):
        free = ~marks[i]
        word = _fill_forward(bits[i] | (carry & free), free)
        out[i] = word
        carry = word >> _63
    carry = np.uint64(0)
    next_start = _ONE
    for i in range(count - 1, -1, -1):
        free = ~((marks[i] >> _ONE) | (next_start << _63))
        word = _fill_backward(out[i] | ((carry << _63) & free), free)
        out[i] = word
        carry = word & _ONE
        next_start = marks[i] & _ONE
    return out


@njit(cache=True, nogil=True)
def spread(household_bits: Words, starts: Rows, marks: Words) -> Words:
    """A household's bit given to each of its members. Its time grows with the bits set."""
    out = np.zeros(len(marks), np.uint64)
    for i in range(len(household_bits)):
        word = household_bits[i]
        while word:
            start = starts[(i << 6) + trailing_zeros(word)]  # type: ignore[call-arg]
            out[start >> 6] |= _ONE << np.uint64(start & 63)
            word &= word - _ONE
    carry = np.uint64(0)
    for i in range(len(out)):
        free = ~marks[i]
        word = _fill_forward(out[i] | (carry & free), free)
        out[i] = word
        carry = word >> _63
    return out


@njit(cache=True, nogil=True)
def _ones_in(word: np.uint64) -> np.int32:
    word -= (word >> _ONE) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int32((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def count_members(bits: Words, starts: Rows, size: int) -> NDArray[np.int64]:
    """int64[households]: members whose bit is set."""
    households = len(starts)
    out = np.empty(households, np.int64)
    for h in range(households):
        first = starts[h]
        last = (starts[h + 1] if h + 1 < households else size) - 1
        low = ~np.uint64(0) << np.uint64(first & 63)
        high = ~np.uint64(0) >> np.uint64(63 - (last & 63))
        word, end = first >> 6, last >> 6
        if word == end:
            out[h] = _ones_in(bits[word] & low & high)
            continue
        found = _ones_in(bits[word] & low) + _ones_in(bits[end] & high)
        for i in range(word + 1, end):
            found += _ones_in(bits[i])
        out[h] = found
    return out


@njit(cache=True, nogil=True)
def sum_members(values: NDArray[np.generic], bits: Words, marks: Words, households: int) -> NDArray[np.int64]:
    """int64[households]: the sum of `values` over members whose bit is set; written without a branch."""
    out = np.empty(households, np.int64)
    size = len(values)
    total = np.int64(0)
    h = np.int64(0)
    for i in range(size - 1):
        total += np.int64(values[i]) * np.int64((bits[i >> 6] >> np.uint64(i & 63)) & _ONE)
        out[h] = total
        ends = np.int64((marks[(i + 1) >> 6] >> np.uint64((i + 1) & 63)) & _ONE)
        h += ends
        total *= 1 - ends
    if size:
        out[h] = total + np.int64(values[size - 1]) * np.int64((bits[-1] >> np.uint64((size - 1) & 63)) & _ONE)
    return out


@njit(cache=True, nogil=True)
def household_of(rows: Rows, starts: Rows) -> Rows:
    """int32[rows]: the household of each of these rows, which ascend."""
    out = np.empty(len(rows), np.int32)
    h = 0
    last = len(starts) - 1
    for k in range(len(rows)):
        while h < last and starts[h + 1] <= rows[k]:
            h += 1
        out[k] = h
    return out


@njit(cache=True, nogil=True)
def extreme_member(values: NDArray[np.generic], bits: Words, starts: Rows, size: int, highest: bool) -> NDArray[np.int64]:
    """int64[households]: the lowest (or highest) of `values` over members whose bit is set; 0 where none is."""
    households = len(starts)
    out = np.zeros(households, np.int64)
    for h in range(households):
        stop = starts[h + 1] if h + 1 < households else size
        seen = False
        for i in range(starts[h], stop):
            if (bits[i >> 6] >> np.uint64(i & 63)) & _ONE:
                value = np.int64(values[i])
                if not seen or ((value > out[h]) == highest and value != out[h]):
                    out[h] = value
                    seen = True
    return out


@njit(cache=True, nogil=True)
def first_members(bits: Words, starts: Rows) -> Words:
    """The bits of the households' first members, packed by household."""
    out = np.zeros((len(starts) + 63) >> 6, np.uint64)
    for h in range(len(starts)):
        bit = (bits[starts[h] >> 6] >> np.uint64(starts[h] & 63)) & _ONE
        out[h >> 6] |= bit << np.uint64(h & 63)
    return out


@njit(cache=True, nogil=True)
def rows_of(bits: Words, count: int) -> Rows:
    """int32[count]: the places of the set bits, ascending; `count` is their number."""
    out = np.empty(count, np.int32)
    k = 0
    for i in range(len(bits)):
        word = bits[i]
        while word:
            out[k] = (i << 6) + trailing_zeros(word)  # type: ignore[call-arg]
            k += 1
            word &= word - _ONE
    return out


@njit(cache=True, nogil=True)
def take_bits(bits: Words, rows: Rows) -> NDArray[np.bool_]:
    """bool[rows]: whether each row's bit is set."""
    out = np.empty(len(rows), np.bool_)
    for k in range(len(rows)):
        row = rows[k]
        out[k] = (bits[row >> 6] >> np.uint64(row & 63)) & _ONE
    return out


@njit(cache=True, nogil=True)
def set_bits(rows: Rows, words: int) -> Words:
    """`words` words with the bits of these rows set."""
    out = np.zeros(words, np.uint64)
    for k in range(len(rows)):
        out[rows[k] >> 6] |= _ONE << np.uint64(rows[k] & 63)
    return out


@njit(cache=True, nogil=True)
def merge_paid(
    rows: Rows, fen: NDArray[np.int64], other_rows: Rows, other_fen: NDArray[np.int64]
) -> tuple[Rows, NDArray[np.int64]]:
    """Two ascending lists of rows, without a row in common, as one."""
    count = len(rows) + len(other_rows)
    out_rows, out_fen = np.empty(count, np.int32), np.empty(count, np.int64)
    i, j = 0, 0
    for k in range(count):
        if j >= len(other_rows) or (i < len(rows) and rows[i] < other_rows[j]):
            out_rows[k], out_fen[k] = rows[i], fen[i]
            i += 1
        else:
            out_rows[k], out_fen[k] = other_rows[j], other_fen[j]
            j += 1
    return out_rows, out_fen
