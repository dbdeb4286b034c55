"""What must hold of unknown facts, tried on random rules and households: Kleene's laws, and that learning a fact never contradicts an answer."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.engines.policy.closure import compile_household, compile_rulebook
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import Interpreter
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.engines.policy.tree import Const
from tests.engines.policy.small_pack import DAY, PACK, benefit, pack

DEFINITE = {Status.ELIGIBLE, Status.NOT_ELIGIBLE, Status.DISPLACED, Status.OTHER_MEMBER}
FACTS: dict[str, list[Any]] = {
    "birth_date": ["1936-11-21", "1936-11-22", "1946-11-21", "1946-11-22", "1970-01-01", "1980-01-01"],
    "alive": [True, True, False],
    "local": [True, False],
    "assistance": ["none", "tekun", "dibao"],
    "grade": [0, 1, 2, 3],
    "pension": [0, 9999, 10000, 10001, 30000],
}
HOUSEHOLD: dict[str, list[Any]] = {"income": [99999, 100000, 100001], "rented": [True, False]}

atoms = st.sampled_from(
    [
        "local", "household.rented", "hard_up", "all_old", "age >= 80", "age between 60 and 89", "grade >= 2", "grade < 1", "grade + 1 = 2",
        "assistance in ('tekun', 'dibao')", "assistance <> 'none'", "pension <= money('100.00')", "household.income < p.line",
        "hh_any(local)", "hh_all(grade >= 1)", "hh_count(local) >= 2", "hh_sum(pension) <= p.line", "hh_min(grade) = 0", "hh_max(grade) >= 2",
        "hh_size() <= 2", "pension - p.base > money('-100.00')",
    ]
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"case when {t[0]} then {t[1]} else {t[2]} end"),
    ),
    max_leaves=5,
)
amounts = st.sampled_from(
    [
        "p.base",
        "p.cap",
        "p.base * 2",
        "pension",
        "p.cap - pension",
        "case when grade >= 2 then p.cap else p.base end",
        "share(pension, 1, 3, 'half_up')",
    ]
)
persons = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in FACTS.items()})
households = st.tuples(
    st.lists(persons, min_size=1, max_size=3),
    st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in HOUSEHOLD.items()}),
)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Four paid benefits, some once per household, in a group and under a cap."""
    texts = []
    for name in "abcd":
        more = draw(
            st.sampled_from(
                ["", "once_per_household: {first_by: [birth_date]}", "once_per_household: {first_by: [grade, birth_date]}"]
            )
        )
        texts.append(benefit(name, draw(conditions), draw(amounts), more))
    keep, mate, other = (
        draw(st.sampled_from(["first", "highest"])),
        *draw(st.tuples(*[st.sampled_from(["hold", "provisional"])] * 2)),
    )
    order = ", ".join(draw(st.permutations("abc")))
    capped = ", ".join(draw(st.permutations("bcd")))
    total = draw(st.sampled_from(["p.cap", "p.base", "household.income"]))
    groups = (
        f"exclusive:\n  g: {{title: 组, keep: {keep}, among: [{order}], unknown_mate: {mate}, cite: {{doc: plan, clause: 八}}}}\n"
    )
    groups += f"  h: {{title: 组, keep: first, among: [c, d], unknown_mate: {other}, cite: {{doc: plan, clause: 八}}}}\n"
    groups += f"caps: {{k: {{title: 上限, total: {total}, among: [{capped}], unknown_mate: {mate}, cite: {{doc: plan, clause: 九}}}}}}\n"
    return resolve(pack(benefits="".join(texts), groups=groups), DAY)


def inputs(people: list[dict[str, Any]], shared: dict[str, Any]) -> HouseholdInput:
    return HouseholdInput(tuple(people), shared, tuple(range(len(people))))


