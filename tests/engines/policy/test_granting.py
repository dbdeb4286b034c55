"""Days and rules in, fen out: first and last months, part months, rounding; and what a faulty granting.yaml is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.basics.yaml_parts import read_document
from songhe.engines.policy.findings import Finding
from songhe.engines.policy.granting import (
    EndCause,
    Granting,
    MonthDue,
    MonthRule,
    Span,
    month_due,
    months_from,
    period_of,
    units_due,
)
from songhe.engines.policy.granting_file import PLAIN, TERMS, read_granting
from songhe.engines.policy.rulebook import Period
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Rounding

BY_DAYS = replace(PLAIN, by_days=True)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def span(first: str, last: str, amount: int | None, cause: EndCause = EndCause.OTHER) -> Span:
    return Span(day(first), day(last), amount, cause)


def ends(**rules: MonthRule) -> MappingProxyType[EndCause, MonthRule]:
    return MappingProxyType({**PLAIN.ends, **{EndCause(name): rule for name, rule in rules.items()}})


def test_a_month_is_whole_from_its_first_to_its_last_day_of_entitlement() -> None:
    spans = [span("2026-02-01", "2026-02-19", None), span("2026-02-20", "2026-12-31", 10_000)]
    assert month_due(PLAIN, day("2026-02-01"), spans) == MonthDue(10_000, 28, 28)
    after = replace(PLAIN, begins=MonthRule.MONTH_AFTER)
    assert month_due(after, day("2026-02-01"), spans) == MonthDue(0, 0, 28)
    assert month_due(after, day("2026-03-01"), spans) == MonthDue(10_000, 31, 31)


@pytest.mark.parametrize(
    ("cause", "rule", "amount"),
    [
        (EndCause.DIED, MonthRule.MONTH_OF, 10_000),
        (EndCause.DIED, MonthRule.MONTH_BEFORE, 0),
        (EndCause.MOVED, MonthRule.MONTH_BEFORE, 10_000),  # the rule is about deaths
    ],
)
def test_the_last_month_depends_on_the_cause(cause: EndCause, rule: MonthRule, amount: int) -> None:
    spans = [span("2026-01-01", "2026-03-09", 10_000), span("2026-03-10", "2026-12-31", None, cause)]
    plan = replace(PLAIN, ends=ends(died=rule) if cause is EndCause.DIED else ends(died=MonthRule.MONTH_BEFORE))
    assert month_due(plan, day("2026-03-01"), spans).amount == amount
    assert month_due(plan, day("2026-04-01"), spans).amount == 0


def test_a_changed_amount_counts_from_its_month_or_the_one_after() -> None:
    spans = [span("2026-01-01", "2026-03-14", 18_000), span("2026-03-15", "2026-12-31", 26_000)]
    assert month_due(PLAIN, day("2026-03-01"), spans).amount == 26_000
    assert month_due(replace(PLAIN, changes=MonthRule.MONTH_AFTER), day("2026-03-01"), spans).amount == 18_000
    assert month_due(replace(PLAIN, changes=MonthRule.MONTH_AFTER), day("2026-04-01"), spans).amount == 26_000


@pytest.mark.parametrize(("rounding", "fen"), [(Rounding.DOWN, 3_448), (Rounding.HALF_UP, 3_448), (Rounding.UP, 3_449)])
def test_part_months_are_rounded_once_in_the_named_way(rounding: Rounding, fen: int) -> None:
    spans = [span("2028-02-20", "2028-12-31", 10_000)]  # ten of 29 days: 3448.27… fen
    assert month_due(replace(BY_DAYS, rounding=rounding), day("2028-02-01"), spans) == MonthDue(fen, 10, 29)


def test_two_amounts_in_a_month_are_added_before_rounding() -> None:
    spans = [span("2026-04-01", "2026-04-10", 10_001), span("2026-04-11", "2026-04-30", 20_002)]
    assert month_due(BY_DAYS, day("2026-04-01"), spans) == MonthDue((10_001 * 10 + 20_002 * 20 + 15) // 30, 30, 30)
    assert month_due(PLAIN, day("2026-04-01"), spans, daily=True) == MonthDue(10_001 * 10 + 20_002 * 20, 30, 30)


@given(st.lists(st.tuples(st.integers(1, 40), st.one_of(st.none(), st.integers(0, 500_000))), min_size=1, max_size=8))
def test_days_never_give_more_than_the_whole_nor_less_than_nothing(pieces: list[tuple[int, int | None]]) -> None:
    spans, start = [], day("2026-01-01")
    for length, amount in pieces:
        spans.append(Span(start, start + dt.timedelta(length - 1), amount))
        start += dt.timedelta(length)
    highest = max([amount or 0 for _, amount in pieces])
    for month in months_from(day("2026-01-01"), start):
        due = month_due(BY_DAYS, month, spans)
        assert 0 <= due.amount <= highest
        assert 0 <= due.days <= due.of_days
        whole = month_due(PLAIN, month, spans)
        assert whole.amount in {0, *(amount or 0 for _, amount in pieces)}
        assert (whole.amount == 0) or due.days > 0


@pytest.mark.parametrize(
    ("uses", "confirmed", "amount", "counted", "told"),
    [
        ([], 58, 56 * 400, 56, 58),  # 28 days of two
        ([("2026-02-03", 3)], 0, 2 * 400, 2, 3),  # two a day
        ([("2026-02-03", 2), ("2026-02-03", 1)], 0, 2 * 400, 2, 3),
        ([("2026-02-03", 1), ("2026-03-01", 1)], 10, 11 * 400, 11, 11),  # another month's is another month's
        ([(f"2026-02-{d:02}", 2) for d in range(1, 29)], 60, 56 * 400, 56, 116),
        ([], 0, 0, 0, 0),
    ],
)
def test_units_are_counted_within_the_day_and_the_month(
    uses: list[tuple[str, int]], confirmed: int, amount: int, counted: int, told: int
) -> None:
    held = [span("2026-01-01", "2026-12-31", 400)]
    found = units_due(
        PLAIN, day("2026-02-01"), held, [(day(d), n) for d, n in uses], confirmed=confirmed, most_a_day=2, most_a_month=60
    )
    assert (found.amount, found.counted, found.told) == (amount, counted, told)


def test_units_of_days_without_entitlement_are_nothing_and_a_new_price_holds_from_its_day() -> None:
    spans = [span("2026-01-01", "2026-02-09", None), span("2026-02-10", "2026-02-19", 200), span("2026-02-20", "2026-12-31", 400)]
    uses = [(day("2026-02-09"), 2), (day("2026-02-19"), 2), (day("2026-02-20"), 2)]
    by_day = units_due(PLAIN, day("2026-02-01"), spans, uses, confirmed=0, most_a_day=2, most_a_month=60)
    assert (by_day.amount, by_day.counted, by_day.days) == (1_200, 4, 2)
    whole = units_due(PLAIN, day("2026-02-01"), spans, [], confirmed=60, most_a_day=2, most_a_month=30)
    assert (whole.amount, whole.counted, whole.days) == (30 * 400, 30, 19)
    over = units_due(
        PLAIN, day("2026-02-01"), [span("2026-01-01", "2026-12-31", None)], uses, confirmed=9, most_a_day=2, most_a_month=60
    )
    assert (over.amount, over.counted, over.told) == (0, 0, 15)


def test_periods() -> None:
    assert period_of(Period.MONTH, day("2028-02-29"), day("2026-05-05")) == day("2028-02-01")
    assert period_of(Period.YEAR, day("2028-02-29"), day("2026-05-05")) == day("2028-01-01")
    assert period_of(Period.ONCE, day("2028-02-29"), day("2026-05-05")) == day("2026-05-01")


def read(*files: tuple[str, str]) -> tuple[Granting | None, list[Finding]]:
    findings: list[Finding] = []
    sections = []
    for name, text in files:
        part, found = read_document(name, text)
        findings += found
        sections.append(Section(findings, name, part, f"{name} "))
    return read_granting(sections), findings


ALL_TERMS = "terms:\n" + "".join(
    f"  {name}: {{title: t, value: {low}, unit: 天, source: assumed, note: n}}\n" for name, (low, _) in TERMS.items()
)


def test_a_city_says_what_is_otherwise_there() -> None:
    national = (
        ALL_TERMS
        + "default: {takes_effect: answer, source: assumed, note: n}\nbenefits: {a: {life_check: true, source: assumed, note: n}}\n"
    )
    city = "terms: {silence_days: {title: t, value: 30, unit: 天, source: assumed, note: n}}\ndefault: {ends: {died: month_before}, source: assumed, note: n}\n"
    plan, findings = read(("national/granting.yaml", national), ("some/granting.yaml", city))
    assert findings == []
    assert plan is not None
    assert (plan.term("silence_days"), plan.term("visit_days")) == (30, 1)
    assert plan.rule("a").ends[EndCause.DIED] is MonthRule.MONTH_BEFORE
    assert (plan.rule("a").life_check, plan.rule("b").life_check) == (True, False)
    assert plan.rule("b").gives(in_kind=False)
    assert not plan.rule("b").gives(in_kind=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("terms: {silence_days: {title: t, value: 400, unit: 天, source: assumed, note: n}}\n", "type"),
        ("terms: {nonsense: {title: t, value: 4, unit: 天, source: assumed, note: n}}\n", "unknown_name"),
        ("default: {begins: month_before, source: assumed, note: n}\n", "choice"),
        ("default: {takes_effect: silence}\n", "missing_citation"),
        ("channels: [portal]\n", "choice"),
        ("channels: [counter, pigeon]\n", "choice"),
    ],
)
def test_faults_are_named(text: str, code: str) -> None:
    _, findings = read(("national/granting.yaml", ALL_TERMS), ("some/granting.yaml", text))
    assert [finding.code for finding in findings] == [code]


def test_every_term_must_be_there() -> None:
    _, findings = read(("national/granting.yaml", ALL_TERMS.replace("  visit_days", "  # visit_days")))
    assert [(finding.code, finding.message) for finding in findings] == [("missing_key", "granting.yaml 没有写 visit_days")]
