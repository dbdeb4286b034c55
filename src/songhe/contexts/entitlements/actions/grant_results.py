"""What the actions on grants hand back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements.words import AppealState, ApplicationState, GrantState


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run led to: grants proposed (their numbers where they are few), and people who could apply and are looked up."""

    run_id: int
    proposed: int
    offered: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Grants that were ended, that have another amount, that were suspended or taken up again; dues with a new revision."""

    run_id: int
    ended: int
    changed: int
    suspended: int
    dues: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A grant after a move."""

    grant_id: int
    state: GrantState
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True, slots=True)
class NoticesMade:
    """How many notices were made, and how many of them are visits."""

    made: int
    visits: int


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """The look-up code to be printed on a letter, once; only its digest is kept. A new one makes the one before it void."""

    grant_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Applied:
    """An application: granted at once, refused at once by the rules, or open until what is missing is known."""

    application_id: int
    public_id: str
    state: ApplicationState
    because: str
    due_on: dt.date
    grant_id: int | None


@dataclass(frozen=True, slots=True)
class AppealFiled:
    """An appeal that waits for its answer until `due_on`; `calendar_warning` says where no holidays are known for that time.

    `late_days`: so long after its last day it came (0: in time).
    """

    appeal_id: int
    public_id: str
    due_on: dt.date
    calendar_warning: str
    late_days: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """A fact to be corrected: `value` as stored, true since the day."""

    variable: str
    value: object
    since: dt.date


@dataclass(frozen=True, slots=True)
class Override:
    """The person is entitled against the rules: from a day, to so many fen a period, until the day before another (None: for good)."""

    from_on: dt.date
    amount: int
    until_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """How an appeal ended; where it was upheld, by which run, and the grant with what is due for the past (fen)."""

    appeal_id: int
    state: AppealState
    new_run_id: int | None
    grant_id: int | None
    arrears: int


@dataclass(frozen=True, slots=True)
class LifeCheckRecorded:
    """A check that was made; `resumed` are grants that go on because of it."""

    check_id: int
    resumed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MonthOpened:
    """Dues made for a month; `caught_up` of them for earlier months that were still missing."""

    month: dt.date
    made: int
    caught_up: int


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Dues counted again: how many have a new revision, and by how many fen the sum changed."""

    grants: int
    revisions: int
    difference: int


@dataclass(frozen=True, slots=True)
class Adopted:
    """People who received already at go-live and whose grants are active."""

    grants: int
    from_on: dt.date
