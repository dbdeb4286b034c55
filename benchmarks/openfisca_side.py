"""The benchmark's rules as an OpenFisca model, run in an environment of its own (no import of the product).

Every distinct condition is a variable of its own, so its results give reasons too and each is computed once. Inputs keep the
type OpenFisca gives them: int (int32) fen by default, or float (float32) yuan. Ages are compared as birth dates with a
cut-off, household sums use OpenFisca's own aggregates, and nothing is traced: its fastest way found for these rules.

    python openfisca_side.py job.json     with {folder, rules, copies, money, out} or {folder, rules, households, rounds}
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core import periods
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = periods.period("2026-11")
HOUSEHOLD = build_entity("household", "households", "Household", roles=[{"key": "member", "plural": "members", "label": "m"}])
PERSON = build_entity("person", "persons", "Person", is_person=True)
MONEY = ("income_per_head", "savings", "pension")
YES, DISPLACED, OTHER_MEMBER = 1, 3, 4

Formula = Callable[..., Any]


def variable(name: str, entity: Any, value_type: type, formula: Formula | None = None) -> type:
    """An OpenFisca variable class."""
    body: dict[str, Any] = {"value_type": value_type, "entity": entity, "definition_period": DateUnit.MONTH, "label": name}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


class Model:
    """Variables added one by one; `when` returns the name of a condition, made once for each distinct expression."""

    def __init__(self, rules: dict[str, Any], money: type) -> None:
        self.rules, self.money = rules, money
        self.system = TaxBenefitSystem([PERSON, HOUSEHOLD])
        self.known: set[str] = set()

    def fen(self, amount: int) -> int | float:
        return amount if self.money is int else amount / 100

    def amount(self, name: str, copy: int) -> int | float:
        return self.fen(self.rules["amounts"][name] + (100 * copy if copy else 0))

    def add(self, name: str, value_type: type, formula: Formula | None = None, entity: Any = PERSON) -> str:
        if name not in self.known:
            self.known.add(name)
            self.system.add_variable(variable(name, entity, value_type, formula))
        return name

    def when(self, name: str, formula: Formula) -> str:
        return self.add(f"if_{name}", bool, formula)

    def age(self, years: int) -> str:
        cutoff = self.rules["cutoffs"][str(years)]
        return self.when(f"age_{years}", lambda person, period: person("birth_date", period) <= cutoff)

    def fact(self, name: str, negated: bool = False) -> str:
        if not negated:
            return name
        return self.when(f"not_{name}", lambda person, period: ~person(name, period))

    def either(self, *names: str) -> str:
        return self.when("or_".join(names), _joined(names, np.logical_or))

    def test(self, column: str, op: str, value: int) -> str:
        compare = {"eq": np.equal, "ne": np.not_equal, "ge": np.greater_equal}[op]
        return self.when(f"{column}_{op}_{value}", lambda person, period: compare(person(column, period), value))

    def within(self, column: str, first: int, second: int) -> str:
        def formula(person: Any, period: Any) -> Any:
            values = person(column, period)
            return (values == first) | (values == second)

        return self.when(f"{column}_in_{first}_{second}", formula)

    def shared(self, name: str) -> str:
        return self.when(f"shared_{name}", lambda person, period: person.household(name, period))


def _joined(names: tuple[str, ...], join: Any) -> Formula:
    """All (or any) of these variables. OpenFisca counts a formula's arguments, so what it needs is bound here."""

    def formula(person: Any, period: Any) -> Any:
        result = person(names[0], period)
        for name in names[1:]:
            result = join(result, person(name, period))
        return result

    return formula


def _raw(eligible: str, raw: Formula) -> Formula:
    return lambda person, period: person(eligible, period) * raw(person, period)


def declare(model: Model, folder: Path) -> None:
    """The input variables."""
    for side, entity in (("person", PERSON), ("household", HOUSEHOLD)):
        for path in sorted(folder.glob(f"{side}-*.npy")):
            name = path.stem.removeprefix(f"{side}-")
            bools = np.load(path, mmap_mode="r").dtype == bool
            model.add(name, bool if bools else model.money if name in MONEY else int, entity=entity)
    model.add("id", int)


