"""What holds for any small town."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.matching.records import pairs

_TEXT = {
    "sex": ["female", "male"],
    "phone": ["15400000001", "15400000002", "15488888888"],
    "address": ["1 3栋101室", "1 3栋102室", "1 2组5号"],
}


@st.composite
def towns(draw: st.DrawFn) -> list[dict[str, object]]:
    """People who share names, birthdays, homes and telephones as they will; each has a number of their own."""
    order = draw(st.lists(st.integers(0, 999), min_size=1, max_size=8, unique=True))
    people: list[dict[str, object]] = []
    for at, code in enumerate(order):
        born = draw(st.dates(dt.date(1949, 12, 1), dt.date(1949, 12, 4)))
        name = draw(st.sampled_from("王李单")) + draw(st.text(st.sampled_from("秀绣英芳建国"), min_size=1, max_size=2))
        told = {field: draw(st.sampled_from(values)) for field, values in _TEXT.items()}
        people.append(
            {
                "id": at,
                "name": name,
                "id_digits": f"110105{born:%Y%m%d}{code:03d}",
                "birth_date": born,
                "area_code": "1",
                **told,
                "id_valid": True,
            }
        )
    return people


@settings(max_examples=10, deadline=None)
@given(towns(), st.randoms(use_true_random=False))
def test_whoever_is_known_is_linked_to_himself_in_whatever_order(town: list[dict[str, object]], chance: object) -> None:
    found = pairs(*town, known=town)
    linked = {(row, person) for row, person, p in found if p >= 0.99}
    assert linked == {(person["id"], person["id"]) for person in town}
    shuffled = town[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pairs(*shuffled, known=shuffled[::-1]) == found
