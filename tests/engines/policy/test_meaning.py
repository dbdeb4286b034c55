"""Types, names and ages: from an expression to the resolved tree."""

import datetime as dt

import pytest

from songhe.basics.ages import to_days
from songhe.engines.policy.findings import LanguageError
from songhe.engines.policy.resolving import expression_node
from songhe.engines.policy.tree import (
    AgeTest,
    Aggregate,
    AggregateKind,
    And,
    Case,
    Column,
    Compare,
    Comparison,
    Const,
    In,
    Known,
    Node,
    Not,
    Or,
    OrElse,
    Ref,
    Rounding,
    Share,
    Type,
)
from tests.engines.policy.small_pack import DAY, pack

PACK = pack()
BIRTH = Column("birth_date", Type.DATE)
GRADE = Column("grade", Type.INT)


def node(text: str, expected: Type | None = None) -> Node:
    return expression_node(PACK, text, DAY, expected=expected)


def day(text: str) -> Const:
    return Const(to_days(dt.date.fromisoformat(text)), Type.DATE)


def born(sign: str, text: str, op: Comparison, number: int) -> Compare:
    return Compare(Comparison(sign), BIRTH, day(text), AgeTest("age", op, number))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age >= 80", born("<=", "1946-11-21", Comparison.GE, 80)),
        ("80 <= age", born("<=", "1946-11-21", Comparison.GE, 80)),
        ("age < 80", born(">", "1946-11-21", Comparison.LT, 80)),
        ("age > 79", born("<=", "1946-11-21", Comparison.GT, 79)),
        ("age <= 79", born(">", "1946-11-21", Comparison.LE, 79)),
        ("age = 80", And((born("<=", "1946-11-21", Comparison.GE, 80), born(">", "1945-11-21", Comparison.LT, 81)))),
        ("age <> 80", Or((born(">", "1946-11-21", Comparison.LT, 80), born("<=", "1945-11-21", Comparison.GE, 81)))),
        ("age between 60 and 69", And((born("<=", "1966-11-21", Comparison.GE, 60), born(">", "1956-11-21", Comparison.LE, 69)))),
        (
            "within_months(checked_on, 12)",
            Compare(
                Comparison.GE, Column("checked_on", Type.DATE), day("2025-11-21"), AgeTest("within_months", Comparison.LE, 12)
            ),
        ),
        (
            "years_since(checked_on) >= 2",
            Compare(Comparison.LE, Column("checked_on", Type.DATE), day("2024-11-21"), AgeTest("years_since", Comparison.GE, 2)),
        ),
        ("checked_on >= '2024-01-01'", Compare(Comparison.GE, Column("checked_on", Type.DATE), day("2024-01-01"))),
        ("'2024-01-01' > checked_on", Compare(Comparison.LT, Column("checked_on", Type.DATE), day("2024-01-01"))),
        ("assistance = 'dibao'", Compare(Comparison.EQ, Column("assistance", Type.CODE), Const(2, Type.CODE))),
        ("assistance in ('dibao', 'tekun', 'dibao')", In(Column("assistance", Type.CODE), (2, 1))),
        (
            "household.income <= p.line",
            Compare(Comparison.LE, Column("income", Type.MONEY, True), Const(100000, Type.MONEY, "line")),
        ),
        ("pension = money('0.01')", Compare(Comparison.EQ, Column("pension", Type.MONEY), Const(1, Type.MONEY))),
        ("local = true", Column("local", Type.BOOL)),
        ("local <> true", Not(Column("local", Type.BOOL))),
        ("false = local", Not(Column("local", Type.BOOL))),
        ("hard_up", Ref("hard_up", Type.BOOL)),
        ("known(grade)", Known(GRADE)),
        ("known(age)", Known(BIRTH)),
        ("or_else(grade, 0) >= 2", Compare(Comparison.GE, OrElse(GRADE, Const(0, Type.INT), Type.INT), Const(2, Type.INT))),
        (
            "or_else(assistance, 'none') = 'none'",
            Compare(Comparison.EQ, OrElse(Column("assistance", Type.CODE), Const(0, Type.CODE), Type.CODE), Const(0, Type.CODE)),
        ),
        ("hh_size() > 1", Compare(Comparison.GT, Aggregate(AggregateKind.SIZE, None, Type.INT), Const(1, Type.INT))),
        ("hh_any(local)", Aggregate(AggregateKind.ANY, Column("local", Type.BOOL), Type.BOOL)),
        ("hh_max(grade) = 4", Compare(Comparison.EQ, Aggregate(AggregateKind.MAX, GRADE, Type.INT), Const(4, Type.INT))),
        (
            "(local and hard_up) and alive",
            And((Column("local", Type.BOOL), Ref("hard_up", Type.BOOL), Column("alive", Type.BOOL))),
        ),
        ("share(pension, 1, 3, 'half_up')", Share(Column("pension", Type.MONEY), 1, 3, Rounding.HALF_UP)),
        (
            "case when local then 1 else 2 end",
            Case(((Column("local", Type.BOOL), Const(1, Type.INT)),), Const(2, Type.INT), Type.INT),
        ),
    ],
)
def test_nodes(text: str, expected: Node) -> None:
    assert node(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("grad >= 2", "unknown_variable"),
        ("income > money('1.00')", "unknown_variable"),
        ("household.grade > 1", "unknown_variable"),
        ("beds > 1", "unknown_variable"),
        ("p.bas > money('1.00')", "unknown_parameter"),
        ("assistance = 'dibo'", "unknown_code"),
        ("assistance = 2", "type"),
        ("assistance > 'dibao'", "type"),
        ("grade = '2'", "type"),
        ("pension > 100", "type"),
        ("pension > '100'", "type"),
        ("checked_on > 20240101", "type"),
        ("checked_on > '2024-02-30'", "type"),
        ("checked_on > '20240101'", "type"),
        ("age", "type"),
        ("age + 1 > 80", "type"),
        ("age >= pension", "type"),
        ("age in (60, 70)", "type"),
        ("age >= 300", "type"),
        ("years_since(grade) > 1", "type"),
        ("years_since(checked_on)", "type"),
        ("local and grade", "type"),
        ("not grade", "type"),
        ("local = alive", "type"),
        ("local in (1)", "type"),
        ("grade in (p.base)", "type"),
        ("grade in (grade)", "type"),
        ("grade + pension > 1", "type"),
        ("pension * pension > money('1.00')", "type"),
        ("checked_on - birth_date > 1", "type"),
        ("money(100) > pension", "type"),
        ("money('1.005') > pension", "type"),
        ("share(grade, 1, 2, 'down') > 1", "type"),
        ("share(pension, 1, 0, 'down') > pension", "expression"),
        ("share(pension, 1, 2, 'near') > pension", "expression"),
        ("or_else(grade, pension) > 1", "type"),
        ("or_else(grade, grade) > 1", "type"),
        ("case when grade then 1 else 2 end = 1", "type"),
        ("case when local then 1 else money('1.00') end = 1", "type"),
        ("'x'", "type"),
        ("hh_all(grade)", "type"),
        ("hh_sum(local) > 1", "type"),
        ("hh_sum(birth_date) > 1", "type"),
        ("hh_all(hh_any(local))", "nested_aggregate"),
        ("hh_any(all_old)", "nested_aggregate"),
        ("within_months(grade, 3)", "type"),
        ("within_months(checked_on, -1)", "type"),
        ("a = b = c", "unknown_variable"),
        ("grade = 1 = 1", "type"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, code: str) -> None:
    with pytest.raises(LanguageError) as refused:
        node(text, Type.BOOL)
    assert refused.value.code == code
    assert refused.value.fix


def test_a_close_name_is_suggested() -> None:
    with pytest.raises(LanguageError, match="是不是想写 grade"):
        node("grad >= 2")
    with pytest.raises(LanguageError, match=r"请写 household\.income"):
        node("income > money('1.00')")
    with pytest.raises(LanguageError, match="是不是想写 'dibao'"):
        node("assistance = 'dibo'")
