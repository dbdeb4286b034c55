"""Once per household, exclusive groups and caps: row loops over the few people whom they concern.

States are the numbers of `Status`; arrays are [benefit of the component, person]. The rules are those of the README of the
policy engine, stages 3 to 5.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_NO, _YES, _UNKNOWN, _DISPLACED, _OTHER, _PROVISIONAL = 0, 1, 2, 3, 4, 5

States = NDArray[np.uint8]
Amounts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def take_states(true: NDArray[np.uint64], possible: NDArray[np.uint64], rows: NDArray[np.int32]) -> States:
    """uint8[rows]: ELIGIBLE where true, CANNOT_TELL where only possible, else NOT_ELIGIBLE."""
    out = np.empty(len(rows), np.uint8)
    one = np.uint64(1)
    for k in range(len(rows)):
        word, bit = rows[k] >> 6, np.uint64(rows[k] & 63)
        yes = (true[word] >> bit) & one
        out[k] = 2 * ((possible[word] >> bit) & one) - yes
    return out


@njit(cache=True, nogil=True)
def standing(states: States) -> NDArray[np.int32]:
    """The places whose state is not NOT_ELIGIBLE, ascending."""
    count = 0
    for k in range(len(states)):
        count += states[k] != _NO
    out = np.empty(count, np.int32)
    place = 0
    for k in range(len(states)):
        if states[k] != _NO:
            out[place] = k
            place += 1
    return out


@njit(cache=True, nogil=True)
def planes(rows: NDArray[np.int32], states: States, words: int) -> NDArray[np.uint64]:
    """[3, words]: bits 0, 1 and 2 of the states, as bits of the rows."""
    out = np.zeros((3, words), np.uint64)
    for k in range(len(rows)):
        word, bit = rows[k] >> 6, np.uint64(rows[k] & 63)
        state = np.uint64(states[k])
        out[0, word] |= (state & np.uint64(1)) << bit
        out[1, word] |= ((state >> np.uint64(1)) & np.uint64(1)) << bit
        out[2, word] |= (state >> np.uint64(2)) << bit
    return out


@njit(cache=True, nogil=True)
def granted(rows: NDArray[np.int32], states: States, now: Amounts) -> tuple[NDArray[np.int32], Amounts]:
    """The rows that are eligible or provisional, and their amounts."""
    count = 0
    for k in range(len(rows)):
        count += states[k] == _YES or states[k] == _PROVISIONAL
    places, fen = np.empty(count, np.int32), np.empty(count, np.int64)
    place = 0
    for k in range(len(rows)):
        if states[k] == _YES or states[k] == _PROVISIONAL:
            places[place] = rows[k]
            fen[place] = now[k]
            place += 1
    return places, fen


@njit(cache=True, nogil=True)
def contested(rows: NDArray[np.int32], marks: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The places of rows (ascending) that share a household with another of them, and a number for each such household."""
    places, household = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    found = 0
    number = np.int32(0)
    joined = False  # whether the row before shares its household with the one before it
    for k in range(1, len(rows)):
        row, last = rows[k - 1] + 1, rows[k]
        apart = False
        while row <= last and not apart:
            word = marks[row >> 6] >> np.uint64(row & 63)
            width = min(64 - (row & 63), last - row + 1)
            apart = (word & (~np.uint64(0) >> np.uint64(64 - width))) != 0
            row += width
        if not apart:
            if not joined:
                number += np.int32(1)
                places[found], household[found] = k - 1, number
                found += 1
            places[found], household[found] = k, number
            found += 1
        joined = not apart
    return places[:found], household[:found]


@njit(cache=True, nogil=True)
def _compare_keys(keys: NDArray[np.int64], a: int, b: int) -> int:
    for j in range(keys.shape[0]):
        if keys[j, a] != keys[j, b]:
            return -1 if keys[j, a] < keys[j, b] else 1
    return 0


