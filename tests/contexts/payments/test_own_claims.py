"""A body claims at its own desk: only for itself and its staff, with papers, and it sees nothing of another body."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.actions import Document
from songhe.contexts.payments.errors import ClaimIncomplete, MakerMayNotApprove, NoBody, PapersMissing, RunNotFound
from songhe.contexts.payments.models import Award, AwardDocument, BodySeat
from songhe.contexts.payments.words import AwardState
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput, NotFound
from tests.contexts.payments.test_awards import CITY, DAY, FACTS, HOME, officer

OTHER = "91110000600037341L"
ACCOUNT = "6222000011112222"
PAPER = Document("登记证书.pdf", b"%PDF-1.4 paper")


def provider(number: int = 31, *roles: Role) -> Actor:
    grants = tuple(Grant(role, CITY) for role in (Role.PROVIDER_MANAGER, *roles))
    return Actor(id=number, name=f"机构{number}", kind="user", grants=grants)


@pytest.fixture(autouse=True)
def _city(db: None) -> Iterator[None]:
    with clock.frozen(DAY):
        load_folder(SYSTEM, root=settings.PACKS, city="xuchang")
        seat(31, HOME.code, "甲敬老院")
        yield


def seat(number: int, code: str, name: str) -> None:
    actions.seat_body(SYSTEM, kind="user", actor_id=number, credit_code=code, name=name, area_path=CITY)


def test_a_body_claims_for_itself_with_its_papers_and_the_city_decides() -> None:
    made = actions.claim_own_award(
        provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS, documents=[PAPER, PAPER], key="A1"
    )
    assert (made.amount, made.repeated) == (144_000_00, False)
    again = actions.claim_own_award(provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS, key="A1")
    assert (again.award_id, again.repeated) == (made.award_id, True)
    with pytest.raises(Conflict, match="内容不同"):
        actions.claim_own_award(provider(), kind="bed_operating_grant", account=ACCOUNT, facts={**FACTS, "beds": 121}, key="A1")
    found = queries.award_file(provider(), award_id=made.award_id)
    assert (found.view.payee_name, found.view.by_itself, [one.name for one in found.papers]) == (
        "甲敬老院",
        True,
        ["登记证书.pdf"],
    )
    assert actions.take_document(officer(8), document_id=found.papers[0].id).content == PAPER.content
    assert actions.decide_claim(officer(8), award_id=made.award_id, approve=True) is AwardState.APPROVED
    with pytest.raises(Conflict, match="办结"):
        actions.add_documents(provider(), award_id=made.award_id, documents=[PAPER])
    (mine,) = queries.own_awards(provider()).items
    assert (mine.state, mine.amount) == (AwardState.APPROVED, 144_000_00)
    held = {one.kind.id: one for one in queries.claimable(provider())}
    assert (held["bed_operating_grant"].open, held["star_award"].open) == (False, True)


def test_everything_wrong_is_told_at_once_and_nothing_is_written() -> None:
    with pytest.raises(ClaimIncomplete) as refused:
        actions.claim_own_award(
            provider(),
            kind="bed_operating_grant",
            account="12",
            facts={"kind": "home", "beds": "many", "star": 3},
            documents=[PAPER],
        )
    assert sorted(one.field for one in refused.value.problems) == ["account", "beds", "filed", "registered", "star"]
    with pytest.raises(InvalidInput, match="不能收"):
        actions.claim_own_award(
            provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS, documents=[Document("a.exe", b"MZ")]
        )
    assert (Award.objects.count(), AwardDocument.objects.count()) == (0, 0)


def test_without_a_paper_nothing_is_approved() -> None:
    made = actions.claim_own_award(provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS)
    with pytest.raises(PapersMissing):
        actions.decide_claim(officer(8), award_id=made.award_id, approve=True)
    assert Award.objects.get().state == "claimed"
    assert actions.add_documents(provider(), award_id=made.award_id, documents=[PAPER]) == 1
    assert actions.decide_claim(officer(8), award_id=made.award_id, approve=True) is AwardState.APPROVED


def test_a_body_sees_and_touches_its_own_only() -> None:
    seat(32, OTHER, "乙敬老院")
    mine = actions.claim_own_award(provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS, documents=[PAPER])
    other = provider(32)
    assert queries.own_awards(other).items == ()
    assert queries.awards(other).items == ()
    paper = AwardDocument.objects.get().pk
    for deed, refused in (
        (lambda: queries.award_file(other, award_id=mine.award_id), RunNotFound),
        (lambda: queries.award_id_of(other, public_id=mine.public_id), RunNotFound),
        (lambda: actions.take_document(other, document_id=paper), NotFound),
        (lambda: actions.add_documents(other, award_id=mine.award_id, documents=[PAPER]), NotFound),
        (lambda: actions.decide_claim(other, award_id=mine.award_id, approve=True), NotFound),
        (lambda: actions.decide_claim(provider(), award_id=mine.award_id, approve=True), AccessDenied),
        (lambda: actions.claim_award(other, kind="bed_operating_grant", payee=HOME, facts=FACTS), AccessDenied),
    ):
        with pytest.raises(refused):
            deed()
    assert (Award.objects.count(), AwardDocument.objects.count(), Award.objects.get().state) == (1, 1, "claimed")


def test_what_the_city_entered_for_the_body_is_seen_by_it_too() -> None:
    made = actions.claim_award(officer(), kind="bed_operating_grant", payee=HOME, facts=FACTS)
    assert [one.id for one in queries.own_awards(provider()).items] == [made.award_id]


def test_an_officer_of_the_same_body_does_not_approve_for_it() -> None:
    seat(33, HOME.code, "甲敬老院")
    made = actions.claim_own_award(provider(), kind="bed_operating_grant", account=ACCOUNT, facts=FACTS, documents=[PAPER])
    with pytest.raises(MakerMayNotApprove):
        actions.decide_claim(provider(33, Role.CITY_OFFICER), award_id=made.award_id, approve=True)
    assert Award.objects.get().state == "claimed"


def test_who_acts_for_no_body_claims_nothing() -> None:
    nobody = provider(40)
    assert queries.own_body(nobody) is None
    for deed in (
        lambda: queries.claimable(nobody),
        lambda: queries.own_awards(nobody),
        lambda: queries.own_months(nobody),
        lambda: actions.claim_own_award(nobody, kind="bed_operating_grant", account=ACCOUNT, facts=FACTS),
        lambda: actions.claim_own_redemptions(nobody, benefit="x", month=DAY, account=ACCOUNT),
    ):
        with pytest.raises(NoBody):
            deed()
    with pytest.raises(AccessDenied):
        queries.own_body(officer())
    assert Award.objects.count() == 0


def test_who_says_for_which_body_an_account_acts() -> None:
    with pytest.raises(AccessDenied):
        actions.seat_body(officer(), kind="user", actor_id=41, credit_code=HOME.code, name="甲", area_path=CITY)
    with pytest.raises(InvalidInput, match="信用代码"):
        seat(41, "123", "甲敬老院")
    assert queries.body_of_account(SYSTEM, kind="user", actor_id=41) is None
    seat(41, HOME.code.lower(), " 甲敬老院 ")
    assert queries.body_of_account(SYSTEM, kind="user", actor_id=41) == queries.OwnBody(HOME.code, "甲敬老院", CITY)
    seat(41, "", "")
    assert BodySeat.objects.filter(actor_id=41).count() == 0


def test_a_claim_for_staff_is_the_bodys_own() -> None:
    load_folder(SYSTEM, root=settings.PACKS, city="weihai")
    with pytest.raises(ClaimIncomplete) as refused:
        actions.claim_own_award(provider(), kind="entry_award", account=ACCOUNT, facts={})
    assert {"name", "code"} <= {one.field for one in refused.value.problems}
    assert Award.objects.count() == 0
