"""One household: three-valued conditions, aggregates, and every stage with its unknowns, to the fen."""

import pytest

from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.encoding import EncodingProblem
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Rulebook, Status
from tests.engines.policy.small_pack import answer, benefit, decide, household, rulebook

N, E, U, D, OTHER, P, OUT = Status
ONE = "grade >= 1"


def test_conditions_and_masks() -> None:
    rules = rulebook()
    decision = decide(
        rules, {"local": True}, {"local": None}, {"local": False}, {"birth_date": None, "local": True}, {"alive": False}
    )
    assert [d.statuses for d in decision] == [(E,), (U,), (N,), (U,), (N,)]
    assert [d.amounts for d in decision] == [(12000,), (0,), (0,), (0,), (0,)]
    assert [(d.true, d.unknown) for d in decision] == [(0b11, 0), (0b01, 0b10), (0b01, 0), (0b10, 0b01), (0, 0)]
    assert [d.applies for d in decision] == [True, True, True, True, False]


def test_age_on_the_day_before_on_and_after() -> None:
    rules = rulebook()
    for birth, status, amount in [
        ("1946-11-22", N, 0),
        ("1946-11-21", E, 12000),
        ("1936-11-22", E, 12000),
        ("1936-11-21", E, 24000),
    ]:
        assert answer(rules, {"birth_date": birth, "local": True})["allowance"] == (status, amount)


def test_the_pack_does_not_speak_of_the_young_but_they_are_members() -> None:
    rules = rulebook(benefits=benefit("a", "all_old", "p.base"))
    assert answer(rules, {}, {"birth_date": "1970-01-01"}) == {"a": (N, 0)}
    assert answer(rules, {}, {"birth_date": "1970-01-01", "alive": False}) == {"a": (E, 12000)}
    assert answer(rules, {}, {"birth_date": "1970-01-01", "alive": None}) == {"a": (U, 0)}
    assert answer(rules, {}, {"birth_date": None}) == {"a": (U, 0)}
    assert answer(rules, {}, {"birth_date": None}, {"birth_date": "1990-01-01"}) == {"a": (N, 0)}


def test_applies_unknown_holds_every_benefit() -> None:
    rules = rulebook(benefits=benefit("a", "local", "p.base"))
    decision = decide(rules, {"alive": None, "local": True})[0]
    assert (decision.applies, decision.statuses, decision.amounts, decision.true) == (True, (U,), (0,), 1)
    assert decide(rules, {"alive": None, "local": False})[0].statuses == (N,)


@pytest.mark.parametrize(
    ("who", "persons", "expected"),
    [
        ("hh_any(local)", [{"local": None}, {"local": True}], E),
        ("hh_any(local)", [{"local": None}, {"local": False}], U),
        ("hh_any(local)", [{"local": False}, {"local": True, "alive": None}], U),
        ("hh_all(local)", [{"local": None}, {"local": False}], N),
        ("hh_all(local)", [{"local": True}, {"local": None}], U),
        ("hh_all(local)", [{"local": True}, {"local": False, "alive": None}], U),
        ("hh_all(local)", [{"local": True}, {"local": True, "alive": None}], E),
        ("hh_count(local) >= 1", [{"local": True}, {"local": None}], U),
        ("hh_count(local) = 1", [{"local": True}, {"local": False}], E),
        ("hh_count(local) = 1", [{"local": True}, {"local": False, "alive": None}], E),
        ("hh_size() = 2", [{}, {}], E),
        ("hh_size() = 2", [{}, {"alive": None}], U),
        ("hh_size() = 2", [{}, {}, {"alive": False}], E),
        ("hh_sum(grade) = 3", [{"grade": 1}, {"grade": 2}], E),
        ("hh_sum(grade) = 1", [{"grade": 1}, {"grade": None, "alive": False}], E),
        ("hh_sum(grade) >= 1", [{"grade": 1}, {"grade": None}], U),
        ("hh_min(grade) = 1", [{"grade": 1}, {"grade": 2}], E),
        ("hh_max(grade) = 2", [{"grade": 1}, {"grade": 2}], E),
        ("hh_max(grade) >= 2", [{"grade": 2}, {"grade": None}], U),
        ("hh_min(birth_date) < '1945-01-01'", [{}, {"birth_date": "1950-01-01"}], E),
    ],
)
def test_aggregates(who: str, persons: list[dict[str, object]], expected: Status) -> None:
    rules = rulebook(benefits=benefit("a", who))
    assert answer(rules, *persons)["a"][0] is expected