def inputs(model: Model, folder: Path) -> list[tuple[str, Any, str]]:
    """The people: (variable, array, entity)."""
    found = []
    for side in ("person", "household"):
        for path in sorted(folder.glob(f"{side}-*.npy")):
            name = path.stem.removeprefix(f"{side}-")
            array = np.load(path)
            found.append((name, array / 100 if name in MONEY and model.money is float else array, side))
    return [*found, ("id", np.load(folder / "id.npy"), "person")]


def household_rules(model: Model) -> None:
    """What is decided once a household, and its projection onto members."""
    rules = model.rules

    def members(household: Any, period: Any) -> Any:
        return household.sum(household.members("alive", period))

    model.add("members_alive", int, members, HOUSEHOLD)

    def all_elder(household: Any, period: Any) -> Any:
        younger = household.members("alive", period) & ~household.members(model.age(60), period)
        return ~household.any(younger)  # several times faster than household.all

    def severe(household: Any, period: Any) -> Any:
        return household.any(household.members("if_ability_grade_ge_3", period) & household.members("alive", period))

    def modest_savings(household: Any, period: Any) -> Any:
        limit = model.fen(rules["amounts"]["savings_per_head"])
        return household("savings", period) <= limit * household("members_alive", period)

    def modest_pension(household: Any, period: Any) -> Any:
        limit = model.fen(rules["amounts"]["pension_per_head"])
        total = household.sum(household.members("pension", period) * household.members("alive", period))
        return total <= limit * household("members_alive", period)

    def two_disabled(household: Any, period: Any) -> Any:
        counted = household.members("if_disability_grade_in_1_2", period) & household.members("alive", period)
        return household.sum(counted) >= 2

    def modest_income(household: Any, period: Any) -> Any:
        return household("income_per_head", period) <= model.fen(rules["amounts"]["low_income_line"])

    model.age(60)
    model.test("ability_grade", "ge", 3)
    model.within("disability_grade", 1, 2)
    for formula in (all_elder, severe, modest_savings, modest_pension, two_disabled, modest_income):
        model.add(formula.__name__, bool, formula, HOUSEHOLD)


def conditions(m: Model, years: Callable[[int], str]) -> dict[str, list[str]]:
    """The conditions of each benefit, as in golden/benefits.yaml; `years` gives the age test of this copy."""
    poor, tekun = m.within("assistance", 2, 3), m.test("assistance", "eq", 1)
    lonely = m.either("lives_alone", "empty_nest")
    local, resident, at_home = "registered_here", "resident_here", m.fact("in_institution", True)
    not_tekun = m.fact(tekun, True)
    disabled = m.within("disability_grade", 1, 2)
    grade = {n: m.test("ability_grade", "ge", n) for n in range(5)}
    check_due = m.when("check_due", lambda person, period: person("health_check_date", period) < m.rules["check_cutoff"])
    return {
        "age_allowance": [years(80), local, not_tekun],
        "low_income_elder": [years(60), local, m.shared("modest_income"), m.shared("modest_savings")],
        "modest_pension_aid": [years(65), local, m.shared("modest_pension"), not_tekun],
        "care_subsidy": [years(60), local, poor, grade[2], at_home],
        "service_subsidy": [years(60), local, poor, m.either(years(80), "lives_alone", grade[1])],
        "consumption_voucher": [years(60), resident, grade[2]],
        "disabled_living": [local, poor, disabled],
        "severe_nursing": [local, disabled],
        "tekun_basic": [tekun, local],
        "tekun_care": [tekun, local, grade[0]],
        "special_family": [years(49), local, m.test("family_planning", "eq", 2)],
        "preferential_care": [years(60), "preferential", local],
        "home_adaptation": [
            years(60),
            local,
            m.either(poor, tekun),
            m.fact("home_adapted", True),
            at_home,
            m.either(grade[1], years(80)),
        ],
        "emergency_call": [years(60), m.shared("all_elder"), lonely, m.fact("emergency_device", True)],
        "meal_help": [years(60), "needs_meals", resident],
        "free_bus": [years(65), resident],
        "family_bed": [years(60), resident, grade[3], at_home],
        "ltc_insurance": [m.test("ltc_insured", "ne", 0), m.test("ltc_grade", "ge", 3)],
        "respite": ["carer", m.shared("severe")],
        "home_visits": [years(60), m.either("lives_alone", "empty_nest", m.shared("all_elder")), resident],
        "health_check": [years(65), resident, check_due],
        "only_child_bonus": [years(60), local, m.test("family_planning", "eq", 1)],
        "two_disabled_aid": [local, m.shared("two_disabled"), disabled],
        "dementia_care": [years(60), "dementia", local, at_home],
        "veteran_aid": [years(60), "veteran", local, m.shared("modest_income")],
        "rural_aid": [years(70), "rural", local, m.shared("modest_savings")],
    }


