"""What people's data are used for: consent where it is needed, and an account of who looked, by role and use."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import ConsentMissing, PersonNotFound
from songhe.contexts.people.models import Consent
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied, InvalidInput, SongheError
from songhe.foundation.models import AuditEntry
from tests.contexts.people import city
from tests.contexts.people.city import CITY, CLERK_A, CLERK_B, OFFICER, STRANGER, TOWN_A, WANG, ZHANG, person_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)
AUDITOR = Actor(9, "审计", "user", (Grant(Role.AUDIT_ADMIN, CITY),))


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def test_every_use_names_its_document_and_says_that_it_is_not_checked() -> None:
    uses = queries.data_uses()
    assert {use.needs_consent for use in uses.values()} == {True, False}
    assert {use.document for use in uses.values()} == {"中华人民共和国个人信息保护法", "特殊困难老年人探访关爱服务的指导意见"}
    assert not any(use.verified for use in uses.values())
    labels = {layout.label for layout in queries.layouts()}
    assert all(set(use.departments) <= labels and use.purpose for use in uses.values())


def test_a_use_that_needs_consent_opens_nothing_before_it_is_given_or_after_it_ran_out() -> None:
    zhang = person_of(ZHANG).id

    def look() -> str:
        return actions.reveal(CLERK_A, person_id=zhang, field="phone", reason="约上门助浴", use="referral")

    def agree(given: bool, **more: dt.date) -> None:
        actions.record_consent(CLERK_A, person_id=zhang, use="referral", given=given, channel="visit", by_whom="child", **more)

    with clock.frozen(TODAY):
        with pytest.raises(ConsentMissing):
            look()
        assert not AuditEntry.objects.filter(action="people.reveal").exists()
        agree(True, until=TODAY + dt.timedelta(days=30))
        assert look() == "13800138000"
    with clock.frozen(TODAY + dt.timedelta(days=31)), pytest.raises(ConsentMissing):
        look()
    with clock.frozen(TODAY):
        agree(False)
        with pytest.raises(ConsentMissing):
            look()
        said = queries.consents(CLERK_A, person_id=zhang)
    assert [(c.given, c.holds, c.latest, c.channel, c.by_whom) for c in said] == [
        (False, False, True, "上门时说的", "child"),
        (True, False, False, "上门时说的", "child"),
    ]
    assert [e.detail["given"] for e in AuditEntry.objects.filter(action="people.record_consent").order_by("seq")] == [True, False]


def test_a_consent_that_makes_no_sense_is_refused_and_nothing_is_written() -> None:
    good = {"person_id": person_of(ZHANG).id, "use": "referral", "given": True, "channel": "paper"}
    for actor, change, refusal in (
        (CLERK_A, {"use": "benefit"}, InvalidInput),
        (CLERK_A, {"use": "selling"}, InvalidInput),
        (CLERK_A, {"channel": "梦里"}, InvalidInput),
        (CLERK_A, {"by_whom": "邻居"}, InvalidInput),
        (CLERK_A, {"stated_on": clock.today() + dt.timedelta(days=1)}, InvalidInput),
        (CLERK_A, {"until": clock.today() - dt.timedelta(days=1)}, InvalidInput),
        (CLERK_B, {}, PersonNotFound),
        (STRANGER, {}, PersonNotFound),
    ):
        with pytest.raises(refusal):
            actions.record_consent(actor, **(good | change))  # type: ignore[arg-type]
    assert not Consent.objects.exists()


def test_who_looked_is_told_of_a_person_and_counted_for_an_area() -> None:
    zhang, wang = person_of(ZHANG).id, person_of(WANG).id
    with clock.frozen(TODAY):
        actions.reveal(CLERK_A, person_id=zhang, field="phone", reason="上门前先打电话", use="visit")
        actions.reveal(CLERK_A, person_id=zhang, field="phone", reason="再打一次", use="visit")
        actions.reveal(OFFICER, person_id=zhang, field="id_number", reason="核对证件", use="benefit")
        actions.reveal(CLERK_B, person_id=wang, field="id_number", reason="核对证件")
        with pytest.raises(InvalidInput):
            actions.reveal(CLERK_A, person_id=zhang, field="phone", reason="随便看看", use="curiosity")
        looks = queries.looks_at(CLERK_A, person_id=zhang)
        assert [(x.who, x.role, x.use, x.field, x.reason) for x in looks.items] == [
            ("市级", "市级工作人员", "核定和发放待遇", "身份证号", "核对证件"),
            ("甲镇", "镇街工作人员", "联系和走访老人", "联系电话", "再打一次"),
            ("甲镇", "镇街工作人员", "联系和走访老人", "联系电话", "上门前先打电话"),
        ]
        first = queries.looks_at(CLERK_A, person_id=zhang, limit=2)
        assert [x.reason for x in queries.looks_at(CLERK_A, person_id=zhang, limit=2, after=first.next).items] == [
            "上门前先打电话"
        ]
        with pytest.raises(PersonNotFound):
            queries.looks_at(CLERK_B, person_id=zhang)

        def counts(actor: Actor, **more: object) -> list[tuple[str, str, str, int, int, int | None]]:
            found = queries.data_use(actor, since=TODAY, until=TODAY, **more)  # type: ignore[arg-type]
            return [(c.use, c.role, c.field, c.times, c.lookers, c.people) for c in found]

        everything = counts(AUDITOR)
        assert everything[0] == ("联系和走访老人", "镇街工作人员", "联系电话", 2, 1, 1)
        assert sorted(everything[1:]) == [
            ("核定和发放待遇", "市级工作人员", "身份证号", 1, 1, 1), ("没有写明", "镇街工作人员", "身份证号", 1, 1, 1)
        ]  # fmt: skip
        assert counts(AUDITOR, area_path=TOWN_A) == [everything[0], ("核定和发放待遇", "市级工作人员", "身份证号", 1, 1, 1)]
        assert counts(CLERK_B) == [("没有写明", "镇街工作人员", "身份证号", 1, 1, 1)]
        assert queries.data_use(AUDITOR, since=TODAY - dt.timedelta(days=9), until=TODAY - dt.timedelta(days=1)) == ()
        with pytest.raises(AccessDenied):
            queries.data_use(STRANGER, since=TODAY, until=TODAY)


def _listed(actor: Actor, **changed: object) -> None:
    given: dict[str, object] = {
        "use": "figures", "label": "指标的名单：试验（分子）", "subject": ("indicator", "elders_60"), "right": Right.SEE_FIGURES, "area_path": TOWN_A,
        "people": 50,
    }  # fmt: skip
    actions.note_list(actor, **(given | changed))  # type: ignore[arg-type]


def test_a_list_that_was_opened_counts_with_its_lines_and_without_persons() -> None:
    search = [actions.Criterion("sex", "eq", "male"), actions.Criterion("birth_date", "lt", "1960-01-01")]
    with clock.frozen(TODAY):
        _listed(CLERK_A)
        _listed(CLERK_A, people=3)
        found = actions.search_registry(OFFICER, use="check", criteria=search)
        assert found.people
        in_town = queries.data_use(CLERK_A, since=TODAY, until=TODAY)
        everywhere = queries.data_use(AUDITOR, since=TODAY, until=TODAY)
    listed = queries.UseCount("核对统计数", "镇街工作人员", "指标的名单：试验（分子）", 2, 1, None, 53)
    searched = queries.UseCount("核对资料", "市级工作人员", "按条件查人", 1, 1, None, len(found.people))
    assert in_town == (listed,)
    assert everywhere == (listed, searched)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [({"use": "curiosity"}, InvalidInput), ({"use": "referral"}, InvalidInput), ({"area_path": CITY}, AccessDenied)],
)
def test_a_list_for_no_use_or_of_a_strange_area_is_not_opened(changed: dict[str, object], refusal: type[SongheError]) -> None:
    with pytest.raises(refusal):
        _listed(CLERK_A, **changed)
    assert not AuditEntry.objects.filter(action="people.open_list").exists()
