"""A small city with two assessment bodies, five assessors with accounts, and elders whose facts departments have stated."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from songhe.basics.identifiers import credit_check_character
from songhe.contexts.accounts.models import User
from songhe.contexts.assessments import actions
from songhe.contexts.assessments.actions import FormStored, Settled
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Proof, Role
from tests.contexts.registers.trial_city import CITY, PINE, ROSE, TOWN_A, TOWN_B, load_places
from tests.engines.scales.national import ABILITY, best, nothing_else, with_total

DAY = dt.date(2026, 11, 2)
VISIT = dt.datetime(2026, 11, 3, 9, 0, tzinfo=clock.CITY_ZONE)
OFFICER = Actor(90_001, "市级", "user", (Grant(Role.CITY_OFFICER, CITY),))
CLERK_A = Actor(90_002, "甲镇", "user", (Grant(Role.STREET_CLERK, TOWN_A),))
CLERK_B = Actor(90_003, "乙镇", "user", (Grant(Role.STREET_CLERK, TOWN_B),))
WORKER_A = Actor(90_004, "红玫社区", "user", (Grant(Role.COMMUNITY_WORKER, ROSE),))
STRANGER = Actor(90_005, "机构", "user", (Grant(Role.PROVIDER_MANAGER, CITY),))
MANAGER = Actor(90_006, "评估负责人", "user", (Grant(Role.ASSESSMENT_MANAGER, CITY),))


@dataclass(frozen=True)
class Who:
    """An assessor with the account."""

    id: int
    actor: Actor


@dataclass(frozen=True)
class Trial:
    """`first` has a nurse (lead), two without medical background; `other` has a doctor and one without."""

    first: int
    other: int
    nurse: Who
    helper: Who
    third: Who
    doctor: Who
    fifth: Who
    elder: int
    neighbour: int
    far: int


def code(order: int) -> str:
    seventeen = f"91990100{order:09d}"
    return seventeen + credit_check_character(seventeen)


@transaction.atomic
def elder(order: int, path: str = ROSE, born: str = "1940-06-01", **facts: object) -> int:
    """A woman whose facts a department has stated, so that they can be settled again."""
    area = Area.objects.get(path=path)
    home = Household.objects.create(key=f"A{order}", area=area, area_path=path, facts={}, changed_at=clock.now())
    person = Person.objects.create(
        household=home, area=area, area_path=path, name=f"老人{order}", birth_date=dt.date.fromisoformat(born), sex="female",
        changed_at=clock.now(),
    )  # fmt: skip
    known = {"alive": True, "birth_date": born, "sex": "female", "registered_here": True, "resident_here": True} | facts
    Record.objects.create(
        person=person, department="公安", stated_on=dt.date(2026, 1, 1), received_at=clock.now(),
        values={name: value for name, value in known.items() if value is not None},
    )  # fmt: skip
    settle_persons([person.id])
    return person.id


@transaction.atomic
def state(person_id: int, department: str, day: dt.date, **values: object) -> None:
    """A department has said this of the person."""
    Record.objects.create(person_id=person_id, department=department, stated_on=day, received_at=clock.now(), values=values)
    settle_persons([person_id])


def facts_of(person_id: int) -> Mapping[str, object]:
    facts: Mapping[str, object] = Person.objects.get(id=person_id).facts
    return facts


def assessor(body: int, order: int, *, medical: bool) -> Who:
    user = User.objects.create(username=f"assessor{order}", display_name=f"评估员{order}", area_path=CITY)
    made = actions.keep_assessor(
        OFFICER, body_id=body, name=f"评估员{order}", certificate_no=f"P{order}", certified_from=dt.date(2025, 1, 1),
        certified_until=dt.date(2027, 1, 1), medical=medical, user_id=user.pk,
    )  # fmt: skip
    return Who(made.id, Actor(user.pk, user.display_name, "user", (Grant(Role.ASSESSOR, CITY),)))


def body(order: int, path: str = CITY) -> int:
    return actions.keep_body(
        OFFICER, name=f"评估机构{order}", credit_code=code(order), area_path=path, licensed_from=dt.date(2025, 1, 1)
    ).id


def make() -> Trial:
    """Areas, the pack, bodies, assessors and elders. Call with the clock at DAY."""
    load_places()
    load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
    first, other = body(1), body(2)
    return Trial(
        first, other, assessor(first, 1, medical=True), assessor(first, 2, medical=False), assessor(first, 3, medical=False),
        assessor(other, 4, medical=True), assessor(other, 5, medical=False), elder(1), elder(2), elder(3, PINE),
    )  # fmt: skip


def requested(person_id: int, actor: Actor = OFFICER, **given: str) -> int:
    return actions.request_assessment(actor, person_id=person_id, **given).case_id


def appointed(trial: Trial, case_id: int, at: dt.datetime = VISIT) -> int:
    actions.appoint(
        MANAGER,
        case_id=case_id,
        body_id=trial.first,
        lead_id=trial.nurse.id,
        second_id=trial.helper.id,
        visit_at=at,
        place="家里",
    )
    return case_id


def again(trial: Trial, case_id: int, at: dt.datetime = VISIT) -> int:
    """The second assessment is appointed, with the other body."""
    actions.appoint(MANAGER, case_id=case_id, body_id=trial.other, lead_id=trial.doctor.id, second_id=trial.fifth.id, visit_at=at)
    return case_id


def sheet(total: int = 90, **circumstances: object) -> dict[str, object]:
    """What a device sends: a form whose points sum up to the total."""
    return {
        "answers": with_total(ABILITY, total), "circumstances": nothing_else(ABILITY) | circumstances, "particulars": {},
        "filled_from": clock.now() - dt.timedelta(minutes=40), "filled_to": clock.now(),
    }  # fmt: skip


def best_sheet(**answers: object) -> dict[str, object]:
    return sheet() | {"answers": best(ABILITY) | answers}


def submitted(who: Who, case_id: int, sent: Mapping[str, object] | None = None, public_id: uuid.UUID | None = None) -> FormStored:
    """The form is final and signed."""
    return actions.submit_form(
        who.actor,
        case_id=case_id,
        public_id=public_id or uuid.uuid4(),
        proof=proof_of(who),
        **(sent or sheet()),  # type: ignore[arg-type]
    )


def proof_of(who: Who) -> Proof:
    """The assessor has just typed the password again."""
    return Proof(who.actor.id, "password", clock.now())


def settled(trial: Trial, person_id: int, total: int = 60, **circumstances: object) -> Settled:
    """The person's case, up to an announced result on which both assessors agree. The clock stands at the visit or later."""
    case = appointed(trial, requested(person_id), clock.now())
    for who in (trial.nurse, trial.helper):
        submitted(who, case, sheet(total, **circumstances))
    return actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse))


def settled_again(trial: Trial, case_id: int, total: int) -> Settled:
    again(trial, case_id, clock.now())
    for who in (trial.doctor, trial.fifth):
        submitted(who, case_id, sheet(total))
    return actions.settle_case(
        trial.doctor.actor, case_id=case_id, agreed={}, why={}, signed_for="女儿王芳代签", proof=proof_of(trial.doctor)
    )


def rows() -> dict[str, int]:
    """How many rows every table of assessments has, and the audit chain: a refusal leaves them as they were."""
    from django.apps import apps

    from songhe.foundation.models import AuditEntry

    found = {model.__name__: model._default_manager.count() for model in apps.get_app_config("assessments").get_models()}
    return found | {"AuditEntry": AuditEntry.objects.count(), "Record": Record.objects.count()}
