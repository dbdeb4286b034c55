"""An award is claimed only where the rules give it, once, and decided by somebody else who asks the rules again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings

from songhe.contexts.payments.actions.awards import Payee, claim_award, decide_claim
from songhe.contexts.payments.errors import AwardRefused, MakerMayNotApprove
from songhe.contexts.payments.models import Award
from songhe.contexts.payments.queries.awards import award, award_kinds, awards, awards_by_state
from songhe.contexts.payments.words import AwardState, award_context
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.encryption import open_sealed
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput, NotFound

CITY = "411000/"
DAY = dt.date(2026, 11, 21)
HOME = Payee("甲敬老院", "91350100M000100Y43", "6222 0000 1111 2222", CITY)
FACTS = {"kind": "home", "registered": True, "filed": True, "beds": 120}


def officer(number: int = 7, path: str = CITY) -> Actor:
    return Actor(id=number, name=f"市级{number}", kind="user", grants=(Grant(Role.CITY_OFFICER, path),))


@pytest.fixture(autouse=True)
def _city(db: None) -> Iterator[None]:
    with clock.frozen(DAY):
        load_folder(SYSTEM, root=settings.PACKS, city="xuchang")
        yield


def test_what_can_be_claimed_and_what_it_asks() -> None:
    found = {kind.id: kind for kind in award_kinds()}
    assert {"star_award", "bed_operating_grant"} <= found.keys()
    grant = found["bed_operating_grant"]
    assert (grant.staff, grant.period, {v.name for v in grant.asked}) == (False, "year", {"kind", "registered", "filed", "beds"})


def test_a_claim_stands_with_facts_and_reasons() -> None:
    made = claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS)
    assert made.amount == 144_000_00
    seen = award(officer(8), award_id=made.award_id)
    assert (seen.title, seen.period, seen.state) == ("养老机构床位运营补贴", dt.date(2026, 1, 1), AwardState.CLAIMED)
    assert ("床位数", "120张") in seen.shown
    assert [text for text, _, _ in seen.reasons] == ["是养老机构", "已登记并备案"]
    row = Award.objects.get()
    assert open_sealed(row.account_sealed, context=award_context(str(row.public_id))) == "6222000011112222"
    assert awards_by_state(officer())[AwardState.CLAIMED] == (1, 144_000_00)


@pytest.mark.parametrize(
    ("facts", "refused", "words"),
    [
        ({**FACTS, "filed": False}, AwardRefused, "没有登记或备案"),
        ({key: value for key, value in FACTS.items() if key != "beds"}, InvalidInput, "床位数"),
        ({**FACTS, "beds": "many"}, InvalidInput, "床位数"),
        ({**FACTS, "beds": 0}, AwardRefused, "0元"),
        ({**FACTS, "star": 3}, InvalidInput, "用不到"),
    ],
)
def test_what_the_rules_do_not_give_is_not_written(facts: dict[str, object], refused: type[Exception], words: str) -> None:
    with pytest.raises(refused, match=words):
        claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=facts)
    assert Award.objects.count() == 0


@pytest.mark.parametrize(
    ("payee", "words"),
    [
        (Payee("", HOME.code, HOME.account, CITY), "名称"),
        (Payee("甲", "12345", HOME.account, CITY), "统一社会信用代码"),
        (Payee("甲", HOME.code, "62-22", CITY), "收款账号"),
    ],
)
def test_who_cannot_be_paid_is_refused(payee: Payee, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        claim_award(officer(), kind="bed_operating_grant", payee=payee, facts=FACTS)
    assert Award.objects.count() == 0


def test_once_a_year_and_once_for_all() -> None:
    claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS)
    with pytest.raises(Conflict, match="申请过"):
        claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS)
    claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS, day=dt.date(2025, 6, 1))
    star = {"kind": "day_care", "star": 2}
    made = claim_award(officer(), kind="star_award", payee=HOME, facts=star)
    with pytest.raises(Conflict):
        claim_award(officer(), kind="star_award", payee=HOME, facts=star, day=dt.date(2026, 3, 1))
    decide_claim(officer(8), award_id=made.award_id, approve=False, because="星级牌已收回")
    claim_award(officer(), kind="star_award", payee=HOME, facts=star, day=dt.date(2026, 3, 1))
    assert Award.objects.count() == 4


def test_the_claimer_does_not_decide_and_a_refusal_has_a_reason() -> None:
    made = claim_award(officer(), kind="star_award", payee=HOME, facts={"kind": "day_care", "star": 2})
    with pytest.raises(MakerMayNotApprove):
        decide_claim(officer(), award_id=made.award_id, approve=True)
    with pytest.raises(InvalidInput, match="为什么"):
        decide_claim(officer(8), award_id=made.award_id, approve=False)
    assert Award.objects.get().state == "claimed"
    assert decide_claim(officer(8), award_id=made.award_id, approve=True) is AwardState.APPROVED
    with pytest.raises(Conflict, match="办结"):
        decide_claim(officer(8), award_id=made.award_id, approve=True)


def test_who_sees_and_claims_what() -> None:
    made = claim_award(officer(), kind="star_award", payee=HOME, facts={"kind": "day_care", "star": 2})
    other = officer(9, "411002/")
    assert awards(other).items == ()
    with pytest.raises(NotFound):
        decide_claim(other, award_id=made.award_id, approve=True)
    worker = Actor(id=5, name="社区", kind="user", grants=(Grant(Role.COMMUNITY_WORKER, CITY),))
    with pytest.raises(AccessDenied):
        claim_award(worker, kind="star_award", payee=HOME, facts={"kind": "day_care", "star": 2}, day=dt.date(2025, 1, 1))
    with pytest.raises(NotFound):
        claim_award(officer(), kind="nothing", payee=HOME, facts={})


def test_pages_of_claims_come_newest_first() -> None:
    for year in range(2022, 2027):
        claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS, day=dt.date(year, 6, 1))
    first = awards(officer(), limit=3)
    rest = awards(officer(), limit=3, after=first.next)
    assert [one.period.year for one in (*first.items, *rest.items)] == [2026, 2025, 2024, 2023, 2022]
    assert rest.next is None
