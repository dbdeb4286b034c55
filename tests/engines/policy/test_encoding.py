"""Facts as JSON, as the engine's numbers, and as a person reads them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhe.engines.policy.closure import reader
from songhe.engines.policy.encoding import EncodingProblem, decode, encode, encode_all, shown
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type


def variable(kind: Type, **more: Any) -> Variable:
    return Variable("x", kind, "person", "某事实", "民政", **more)


CODE = variable(Type.CODE, values=(("none", "无"), ("dibao", "低保")))
ALL = [variable(Type.BOOL), variable(Type.INT), variable(Type.MONEY), variable(Type.DATE), CODE]


@pytest.mark.parametrize(
    ("of", "value", "encoded", "text"),
    [
        (ALL[0], True, True, "是"),
        (ALL[0], False, False, "否"),
        (variable(Type.INT, unit="级(0完好—4完全丧失)"), 2, 2, "2级"),
        (ALL[1], -3, -3, "-3"),
        (variable(Type.MONEY, unit="元/月"), 128000, 128000, "1,280.00元/月"),
        (ALL[3], "1946-11-21", -8442, "1946年11月21日"),
        (ALL[3], "1970-01-01", 0, "1970年1月1日"),
        (CODE, "dibao", 1, "低保"),
    ],
)
def test_there_and_back(of: Variable, value: object, encoded: int | bool, text: str) -> None:
    assert encode(of, value) == encoded
    assert type(encode(of, value)) is type(encoded)
    assert decode(of, encoded) == value
    assert shown(of, value) == text
    assert reader(of)(value) == encoded
    assert reader(of)(None) is None
    assert shown(of, None) == ""


BAD = [
    (ALL[0], 1), (ALL[0], "true"), (ALL[1], True), (ALL[1], 1.0), (ALL[1], "1"), (ALL[1], 10**10), (ALL[2], 10**14), (ALL[2], "100.00"),
    (ALL[3], "1946-02-30"), (ALL[3], "19461121"), (ALL[3], "1946-1-1"), (ALL[3], 0), (ALL[3], "1946-11-21T00"), (CODE, "rich"), (CODE, 1), (CODE, []),
]  # fmt: skip


@pytest.mark.parametrize(("of", "value"), BAD)
def test_what_a_variable_cannot_have(of: Variable, value: object) -> None:
    with pytest.raises(EncodingProblem):
        encode(of, value)
    with pytest.raises(EncodingProblem, match="某事实"):
        reader(of)(value)


@given(
    st.sampled_from(ALL),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.dates().map(str),
        st.lists(st.integers(), max_size=2),
    ),
)
def test_the_quick_reader_and_the_slow_one_agree(of: Variable, value: object) -> None:
    try:
        wanted: object = None if value is None else encode(of, value)
    except EncodingProblem:
        with pytest.raises(EncodingProblem):
            reader(of)(value)
    else:
        assert reader(of)(value) == wanted


def test_encode_all() -> None:
    variables = {"kind": CODE}
    assert encode_all(variables, {"kind": "dibao"}) == {"kind": 1}
    assert encode_all(variables, {"kind": None, "other": None}) == {}
    with pytest.raises(EncodingProblem, match="没有叫“other”的事实"):
        encode_all(variables, {"other": 1})
