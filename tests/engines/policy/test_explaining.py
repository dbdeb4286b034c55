"""Reasons: values with their source, what is missing of whom, parameters with clause, what a cap or another benefit changed."""

import datetime as dt

from songhe.engines.policy.explaining import Explanation, FactSource, MissingFact, ShownFact, explain, explain_household
from songhe.engines.policy.flipping import Answer, DecidesIf
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Rulebook, Status
from tests.engines.policy.small_pack import benefit, household, rulebook

N, E, U, D, OTHER, P, OUT = Status


def of(rules: Rulebook, house: HouseholdInput, name: str, member: int = 0, **more: object) -> Explanation:
    return next(e for e in explain(rules, house, member, **more) if e.benefit == name)  # type: ignore[arg-type]


def test_values_carry_source_and_what_follows_from_them() -> None:
    sources = {1: {"birth_date": FactSource("公安", dt.date(2026, 10, 1))}}
    found = of(rulebook(), household({"local": True, "birth_date": "1946-11-21"}), "allowance", sources=sources)
    assert (found.status, found.amount, found.applies, found.title, found.period) == (E, 12000, True, "高龄津贴", "month")
    age, local = found.conditions
    assert (age.id, age.result, age.text, age.expression, age.cite.clause) == ("age", True, "已满80周岁", "age >= 80", "五")
    assert age.values == (
        ShownFact("birth_date", "出生日期", "1946年11月21日", "公安", dt.date(2026, 10, 1), ""),
        ShownFact("birth_date", "年龄", "80周岁", "公安", dt.date(2026, 10, 1), ""),
    )
    assert local.values == (ShownFact("local", "本市户籍", "是", "", None, ""),)
    assert [(p.name, p.value, p.cite.status, p.valid_from) for p in found.parameters] == [
        ("base", 12000, "assumed", dt.date(2026, 1, 1))
    ]
    assert (found.missing, found.decides_if, found.reduced, found.displaced_by) == ((), (), None, None)


def test_texts_follow_the_result() -> None:
    found = of(rulebook(), household({"local": None, "birth_date": "1950-01-01"}), "allowance")
    assert found.status is N
    assert [(c.result, c.text) for c in found.conditions] == [(False, "还没有满80周岁"), (None, "请核对户口")]
    assert found.conditions[1].missing == (MissingFact("local", "本市户籍", "公安", "", 0),)
    assert found.missing == ()
    assert found.amount is None


def test_missing_facts_name_the_household_member() -> None:
    rules = rulebook(benefits=benefit("a", "all_old and hard_up", "p.base"))
    house = household({"assistance": None}, {"birth_date": None}, {"birth_date": "1980-01-01", "alive": None}, income=100001)
    found = of(rules, household({"assistance": None}, {"birth_date": None}), "a")
    assert found.status is U
    assert set(found.missing) == {
        MissingFact("birth_date", "出生日期", "公安", "人2", 1),
        MissingFact("assistance", "社会救助类别", "民政", "", 0),
        MissingFact("income", "家庭人均月收入", "民政", "", None),
    }
    assert {(fact.variable, fact.member) for fact in of(rules, house, "a").missing} == {
        ("birth_date", "人2"),
        ("alive", "人3"),
        ("assistance", ""),
    }
    values = of(rules, house, "a").conditions[0].values
    assert {(fact.label, fact.shown, fact.member) for fact in values if fact.variable == "birth_date"} == {
        ("出生日期", "1940年1月1日", ""),
        ("年龄", "86周岁", ""),
        ("出生日期", "1980年1月1日", "人3"),
        ("年龄", "46周岁", "人3"),
    }


def test_only_facts_that_matter_are_missing() -> None:
    rules = rulebook(
        benefits=benefit("a", "local or grade >= 1")
        + benefit("b", "case when local then grade >= 1 else rich end").replace("rich", "alive")
    )
    found = {e.benefit: e for e in explain(rules, household({"local": True, "grade": None}), 0)}
    assert (found["a"].status, found["a"].missing) == (E, ())
    assert [fact.variable for fact in found["b"].missing] == ["grade"]
    found = {e.benefit: e for e in explain(rules, household({"local": None, "grade": None}), 0)}
    assert [fact.variable for fact in found["b"].missing] == ["local"]


def test_decides_if_says_what_each_value_leads_to() -> None:
    rules = rulebook(benefits=benefit("a", "grade >= 2", "case when grade >= 3 then p.cap else p.base end"))
    found = of(rules, household({"grade": None}), "a")
    assert found.decides_if == (
        DecidesIf("grade", "能力等级", "", (Answer("1级及以下", N, 0), Answer("2级", E, 12000), Answer("3级及以上", E, 30000))),
    )