@njit(cache=True, nogil=True)
def once_per_household(household: NDArray[np.int32], keys: NDArray[np.int64], known: NDArray[np.bool_], states: States) -> States:
    """The states after stage 3 of candidates (all YES or UNKNOWN, sorted by household) with keys[j, candidate]."""
    out = states.copy()
    first = 0
    while first < len(states):
        last = first
        while last < len(states) and household[last] == household[first]:
            last += 1
        for m in range(first, last):
            if states[m] != _YES:
                continue
            for o in range(first, last):
                if o == m:
                    continue
                comparable = known[o] and known[m]
                before = comparable and _compare_keys(keys, o, m) < 0
                if before and states[o] == _YES:
                    out[m] = _OTHER
                    break
                if before or not comparable:
                    out[m] = _UNKNOWN
        first = last
    return out


@njit(cache=True, nogil=True)
def _beats(raw: Amounts, raw_known: NDArray[np.bool_], highest: bool, o: int, b: int, earlier: bool, k: int) -> int:
    """0: no, 1: yes, 2: may (o's amount is unknown)."""
    if not highest:
        return 1 if earlier else 0
    if not raw_known[o, k]:
        return 2
    return 1 if raw[o, k] > raw[b, k] or (raw[o, k] == raw[b, k] and earlier) else 0


@njit(cache=True, nogil=True)
def exclusive_group(
    states: States,
    raw: Amounts,
    raw_known: NDArray[np.bool_],
    among: NDArray[np.int64],
    highest: bool,
    hold: bool,
) -> None:
    """Stage 4 in place, one group."""
    entry = np.empty(len(among), np.uint8)
    for k in range(states.shape[1]):
        standing = 0
        for i in range(len(among)):
            entry[i] = states[among[i], k]
            standing += entry[i] == _YES or entry[i] == _PROVISIONAL or entry[i] == _UNKNOWN
        if standing < 2:
            continue
        for i in range(len(among)):
            if entry[i] != _YES and entry[i] != _PROVISIONAL:
                continue
            by_yes, by_provisional, by_unknown = False, False, False
            for j in range(len(among)):
                if j == i or (entry[j] != _YES and entry[j] != _PROVISIONAL and entry[j] != _UNKNOWN):
                    continue
                if _beats(raw, raw_known, highest, among[j], among[i], j < i, k) == 0:
                    continue
                by_yes |= entry[j] == _YES
                by_provisional |= entry[j] == _PROVISIONAL
                by_unknown |= entry[j] == _UNKNOWN
            if by_yes:
                states[among[i], k] = _DISPLACED
            elif by_provisional or (by_unknown and hold):
                states[among[i], k] = _UNKNOWN
            elif by_unknown:
                states[among[i], k] = _PROVISIONAL


@njit(cache=True, nogil=True)
def cap(
    states: States,
    now: Amounts,
    raw: Amounts,
    raw_known: NDArray[np.bool_],
    total: NDArray[np.int64],
    total_known: NDArray[np.bool_],
    among: NDArray[np.int64],
    hold: bool,
) -> None:
    """Stage 5 in place, one cap: states and `now`. `total` and `total_known` have one entry a person, or one for all."""
    for k in range(states.shape[1]):
        here = k if len(total) > 1 else 0
        here_known = k if len(total_known) > 1 else 0
        low, paid, high, endless = np.int64(0), np.int64(0), np.int64(0), False
        for i in range(len(among)):
            b = among[i]
            state, mine = states[b, k], now[b, k]
            if state in (_YES, _PROVISIONAL) and mine > 0:
                if not total_known[here_known]:
                    states[b, k] = _UNKNOWN
                else:
                    least = np.int64(0) if endless else min(mine, max(0, total[here] - high))
                    most = min(mine, max(0, total[here] - low))
                    if least == most:
                        now[b, k] = most
                    elif hold:
                        states[b, k] = _UNKNOWN
                    else:
                        states[b, k] = _PROVISIONAL
                        now[b, k] = min(mine, max(0, total[here] - paid))
            if state == _YES:
                low += mine
                paid += mine
                high += mine
            elif state == _PROVISIONAL:
                paid += mine
                high += raw[b, k]
            elif state == _UNKNOWN:
                if raw_known[b, k]:
                    high += raw[b, k]
                else:
                    endless = True
