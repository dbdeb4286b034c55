"""Files about many people: a department's comparison becomes life checks, deaths and conflicts; a provider's counts become what a month is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import pytest
from django.conf import settings

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.actions import accept_return, check_return
from songhe.contexts.entitlements.errors import ReturnNotFound, ReturnNotReady
from songhe.contexts.entitlements.models import Due, LifeCheck, ReturnRow, UnitCount
from songhe.contexts.entitlements.words import ReturnKind, ReturnVerdict
from songhe.contexts.people.models import LifeEvent, Person, Record
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.registers.errors import FileRefused
from songhe.foundation import clock, outbox, work_items
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.encryption import blind_index
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import WorkItem
from songhe.project import wiring
from tests.contexts.entitlements.conftest import TOWN, areas
from tests.contexts.entitlements.grant_people import CIVIL, at, dues, grant_of, known, say, steps
from tests.contexts.entitlements.test_grants import active, month, on, village
from tests.contexts.people.city import id_number

__all__ = ["village"]
SENDER = "人社"
HEAD = ("身份证号", "姓名", "比对结果", "见到日期", "从哪里见到", "死亡日期")


def numbered(person: Person, order: int) -> str:
    """The person has an ID number, by which files mean them."""
    assert person.birth_date is not None
    number = id_number(f"{person.birth_date:%Y%m%d}", order)
    Person.objects.filter(id=person.id).update(id_index=blind_index(number, kind="id_number"))
    return number


def written(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join(cells) for cells in (head, *rows)).encode()


def sent(actor: Actor, rows: Sequence[Sequence[str]], sender: str = SENDER) -> actions.ReturnChecked:
    return check_return(actor, kind=ReturnKind.LIFE, sender=sender, name="比对.csv", content=written(HEAD, rows))


def verdicts(done: actions.ReturnChecked) -> Mapping[str, int]:
    return {verdict.value: count for verdict, count in done.counts.items() if count}


def rows_of(done: actions.ReturnChecked) -> list[tuple[str, str]]:
    """Verdict and what is said of each row."""
    rows = ReturnRow.objects.filter(file=done.file_id).order_by("id")
    return [(row.verdict, row.problems[0]["reason"] if row.problems else row.note) for row in rows]


def told() -> None:
    """Everybody has heard of everything, and of what came of it."""
    while outbox.deliver_pending().delivered:
        pass


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (LifeCheck, Record, LifeEvent, UnitCount, Due, WorkItem))


def test_who_was_seen_is_confirmed_and_who_was_not_found_is_asked_at_the_counter(
    village: Area, clerk: Actor, city_officer: Actor
) -> None:
    with on("2026-01-05"):
        people = [at(village, name, f"1940-03-0{place}") for place, name in enumerate(("赵甲", "钱乙", "孙丙"), start=1)]
        grants = [active(person) for person in people]
        seen, missed, other = (numbered(person, place) for place, person in enumerate(people, start=1))
    with on("2027-03-10"):
        assert actions.suspend_unchecked(SYSTEM) == 3
    with on("2027-03-20"):
        rows = [
            (seen, "赵甲", "健在", "2027-03-01", "医院就诊", ""),
            (missed, "钱乙", "未查到", "", "", ""),
            (other, "别人", "健在", "2027-03-01", "公交卡", ""),
            (seen, "赵甲", "健在", "2026-03-01", "公交卡", ""),
            (id_number("19400309", 9), "没有", "健在", "2027-03-01", "公交卡", ""),
            (seen, "赵甲", "健在", "2027-03-21", "公交卡", ""),
            (seen, "赵甲", "在吗", "", "", ""),
        ]
        before = everything()
        done = sent(clerk, rows)
        assert everything() == before
        assert [verdict for verdict, _ in rows_of(done)] == [
            "new",
            "new",
            "rejected",
            "rejected",
            "rejected",
            "rejected",
            "rejected",
        ]
        assert rows_of(done)[:4] == [
            ("new", "记一次认证（医院就诊）"), ("new", "记下没有查到；还要由窗口或上门确认"),
            ("rejected", "姓名与这个身份证号登记的不一样。"), ("rejected", "日期太早，已经过了认证的间隔。"),
        ]  # fmt: skip
        with pytest.raises(AccessDenied):
            accept_return(clerk, file_id=done.file_id)
        assert everything() == before
        accept_return(city_officer, file_id=done.file_id)
        for grant in grants:
            grant.refresh_from_db()
        assert [grant.state for grant in grants] == ["active", "suspended", "suspended"]
        assert steps(grants[0])[-1] == ("suspended", "active")
        (check,) = queries.life_checks_of(clerk, person_id=people[0].id)
        assert (check.checked_on, check.channel, check.outcome, check.source, check.way) == (
            dt.date(2027, 3, 1), "department", "alive", SENDER, "医院就诊",
        )  # fmt: skip
        due = {line.person_id: line for line in queries.life_checks_due(clerk).items}
        assert set(due) == {people[1].id, people[2].id}
        assert "counter" in due[people[1].id].channels
        with pytest.raises(ReturnNotReady):
            accept_return(city_officer, file_id=done.file_id)
        again = sent(clerk, rows)
        assert verdicts(again) == {"unchanged": 2, "rejected": 5}
        before = everything()
        accept_return(city_officer, file_id=again.file_id)
        assert everything() == before
        actions.record_life_check(clerk, person_id=people[1].id, channel=queries.LifeCheckChannel.COUNTER)
        grants[1].refresh_from_db()
        assert grants[1].state == "active"


def test_a_death_goes_the_road_of_deaths_and_never_where_departments_differ(
    village: Area, clerk: Actor, city_officer: Actor
) -> None:
    wiring.connect()
    with on("2026-01-05"):
        names = ("周丁", "吴戊", "郑己", "王庚")
        people = [at(village, name, f"1940-03-0{place}") for place, name in enumerate(names, start=1)]
        grants = [active(person) for person in people]
        numbers = [numbered(person, place) for place, person in enumerate(people, start=1)]
        actions.determine_city(SYSTEM, cause="全市核算")  # from now on grants follow what comes in
        told()
    with on("2026-04-01"):
        say(people[3], CIVIL, "2026-03-20", death_date="2026-03-18", alive=False)
        known(people[3])
        told()
    with on("2026-06-10"):
        actions.record_life_check(
            clerk, person_id=people[1].id, channel=queries.LifeCheckChannel.COUNTER, checked_on=dt.date(2026, 6, 1)
        )
        rows = [
            (numbers[0], "周丁", "死亡", "", "", "2026-05-20"),
            (numbers[1], "吴戊", "死亡", "", "", "2026-05-20"),
            (numbers[2], "郑己", "死亡", "", "", ""),
            (numbers[3], "王庚", "健在", "2026-06-02", "公交卡", ""),
        ]
        done = sent(clerk, rows)
        assert rows_of(done) == [
            ("new", "登记去世，从规定的月份起停发"), ("conflict", "资格认证2026-06-01还说本人健在，比这个死亡日期晚。"),
            ("conflict", "没有死亡日期。"), ("conflict", "登记的是已去世，这个部门却在2026-06-02见过本人。"),
        ]  # fmt: skip
        accept_return(city_officer, file_id=done.file_id)
        told()
        for grant in grants:
            grant.refresh_from_db()
        assert [(g.state, g.suspended_for) for g in grants] == [
            ("ended", ""), ("suspended", "death_reported"), ("suspended", "death_reported"), ("ended", ""),
        ]  # fmt: skip
        assert (grants[0].until_on, grants[0].ended_because) == (dt.date(2026, 5, 20), "2026年5月20日起不再发：已去世")
        event = LifeEvent.objects.get(person=people[0])
        assert (event.kind, event.happened_on) == ("died", dt.date(2026, 5, 20))
        said = Record.objects.get(person=people[0], department=SENDER)
        assert (said.department, said.stated_on, said.values) == (SENDER, dt.date(2026, 6, 10), {"alive": False})
        waiting = {item.subject_id: item.title for item in work_items.list_items(SYSTEM, kind="death_reported").items}
        assert waiting == {
            people[1].id: "人社说老人2026-05-20去世，别处说法不同，请核实", people[2].id: "人社说老人已去世，别处说法不同，请核实",
            people[3].id: "登记已去世，人社却在2026-06-02见过本人，请核实",
        }  # fmt: skip
        again = sent(clerk, rows)
        assert verdicts(again) == {"unchanged": 4}
        before = everything()
        accept_return(city_officer, file_id=again.file_id)
        told()
        assert everything() == before
    with on("2026-06-20"):  # seen after the report: it was a mistake
        done = sent(clerk, [(numbers[1], "吴戊", "健在", "2026-06-15", "接种疫苗", "")], "卫健")
        accept_return(city_officer, file_id=done.file_id)
        grants[1].refresh_from_db()
        assert (grants[1].state, grants[1].suspended_for) == ("active", "")


def test_what_cannot_be_a_comparison_is_refused_whole(village: Area, clerk: Actor, city_officer: Actor) -> None:
    with on("2026-06-10"):
        with pytest.raises(InvalidInput, match="没有这个部门"):
            sent(clerk, [("1", "甲", "健在", "", "", "")], "别的局")
        with pytest.raises(FileRefused):
            check_return(clerk, kind=ReturnKind.LIFE, sender=SENDER, name="x.csv", content=b"a,b\n1,2")
        with pytest.raises(ReturnNotFound):
            accept_return(city_officer, file_id=1)
        assert ReturnRow.objects.count() == 0


@pytest.fixture
def seaside(db: None) -> Iterator[Area]:
    """A village under the pack whose plan names a subsidy for meals."""
    with clock.frozen(dt.date(2026, 1, 5)):
        made = areas()[TOWN]
        load_folder(SYSTEM, root=settings.PACKS, city="weihai")
    yield made


def meals(actor: Actor, rows: Sequence[Sequence[str]], provider: str = "海边老年餐桌") -> actions.ReturnChecked:
    content = written(("身份证号", "姓名", "月份", "餐数"), rows)
    return check_return(actor, kind=ReturnKind.UNITS, sender=provider, name="餐.csv", content=content, benefit="meal_help")


def test_meals_of_a_month_are_due_by_class_within_the_caps(seaside: Area, clerk: Actor, city_officer: Actor) -> None:
    with on("2026-01-05"):
        poor = at(seaside, "于爷爷", "1950-03-01", assistance="dibao", needs_meals=True)
        margin = at(seaside, "孙奶奶", "1950-03-02", assistance="dibao_margin", needs_meals=True)
        rich = at(seaside, "刘奶奶", "1950-03-03", assistance="none", needs_meals=True)
        numbers = [numbered(person, place) for place, person in enumerate((poor, margin, rich), start=1)]
        known(poor, margin, rich)
        documents = ["身份证或户口簿", "低保、特困或低保边缘证明"]
        for person in (poor, margin):
            actions.apply_for(clerk, person_id=person.id, benefit="meal_help", by_name=person.name, documents=documents)
        grants = [grant_of(person, "meal_help") for person in (poor, margin)]
        assert [(g.state, g.period, g.amount) for g in grants] == [("active", "time", 400), ("active", "time", 200)]
    with on("2026-03-02"):
        rows = [
            (numbers[0], "于爷爷", "2026-02", "58"), (numbers[1], "孙奶奶", "2026年2月", "20"), (numbers[2], "刘奶奶", "2026-02", "20"),
            (numbers[1], "孙奶奶", "2026-02", "3"), (numbers[1], "孙奶奶", "2026-04", "3"), (numbers[1], "孙奶奶", "2026-01", "x"),
        ]  # fmt: skip
        done = meals(clerk, rows)
        assert rows_of(done) == [
            ("new", "这个月应发224.00元"), ("new", "这个月应发40.00元"), ("rejected", "这个人这个月没有核定这项待遇。"),
            ("rejected", "同一个人同一个月，文件里有两行。"), ("rejected", "月份看不懂、还没有开始，或者太久以前。"),
            ("rejected", "数量不是整数，或者太大。"),
        ]  # fmt: skip
        assert UnitCount.objects.count() == 0
        accept_return(city_officer, file_id=done.file_id)
        assert [dues(grant) for grant in grants] == [{"2026-02": [56 * 400]}, {"2026-02": [20 * 200]}]  # 28 days of two meals
        due = Due.objects.get(grant=grants[0])
        assert due.reason == "按次计发，计56餐；报来58餐，每天最多2餐、每月最多60餐，没有资格的日子不算"
        again = meals(clerk, rows[:2])
        assert verdicts(again) == {"unchanged": 2}
        accept_return(city_officer, file_id=again.file_id)
        assert (UnitCount.objects.count(), Due.objects.count()) == (2, 2)
    with on("2026-03-05"):  # another provider, then a correction
        accept_return(city_officer, file_id=meals(clerk, [(numbers[1], "孙奶奶", "2026-02", "10")], "二号餐桌").file_id)
        mended = meals(clerk, [(numbers[1], "孙奶奶", "2026-02", "18")])
        assert rows_of(mended) == [("update", "由20餐改为18餐；这个月应发56.00元")]
        accept_return(city_officer, file_id=mended.file_id)
        assert dues(grants[1]) == {"2026-02": [4_000, 6_000, 5_600]}
        newest = Due.objects.filter(grant=grants[1]).order_by("-revision")[0]
        assert newest.reason == "海边老年餐桌报来数量，由60.00元改为56.00元，计28餐"


def test_meals_of_days_without_entitlement_and_before_it_began_are_not_paid(
    seaside: Area, clerk: Actor, city_officer: Actor
) -> None:
    with on("2026-03-21"):
        person = at(seaside, "于爷爷", "1950-03-01", stated_on="2026-03-21", assistance="dibao", needs_meals=True)
        number = numbered(person, 1)
        known(person)
        actions.apply_for(
            clerk,
            person_id=person.id,
            benefit="meal_help",
            by_name="于爷爷",
            documents=["身份证或户口簿", "低保、特困或低保边缘证明"],
        )
        grant = grant_of(person, "meal_help")
        assert grant.from_on == dt.date(2026, 3, 21)
    with on("2026-05-20"):
        say(person, CIVIL, "2026-05-11", assistance="none")
        known(person)
        grant.refresh_from_db()
        assert (grant.state, grant.until_on) == ("ended", dt.date(2026, 5, 11))
        rows = [(number, "", "2026-03", "40"), (number, "", "2026-05", "25"), (number, "", "2026-04", "31")]
        done = meals(clerk, rows)
        assert verdicts(done) == {"new": 3}
        accept_return(city_officer, file_id=done.file_id)
        assert dues(grant) == {"2026-03": [22 * 400], "2026-04": [31 * 400], "2026-05": [20 * 400]}
    with on("2026-06-02"):
        actions.open_month(SYSTEM, month=month("2026-06"))
        assert sum(amounts[-1] for amounts in dues(grant).values()) == 73 * 400
        verdict = queries.return_file(city_officer, file_id=done.file_id, verdict=ReturnVerdict.NEW)
        assert [row.note for row in verdict.rows.items] == ["这个月应发88.00元", "这个月应发80.00元", "这个月应发124.00元"]
