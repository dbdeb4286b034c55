"""A pack on a date: parameters, versions and birthdays of that day, readings, and the hash."""

import datetime as dt

import pytest

from songhe.basics.ages import to_days
from songhe.engines.policy.findings import PackInvalid
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Status
from songhe.engines.policy.tree import AgeTest, Column, Compare, Comparison, Const, Type
from tests.engines.policy.small_pack import BENEFITS, DAY, DEFINITIONS, PARAMETERS, answer, benefit, pack, rulebook

E, N, OUT = Status.ELIGIBLE, Status.NOT_ELIGIBLE, Status.NOT_IN_FORCE


def test_parameters_are_those_of_the_day() -> None:
    assert rulebook(dt.date(2025, 12, 31)).parameters["base"].value == 10000
    assert rulebook(dt.date(2026, 1, 1)).parameters["base"].value == 12000
    assert rulebook(dt.date(2026, 1, 1)).parameters["base"].cite.status == "assumed"
    assert answer(rulebook(dt.date(2025, 12, 31)), {"local": True})["allowance"] == (E, 10000)
    assert answer(rulebook(), {"local": True})["allowance"] == (E, 12000)


def test_a_benefit_is_in_force_from_day_to_day() -> None:
    text = BENEFITS.replace("from: 2020-01-01, to: null", "from: 2024-02-01, to: 2024-02-29")
    for day, status in [("2024-01-31", OUT), ("2024-02-01", E), ("2024-02-29", E), ("2024-03-01", OUT)]:
        rules = rulebook(dt.date.fromisoformat(day), benefits=text)
        assert answer(rules, {"local": True, "birth_date": "1930-01-01"})["allowance"][0] is status
    assert rulebook(dt.date(2024, 3, 1), benefits=text).condition_count == 0


def test_a_version_replaces_from_its_day_on() -> None:
    later = "  versions:\n    - {from: 2026-07-01, pay: p.cap, cite: {doc: plan, clause: 七}}\n"
    assert answer(rulebook(dt.date(2026, 6, 30), benefits=BENEFITS + later), {"local": True})["allowance"] == (E, 12000)
    rules = rulebook(dt.date(2026, 7, 1), benefits=BENEFITS + later)
    assert answer(rules, {"local": True})["allowance"] == (E, 30000)
    assert rules.benefits[0].cite.clause == "七"


def test_a_parameter_without_a_value_is_told_with_its_line() -> None:
    text = PARAMETERS.replace('from: 2020-01-01, value: "300.00"', 'from: 2027-01-01, value: "300.00"')
    loaded = pack(parameters=text, benefits=benefit("a", "local", "p.cap"))
    with pytest.raises(PackInvalid) as refused:
        resolve(loaded, DAY)
    assert [(f.file, f.line, f.code) for f in refused.value.findings] == [("city/benefits.yaml", 8, "parameter_without_value")]
    assert "2026-11-21 没有值" in refused.value.findings[0].message
    assert resolve(loaded, dt.date(2027, 1, 1)).parameters["cap"].value == 30000


def test_what_is_not_in_force_needs_no_value() -> None:
    text = PARAMETERS.replace('from: 2020-01-01, value: "300.00"', 'from: 2027-01-01, value: "300.00"')
    late = benefit("a", "local", "p.cap").replace("from: 2020-01-01", "from: 2027-01-01")
    assert rulebook(parameters=text, benefits=late).benefits[0].in_force is False