@settings(max_examples=60, deadline=None)
@given(rulebooks(), households, st.data())
def test_learning_a_fact_never_contradicts_a_definite_answer(rules: Rulebook, house: Any, data: st.DataObject) -> None:
    people, shared = house
    decide = compile_household(rules)
    before = decide(inputs(people, shared))
    learned = [
        {
            name: data.draw(st.sampled_from(FACTS[name])) if value is None and data.draw(st.booleans()) else value
            for name, value in person.items()
        }
        for person in people
    ]
    learned_shared = {
        name: data.draw(st.sampled_from(HOUSEHOLD[name])) if value is None else value for name, value in shared.items()
    }
    after = decide(inputs(learned, learned_shared))
    for old, new in zip(before, after, strict=True):
        if not old.applies:
            assert new == old
            continue
        if not new.applies:  # the pack turned out not to speak of this person: nothing was promised
            assert all(status in (Status.NOT_ELIGIBLE, Status.CANNOT_TELL) for status in old.statuses)
            continue
        assert old.true & ~new.true == 0
        assert ~(old.true | old.unknown) & (new.true | new.unknown) == 0
        for k, status in enumerate(old.statuses):
            if status in DEFINITE:
                assert (new.statuses[k], new.amounts[k]) == (status, old.amounts[k])


@settings(max_examples=60, deadline=None)
@given(rulebooks(), households)
def test_with_all_facts_known_nothing_is_left_open(rules: Rulebook, house: Any) -> None:
    people, shared = house
    whole = [{name: FACTS[name][0] if value is None else value for name, value in person.items()} for person in people]
    for member in compile_household(rules)(
        inputs(whole, {name: HOUSEHOLD[name][0] if v is None else v for name, v in shared.items()})
    ):
        assert member.unknown == 0
        assert set(member.statuses) <= DEFINITE


@settings(max_examples=60, deadline=None)
@given(rulebooks(), households)
def test_a_group_gives_one_and_a_cap_is_never_passed(rules: Rulebook, house: Any) -> None:
    people, shared = house
    for member in compile_household(rules)(inputs(people, shared)):
        for group in rules.groups:
            assert sum(member.statuses[b] is Status.ELIGIBLE for b in group.among) <= 1
            assert sum(member.statuses[b] in (Status.ELIGIBLE, Status.PROVISIONAL) for b in group.among) <= 1
        total = rules.caps[0].total
        if isinstance(total, Const):
            assert sum(member.amounts[b] for b in rules.caps[0].among) <= total.value
        assert all(
            amount == 0 or status in (Status.ELIGIBLE, Status.PROVISIONAL)
            for status, amount in zip(member.statuses, member.amounts, strict=True)
        )


@settings(max_examples=40, deadline=None)
@given(conditions, conditions, conditions, households)
def test_kleene_laws(a: str, b: str, c: str, house: Any) -> None:
    people, shared = house
    pairs = [
        (f"not (not ({a}))", a),
        (f"({a}) and ({b})", f"({b}) and ({a})"),
        (f"({a}) or ({b})", f"({b}) or ({a})"),
        (f"not (({a}) and ({b}))", f"not ({a}) or not ({b})"),
        (f"not (({a}) or ({b}))", f"not ({a}) and not ({b})"),
        (f"({a}) and (({b}) or ({c}))", f"(({a}) and ({b})) or (({a}) and ({c}))"),
        (f"({a}) or (({b}) and ({c}))", f"(({a}) or ({b})) and (({a}) or ({c}))"),
        (f"({a}) and ({a})", a),
        (f"({a}) or (({a}) and ({b}))", a),
    ]
    texts = "".join(benefit(f"x{k}", left) + benefit(f"y{k}", right) for k, (left, right) in enumerate(pairs))
    rules = resolve(pack(benefits=texts, pack=_everybody()), DAY)
    for member in compile_household(rules)(inputs(people, shared)):
        for k in range(len(pairs)):
            assert member.statuses[2 * k] is member.statuses[2 * k + 1], pairs[k]


@settings(max_examples=60, deadline=None)
@given(rulebooks(), households)
def test_the_interpreter_and_the_closure_agree_and_blame_only_missing_facts(rules: Rulebook, house: Any) -> None:
    people, shared = house
    compiled = compile_rulebook(rules)
    members = compiled.evaluate(inputs(people, shared))
    interpreter = Interpreter(compiled, inputs(people, shared), members)
    for i, member in enumerate(members):
        if member.state is None:
            continue
        for condition in (c for b in rules.benefits for c in b.conditions):
            bit = 1 << condition.bit
            assert interpreter.value(condition.node, i) is (
                True if member.true & bit else None if member.unknown & bit else False
            )
            blamed = interpreter.blame(condition.node, i)
            assert bool(member.unknown & bit) or not blamed
            for who, name in blamed:
                assert (shared if who == -1 else people[who])[name] is None


def _everybody() -> str:
    return PACK.replace("alive and age >= 50", "alive or not alive or true")