def amounts(m: Model, years: Callable[[int], str], copy: int) -> dict[str, Formula]:
    """The raw amount of each benefit that pays."""

    def flat(name: str) -> Formula:
        value = m.amount(name, copy)
        return lambda person, period: value

    def steps(other: str, *branches: tuple[str, str]) -> Formula:
        last = m.amount(other, copy)
        pairs = [(condition, m.amount(name, copy)) for condition, name in reversed(branches)]
        dtype = np.int32 if m.money is int else np.float32

        def formula(person: Any, period: Any) -> Any:
            result: Any = dtype(last)
            for condition, value in pairs:
                result = np.where(person(condition, period), dtype(value), result)
            return result

        return formula

    def voucher(person: Any, period: Any) -> Any:
        first, second = (m.amount(name, copy) * 40 / 100 for name in ("voucher_3", "voucher_2"))
        if m.money is int:
            first, second = int(first + 0.5), int(second + 0.5)
        return np.where(person(m.test("ability_grade", "ge", 3), period), first, second)

    m.test("ability_grade", "ge", 3), m.test("ability_grade", "ge", 4)
    first_grade = m.test("disability_grade", "eq", 1)
    grade = {n: m.test("ability_grade", "ge", n) for n in (1, 3, 4)}
    return {
        "age_allowance": steps("allowance_80", (years(100), "allowance_100"), (years(90), "allowance_90")),
        "low_income_elder": flat("low_income_amount"),
        "modest_pension_aid": flat("modest_amount"),
        "care_subsidy": steps("care_2", (grade[4], "care_4"), (grade[3], "care_3")),
        "service_subsidy": steps("service_base", (years(80), "service_more")),
        "consumption_voucher": voucher,
        "disabled_living": steps("living_2", (first_grade, "living_1")),
        "severe_nursing": steps("nursing_2", (first_grade, "nursing_1")),
        "tekun_basic": flat("tekun_basic"),
        "tekun_care": steps("tekun_care_low", (grade[3], "tekun_care_high"), (grade[1], "tekun_care_mid")),
        "special_family": flat("special_family"),
        "preferential_care": flat("preferential_amount"),
        "home_adaptation": flat("adaptation"),
        "family_bed": flat("family_bed_once"),
        "ltc_insurance": steps("ltc_resident", (m.test("ltc_insured", "eq", 1), "ltc_employee")),
        "only_child_bonus": flat("only_child"),
        "two_disabled_aid": flat("two_disabled_amount"),
        "dementia_care": flat("dementia_amount"),
        "veteran_aid": flat("veteran_amount"),
        "rural_aid": flat("rural_amount"),
    }