def test_changed_parameters_and_readings_and_definitions() -> None:
    readings = """\
poor:
  title: 困难
  ambiguity: 不明
  readings: {narrow: {title: 窄, if: "assistance = 'tekun'"}, wide: {title: 宽, if: "assistance <> 'none'"}}
  chosen: narrow
  cite: {doc: plan, clause: 四}
"""
    loaded = pack(definitions=DEFINITIONS + readings, benefits=benefit("a", "poor", "p.base"))
    dibao = {"assistance": "dibao"}
    assert answer(resolve(loaded, DAY), dibao)["a"] == (N, 0)
    assert answer(resolve(loaded, DAY, readings={"poor": "wide"}), dibao)["a"] == (E, 12000)
    assert answer(resolve(loaded, DAY, readings={"poor": "wide"}, parameters={"base": 777}), dibao)["a"] == (E, 777)
    assert answer(resolve(loaded, DAY, definitions={"poor": "assistance in ('dibao')"}), dibao)["a"] == (E, 12000)
    assert resolve(loaded, DAY, readings={"poor": "wide"}).definitions[-1].reading == "wide"
    for bad in ({"readings": {"poor": "x"}}, {"readings": {"nobody": "x"}}, {"definitions": {"poor": "grade is null"}}):
        with pytest.raises(PackInvalid):
            resolve(loaded, DAY, **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "birth", "status"),
    [
        ("on_the_day", "1946-11-21", E),
        ("on_the_day", "1946-11-22", N),
        ("month_of", "1946-11-30", E),
        ("month_of", "1946-12-01", N),
        ("month_after", "1946-10-31", E),
        ("month_after", "1946-11-01", N),
    ],
)
def test_each_benefit_counts_birthdays_its_own_way_also_through_definitions(rule: str, birth: str, status: Status) -> None:
    definitions = 'aged: {title: 高龄, if: "age >= 80", cite: {doc: plan, clause: 四}}\n'
    definitions += 'aged_local: {title: 本市高龄, if: "aged and local", cite: {doc: plan, clause: 四}}\n'
    for who in ("age >= 80", "aged", "aged_local", "hh_all(aged)"):
        rules = rulebook(definitions=definitions, benefits=benefit("a", who, "p.base", f"birthday: {rule}"))
        assert answer(rules, {"birth_date": birth, "local": True})["a"][0] is status


def test_a_definition_keeps_its_own_way_for_other_benefits() -> None:
    definitions = 'aged: {title: 高龄, if: "age >= 80", cite: {doc: plan, clause: 四}}\n'
    both = benefit("a", "aged", "p.base", "birthday: month_of") + benefit("b", "aged", "p.base")
    rules = rulebook(definitions=definitions, benefits=both)
    assert answer(rules, {"birth_date": "1946-11-30"}) == {"a": (E, 12000), "b": (N, 0)}
    cutoff = Const(to_days(dt.date(1946, 11, 21)), Type.DATE)
    wanted = Compare(Comparison.LE, Column("birth_date", Type.DATE), cutoff, AgeTest("age", Comparison.GE, 80))
    assert rules.definitions[0].node == wanted


def test_circles_are_told() -> None:
    circle = "x: {title: 甲, if: y, cite: {doc: plan, clause: 一}}\ny: {title: 乙, if: not x, cite: {doc: plan, clause: 一}}\n"
    with pytest.raises(PackInvalid) as refused:
        rulebook(definitions=circle, benefits=benefit("a", "x"))
    assert any(f.code == "circle" and "x → y → x" in f.message for f in refused.value.findings)


def test_equal_content_equal_hash() -> None:
    assert rulebook().hash == rulebook().hash
    assert len(rulebook().hash) == 64
    others = [
        rulebook(dt.date(2026, 11, 22)),
        rulebook(benefits=BENEFITS.replace("age >= 80", "age > 80")),
        rulebook(benefits=BENEFITS.replace("p.base * 2", "p.base")),
    ]
    assert len({rulebook().hash, *(rules.hash for rules in others)}) == 4
    assert rulebook(parameters=PARAMETERS.replace('value: "1000.00"', 'value: "1000.01"')).hash != rulebook().hash


def test_facilities_have_their_own_rulebook() -> None:
    text = BENEFITS + benefit("beds", "beds >= 100").replace("  rules", "  for: facility\n  rules")
    loaded = pack(benefits=text)
    rules = resolve(loaded, DAY, entity="facility")
    assert [b.id for b in rules.benefits] == ["beds"]
    assert set(rules.variables) == {"beds"}
    assert [b.id for b in resolve(loaded, DAY).benefits] == ["allowance"]
    for wrong in ("local", "hh_any(beds > 1)", "household.rented"):
        with pytest.raises(PackInvalid):
            resolve(
                pack(benefits=BENEFITS + benefit("beds", wrong).replace("  rules", "  for: facility\n  rules")),
                DAY,
                entity="facility",
            )


def test_announced_benefits_are_kept_but_never_decided() -> None:
    loaded = pack(
        benefits=BENEFITS + "soon: {title: 将来, status: announced, rules: [E03], cite: {doc: plan, clause: 九}, note: 待定}\n"
    )
    assert loaded.benefits["soon"].announced
    assert [b.id for b in resolve(loaded, DAY).benefits] == ["allowance"]
