"""A draw is the same for everybody, takes what it must, and cannot be steered by the order of what is handed in."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.engines.sampling.draw import draw, how_many, lot

KEYS = st.lists(st.text(alphabet="0123456789abc-", min_size=1, max_size=8), unique=True, max_size=60)


@pytest.mark.parametrize(
    ("size", "per_mille", "at_least", "drawn"),
    [
        (0, 10, 1, 0),
        (1, 10, 0, 1),
        (100, 10, 0, 1),
        (101, 10, 0, 2),
        (100, 10, 5, 5),
        (3, 10, 5, 3),
        (10, 0, 0, 0),
        (10, 1000, 0, 10),
    ],
)
def test_how_many_are_drawn(size: int, per_mille: int, at_least: int, drawn: int) -> None:
    assert how_many(size, per_mille=per_mille, at_least=at_least) == drawn


def test_the_lot_can_be_counted_by_hand() -> None:
    assert lot("r-1", seed="2026-11") == hashlib.sha256(b"7:2026-11r-1").digest()


def test_a_known_draw() -> None:
    keys = [f"r-{i}" for i in range(1, 11)]
    by_hand = sorted(keys, key=lambda key: hashlib.sha256(f"7:2026-11{key}".encode()).hexdigest())[:3]
    assert draw(keys, seed="2026-11", per_mille=300) == tuple(by_hand)


@given(KEYS, st.text(max_size=6), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_share_is_kept(keys: list[str], seed: str, per_mille: int, mixed: object) -> None:
    shuffled = list(keys)
    mixed.shuffle(shuffled)  # type: ignore[attr-defined]
    found = draw(keys, seed=seed, per_mille=per_mille)
    assert found == draw(shuffled, seed=seed, per_mille=per_mille)
    assert len(found) * 1000 >= len(keys) * per_mille and set(found) <= set(keys)
    assert len(found) == how_many(len(keys), per_mille=per_mille)


@given(KEYS, st.text(max_size=6))
def test_a_key_more_changes_nobody_elses_lot(keys: list[str], seed: str) -> None:
    everyone = draw([*keys, "later"], seed=seed, per_mille=1000)
    assert tuple(key for key in everyone if key != "later") == draw(keys, seed=seed, per_mille=1000)


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in ({"per_mille": 1001}, {"per_mille": -1}, {"per_mille": 1, "at_least": -1}):
        with pytest.raises(ValueError, match="share"):
            draw(["a"], seed="s", **wrong)
    with pytest.raises(ValueError, match="twice"):
        draw(["a", "a"], seed="s", per_mille=1)