def benefits(m: Model, copy: int) -> list[tuple[str, str | None]]:
    """The status and amount variables of every benefit of one copy."""
    tail = f"_{copy}" if copy else ""

    def years(number: int) -> str:
        return m.age(number + copy)

    grade_or_disability = m.test("disability_grade", "ge", 1)

    def in_scope(person: Any, period: Any) -> Any:
        return person("alive", period) & (person(m.age(49), period) | person(grade_or_disability, period))

    m.age(49)
    scope = m.when("in_scope", in_scope)
    wanted, raws = conditions(m, years), amounts(m, years, copy)
    for name, parts in wanted.items():
        names = (scope, *parts)
        m.add(f"{name}_eligible{tail}", bool, _joined(names, np.logical_and))
    for name in ("home_adaptation", "emergency_call", "family_bed"):
        m.add(f"{name}_eldest{tail}", bool, _eldest(f"{name}_eligible{tail}"))
    for name, raw in raws.items():
        eligible = f"{name}_{'eldest' if name in ('home_adaptation', 'family_bed') else 'eligible'}{tail}"
        m.add(f"{name}_raw{tail}", m.money, _raw(eligible, raw))
    displaced = _displaced(m, tail)
    for name in wanted:
        m.add(f"{name}_status{tail}", int, _status(name, tail, displaced.get(name)))
    paid = {name: f"{name}_raw{tail}" for name in raws}
    for name, rule in displaced.items():
        paid[name] = m.add(f"{name}_kept{tail}", m.money, _kept(paid[name], rule))
    for total, among in (
        ("cash_cap", ["age_allowance", "service_subsidy", "low_income_elder", "modest_pension_aid"]),
        ("home_cap", ["ltc_insurance", "dementia_care"]),
    ):
        before = [paid[name] for name in among]
        limit = m.amount(total, copy)
        for place, name in enumerate(among):
            paid[name] = m.add(f"{name}_capped{tail}", m.money, _capped(before[:place], before[place], limit))
    return [(f"{name}_status{tail}", paid.get(name)) for name in wanted]


def _eldest(eligible: str) -> Formula:
    def formula(person: Any, period: Any) -> Any:
        candidate = person(eligible, period)
        key = (person("birth_date", period).astype(np.float64) + 100_000) * 2**25 + person("id", period)
        key = np.where(candidate, key, np.inf)
        return candidate & (key == person.household.min(key))

    return formula


def _displaced(m: Model, tail: str) -> dict[str, str]:
    """The variables that say who is displaced: the highest of the nursing group is kept, insurance goes before the voucher."""
    nursing = ["tekun_care", "care_subsidy", "severe_nursing"]
    rules = {}
    for place, name in enumerate(nursing):
        rules[name] = m.add(f"{name}_displaced{tail}", bool, _beaten(nursing, place, tail))

    def voucher(person: Any, period: Any) -> Any:
        return person(f"consumption_voucher_eligible{tail}", period) & person(f"ltc_insurance_eligible{tail}", period)

    rules["consumption_voucher"] = m.add(f"consumption_voucher_displaced{tail}", bool, voucher)
    return rules


def _beaten(among: list[str], place: int, tail: str) -> Formula:
    def formula(person: Any, period: Any) -> Any:
        mine = person(f"{among[place]}_raw{tail}", period)
        beaten: Any = False
        for other, rival in enumerate(among):
            if other != place:
                compare = np.greater_equal if other < place else np.greater
                beaten = beaten | compare(person(f"{rival}_raw{tail}", period), mine)
        return beaten & person(f"{among[place]}_eligible{tail}", period)

    return formula


def _status(name: str, tail: str, displaced: str | None) -> Formula:
    eldest = name in ("home_adaptation", "emergency_call", "family_bed")

    def formula(person: Any, period: Any) -> Any:
        eligible = person(f"{name}_eligible{tail}", period)
        if displaced is not None:
            return eligible * (YES + (DISPLACED - YES) * person(displaced, period).astype(np.int32))
        if eldest:
            return eligible * np.where(person(f"{name}_eldest{tail}", period), np.int32(YES), np.int32(OTHER_MEMBER))
        return eligible.astype(np.int32)

    return formula


def _kept(raw: str, displaced: str) -> Formula:
    return lambda person, period: person(raw, period) * ~person(displaced, period)


