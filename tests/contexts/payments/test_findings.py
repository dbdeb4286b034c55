"""What the checks of a frozen list find, each with its sentence, and how findings are settled."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import ListAltered, OpenFindings
from songhe.contexts.payments.models import Finding, Payment
from songhe.contexts.payments.words import Check, Settled
from songhe.contexts.people.models import LinkCandidate, Person
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.errors import InvalidInput
from tests.contexts.payments.conftest import AGE, APPROVER, APRIL, MAKER, MARCH, Town, answered, sent


def checked(month: dt.date = MARCH) -> int:
    run = actions.prepare_run(MAKER, month=month)
    actions.freeze_run(MAKER, run_id=run.run_id)
    actions.check_run(MAKER, run_id=run.run_id)
    return run.run_id


def found(run_id: int) -> list[tuple[str, str]]:
    return [(line.check.value, line.sentence) for line in queries.findings(MAKER, run_id=run_id).items]


def given(town: Town, name: str, account: str, amount: int = 1000, *, month: dt.date = MARCH, **facts: object) -> None:
    town.person(name, account, **facts)
    town.grant(name, amount)
    town.due(name, month, amount)


def test_people_in_doubt_accounts_missing_shared_and_names_too_long(town: Town) -> None:
    given(town, "已故", "6222000000000001", alive=False)
    given(town, "迁走", "6222000000000002", registered_here=False, resident_here=False)
    given(town, "一人", "6222000000000003")
    given(town, "又一人", "6222000000000004")
    given(town, "无账号", "")
    given(town, "长" * 31, "6231000000000005")
    for n in (1, 2, 3):
        given(town, f"同户{n}", "6222000000000099")
    given(town, "老伴1", "6222000000000088")
    given(town, "老伴2", "6222000000000088")
    one, other = (Person.objects.get(id=town.people[name]) for name in ("一人", "又一人"))
    LinkCandidate.objects.create(
        person=one, other=other, area_path=other.area_path, from_area_path=one.area_path, probability=0.9, found_at=clock.now()
    )
    run = checked()
    assert sorted(found(run)) == sorted(
        [
            ("no_account", "无账号没有收款账号，请社区核对后再发。"),
            ("unfit", f"户名“{'长' * 31}”写不进银行文件，请核对姓名。"),
            ("dead", "已故已登记去世，名单冻结以后才知道的不再自动移出，请核实后暂缓。"),
            ("moved", "迁走的户口和住处都已不在本市。"),
            ("suspected", "一人可能与另一条登记是同一人，还没有人核对。"),
            ("suspected", "又一人可能与另一条登记是同一人，还没有人核对。"),
            *[("shared_account", f"同户{n}的账号同时给3个人收款，最多可以2个，请核实是谁的账号。") for n in (1, 2, 3)],
        ]
    )
    with pytest.raises(OpenFindings) as refused:
        actions.approve_run(APPROVER, run_id=run)
    assert refused.value.sentence == "还有9条核对结果没有处理。"


def test_two_benefits_of_one_exclusive_group(town: Town) -> None:
    group = next(iter(policy.pack_in_use().pack.groups.values()))
    first, second = group.among[:2]
    town.person("甲", "6222000000000001")
    for benefit in (first, second):
        town.grant("甲", 1000, benefit=benefit)
        town.due("甲", MARCH, 1000, benefit=benefit)
    ((check, sentence),) = found(checked())
    assert check == "doubled_benefit"
    assert sentence.startswith("甲2026年3月已有")
    assert group.title in sentence


def test_an_account_that_changed_and_a_sum_that_jumped(pair: Town) -> None:
    answered(sent().run_id)
    pair.account("吴秀兰", "6222777777777777")
    pair.due("吴秀兰", APRIL, 200000)
    pair.due("李国华", APRIL, 8000)
    with clock.frozen(dt.date(2026, 4, 10)):
        run = checked(APRIL)
        assert found(run) == [
            ("account_changed", "吴秀兰的收款账号和上次发放时不同，请核实是本人改的。"),
            ("month_sum", "甲镇的高龄老年人生活津贴本月2,000.00元，上月100.00元，变动超过20%，请说明原因。"),
        ]


def test_no_fund_pays_more_than_its_line(pair: Town) -> None:
    actions.keep_fund_line(APPROVER, fund="city_budget", year=2026, amount=17999, document="试财〔2026〕2号")
    run = checked()
    assert found(run) == [("fund_exceeded", "本级养老服务资金2026年只剩179.99元，这一批要180.00元。")]
    (fund, *_) = queries.funds(APPROVER, year=2026)
    assert (fund.given, fund.bound, fund.spent, fund.left, fund.revision, fund.assumed) == (17999, 18000, 0, -1, 2, False)
    with pytest.raises(InvalidInput):
        actions.settle_findings(MAKER, run_id=run, check=Check.FUND_EXCEEDED, how=Settled.HELD, reason="不够")
    actions.keep_fund_line(APPROVER, fund="city_budget", year=2026, amount=18000, document="试财〔2026〕3号")
    assert actions.check_run(MAKER, run_id=run).open == 0


def test_held_and_released_with_reasons_and_checked_again(town: Town) -> None:
    for n in (1, 2, 3):
        given(town, f"同户{n}", "6222000000000099")
    run = checked()
    first, second, third = Finding.objects.filter(run_id=run).order_by("id")
    with pytest.raises(InvalidInput):
        actions.settle_finding(MAKER, finding_id=first.pk, how=Settled.HELD, reason=" ")
    assert Payment.objects.filter(state="held").count() == 0
    assert actions.settle_finding(MAKER, finding_id=first.pk, how=Settled.HELD, reason="本人没有账号").open == 2
    done = actions.settle_findings(MAKER, run_id=run, finding_ids=[second.pk, third.pk], how=Settled.RELEASED, reason="女儿代收")
    assert (done.settled, done.open) == (2, 0)
    assert actions.check_run(MAKER, run_id=run).open == 0
    assert list(Payment.objects.order_by("id").values_list("state", flat=True)) == ["held", "listed", "listed"]
    actions.settle_finding(MAKER, finding_id=first.pk, how=Settled.RELEASED, reason="已办账号委托")
    assert Payment.objects.filter(state="held").count() == 0
    line = queries.findings(MAKER, run_id=run, check=Check.SHARED_ACCOUNT).items[0]
    assert (line.how, line.reason, line.payment.name) == (Settled.RELEASED, "已办账号委托", "同户1")  # type: ignore[union-attr]


def test_a_list_that_was_altered_is_not_approved(pair: Town) -> None:
    run = checked()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payment DISABLE TRIGGER payment_changed")
        cursor.execute("UPDATE payment SET amount = amount + 1 WHERE payee_name = '吴秀兰'")
        cursor.execute("ALTER TABLE payment ENABLE TRIGGER payment_changed")
    with pytest.raises(ListAltered):
        actions.approve_run(APPROVER, run_id=run)
    assert queries.trial_balance(APPROVER, year=2026).lines == ()


def test_what_is_bound_spent_and_needed(pair: Town) -> None:
    answered(sent().run_id, ["李国华"])
    (line,) = queries.forecast(APPROVER, year=2026).lines
    assert (line.benefit, line.paid, line.open, line.a_month, line.months, line.need) == (AGE, 10000, 8000, 18000, 9, 180000)
    outlook = queries.forecast(APPROVER, year=2026).funds[0]
    assert (outlook.need, outlook.short) == (180000, 0)
    shares = queries.lottery_share(APPROVER, year=2026)
    assert (shares.lines, [reading.share for reading in shares.readings], shares.paid_here) == (0, [None, None], 0)