def test_decides_if_over_codes_dates_money_and_truths() -> None:
    rules = rulebook(
        benefits=benefit("a", "assistance in ('tekun', 'dibao')")
        + benefit("b", "age between 80 and 89")
        + benefit("c", "household.income <= p.line")
        + benefit("d", "local")
    )
    found = {
        e.benefit: e.decides_if for e in explain(rules, household({"assistance": None, "birth_date": None, "local": None}), 0)
    }
    assert found["a"][1].answers == (Answer("无", N, 0), Answer("特困供养、低保", U, 0))
    born = next(d for d in found["b"] if d.variable == "birth_date")
    assert [(a.values, a.status) for a in born.answers] == [
        ("1936年11月21日及以前", N),
        ("1936年11月22日至1946年11月21日", E),
        ("1946年11月22日及以后", N),
    ]
    known = {e.benefit: e.decides_if for e in explain(rules, household({"local": None}), 0)}
    assert known["c"] == (
        DecidesIf("income", "家庭人均月收入", "", (Answer("1,000.00元/月及以下", E, 0), Answer("1,000.01元/月及以上", N, 0))),
    )
    assert known["d"] == (DecidesIf("local", "本市户籍", "", (Answer("是", E, 0), Answer("否", N, 0))),)


def test_decides_if_names_another_member() -> None:
    rules = rulebook(benefits=benefit("a", "all_old", "p.base"))
    (decides,) = of(rules, household({}, {"birth_date": None}), "a").decides_if
    assert (decides.member, decides.variable) == ("人2", "birth_date")
    assert [(a.values, a.status, a.amount) for a in decides.answers] == [
        ("1966年11月21日及以前", E, 12000),
        ("1966年11月22日及以后", N, 0),
    ]


def test_what_a_cap_took() -> None:
    texts = benefit("a", "local", "p.base") + benefit("b", "local", "p.base * 2")
    cap = "caps: {c: {title: 上限, total: p.cap, among: [a, b], unknown_mate: hold, cite: {doc: plan, clause: 九}}}\n"
    rules = rulebook(benefits=texts, groups=cap)
    found = of(rules, household({"local": True}), "b")
    assert found.reduced is not None
    assert (found.amount, found.reduced.was, found.reduced.cap, found.reduced.cite.clause) == (18000, 24000, "c", "九")
    assert of(rules, household({"local": True}), "a").reduced is None


def test_what_another_benefit_displaced_and_what_holds_it_open() -> None:
    texts = benefit("a", "grade >= 1", "p.cap") + benefit("b", "local", "p.base")
    group = "exclusive: {g: {title: 组, keep: highest, among: [a, b], unknown_mate: hold, cite: {doc: plan, clause: 八}}}\n"
    rules = rulebook(benefits=texts, groups=group)
    found = of(rules, household({"grade": 1, "local": True}), "b")
    assert found.displaced_by is not None
    assert (found.status, found.displaced_by.benefit, found.displaced_by.certain, found.displaced_by.cite.clause) == (
        D,
        "a",
        True,
        "八",
    )
    held = of(rules, household({"grade": None, "local": True}), "b")
    assert held.displaced_by is not None
    assert (held.status, held.displaced_by.benefit, held.displaced_by.certain) == (U, "a", False)
    assert [fact.variable for fact in held.missing] == ["grade"]
    assert held.decides_if[0].answers == (Answer("0级", E, 12000), Answer("1级及以上", D, 0))


def test_another_member_is_named() -> None:
    rules = rulebook(benefits=benefit("a", "local", "p.base", "once_per_household: {first_by: [birth_date]}"))
    house = household({"local": True, "birth_date": "1945-01-01"}, {"local": True})
    found = of(rules, house, "a")
    assert found.displaced_by is not None
    assert (found.status, found.displaced_by.member, found.displaced_by.certain) == (OTHER, "人2", True)
    open_ = of(rules, household({"local": True, "birth_date": "1945-01-01"}, {"local": None}), "a")
    assert (open_.status, [(f.variable, f.member) for f in open_.missing]) == (U, [("local", "人2")])
    unordered = of(rules, household({"local": True, "birth_date": None}, {"local": True}), "a")
    assert ("birth_date", "") in [(f.variable, f.member) for f in unordered.missing]


def test_not_in_force_and_not_spoken_of() -> None:
    rules = rulebook(benefits=benefit("a", "local", "p.base").replace("from: 2020-01-01", "from: 2027-01-01"))
    found = of(rules, household({"local": True}), "a")
    assert (found.status, found.conditions, found.amount) == (OUT, (), None)
    young = of(rulebook(), household({"birth_date": "1990-01-01"}), "allowance")
    assert (young.status, young.applies, young.conditions) == (N, False, ())


def test_whole_households_are_explained_as_each_member_is() -> None:
    rules = rulebook()
    house = household({"local": True}, {"local": None}, {"alive": False})
    assert explain_household(rules, house) == tuple(explain(rules, house, i) for i in range(3))
    assert [member[0].status for member in explain_household(rules, house)] == [E, U, N]
