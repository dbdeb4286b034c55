"""The demo city's assessments: two bodies, four assessors, and cases in every state, all by the same actions as anybody's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from songhe.basics.identifiers import credit_check_character
from songhe.contexts.accounts import actions as accounts
from songhe.contexts.accounts import queries as accounts_queries
from songhe.contexts.accounts.errors import UsernameTaken
from songhe.contexts.assessments import actions, queries
from songhe.contexts.people.errors import ImportRunning
from songhe.contexts.places import queries as places
from songhe.engines.scales.scale import Kind, Scale
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Proof, Role
from songhe.jobs import assessments as jobs
from songhe.project.progress import step

OFFICER, MANAGER = "city", "assess_manager"
ASSESSORS = (
    ("assess", "评估演示", True),
    ("assess2", "评估演示2", False),
    ("assess3", "评估演示3", True),
    ("assess4", "评估演示4", False),
)
BODIES = ("第一评估中心（演示）", "第二评估中心（演示）")
DONE = 11  # cases whose result counts, all but one of the first body: enough for its assessors to be compared
LED = 40  # days before today on which those who have been assessed were asked for
HOURS = 2  # between two visits of the same assessors


@dataclass(frozen=True)
class _Pair:
    """The two assessors of a body."""

    body: int
    lead: Actor
    second: Actor
    lead_id: int
    second_id: int


def assessments() -> None:
    """Bodies, assessors and cases stand; nothing is made twice."""
    city = places.area_tree()[0].path
    if queries.bodies(SYSTEM):
        return
    with step("能力评估 assessments") as report:
        officer, manager = _actor(OFFICER), _actor(MANAGER)
        first, second = _bodies(manager, city)
        waiting = jobs.waiting_for_grade()
        with clock.frozen(_at(clock.today() - dt.timedelta(days=LED), 9)):
            actions.request_missing(SYSTEM, person_ids=waiting[: DONE + 8], reason=jobs.WAITING)
        people = [brief.person_id for brief in queries.cases(SYSTEM, state="requested", limit=DONE + 8).items][::-1]
        actions.request_missing(SYSTEM, person_ids=waiting[DONE + 8 :], reason=jobs.WAITING)
        for done, _ in enumerate(_make(officer, manager, first, second, people), start=1):
            report(done, DONE + 7)
        report(DONE + 7, DONE + 7)


def _make(officer: Actor, manager: Actor, first: _Pair, second: _Pair, people: Sequence[int]) -> Iterator[None]:
    """Cases from the oldest to those of tomorrow; fewer where fewer people wait."""
    today = clock.today()
    left = list(people)
    for number in range(min(DONE, max(0, len(left) - 8))):
        pair = second if number == DONE - 1 else first
        with clock.frozen(_at(today - dt.timedelta(days=30 - number // 4), 8 + HOURS * (number % 4))):
            _settled(manager, pair, left.pop(0), number)
        yield
    with suppress(ImportRunning):  # the job does it within the hour
        actions.put_results_in_force(SYSTEM, day=today)
    if len(left) < 7:
        return
    with clock.frozen(_at(today - dt.timedelta(days=2), 9)):
        _settled(manager, first, left.pop(0), 3)
        objected = _settled(manager, second, left.pop(0), 6)
        told = {"by_name": "家属", "relation": "子女", "reason": "老人夜里起不来，评的时候没有看到"}
        filed = actions.file_objection(officer, result_id=objected, **told)
    yield
    _appoint(manager, first, filed.second_case_id, _at(today + dt.timedelta(days=1), 9), health_check=False)
    to_settle = _case(left.pop(0))
    _filled(manager, first, to_settle, 9, today)
    yield
    half = _case(left.pop(0))
    _appoint(manager, first, half, _at(today, 9))
    _save(first.lead, half, _sheet(7, 0), half=True)
    yield
    for number, hour in enumerate((10, 14)):
        _appoint(manager, first, _case(left.pop(0)), _at(today + dt.timedelta(days=1 + number), hour))
        yield
    actions.withdraw_case(officer, case_id=_case(left.pop(0)), because="老人现在不愿意评估")
    yield


def _bodies(manager: Actor, city: str) -> tuple[_Pair, _Pair]:
    since, until = clock.today().replace(month=1, day=1), dt.date(clock.today().year + 3, 1, 1)
    since = since.replace(year=since.year - 1)
    pairs: list[_Pair] = []
    for number, name in enumerate(BODIES):
        seventeen = f"91{city.split('/')[0]:0<6.6}{number + 1:09d}"
        body = actions.keep_body(
            manager, name=name, credit_code=seventeen + credit_check_character(seventeen), area_path=city, licensed_from=since,
            licensed_until=until, note="演示数据",
        ).id  # fmt: skip
        who = [
            (_account(username, shown, city), shown, medical)
            for username, shown, medical in ASSESSORS[2 * number : 2 * number + 2]
        ]
        ids = [
            actions.keep_assessor(
                manager, body_id=body, name=shown, certificate_no=f"演示{2 * number + place:04d}", certified_from=since,
                certified_until=until, medical=medical, user_id=actor.id,
            ).id
            for place, (actor, shown, medical) in enumerate(who, start=1)
        ]  # fmt: skip
        pairs.append(_Pair(body, who[0][0], who[1][0], *ids))
    return pairs[0], pairs[1]


def _account(username: str, shown: str, city: str) -> Actor:
    """The assessor's account; those beside the one for signing in have a password that nobody knows."""
    with suppress(UsernameTaken):
        made = accounts.create_user(SYSTEM, username=username, display_name=shown, area_path=city, organisation="演示")
        accounts.grant_role(SYSTEM, user_id=made.user.id, role=Role.ASSESSOR, area_path=city)
    return _actor(username)


