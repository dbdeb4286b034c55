"""Generated households stand on every threshold, one step before and one after; and the mutation run finds what cases leave loose."""

from songhe.engines.policy.boundaries import age_thresholds, boundary_households
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.language import Junction, Name, Negation, Number, Relation, parse
from songhe.engines.policy.mutation import is_equivalent, mutants, survivors, syntax_mutants
from songhe.engines.policy.rulebook import Status
from tests.engines.policy.small_pack import benefit, pack, rulebook

N, E, U = Status.NOT_ELIGIBLE, Status.ELIGIBLE, Status.CANNOT_TELL


def test_the_day_before_on_and_after() -> None:
    rules = rulebook()
    decide = compile_household(rules)
    by_birth = {
        h.household.persons[0].get("birth_date"): decide(h.household)[0]
        for h in boundary_households(rules)
        if h.about.startswith("allowance birth")
    }
    answers = {birth: (d.statuses[0], d.amounts[0]) for birth, d in by_birth.items()}
    assert answers["1946-11-20"] == (E, 12000)
    assert answers["1946-11-21"] == (E, 12000)
    assert answers["1946-11-22"] == (N, 0)
    assert answers["1936-11-21"] == (E, 24000)
    assert answers["1936-11-22"] == (E, 12000)
    assert answers[None] == (U, 0)


def test_one_fen_less_and_more_and_each_code() -> None:
    rules = rulebook(benefits=benefit("a", "assistance = 'dibao' and household.income <= p.line", "p.base"))
    decide = compile_household(rules)
    made = boundary_households(rules)
    incomes = {
        h.household.household.get("income"): decide(h.household)[0].statuses[0] for h in made if h.about.startswith("a income")
    }
    assert incomes == {99999: E, 100000: E, 100001: N, 100002: N, None: U}
    codes = {
        h.household.persons[0].get("assistance"): decide(h.household)[0].statuses[0]
        for h in made
        if h.about.startswith("a assistance")
    }
    assert codes == {"none": N, "tekun": N, "dibao": E, None: U}


def test_every_condition_is_seen_true_and_false() -> None:
    rules = rulebook(
        benefits=benefit("a", "(local or grade >= 2) and hard_up", "p.base") + benefit("b", "age >= 60 and not local")
    )
    decide = compile_household(rules)
    decisions = [decide(h.household)[0] for h in boundary_households(rules)]
    for b in rules.benefits:
        assert {E, N, U} <= {d.statuses[b.index] for d in decisions}
    assert age_thresholds(rules) == {60}


def test_a_person_is_found_for_rules_that_lean_on_each_other_and_on_the_household() -> None:
    rules = rulebook(
        benefits=benefit(
            "a", "hh_any(age >= 60 and grade >= 2) and (assistance = 'dibao' or assistance = 'tekun') and assistance <> 'dibao'"
        )
        + benefit("b", "hh_count(grade >= 1) >= 1 and hh_size() = 1 and not local")
        + benefit("c", "hh_any(age < 18) and age >= 60")
    )
    decide = compile_household(rules)
    eligible = {b.id: 0 for b in rules.benefits}
    for made in boundary_households(rules):
        decision = decide(made.household)[0]
        for b in rules.benefits:
            eligible[b.id] += decision.statuses[b.index] is E
    assert eligible["a"] > 0
    assert eligible["b"] > 0
    assert eligible["c"] == 0  # nobody is young and old


def test_syntax_mutants() -> None:
    found = {str(change): syntax for syntax, change in syntax_mutants(parse("grade >= 2 and not local"))}
    grade, local = Name("grade"), Negation(Name("local"))
    assert found["and 换成 or"] == Junction("or", (Relation(">=", grade, Number(2)), local))
    assert found[">= 换成 >"] == Junction("and", (Relation(">", grade, Number(2)), local))
    assert found["2 换成 3"] == Junction("and", (Relation(">=", grade, Number(3)), local))
    assert found["去掉 not"] == Junction("and", (Relation(">=", grade, Number(2)), Name("local")))
    assert len(found) == 6


BENEFIT = benefit("a", "grade >= 2 and local", "p.base")


def case(name: str, grade: int, local: str, status: str) -> str:
    person = f"{{alive: true, birth_date: 1940-01-01, grade: {grade}, local: {local}}}"
    return f"- {{name: {name}, as_of: 2026-11-21, people: {{a: {person}}}, expect: {{a: {{a: {status}}}}}}}\n"


def test_loose_cases_leave_survivors_and_tight_ones_none() -> None:
    loose = case("甲", 3, "true", "eligible")
    assert {m.change for m in survivors(pack(benefits=BENEFIT, cases=loose))} == {
        "a 的条件 it:>= 换成 >",
        "a 的条件 it:2 换成 3",
        "a 的条件 it:2 换成 1",
        "a 的条件 it:and 换成 or",
        "a 的条件 it：去掉",
    }
    tight = case("甲", 2, "true", "eligible") + case("乙", 1, "true", "not_eligible") + case("丙", 2, "false", "not_eligible")
    assert survivors(pack(benefits=BENEFIT, cases=tight)) == []


def test_a_mutant_that_decides_the_same_is_no_survivor() -> None:
    loaded = pack(benefits=benefit("a", "grade >= 2 and age >= 50", "p.base"), cases=case("甲", 2, "true", "eligible"))
    same = next(m for m in mutants(loaded) if m.change == "a 的条件 it:50 换成 49")
    other = next(m for m in mutants(loaded) if m.change == "a 的条件 it:50 换成 51")
    assert is_equivalent(loaded, same)
    assert not is_equivalent(loaded, other)


def test_groups_and_caps_are_mutated_too() -> None:
    texts = benefit("a", "grade >= 2", "p.base") + benefit("b", "local", "p.cap")
    groups = "exclusive: {g: {title: 组, keep: first, among: [a, b], unknown_mate: hold, cite: {doc: plan, clause: 八}}}\n"
    groups += "caps: {c: {title: 上限, total: p.base, among: [a, b], unknown_mate: hold, cite: {doc: plan, clause: 九}}}\n"
    changes = [m.change for m in mutants(pack(benefits=texts, groups=groups))]
    assert changes[-4:] == ["互斥组 g：去掉", "互斥组 g：顺序倒过来", "封顶 c：去掉", "封顶 c：顺序倒过来"]
