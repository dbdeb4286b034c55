"""Stages 2 to 6 of the README as SQL: own answer, once per household, exclusive groups, caps, result.

Each stage is one SELECT that passes every column on and replaces the states (s_<index>) and amounts so far (n_<index>) it
changes. r_<index> is the raw amount, NULL where unknown; t_<k> the total of cap k.
"""

# ruff: noqa: S608 - written from the resolved tree: checked names and whole numbers, never a text of the pack

from __future__ import annotations

from collections.abc import Iterator

from songhe.engines.policy.rulebook import Benefit, Cap, ExclusiveGroup, Rulebook, Status, UnknownMate

_N, _Y, _U = int(Status.NOT_ELIGIBLE), int(Status.ELIGIBLE), int(Status.CANNOT_TELL)
_D, _O, _P = int(Status.DISPLACED), int(Status.OTHER_MEMBER), int(Status.PROVISIONAL)


class Stages:
    """The stages of some benefits that no group or cap ties to others; with `conditions` their columns are passed on too."""

    def __init__(self, rulebook: Rulebook, part: tuple[int, ...], *, conditions: bool = True) -> None:
        self.rulebook = rulebook
        self.benefits = [rulebook.benefits[index] for index in part]
        self.bits = range(rulebook.condition_count) if conditions else range(0)
        self.groups = [group for group in rulebook.groups if group.among and group.among[0] in part]
        self.caps = [(k, cap) for k, cap in enumerate(rulebook.caps) if cap.among and cap.among[0] in part]
        self.columns: list[str] = ["person_id", "household_id", *(f"c_{bit}" for bit in self.bits)]

    def steps(self, source: str) -> Iterator[tuple[str, str]]:
        yield "own", self._own(source)
        source = "own"
        for benefit in self.benefits:
            if benefit.in_force and benefit.first_by:
                ranked = f"ranked_{benefit.index}"
                yield ranked, self._ranked(benefit, source)
                source = f"once_{benefit.index}"
                yield source, self._replace(ranked, {f"s_{benefit.index}": _once(benefit.index)})
        for number, group in enumerate(self.groups):
            yield f"group_{number}", self._replace(source, _group(group, self.rulebook))
            source = f"group_{number}"
        for number, cap in self.caps:
            yield f"before_{number}", f"SELECT s.*, {', '.join(_before(cap, self.rulebook))} FROM {source} AS s"
            yield f"bounds_{number}", f"SELECT s.*, {', '.join(_bounds(number, cap, self.rulebook))} FROM before_{number} AS s"
            yield f"cap_{number}", self._replace(f"bounds_{number}", _cap(number, cap, self.rulebook))
            source = f"cap_{number}"
        yield "result", self._result(source)

    def _own(self, source: str) -> str:
        columns = [f"s.{name}" for name in self.columns]
        keys = dict.fromkeys(name for benefit in self.benefits if benefit.in_force for name in benefit.first_by)
        columns += [f"s.k_{name}" for name in keys] + [f"s.t_{k}" for k, _ in self.caps]
        self.columns += [f"k_{name}" for name in keys] + [f"t_{k}" for k, _ in self.caps]
        for benefit in self.benefits:
            raw = f"s.r_{benefit.index}" if _paid(benefit) else "CAST(0 AS BIGINT)"
            columns += [
                f"{_own_state(benefit)} AS s_{benefit.index}",
                f"{raw} AS r_{benefit.index}",
                f"{raw} AS n_{benefit.index}",
            ]
            self.columns += [f"s_{benefit.index}", f"r_{benefit.index}", f"n_{benefit.index}"]
        return f"SELECT {', '.join(columns)} FROM {source} AS s"

    def _ranked(self, benefit: Benefit, source: str) -> str:
        state = f"s.s_{benefit.index}"
        known = "(" + " AND ".join(f"s.k_{name} IS NOT NULL" for name in benefit.first_by) + ")"
        order = ", ".join([*(f"s.k_{name}" for name in benefit.first_by), "s.person_id"])
        standing = f"{state} IN ({_Y}, {_U})"

        def rank(of: str) -> str:
            chosen = f"CASE WHEN {of} AND {known} THEN 1 ELSE 0 END"
            return f"ROW_NUMBER() OVER (PARTITION BY s.household_id, {chosen} ORDER BY {order})"

        def count(of: str) -> str:
            return f"SUM(CASE WHEN {of} THEN 1 ELSE 0 END) OVER (PARTITION BY s.household_id)"

        columns = [
            f"{known} AS o_known",
            f"{rank(f'{state} = {_Y}')} AS o_among_yes",
            f"{rank(standing)} AS o_among_all",
            f"{count(standing)} AS o_standing",
            f"{count(f'{standing} AND NOT {known}')} AS o_keyless",
        ]
        return f"SELECT s.*, {', '.join(columns)} FROM {source} AS s"

    def _replace(self, source: str, new: dict[str, str]) -> str:
        columns = [f"{new[name]} AS {name}" if name in new else f"s.{name}" for name in self.columns]
        return f"SELECT {', '.join(columns)} FROM {source} AS s"

    def _result(self, source: str) -> str:
        columns = ["s.person_id", "s.household_id"]
        for benefit in self.benefits:
            state, now = f"s.s_{benefit.index}", f"s.n_{benefit.index}"
            columns.append(f"{state} AS s_{benefit.index}")
            columns.append(f"CASE WHEN {state} IN ({_Y}, {_P}) THEN {now} ELSE CAST(0 AS BIGINT) END AS a_{benefit.index}")
        return f"SELECT {', '.join([*columns, *(f's.c_{bit}' for bit in self.bits)])} FROM {source} AS s"


