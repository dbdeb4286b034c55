"""The small town with two assessment bodies, four assessors with accounts, and a case that is appointed for today."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from songhe.basics.identifiers import credit_check_character
from songhe.contexts.accounts import actions as accounts
from songhe.contexts.accounts import queries as accounts_queries
from songhe.contexts.assessments import actions
from songhe.contexts.assessments.actions import Settled
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Proof, Role
from tests.engines.scales.national import ABILITY, best, nothing_else
from tests.web.city import CITY, PASSWORD, SmallCity
from tests.web.town import Town, build_town


@dataclass(frozen=True)
class Seat:
    """An assessor's entry and account."""

    id: int
    user_id: int

    @property
    def actor(self) -> Actor:
        return accounts_queries.actor_of_user(self.user_id)


@dataclass(frozen=True)
class Assessed:
    """`lead` is the account of the role's own name; `case` is of the poor man of the town, today, with lead and second."""

    town: Town
    body: int
    other: int
    lead: Seat
    second: Seat
    third: Seat
    fourth: Seat
    case: int


def body(order: int) -> int:
    seventeen = f"91990100{order:09d}"
    code = seventeen + credit_check_character(seventeen)
    today = clock.today()
    return actions.keep_body(
        SYSTEM, name=f"试验评估中心{order}", credit_code=code, area_path=CITY, licensed_from=today - dt.timedelta(days=400)
    ).id


def seat(body_id: int, order: int, user_id: int, *, medical: bool) -> Seat:
    made = actions.keep_assessor(
        SYSTEM, body_id=body_id, name=f"评估员{order}", certificate_no=f"P{order}", medical=medical, user_id=user_id,
        certified_from=clock.today() - dt.timedelta(days=400),
    )  # fmt: skip
    return Seat(made.id, user_id)


def account(order: int) -> int:
    user = accounts.create_user(
        SYSTEM, username=f"assessor-{order}", display_name=f"评估员{order}", area_path=CITY, password=PASSWORD
    ).user
    accounts.grant_role(SYSTEM, user_id=user.id, role=Role.ASSESSOR, area_path=CITY)
    return user.id


def build_assessed(city: SmallCity) -> Assessed:
    """Town, bodies, assessors and the case are there."""
    town = build_town()
    first, other = body(1), body(2)
    lead, second = seat(first, 1, city.users[Role.ASSESSOR], medical=True), seat(first, 2, account(2), medical=False)
    third, fourth = seat(other, 3, account(3), medical=True), seat(other, 4, account(4), medical=False)
    case = actions.request_assessment(SYSTEM, person_id=town.poor.id, origin="street", reason="走路不稳").case_id
    return Assessed(town, first, other, lead, second, third, fourth, appoint(case, first, lead, second))


def appoint(case: int, body_id: int, lead: Seat, second: Seat, *, hours: int = 0) -> int:
    actions.appoint(
        SYSTEM, case_id=case, body_id=body_id, lead_id=lead.id, second_id=second.id, place="家里",
        visit_at=clock.now() + dt.timedelta(hours=hours),
    )  # fmt: skip
    return case


def submit(who: Seat, case: int, **answers: str) -> None:
    actions.submit_form(
        who.actor, case_id=case, public_id=uuid.uuid4(), answers=best(ABILITY) | answers, circumstances=nothing_else(ABILITY),
        particulars={}, filled_from=clock.now() - dt.timedelta(minutes=40), filled_to=clock.now(), proof=proof_of(who),
    )  # fmt: skip


def proof_of(who: Seat) -> Proof:
    """The assessor has just typed the password again."""
    return Proof(who.user_id, "password", clock.now())


def settle(made: Assessed) -> Settled:
    """Both forms are in with the same answers, and the result is announced."""
    for who in (made.lead, made.second):
        submit(who, made.case, walking="some_help", stairs="some_help")
    return actions.settle_case(
        made.lead.actor, case_id=made.case, agreed={}, why={}, signed_for="本人", proof=proof_of(made.lead)
    )
