"""A voucher is issued once a month, never overdrawn, redeemed once a number; some are verified on the spot, and only what was true is settled."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements.models import Due, Grant, Run
from songhe.contexts.payments.actions.awards import Claimed, Payee, claim_redemptions, decide_claim
from songhe.contexts.payments.actions.vouchers import (
    Redeemed,
    draw_for_verification,
    issue_vouchers,
    redeem_voucher,
    verify_redemption,
)
from songhe.contexts.payments.errors import AwardRefused, MakerMayNotApprove, VoucherRefused
from songhe.contexts.payments.models import Award, Redemption, Voucher
from songhe.contexts.payments.queries.vouchers import redemptions, voucher_month, vouchers_of
from songhe.contexts.payments.words import AwardState, Verified
from songhe.contexts.people.models import Person
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Role
from songhe.foundation.access import Grant as Held
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput, NotFound
from tests.contexts.entitlements.conftest import CITY, DAY, OTHER_TOWN, TOWN, Town, town

__all__ = ["town"]
BENEFIT = "consumption_voucher"
NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
PROVIDER = "91350100M000100Y43"
PAYEE = Payee("甲养老服务公司", PROVIDER, "6222000011112222", CITY)


def officer(number: int = 7) -> Actor:
    return Actor(id=number, name=f"市级{number}", kind="user", grants=(Held(Role.CITY_OFFICER, CITY),))


def provider() -> Actor:
    return Actor(id=20, name="机构", kind="user", grants=(Held(Role.PROVIDER_MANAGER, CITY),))


def clerk(path: str) -> Actor:
    return Actor(id=9, name="镇街", kind="user", grants=(Held(Role.STREET_CLERK, path),))


def grant_of(person_id: int, amount: int, month: dt.date = NOVEMBER) -> Grant:
    """An active grant of the voucher benefit with what is due for the month."""
    person = Person.objects.get(id=person_id)
    number = entitlements.determine_households(SYSTEM, household_ids=[person.household_id], cause="试验")
    run = Run.objects.get(id=number)
    Grant.objects.filter(person=person, benefit=BENEFIT).delete()
    made = Grant.objects.create(
        person=person, household_id=person.household_id, area_path=person.area_path, benefit=BENEFIT, title="消费券", in_kind=False,
        period="month", state="active", proposed_run=run, current_run=run, proposed_on=DAY, from_on=month, amount=amount,
    )  # fmt: skip
    due(made, amount, month)
    return made


def due(grant: Grant, amount: int, month: dt.date) -> Due:
    before = Due.objects.filter(grant=grant, period=month).order_by("-revision").first()
    return Due.objects.create(
        grant=grant, period=month, revision=before.revision + 1 if before else 1, amount=amount, days=30, of_days=30,
        run=grant.current_run, replaces=before, reason="试验", made_at=clock.now(),
    )  # fmt: skip


def redeem(voucher: Voucher, key: str, price: int, **other: object) -> Redeemed:
    said: dict[str, object] = {"setting": "home", "service": "bath", "served_on": DAY} | other
    return redeem_voucher(
        provider(), voucher=voucher.public_id, key=key, provider_code=PROVIDER, provider_name="甲养老服务公司", price=price, **said  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def voucher(town: Town) -> Voucher:
    grant_of(town.poor, 800_00)
    assert issue_vouchers(officer(), month=NOVEMBER).issued == 1
    return Voucher.objects.get()


@pytest.mark.django_db
def test_a_month_is_issued_once_and_follows_what_is_due(town: Town) -> None:
    grant = grant_of(town.poor, 800_00)
    first = issue_vouchers(officer(), month=dt.date(2026, 11, 20))
    assert (first.month, first.issued, first.changed, first.withdrawn) == (NOVEMBER, 1, 0, 0)
    made = Voucher.objects.get()
    assert (made.month, made.amount, made.used, made.expires_on, made.benefit) == (NOVEMBER, 800_00, 0, DECEMBER, BENEFIT)
    again = issue_vouchers(officer(), month=NOVEMBER)
    assert (again.issued, again.changed, again.withdrawn) == (0, 0, 0)
    due(grant, 500_00, NOVEMBER)
    assert issue_vouchers(officer(), month=NOVEMBER).changed == 1
    assert Voucher.objects.get().amount == 500_00
    due(grant, 0, NOVEMBER)
    assert issue_vouchers(officer(), month=NOVEMBER).withdrawn == 1
    assert Voucher.objects.get().state == "withdrawn"


@pytest.mark.django_db
def test_what_was_used_stays_when_less_is_due(voucher: Voucher) -> None:
    redeem(voucher, "1", 600_00)
    due(Grant.objects.get(), 100_00, NOVEMBER)
    assert issue_vouchers(officer(), month=NOVEMBER).changed == 1
    voucher.refresh_from_db()
    assert (voucher.amount, voucher.used) == (300_00, 300_00)


@pytest.mark.django_db
def test_a_share_of_the_price_is_taken_off_until_nothing_is_left(voucher: Voucher) -> None:
    assert redeem(voucher, "1", 100_01) == Redeemed(Redemption.objects.get().pk, 50_00, 750_00, repeated=False)
    assert redeem(voucher, "2", 1000_00, setting="institution", service="stay").deducted == 400_00
    last = redeem(voucher, "3", 1000_00)
    assert (last.deducted, last.left) == (350_00, 0)
    with pytest.raises(VoucherRefused, match="用完"):
        redeem(voucher, "4", 10_00)
    assert Redemption.objects.count() == 3


@pytest.mark.django_db
def test_the_same_number_is_one_redemption(voucher: Voucher) -> None:
    first = redeem(voucher, "A-1", 100_00)
    again = redeem(voucher, "A-1", 100_00)
    assert again == Redeemed(first.redemption_id, 50_00, 750_00, repeated=True)
    with pytest.raises(Conflict, match="流水号"):
        redeem(voucher, "A-1", 200_00)
    assert (Redemption.objects.count(), Voucher.objects.get().used) == (1, 50_00)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "refused", "words"),
    [
        ({"served_on": dt.date(2026, 10, 31)}, VoucherRefused, "有效期"),
        ({"served_on": dt.date(2026, 11, 22)}, InvalidInput, "晚于今天"),
        ({"service": "cinema"}, InvalidInput, "没有这种服务"),
        ({"setting": "street"}, InvalidInput, "没有这种服务"),
        ({"price": 0}, InvalidInput, "价格"),
        ({"key": " "}, InvalidInput, "流水号"),
    ],
)
def test_what_cannot_be_redeemed_leaves_nothing(
    voucher: Voucher, wrong: dict[str, object], refused: type[Exception], words: str
) -> None:
    said = {"key": "1", "price": 10_00} | wrong
    with pytest.raises(refused, match=words):
        redeem(voucher, **said)  # type: ignore[arg-type]
    assert (Redemption.objects.count(), Voucher.objects.get().used) == (0, 0)


@pytest.mark.django_db
def test_who_may_not_and_what_is_not_there(voucher: Voucher) -> None:
    said = {"key": "1", "provider_name": "甲", "setting": "home", "service": "bath", "served_on": DAY, "price": 100}
    with pytest.raises(AccessDenied):
        redeem_voucher(clerk(TOWN), voucher=voucher.public_id, provider_code=PROVIDER, **said)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        redeem_voucher(provider(), voucher=uuid.uuid4(), provider_code=PROVIDER, **said)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="统一社会信用代码"):
        redeem_voucher(provider(), voucher=voucher.public_id, provider_code="1", **said)  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        issue_vouchers(clerk(TOWN), month=NOVEMBER)
    assert Redemption.objects.count() == 0


@pytest.mark.django_db
def test_the_draw_is_what_anybody_can_count_and_the_untrue_is_not_settled(voucher: Voucher) -> None:
    keys = [f"{PROVIDER}:{i}" for i in range(1, 6)]
    for i in range(1, 6):
        redeem(voucher, str(i), 20_00)
    drawn = draw_for_verification(officer(), month=NOVEMBER, benefit=BENEFIT)
    assert (drawn.new, drawn.drawn, drawn.of, drawn.seed) == (1, 1, 5, "2026-11/consumption_voucher")
    by_hand = min(keys, key=lambda key: hashlib.sha256(f"{len(drawn.seed)}:{drawn.seed}{key}".encode()).digest())
    chosen = Redemption.objects.get(drawn=True)
    assert chosen.key == by_hand
    (to_do,) = work_items.list_items(clerk(TOWN), kind="verify_redemption").items
    assert (to_do.owner, to_do.title) == ("社区", "到现场核查消费券：11月21日，甲养老服务公司")
    assert draw_for_verification(officer(), month=NOVEMBER, benefit=BENEFIT).new == 0

    waiting = claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)
    assert waiting.amount == 4 * 10_00
    assert [row.id for row in redemptions(clerk(TOWN), only="waiting").items] == [chosen.pk]
    with pytest.raises(InvalidInput, match="不属实"):
        verify_redemption(clerk(TOWN), redemption_id=chosen.pk, outcome=Verified.NOT_TRUE)
    with pytest.raises(NotFound):
        verify_redemption(clerk(OTHER_TOWN), redemption_id=chosen.pk, outcome=Verified.TRUE)
    verify_redemption(clerk(TOWN), redemption_id=chosen.pk, outcome=Verified.NOT_TRUE, note="当天没有人来")
    assert work_items.list_items(clerk(TOWN), kind="verify_redemption").items == ()
    with pytest.raises(Conflict):
        verify_redemption(clerk(TOWN), redemption_id=chosen.pk, outcome=Verified.TRUE)
    decide_claim(officer(8), award_id=waiting.award_id, approve=True)
    with pytest.raises(AwardRefused, match="没有可以结算"):
        claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)
    seen = voucher_month(officer(), month=NOVEMBER, benefit=BENEFIT)
    assert (seen.issued, seen.amount, seen.used, seen.redemptions, seen.drawn, seen.verified, seen.untrue) == (
        1,
        800_00,
        50_00,
        5,
        1,
        1,
        1,
    )
    assert [(p.redemptions, p.deducted, p.waiting, p.untrue, p.claimed) for p in seen.providers] == [(5, 50_00, 0, 1, 4)]


@pytest.mark.django_db
def test_a_refused_settlement_can_be_claimed_again(voucher: Voucher) -> None:
    redeem(voucher, "1", 20_00)
    claimed = claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)
    with pytest.raises(MakerMayNotApprove):
        decide_claim(officer(), award_id=claimed.award_id, approve=True)
    assert decide_claim(officer(8), award_id=claimed.award_id, approve=False, because="账号不是对公账户") is AwardState.REFUSED
    again = claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)
    assert again.amount == 10_00 and again.award_id != claimed.award_id


@pytest.mark.django_db
def test_a_person_sees_vouchers_in_their_own_area_only(voucher: Voucher, town: Town) -> None:
    assert [(v.amount, v.used, v.expired) for v in vouchers_of(officer(), person_id=town.poor)] == [(800_00, 0, False)]
    assert vouchers_of(clerk(OTHER_TOWN), person_id=town.poor) == ()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_overdraw(voucher: Voucher) -> None:
    gate = Barrier(2)

    def buy(key: str) -> str:
        try:
            gate.wait()
            with clock.frozen(DAY):
                return str(redeem(voucher, key, 1000_00).deducted)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(buy, ("1", "2")))
    assert found == ["30000", "50000"]
    assert (Voucher.objects.get().used, Redemption.objects.count()) == (800_00, 2)


@pytest.mark.django_db(transaction=True)
def test_two_who_settle_at_once_make_one_claim(voucher: Voucher) -> None:
    redeem(voucher, "1", 20_00)
    gate = Barrier(2)

    def settle(_: int) -> Claimed | str:
        try:
            gate.wait()
            with clock.frozen(DAY):
                return claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)
        except (Conflict, AwardRefused):
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(settle, range(2)))
    assert found.count("refused") == 1
    assert (Award.objects.count(), Redemption.objects.get().award_id) == (1, Award.objects.get().pk)


@pytest.mark.django_db
def test_the_database_itself_refuses_to_overdraw(voucher: Voucher) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="voucher_not_overdrawn"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE voucher SET used = amount + 1")