def _paid(benefit: Benefit) -> bool:
    return benefit.in_force and benefit.amount is not None


def _own_state(benefit: Benefit) -> str:
    if not benefit.in_force:
        return str(int(Status.NOT_IN_FORCE))
    eligible = "(" + " AND ".join(["s.applies", *(f"s.c_{condition.bit}" for condition in benefit.conditions)]) + ")"
    yes = f"CASE WHEN s.r_{benefit.index} IS NULL THEN {_U} ELSE {_Y} END" if benefit.amount is not None else str(_Y)
    return f"CASE WHEN NOT {eligible} THEN {_N} WHEN {eligible} THEN {yes} ELSE {_U} END"


def _once(index: int) -> str:
    state = f"s.s_{index}"
    other = f"WHEN s.o_known AND s.o_among_yes > 1 THEN {_O}"
    known = "(s.o_known AND (s.o_among_all > 1 OR s.o_keyless > 0))"
    unsure = f"WHEN {known} OR (NOT s.o_known AND s.o_standing > 1) THEN {_U}"
    return f"CASE WHEN {state} <> {_Y} THEN {state} {other} {unsure} ELSE {_Y} END"


def _raw(index: int, rulebook: Rulebook) -> str:
    return f"s.r_{index}" if _paid(rulebook.benefits[index]) else "CAST(0 AS BIGINT)"


def _group(group: ExclusiveGroup, rulebook: Rulebook) -> dict[str, str]:
    unsure = _U if group.unknown_mate == UnknownMate.HOLD else _P
    new = {}
    for place, index in enumerate(group.among):
        beaten: dict[int, list[str]] = {_Y: [], _P: [], _U: []}
        for other_place, other in enumerate(group.among):
            beats = _beats(group, other_place, place, rulebook)
            if other_place == place or beats is None:
                continue
            beaten[_Y].append(f"(s.s_{other} = {_Y}{beats})")
            beaten[_P].append(f"(s.s_{other} = {_P}{beats})")
            doubt = f" AND (s.r_{other} IS NULL OR ({beats.removeprefix(' AND ')}))" if beats else ""
            beaten[_U].append(f"(s.s_{other} = {_U}{doubt})")
        whens = [f"WHEN {' OR '.join(beaten[by])} THEN {to}" for by, to in ((_Y, _D), (_P, _U), (_U, unsure)) if beaten[by]]
        state = f"s.s_{index}"
        changed = f"CASE {' '.join(whens)} ELSE {state} END" if whens else state
        new[state.removeprefix("s.")] = f"CASE WHEN {state} IN ({_Y}, {_P}) THEN {changed} ELSE {state} END"
    return new