def _capped(before: list[str], mine: str, limit: float) -> Formula:
    def formula(person: Any, period: Any) -> Any:
        left: Any = limit
        for name in before:
            left = left - person(name, period)
        return np.minimum(person(mine, period), np.maximum(left, 0))

    return formula


def simulate(model: Model, columns: list[tuple[str, Any, str]], folder: Path, few: int | None = None) -> Any:
    """A simulation with all inputs set, nothing calculated; with `few` of the first so many households only."""
    starts = np.load(folder / "starts.npy")
    size = len(np.load(folder / "id.npy", mmap_mode="r"))
    if few is not None and few < len(starts):
        size, starts = int(starts[few]), starts[:few]
    populations = model.system.instantiate_entities()
    person, household = populations["person"], populations["household"]
    person.ids, person.count = np.arange(size), size
    household.ids, household.count = np.arange(len(starts)), len(starts)
    household.members_entity_id = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, size)))
    assert household.members_position is not None  # these two are kept by OpenFisca after their first use
    assert household.ordered_members_map is not None
    simulation = Simulation(model.system, populations)
    for name, array, side in columns:
        simulation.set_input(name, PERIOD, array[: size if side == "person" else len(starts)])
    return simulation


def city(job: dict[str, Any], model: Model, wanted: list[tuple[str, str | None]]) -> dict[str, Any]:
    """The best of some runs over a whole city, after a warm-up on a few households; the clock runs over the calculation only."""
    folder = Path(job["folder"])
    columns = inputs(model, folder)
    warm_up = simulate(model, columns, folder, few=2_000)
    for pair in wanted:
        [warm_up.calculate(name, PERIOD) for name in pair if name]
    del warm_up
    repeats, seconds, cpu_seconds = int(job.get("repeats", 1)), float("inf"), float("inf")
    for number in range(repeats):
        results: list[list[Any]] = []
        begun = time.perf_counter()
        simulation = simulate(model, columns, folder)
        load = time.perf_counter() - begun
        if number == repeats - 1:
            del columns
        begun, cpu = time.perf_counter(), time.process_time()
        results = [[simulation.calculate(name, PERIOD) for name in pair if name] for pair in wanted]
        seconds, cpu_seconds = min(seconds, time.perf_counter() - begun), min(cpu_seconds, time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if job.get("out"):
        out = Path(job["out"])
        out.mkdir(parents=True, exist_ok=True)
        for place, arrays in enumerate(results):
            np.save(out / f"status-{place}.npy", arrays[0].astype(np.uint8))
            if len(arrays) > 1:
                np.save(out / f"amount-{place}.npy", arrays[1])
    total = sum(float(pair[1].sum(dtype=np.float64)) for pair in results if len(pair) > 1)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "load_seconds": load, "peak_mb": peak, "total": total}


def households(job: dict[str, Any], model: Model, wanted: list[tuple[str, str | None]]) -> dict[str, Any]:
    """Single households one after the other: from a dictionary of facts to all results; the best of some rounds each.

    With `trace` OpenFisca keeps its own account of how each result came about, which is what it has for an explanation.
    """
    times = [float("inf")] * len(job["households"])
    for _ in range(job["rounds"] + 1):
        for place, situation in enumerate(job["households"]):
            begun = time.perf_counter()
            simulation = SimulationBuilder().build_from_entities(model.system, situation)
            simulation.trace = bool(job.get("trace"))
            for pair in wanted:
                [simulation.calculate(name, PERIOD) for name in pair if name]
            times[place] = min(times[place], time.perf_counter() - begun)
    return {"seconds": times}


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    model = Model(json.loads(Path(job["rules"]).read_text(encoding="utf-8")), int if job.get("money", "int") == "int" else float)
    declare(model, Path(job["folder"]))
    household_rules(model)
    wanted = [pair for copy in range(job.get("copies", 1)) for pair in benefits(model, copy)]
    answer = households(job, model, wanted) if "households" in job else city(job, model, wanted)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
