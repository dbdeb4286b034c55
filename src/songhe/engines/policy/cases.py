"""Running a pack's cases: each household is decided, and every expectation compared exactly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.basics.money import fen_to_yuan, yuan_to_fen
from songhe.engines.policy.arithmetic import Value
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook, decision_of
from songhe.engines.policy.encoding import EncodingProblem, encode_all
from songhe.engines.policy.explaining import explain
from songhe.engines.policy.findings import PackInvalid, Place
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.pack import Case, Expectation, Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Benefit, Rulebook, Status
from songhe.engines.policy.tree import Type

_WORDS = {True: "成立", False: "不成立", None: "不清楚"}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """`differences` are Chinese sentences, empty if the case holds. `seen` are (benefit, condition, result) that the case came past."""

    name: str
    at: Place
    differences: tuple[str, ...]
    seen: frozenset[tuple[str, str, bool | None]]

    @property
    def passed(self) -> bool:
        return not self.differences


class Rulebooks:
    """Rulebooks of one pack, resolved once for each date and change."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.kept: dict[object, Rulebook] = {}

    def of(self, case: Case) -> Rulebook:
        """The rulebook that a case asks for; raises PackInvalid."""
        changes = (tuple(sorted(case.readings.items())), tuple(sorted(case.parameters.items())))
        key: tuple[dt.date, str, object] = (case.as_of, case.entity, changes)
        if key not in self.kept:
            self.kept[key] = resolve(
                self.pack, case.as_of, entity=case.entity, readings=case.readings, parameters=case.parameters
            )
        return self.kept[key]


def run_cases(pack: Pack) -> list[CaseResult]:
    """Every case of the pack, in the order of its file."""
    rulebooks = Rulebooks(pack)
    return [run_case(case, rulebooks) for case in pack.cases]


def coverage(results: list[CaseResult]) -> dict[tuple[str, str], frozenset[bool | None]]:
    """(benefit, condition) -> the results (true, false, None for unknown) that some case came past."""
    found: dict[tuple[str, str], set[bool | None]] = {}
    for result in results:
        for benefit, condition, value in result.seen:
            found.setdefault((benefit, condition), set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def run_case(case: Case, rulebooks: Rulebooks) -> CaseResult:
    """One case decided and compared."""
    try:
        rulebook = rulebooks.of(case)
    except PackInvalid as problem:
        return CaseResult(case.name, case.at, (f"这一天的规则解不出来：{problem.findings[0]}",), frozenset())
    run = _Run(case, rulebook)
    try:
        run.compare()
    except EncodingProblem as problem:
        run.differences.append(f"事实写得不对：{problem}")
    return CaseResult(case.name, case.at, tuple(run.differences), frozenset(run.seen))


class _Run:
    def __init__(self, case: Case, rulebook: Rulebook) -> None:
        self.case, self.rulebook = case, rulebook
        self.compiled: Compiled = compile_rulebook(rulebook)
        self.benefits = {benefit.id: benefit for benefit in rulebook.benefits}
        self.differences: list[str] = []
        self.seen: set[tuple[str, str, bool | None]] = set()

    def compare(self) -> None:
        case = self.case
        own = {name: v for name, v in self.rulebook.variables.items() if v.entity == case.entity}
        shared = {name: v for name, v in self.rulebook.variables.items() if v.entity == "household"}
        encode_all(shared, case.household)
        for facts in case.people.values():
            encode_all(own, facts)
        names = tuple(case.people)
        together = [names] if case.entity == "person" else [(name,) for name in names]
        for group in together:
            household = HouseholdInput(
                tuple(case.people[name] for name in group), case.household, tuple(range(len(group))), group
            )
            for i, (name, member) in enumerate(zip(group, self.compiled.evaluate(household), strict=True)):
                self.member(name, i, member, household)

    def member(self, name: str, i: int, member: Evaluated, household: HouseholdInput) -> None:
        decision = decision_of(member)
        if decision is not None:
            self.note(decision)
        for benefit_id, expected in self.case.expect.get(name, {}).items():
            benefit = self.benefits.get(benefit_id)
            if benefit is None:
                self.differences.append(f"{expected.at.line} 行：没有叫“{benefit_id}”的待遇")
            else:
                self.benefit(name, benefit, expected, decision, i, household)
        for definition, wanted in self.case.definitions.get(name, {}).items():
            self.definition(name, definition, wanted, member)

    def note(self, decision: MemberDecision) -> None:
        for benefit in self.rulebook.benefits:
            for condition in benefit.conditions:
                self.seen.add((benefit.id, condition.id, result_of(decision, condition.bit)))

    def benefit(
        self,
        name: str,
        benefit: Benefit,
        expected: Expectation,
        decision: MemberDecision | None,
        i: int,
        household: HouseholdInput,
    ) -> None:
        status = Status.NOT_ELIGIBLE if decision is None else decision.statuses[benefit.index]
        amount = 0 if decision is None else decision.amounts[benefit.index]
        what = f"{name} 的 {benefit.id}"
        if status is not expected.status:
            self.differences.append(f"{what} 应为 {expected.status.name.lower()}，算出 {status.name.lower()}")
        if expected.amount is not None and amount != expected.amount:
            self.differences.append(f"{what} 应发 {fen_to_yuan(expected.amount)} 元，算出 {fen_to_yuan(amount)} 元")
        for condition_id, wanted in expected.because.items():
            condition = next((c for c in benefit.conditions if c.id == condition_id), None)
            if condition is None or decision is None:
                self.differences.append(f"{what} 没有条件“{condition_id}”")
            elif (result := result_of(decision, condition.bit)) is not wanted:
                self.differences.append(f"{what} 的条件 {condition_id} 应{_WORDS[wanted]}，算出{_WORDS[result]}")
        if expected.missing is not None:
            explained = explain(self.rulebook, household, i)[benefit.index]
            found = sorted({fact.variable for fact in explained.missing})
            if found != sorted(expected.missing):
                self.differences.append(
                    f"{what} 应缺 {'、'.join(sorted(expected.missing)) or '无'}，算出缺 {'、'.join(found) or '无'}"
                )

    def definition(self, name: str, definition: str, wanted: object, member: Evaluated) -> None:
        place = self.compiled.places.get(f"= {definition}")
        if place is None:
            self.differences.append(f"没有叫“{definition}”的定义")
            return
        node = next(d.node for d in self.rulebook.definitions if d.name == definition)
        value: Value = member.values[place]
        try:
            expected = (
                None
                if wanted == "unknown"
                else yuan_to_fen(wanted)
                if isinstance(wanted, str) and node.type is Type.MONEY
                else wanted
            )
        except ValueError:
            expected = wanted
        if value != expected or (value is None) is not (expected is None):
            self.differences.append(f"{name} 的定义 {definition} 应为 {wanted}，算出 {'unknown' if value is None else value}")


def result_of(decision: MemberDecision, bit: int) -> bool | None:
    """A condition's result out of the masks."""
    return True if decision.true >> bit & 1 else None if decision.unknown >> bit & 1 else False