def _beats(group: ExclusiveGroup, other: int, mine: int, rulebook: Rulebook) -> str | None:
    """What must hold besides its state for one to beat the other: a further condition, nothing (""), or never (None)."""
    if group.keep != "highest":
        return "" if other < mine else None
    left, right = _raw(group.among[other], rulebook), _raw(group.among[mine], rulebook)
    return f" AND {left} {'>=' if other < mine else '>'} {right}"


def _before(cap: Cap, rulebook: Rulebook) -> list[str]:
    """What stands before each benefit of the cap: sure, paid and possible sums, and whether one of them has no bound."""
    columns = []
    for place, index in enumerate(cap.among):
        earlier = cap.among[:place]
        sure = [f"CASE WHEN s.s_{i} = {_Y} THEN s.n_{i} ELSE 0 END" for i in earlier]
        paid = [f"CASE WHEN s.s_{i} IN ({_Y}, {_P}) THEN s.n_{i} ELSE 0 END" for i in earlier]
        high = [
            f"CASE WHEN s.s_{i} = {_Y} THEN s.n_{i} WHEN s.s_{i} IN ({_P}, {_U}) AND s.r_{i} IS NOT NULL THEN s.r_{i} ELSE 0 END"
            for i in earlier
        ]
        endless = [f"(s.s_{i} = {_U} AND s.r_{i} IS NULL)" for i in earlier]
        for name, terms in (("low", sure), ("paid", paid), ("high", high)):
            columns.append(f"{' + '.join(terms) or 'CAST(0 AS BIGINT)'} AS {name}_{index}")
        columns.append(f"({' OR '.join(endless) or 'FALSE'}) AS endless_{index}")
    return columns


def _bounds(number: int, cap: Cap, rulebook: Rulebook) -> list[str]:
    columns = []
    for index in cap.among:
        least = f"CASE WHEN s.endless_{index} THEN CAST(0 AS BIGINT) ELSE {_left(number, index, 'high')} END"
        columns.append(f"{least} AS least_{index}")
        columns.append(f"{_left(number, index, 'low')} AS most_{index}")
        columns.append(f"{_left(number, index, 'paid')} AS fair_{index}")
    return columns


def _left(number: int, index: int, sum_name: str) -> str:
    """min(now, max(0, total - sum))"""
    rest = f"s.t_{number} - s.{sum_name}_{index}"
    return f"CASE WHEN {rest} < 0 THEN CAST(0 AS BIGINT) WHEN {rest} < s.n_{index} THEN {rest} ELSE s.n_{index} END"


def _cap(number: int, cap: Cap, rulebook: Rulebook) -> dict[str, str]:
    hold = cap.unknown_mate == UnknownMate.HOLD
    new = {}
    for index in cap.among:
        state, now = f"s.s_{index}", f"s.n_{index}"
        concerned = f"{state} IN ({_Y}, {_P}) AND {now} > 0"
        sure = f"s.least_{index} = s.most_{index}"
        unsure = f"{_U}" if hold else f"{_P}"
        new[f"s_{index}"] = (
            f"CASE WHEN {concerned} THEN CASE WHEN s.t_{number} IS NULL THEN {_U} WHEN {sure} THEN {state} ELSE {unsure} END"
            f" ELSE {state} END"
        )
        fair = now if hold else f"s.fair_{index}"
        new[f"n_{index}"] = (
            f"CASE WHEN {concerned} THEN CASE WHEN s.t_{number} IS NULL THEN {now} WHEN {sure} THEN s.most_{index}"
            f" ELSE {fair} END ELSE {now} END"
        )
    return new
