"""Whose word counts: the pure rule by itself."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from songhe.contexts.people import queries
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.precedence import lasting_days, precedences
from songhe.contexts.people.queries.settle import Stated, settle, settle_all, settled_values, standing
from songhe.contexts.people.words import DERIVED

JUNE = dt.date(2026, 6, 30)


def said(number: int, department: str, day: int, correction: bool = False, **values: object) -> Stated:
    """A statement on a day of June 2026."""
    return Stated(number, department, dt.date(2026, 6, day), values, correction)


@pytest.mark.parametrize(
    ("records", "value"),
    [
        ([said(1, "民政", 1, assistance="dibao")], "dibao"),
        # the owner comes first, however old
        ([said(1, "民政", 1, assistance="dibao"), said(2, "社区", 30, assistance="none")], "dibao"),
        # among one department the later day, on one day the one received last
        ([said(1, "民政", 9, assistance="dibao"), said(2, "民政", 3, assistance="none")], "dibao"),
        ([said(1, "民政", 9, assistance="dibao"), said(2, "民政", 9, assistance="none")], "none"),
        # among others the later day, on one day the lower rank
        ([said(1, "社区", 5, assistance="dibao"), said(2, "残联", 4, assistance="none")], "dibao"),
        ([said(1, "社区", 5, assistance="dibao"), said(2, "残联", 5, assistance="none")], "none"),
        # a correction counts until what would count is later
        ([said(1, "民政", 5, assistance="dibao"), said(2, "社区", 5, True, assistance="none")], "none"),
        ([said(1, "民政", 6, assistance="dibao"), said(2, "社区", 5, True, assistance="none")], "dibao"),
        ([said(1, "社区", 6, assistance="dibao"), said(2, "社区", 5, True, assistance="none")], "dibao"),
        ([said(1, "社区", 5, True, assistance="dibao"), said(2, "社区", 5, True, assistance="none")], "none"),
    ],
)
def test_the_owner_then_the_later_day_then_the_rank(records: list[Stated], value: str) -> None:
    for order in itertools.permutations(records):
        assert settled_values(order, JUNE) == {"assistance": value}


def test_a_variable_may_put_another_department_first_or_only_the_day() -> None:
    assert settled_values([said(1, "公安", 30, resident_here=True), said(2, "社区", 1, resident_here=False)], JUNE) == {
        "resident_here": False
    }
    assert settled_values([said(1, "公安", 30, alive=True), said(2, "卫健", 1, alive=False)], JUNE) == {"alive": True}
    assert settled_values([said(1, "公安", 1, alive=True), said(2, "卫健", 30, alive=False)], JUNE) == {"alive": False}


def test_what_is_derived_counts_last_and_is_no_party_to_a_dispute() -> None:
    derived = said(1, DERIVED, 30, lives_alone=True, alive=False)
    alone = settle_all([derived], JUNE)
    assert (alone.facts, alone.disputed) == ({"lives_alone": True, "alive": False}, ())
    both = settle_all([derived, said(2, "社区", 1, lives_alone=False), said(3, "公安", 1, alive=True)], JUNE)
    assert (both.facts, both.disputed) == ({"lives_alone": False, "alive": True}, ())


@pytest.fixture
def own_rules(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A city with a precedence.yaml of its own, to be written by the test."""
    shutil.copytree(settings.PACKS / "national", tmp_path / "national")
    (tmp_path / "town").mkdir()
    settings.PACKS, settings.CITY = tmp_path, "town"
    for remembered in (precedences, lasting_days, standing):
        remembered.cache_clear()
    yield tmp_path / "town" / "precedence.yaml"
    for remembered in (precedences, lasting_days, standing):
        remembered.cache_clear()


def test_a_city_may_put_others_first_and_say_how_long_a_statement_is_valid(own_rules: Path) -> None:
    own_rules.write_text(
        "resident_here: {order: [公安]}\nalive: {order: [公安]}\nhospitalised: {valid_for_days: 10, expires: true}\n"
        "needs_meals: {valid_for_days: 10}\n",
        "utf-8",
    )
    records = [
        said(1, "公安", 1, resident_here=True, alive=True), said(2, "社区", 9, resident_here=False, alive=False, needs_meals=True),
        said(3, "卫健", 20, hospitalised=True),
    ]  # fmt: skip
    on = settle_all(records, dt.date(2026, 6, 30))
    assert on.facts == {"resident_here": True, "alive": True, "needs_meals": True, "hospitalised": True}
    assert (on.disputed, on.stale) == (("alive", "resident_here"), ("needs_meals",))
    after = settle_all(records, dt.date(2026, 7, 1))
    assert "hospitalised" not in after.facts  # ten days after its own the statement is as if it had not been made
    assert after.stale == ("needs_meals",)
    assert settle_all([*records, said(4, "社区", 28, needs_meals=True)], dt.date(2026, 7, 1)).stale == ()


def test_a_statement_past_its_validity_is_no_party_to_a_dispute(own_rules: Path) -> None:
    own_rules.write_text("unable_self_care: {valid_for_days: 10}\n", "utf-8")
    records = [said(1, "民政", 1, unable_self_care=True), said(2, "社区", 15, unable_self_care=False)]
    assert settle_all(records, dt.date(2026, 6, 15)).disputed == ()
    assert settle_all(records, dt.date(2026, 6, 11)).disputed == ("unable_self_care",)
    late = settle_all(records, dt.date(2026, 6, 20))
    assert (late.facts, late.stale) == ({"unable_self_care": True}, ("unable_self_care",))  # still the first to be heard


_departments = st.sampled_from([layout.label for layout in queries.layouts()])
_records = st.lists(
    st.builds(
        lambda department, day, correction, values: (department, day, correction, values),
        _departments, st.integers(1, 28), st.booleans(),
        st.dictionaries(st.sampled_from(["alive", "resident_here", "lives_alone", "dementia"]), st.booleans(), min_size=1),
    ),
    max_size=8,
)  # fmt: skip


@examples(max_examples=300, deadline=None)
@given(_records)
def test_order_of_arrival_in_the_list_does_not_matter_and_every_value_was_said(
    drawn: list[tuple[str, int, bool, dict[str, object]]],
) -> None:
    records = [said(i, d, day, c, **values) for i, (d, day, c, values) in enumerate(drawn)]
    counts = settle(records, JUNE)
    assert counts == settle(reversed(records), JUNE)
    assert counts.keys() == {name for record in records for name in record.values}
    assert all(name in record.values for name, record in counts.items())


def test_every_column_of_every_layout_means_something() -> None:
    identity = {
        "id_number", "name", "phone", "address", "household_no", "relation", "town_name", "area_code", "area_name", "bank_account", "diagnosis",
        "death_date", "former_id_number", "number_changed_on",
    }  # fmt: skip
    for layout in queries.layouts():
        fields = [column.field for column in layout.columns]
        assert len(fields) == len(set(fields)), layout.label
        assert all(field in identity or find_variable(field) for field in fields), layout.label
        names = [name for column in layout.columns for name in (column.header, *column.aliases)]
        assert len(names) == len(set(names)), layout.label
    assert [layout.label for layout in queries.layouts()] == [
        "公安", "民政", "卫健", "医保", "人社", "残联", "退役军人", "社区", "养老机构",
    ]  # fmt: skip
    assert [layout.label for layout in queries.layouts() if layout.keeps_identity] == ["公安"]