@pytest.mark.parametrize(
    ("who", "facts", "expected"),
    [
        ("known(grade)", {"grade": None}, N),
        ("known(grade)", {"grade": 0}, E),
        ("or_else(grade, 3) >= 2", {"grade": None}, E),
        ("or_else(grade, 3) >= 2", {"grade": 1}, N),
        ("local or grade >= 1", {"local": True, "grade": None}, E),
        ("local or grade >= 1", {"local": False, "grade": None}, U),
        ("local and grade >= 1", {"local": False, "grade": None}, N),
        ("not (local and grade >= 1)", {"local": False, "grade": None}, E),
        ("assistance in ('dibao', 'tekun')", {"assistance": "tekun"}, E),
        ("assistance not in ('dibao', 'tekun')", {"assistance": None}, U),
        ("assistance <> 'none'", {"assistance": "none"}, N),
        ("case when grade >= 2 then local else true end", {"grade": 1, "local": None}, E),
        ("case when grade >= 2 then local else true end", {"grade": None, "local": True}, U),
        ("grade * 2 - 1 > 2 + 0 * grade", {"grade": 2}, E),
        ("0 * grade = 0", {"grade": None}, U),
        ("share(pension, 1, 3, 'down') = money('0.33')", {"pension": 100}, E),
        ("share(pension, 1, 3, 'up') = money('0.34')", {"pension": 100}, E),
        ("share(pension, 1, 8, 'half_up') = money('0.13')", {"pension": 100}, E),
        ("share(pension, 1, 8, 'half_up') = money('-0.13')", {"pension": -100}, E),
        ("share(pension, 1, 3, 'down') = money('-0.33')", {"pension": -100}, E),
        ("within_months(checked_on, 12)", {"checked_on": "2025-11-21"}, E),
        ("within_months(checked_on, 12)", {"checked_on": "2025-11-20"}, N),
        ("years_since(checked_on) >= 2", {"checked_on": "2024-11-22"}, N),
        ("household.income <= p.line", {}, U),
    ],
)
def test_expressions(who: str, facts: dict[str, object], expected: Status) -> None:
    assert answer(rulebook(benefits=benefit("a", who)), facts)["a"][0] is expected


def test_household_facts_to_the_fen() -> None:
    rules = rulebook(benefits=benefit("a", "household.income <= p.line", "p.line - household.income"))
    assert answer(rules, {}, income=100000)["a"] == (E, 0)
    assert answer(rules, {}, income=100001)["a"] == (N, 0)
    assert answer(rules, {}, income=99999)["a"] == (E, 1)


def test_a_negative_amount_is_nothing_and_an_unknown_one_cannot_be_told() -> None:
    rules = rulebook(benefits=benefit("a", "local", "p.base - pension"))
    assert answer(rules, {"local": True, "pension": 12001})["a"] == (E, 0)
    assert answer(rules, {"local": True, "pension": 11999})["a"] == (E, 1)
    assert answer(rules, {"local": True, "pension": None})["a"] == (U, 0)
    assert answer(rules, {"local": False, "pension": None})["a"] == (N, 0)


# once per household


def once(more: str = "once_per_household: {first_by: [birth_date]}") -> Rulebook:
    return rulebook(benefits=benefit("a", "local", "p.base", more))


def statuses(rules: Rulebook, *persons: dict[str, object]) -> list[Status]:
    return [d.statuses[0] for d in decide(rules, *persons)]


def test_once_per_household_goes_to_the_first() -> None:
    young, old = {"local": True, "birth_date": "1945-01-01"}, {"local": True, "birth_date": "1940-01-01"}
    assert statuses(once(), young, old) == [OTHER, E]
    assert statuses(once(), old, young) == [E, OTHER]
    assert statuses(once(), {"local": True}, {"local": True}) == [E, OTHER]
    assert statuses(once(), {"local": False, "birth_date": "1930-01-01"}, young, old) == [N, OTHER, E]


