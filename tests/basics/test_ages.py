"""Ages as cut-offs, also for people born on 29 February."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.basics.ages import BirthdayRule, age_on, birth_cutoff, birthday, counts_from, from_days, months_before, to_days

D = dt.date
BIRTHS = st.dates(D(1900, 1, 1), D(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (D(1946, 11, 21), D(2026, 11, 20), 79),
        (D(1946, 11, 21), D(2026, 11, 21), 80),
        (D(1948, 2, 29), D(2026, 2, 28), 77),
        (D(1948, 2, 29), D(2026, 3, 1), 78),
        (D(1948, 2, 29), D(2028, 2, 28), 79),
        (D(1948, 2, 29), D(2028, 2, 29), 80),
        (D(1948, 3, 1), D(2028, 2, 29), 79),
        (D(1948, 2, 28), D(2026, 2, 28), 78),
        (D(2000, 1, 1), D(1999, 12, 31), -1),
    ],
)
def test_age_on_a_day(birth: dt.date, day: dt.date, age: int) -> None:
    assert age_on(birth, day) == age
    assert (birth <= birth_cutoff(age, day)) is True
    assert (birth <= birth_cutoff(age + 1, day)) is False


@pytest.mark.parametrize(
    ("age", "as_of", "rule", "cutoff"),
    [
        (80, D(2026, 11, 21), BirthdayRule.ON_THE_DAY, D(1946, 11, 21)),
        (80, D(2028, 2, 29), BirthdayRule.ON_THE_DAY, D(1948, 2, 29)),
        (79, D(2028, 2, 29), BirthdayRule.ON_THE_DAY, D(1949, 2, 28)),
        (80, D(2026, 11, 21), BirthdayRule.MONTH_OF, D(1946, 11, 30)),
        (80, D(2028, 2, 1), BirthdayRule.MONTH_OF, D(1948, 2, 29)),
        (80, D(2026, 11, 21), BirthdayRule.MONTH_AFTER, D(1946, 10, 31)),
        (80, D(2028, 3, 1), BirthdayRule.MONTH_AFTER, D(1948, 2, 29)),
        (80, D(2027, 1, 31), BirthdayRule.MONTH_AFTER, D(1946, 12, 31)),
    ],
)
def test_cutoffs(age: int, as_of: dt.date, rule: BirthdayRule, cutoff: dt.date) -> None:
    assert birth_cutoff(age, as_of, rule) == cutoff


def test_when_an_age_starts_to_count() -> None:
    assert birthday(D(1948, 2, 29), 78) == D(2026, 3, 1)
    assert birthday(D(1948, 2, 29), 80) == D(2028, 2, 29)
    assert counts_from(D(1946, 11, 21), 80, BirthdayRule.MONTH_OF) == D(2026, 11, 1)
    assert counts_from(D(1946, 11, 21), 80, BirthdayRule.MONTH_AFTER) == D(2026, 12, 1)
    assert counts_from(D(1946, 12, 31), 80, BirthdayRule.MONTH_AFTER) == D(2027, 1, 1)


@given(BIRTHS, st.integers(0, 110), st.sampled_from(list(BirthdayRule)), st.integers(-40, 40))
def test_a_cutoff_says_the_same_as_the_day_from_which_the_age_counts(
    birth: dt.date, age: int, rule: BirthdayRule, shift: int
) -> None:
    as_of = counts_from(birth, age, rule) + dt.timedelta(days=shift)
    assert (birth <= birth_cutoff(age, as_of, rule)) is (shift >= 0)


@given(BIRTHS, st.dates(D(1960, 1, 1), D(2100, 12, 31)))
def test_age_and_cutoff_agree(birth: dt.date, day: dt.date) -> None:
    age = age_on(birth, day)
    assert birth <= birth_cutoff(age, day)
    assert birth > birth_cutoff(age + 1, day)


def test_months_before() -> None:
    assert months_before(D(2026, 3, 31), 1) == D(2026, 2, 28)
    assert months_before(D(2028, 3, 31), 1) == D(2028, 2, 29)
    assert months_before(D(2026, 1, 15), 12) == D(2025, 1, 15)
    assert months_before(D(2026, 1, 15), 1) == D(2025, 12, 15)
    assert months_before(D(2026, 12, 15), -1) == D(2027, 1, 15)
    assert months_before(D(2026, 11, 21), 0) == D(2026, 11, 21)


def test_days_since_1970() -> None:
    assert to_days(D(1970, 1, 1)) == 0
    assert to_days(D(1946, 11, 21)) == -8442
    assert from_days(-8442) == D(1946, 11, 21)
