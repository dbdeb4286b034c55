"""What happens between members and between benefits: once per household, exclusive groups, caps. The rules stand in README.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from songhe.engines.policy.rulebook import Benefit, Cap, ExclusiveGroup, Status, UnknownMate

NO, YES, UNKNOWN = int(Status.NOT_ELIGIBLE), int(Status.ELIGIBLE), int(Status.CANNOT_TELL)
DISPLACED, OTHER_MEMBER, PROVISIONAL = int(Status.DISPLACED), int(Status.OTHER_MEMBER), int(Status.PROVISIONAL)
LIVE = (YES, UNKNOWN, PROVISIONAL)


@dataclass(slots=True)
class Event:
    """What a stage changed. `by` is a benefit index (groups) or a member index (once per household); `was` the amount before a cap."""

    kind: str  # once | group | cap
    stage: str  # id of the group or cap
    by: int | None
    was: int | None = None


@dataclass(slots=True)
class MemberState:
    """A member on the way through the stages; `raw` None is an unknown amount."""

    states: list[int]
    raw: list[int | None]
    now: list[int]
    events: dict[int, list[Event]] = field(default_factory=dict)

    def change(self, benefit: int, state: int, event: Event) -> None:
        self.states[benefit] = state
        self.events.setdefault(benefit, []).append(event)


Key = tuple[int, ...] | None


def once_per_household(benefit: Benefit, members: Sequence[MemberState | None], keys: Sequence[Key]) -> None:
    """Only the first member in order keeps the benefit. `keys` is None where an ordering fact is unknown."""
    b = benefit.index
    entry = [NO if member is None else member.states[b] for member in members]
    candidates = [i for i, state in enumerate(entry) if state in (YES, UNKNOWN)]
    if len(candidates) < 2:
        return
    for m in candidates:
        member = members[m]
        if entry[m] != YES or member is None:
            continue
        mine = keys[m]
        surely, maybe = None, None
        for o in candidates:
            if o == m:
                continue
            other = keys[o]
            if mine is None or other is None:
                maybe = o
            elif other < mine:
                maybe = o
                if entry[o] == YES:
                    surely = o
                    break
        if surely is not None:
            member.change(b, OTHER_MEMBER, Event("once", benefit.id, surely))
        elif maybe is not None:
            member.change(b, UNKNOWN, Event("once", benefit.id, maybe))


def exclusive(group: ExclusiveGroup, member: MemberState) -> None:
    """Of the group's benefits at most one is kept; an unknown one that would come first holds the others or makes them provisional."""
    states = member.states
    live = [(place, b, states[b]) for place, b in enumerate(group.among) if states[b] in LIVE]
    if len(live) < 2:
        return
    highest = group.keep == "highest"
    changes: list[tuple[int, int, Event]] = []
    for place, b, state in live:
        if state == UNKNOWN:
            continue
        found: dict[int, int] = {}
        for other_place, o, other_state in live:
            if o != b and (_beats(member, o, other_place, b, place) if highest else other_place < place):
                found.setdefault(other_state, o)
        if YES in found:
            changes.append((b, DISPLACED, Event("group", group.id, found[YES])))
        elif PROVISIONAL in found:
            changes.append((b, UNKNOWN, Event("group", group.id, found[PROVISIONAL])))
        elif UNKNOWN in found:
            becomes = UNKNOWN if group.unknown_mate is UnknownMate.HOLD else PROVISIONAL
            changes.append((b, becomes, Event("group", group.id, found[UNKNOWN])))
    for b, becomes, event in changes:
        member.change(b, becomes, event)


def _beats(member: MemberState, other: int, other_place: int, b: int, place: int) -> bool:
    theirs, mine = member.raw[other], member.raw[b]
    if theirs is None or mine is None:
        return True
    return theirs > mine or (theirs == mine and other_place < place)


def capped(cap: Cap, total: int | None, member: MemberState) -> None:
    """The sum of the cap's benefits does not pass `total`; the last listed are reduced first."""
    states = member.states
    if not any([states[b] in LIVE for b in cap.among]):
        return
    low, paid, high = 0, 0, 0
    boundless = False
    changes: list[tuple[int, int, int, Event]] = []
    for b in cap.among:
        state, now, raw = states[b], member.now[b], member.raw[b]
        if state in (YES, PROVISIONAL) and now > 0:
            change = _reduced(cap, total, state, now, low, paid, None if boundless else high)
            if change is not None:
                becomes, amount = change
                changes.append((b, becomes, amount, Event("cap", cap.id, None, now)))
        if state == YES:
            low, paid, high = low + now, paid + now, high + now
        elif state == PROVISIONAL:
            paid, high = paid + now, high + (raw or 0)
        elif state == UNKNOWN:
            boundless = boundless or raw is None
            high += raw or 0
    for b, becomes, amount, event in changes:
        member.now[b] = amount
        member.change(b, becomes, event)


def _reduced(cap: Cap, total: int | None, state: int, now: int, low: int, paid: int, high: int | None) -> tuple[int, int] | None:
    """The new state and amount of one benefit, or None if the cap leaves it as it is. `high` None has no bound."""
    if total is None:
        return UNKNOWN, now
    most = min(now, max(0, total - low))
    least = 0 if high is None else min(now, max(0, total - high))
    if least == most:
        return None if most == now else (state, most)
    if cap.unknown_mate is UnknownMate.HOLD:
        return UNKNOWN, now
    return PROVISIONAL, min(now, max(0, total - paid))
