"""Money is whole fen; text in yuan is read exactly or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.basics.money import fen_to_yuan, yuan_to_fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("100.00", 10000),
        ("100", 10000),
        ("0.01", 1),
        ("12.5", 1250),
        ("1,280.00", 128000),
        ("-3.05", -305),
        (" 8 ", 800),
        ("1,000,000", 100000000),
    ],
)
def test_yuan_to_fen(text: str, fen: int) -> None:
    assert yuan_to_fen(text) == fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "1e3", "12,80.00", "１００", "abc", "1.", ".5", "--1", "1 000", "9" * 14, "1,0000", "NaN", "¥5"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        yuan_to_fen(text)


@pytest.mark.parametrize(
    ("fen", "text"), [(128000, "1,280.00"), (0, "0.00"), (-305, "-3.05"), (7, "0.07"), (32000001, "320,000.01")]
)
def test_fen_to_yuan(fen: int, text: str) -> None:
    assert fen_to_yuan(fen) == text


@given(st.integers(-(10**14), 10**14))
def test_there_and_back(fen: int) -> None:
    assert yuan_to_fen(fen_to_yuan(fen)) == fen