def test_once_per_household_with_unknown_mates() -> None:
    maybe_old = {"local": None, "birth_date": "1940-01-01"}
    young, old = {"local": True, "birth_date": "1945-01-01"}, {"local": True, "birth_date": "1935-01-01"}
    assert statuses(once(), maybe_old, young) == [U, U]
    assert statuses(once(), maybe_old, old) == [U, E]
    assert statuses(once(), maybe_old, old, young) == [U, E, OTHER]


def test_once_per_household_with_an_unknown_order() -> None:
    rules = rulebook(benefits=benefit("a", "local", "p.base", "once_per_household: {first_by: [grade]}"))
    assert statuses(rules, {"local": True, "grade": 1}, {"local": True, "grade": None}) == [U, U]
    assert statuses(rules, {"local": True, "grade": None}, {"local": False, "grade": None}) == [E, N]
    assert statuses(rules, {"local": True, "grade": 2}, {"local": True, "grade": 1}, {"local": True, "grade": None}) == [
        OTHER,
        U,
        U,
    ]


def test_who_the_pack_does_not_speak_of_is_no_candidate() -> None:
    assert statuses(once(), {"local": True, "birth_date": "1930-01-01", "alive": False}, {"local": True}) == [N, E]


# exclusive groups


def grouped(keep: str, mate: str, *pays: str, who: tuple[str, ...] = ("grade >= 1", "local", "known(birth_date)")) -> Rulebook:
    names = "abc"[: len(pays)]
    texts = "".join(benefit(name, who[k], pay) for k, (name, pay) in enumerate(zip(names, pays, strict=True)))
    group = f"exclusive: {{g: {{title: 组, keep: {keep}, among: [{', '.join(names)}], unknown_mate: {mate}, cite: {{doc: plan, clause: 八}}}}}}\n"
    return rulebook(benefits=texts, groups=group)


def test_keep_first() -> None:
    rules = grouped("first", "hold", "p.base", "p.cap")
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (D, 0)}
    assert answer(rules, {"grade": 0, "local": True}) == {"a": (N, 0), "b": (E, 30000)}
    assert answer(rules, {"grade": None, "local": True}) == {"a": (U, 0), "b": (U, 0)}
    assert answer(rules, {"grade": 1, "local": None}) == {"a": (E, 12000), "b": (U, 0)}
    assert answer(grouped("first", "provisional", "p.base", "p.cap"), {"grade": None, "local": True}) == {
        "a": (U, 0),
        "b": (P, 30000),
    }


def test_keep_highest() -> None:
    rules = grouped("highest", "provisional", "p.base", "p.cap")
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (D, 0), "b": (E, 30000)}
    assert answer(rules, {"grade": None, "local": True}) == {"a": (U, 0), "b": (E, 30000)}
    assert answer(rules, {"grade": 1, "local": None}) == {"a": (P, 12000), "b": (U, 0)}
    assert answer(grouped("highest", "hold", "p.base", "p.cap"), {"grade": 1, "local": None}) == {"a": (U, 0), "b": (U, 0)}
    tie = grouped("highest", "hold", "p.base", "p.base")
    assert answer(tie, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (D, 0)}
    assert answer(tie, {"grade": 1, "local": None}) == {"a": (E, 12000), "b": (U, 0)}


def test_keep_highest_with_an_unknown_amount() -> None:
    rules = grouped("highest", "provisional", "pension", "p.base")
    assert answer(rules, {"grade": 1, "local": True, "pension": None}) == {"a": (U, 0), "b": (P, 12000)}
    assert answer(rules, {"grade": 0, "local": True, "pension": None}) == {"a": (N, 0), "b": (E, 12000)}


def test_three_in_a_group_look_at_the_states_on_entry() -> None:
    rules = grouped("first", "provisional", "p.base", "p.base", "p.base")
    assert answer(rules, {"grade": None, "local": True}) == {"a": (U, 0), "b": (P, 12000), "c": (D, 0)}
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (D, 0), "c": (D, 0)}


def test_a_provisional_benefit_of_an_earlier_group_holds_the_next() -> None:
    texts = benefit("a", "grade >= 1", "p.base") + benefit("b", "local", "p.base") + benefit("c", "alive", "p.base")
    group = "  {0}: {{title: 组, keep: first, among: [{1}], unknown_mate: provisional, cite: {{doc: plan, clause: 八}}}}\n"
    rules = rulebook(benefits=texts, groups="exclusive:\n" + group.format("g", "a, b") + group.format("h", "b, c"))
    assert answer(rules, {"grade": None, "local": True}) == {"a": (U, 0), "b": (P, 12000), "c": (U, 0)}
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (D, 0), "c": (E, 12000)}