def _actor(username: str) -> Actor:
    known = accounts_queries.list_users(SYSTEM, text=username).items
    return accounts_queries.actor_of_user(next(user.id for user in known if user.username == username))


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), clock.CITY_ZONE)


def _case(person: int) -> int:
    return queries.cases(SYSTEM, person_id=person, state="requested", limit=1).items[0].id


def _appoint(manager: Actor, pair: _Pair, case: int, at: dt.datetime, *, health_check: bool | None = None) -> None:
    due = queries.case(manager, case_id=case).health_check.due if health_check is None else health_check
    actions.appoint(
        manager, case_id=case, body_id=pair.body, lead_id=pair.lead_id, second_id=pair.second_id, visit_at=at, place="老人家里",
        with_health_check=due,
    )  # fmt: skip


def _settled(manager: Actor, pair: _Pair, person: int, number: int) -> int:
    """The person's case has an announced result as of the present moment."""
    case = _case(person)
    _appoint(manager, pair, case, clock.now())
    _hand_in(pair, case, number)
    agreed = {one.where: one.choices[-1].value for one in queries.case(pair.lead, case_id=case).differences}
    why = dict.fromkeys(agreed, "两人一起又看了一遍")
    return actions.settle_case(
        pair.lead, case_id=case, agreed=agreed, why=why, signed_for="本人", proof=_proof(pair.lead)
    ).result_id


def _filled(manager: Actor, pair: _Pair, case: int, number: int, today: dt.date) -> None:
    """Both forms are in, and the lead has still to settle."""
    with clock.frozen(_at(today - dt.timedelta(days=1), 15)):
        _appoint(manager, pair, case, clock.now())
        _hand_in(pair, case, number)


def _hand_in(pair: _Pair, case: int, number: int) -> None:
    for place, who in enumerate((pair.lead, pair.second)):
        _save(who, case, _sheet(number, place), half=False)


def _save(who: Actor, case: int, sheet: Mapping[str, Mapping[str, object]], *, half: bool) -> None:
    began = clock.now() - dt.timedelta(minutes=45)
    answers = dict(sheet["answers"])
    if half:
        kept = dict(list(answers.items())[: len(answers) // 2])
        actions.save_form(
            who, case_id=case, public_id=uuid.uuid4(), answers=kept, circumstances={}, particulars={}, filled_from=began
        )
        return
    actions.submit_form(
        who, case_id=case, public_id=uuid.uuid4(), answers=answers, circumstances=sheet["circumstances"], particulars={},
        filled_from=began, filled_to=clock.now(), proof=_proof(who),
    )  # fmt: skip


def _proof(who: Actor) -> Proof:
    """In the demonstration nobody types; the assessor is taken to have shown the password."""
    return Proof(who.id, "password", clock.now())


def _sheet(number: int, place: int) -> dict[str, dict[str, object]]:
    """A made-up form: how heavy follows from the case's number, and the second assessor differs here and there by one step."""
    scale: Scale = queries.assessing_scale()[1]
    answers: dict[str, object] = {}
    for order, item in enumerate(scale.items):
        heavy = (number % 5) * (len(item.options) - 1) // 5 + ((order + number) % 4 == 0)
        heavy += place and (order * 5 + number) % 13 == 0
        usable = [option for option in item.options if option.id != "coma"]
        answers[item.id] = usable[min(heavy, len(usable) - 1)].id
    noted: dict[str, object] = {one.id: 0 if one.kind is Kind.COUNT else False for one in scale.circumstances}
    return {"answers": answers, "circumstances": noted}