def test_a_service_can_be_exclusive_in_order() -> None:
    texts = benefit("a", "grade >= 1") + benefit("b", "local", "p.base")
    rules = rulebook(
        benefits=texts,
        groups="exclusive: {g: {title: 组, keep: first, among: [a, b], unknown_mate: hold, cite: {doc: plan, clause: 八}}}\n",
    )
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 0), "b": (D, 0)}


# caps


def capped(mate: str, total: str = "p.cap", second: str = "p.base * 2", first: str = "p.base") -> Rulebook:
    texts = benefit("a", "grade >= 1", first) + benefit("b", "local", second)
    cap = f"caps: {{c: {{title: 上限, total: {total}, among: [a, b], unknown_mate: {mate}, cite: {{doc: plan, clause: 九}}}}}}\n"
    return rulebook(benefits=texts, groups=cap)


def test_the_last_listed_is_reduced_first() -> None:
    rules = capped("hold")
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (E, 18000)}
    assert answer(rules, {"grade": 0, "local": True}) == {"a": (N, 0), "b": (E, 24000)}
    assert answer(capped("hold", "p.base"), {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (E, 0)}


def test_a_cap_with_an_unknown_mate() -> None:
    assert answer(capped("hold"), {"grade": None, "local": True}) == {"a": (U, 0), "b": (U, 0)}
    assert answer(capped("provisional"), {"grade": None, "local": True}) == {"a": (U, 0), "b": (P, 24000)}
    assert answer(capped("provisional", second="p.base"), {"grade": None, "local": True}) == {"a": (U, 0), "b": (E, 12000)}
    assert answer(capped("provisional"), {"grade": 1, "local": None}) == {"a": (E, 12000), "b": (U, 0)}


def test_a_cap_with_an_unknown_amount_or_total() -> None:
    unknown_amount = capped("provisional", first="pension", second="p.base")
    assert answer(unknown_amount, {"grade": 1, "local": True}) == {"a": (U, 0), "b": (P, 12000)}
    assert answer(capped("provisional", "household.income"), {"grade": 1, "local": True}) == {"a": (U, 0), "b": (U, 0)}
    assert answer(capped("hold", "household.income"), {"grade": 1, "local": True}, income=-5) == {"a": (E, 0), "b": (E, 0)}


def test_a_provisional_benefit_uses_up_the_cap() -> None:
    texts = benefit("a", "grade >= 1", "p.base") + benefit("b", "local", "p.base") + benefit("c", "alive", "p.base * 2")
    group = "exclusive: {g: {title: 组, keep: first, among: [a, b], unknown_mate: provisional, cite: {doc: plan, clause: 八}}}\n"
    cap = "caps: {c: {title: 上限, total: p.cap, among: [b, c], unknown_mate: provisional, cite: {doc: plan, clause: 九}}}\n"
    rules = rulebook(benefits=texts, groups=group + cap)
    assert answer(rules, {"grade": None, "local": True}) == {"a": (U, 0), "b": (P, 12000), "c": (P, 18000)}
    assert answer(rules, {"grade": 1, "local": True}) == {"a": (E, 12000), "b": (D, 0), "c": (E, 24000)}


# what comes in


def test_facts_that_a_variable_cannot_have_are_refused() -> None:
    decide_one = compile_household(rulebook())
    for facts in ({"birth_date": "1940"}, {"birth_date": 5}, {"alive": "yes"}, {"alive": 1}):
        with pytest.raises(EncodingProblem):
            decide_one(household(facts))
    rules = rulebook(benefits=benefit("a", "assistance = 'dibao' and grade > 1 and pension > money('1.00')"))
    for facts in (
        {"assistance": "rich"},
        {"assistance": ["dibao"]},
        {"grade": 1.5},
        {"grade": True},
        {"pension": "100"},
        {"pension": 10**15},
    ):
        with pytest.raises(EncodingProblem):
            compile_household(rules)(household(facts))


def test_an_empty_household_decides_nothing() -> None:
    assert compile_household(rulebook())(HouseholdInput((), {}, ())) == ()
