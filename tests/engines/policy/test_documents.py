"""YAML with lines: what is kept, what is refused, and that no text whatever breaks the reader."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.basics.yaml_parts import Mapping, read_document
from songhe.basics.yaml_sections import plain_value
from songhe.engines.policy.checking import check_pack
from tests.engines.policy.small_pack import BENEFITS, files


def read(text: str) -> object:
    part, findings = read_document("f.yaml", text)
    assert findings == []
    assert part is not None
    return plain_value(part)


def test_plain_words_are_what_they_look_like() -> None:
    text = 'a: {yes: 是, no: 否, on: x, n: null, t: true, i: -7, f: 1.5, d: 2024-02-29, q: "2024-02-29", z: "0123", code: 0123, e: ~}'
    assert read(text) == {
        "a": {
            "yes": "是", "no": "否", "on": "x", "n": None, "t": True, "i": -7, "f": 1.5, "d": dt.date(2024, 2, 29),
            "q": "2024-02-29", "z": "0123", "code": 123, "e": None,
        }
    }  # fmt: skip


def test_lines_are_those_of_the_file() -> None:
    part, _ = read_document("f.yaml", "# note\na:\n  b: 1\n\n  c: [1,\n    2]\n")
    assert isinstance(part, Mapping)
    inner = part.items["a"]
    assert isinstance(inner, Mapping)
    assert (part.lines["a"], inner.lines["b"], inner.lines["c"]) == (2, 3, 5)
    assert read_document("f.yaml", "# only a comment\n") == (None, [])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\na: 2\n", 2, "写了两次"),
        ("a: &x 1\nb: *x\n", 1, "不能用 & 和 *"),
        ("a: !!python/name:os.system\n", 1, "不能用标签"),
        ("a: 1\n--- \nb: 2\n", 2, "两份 YAML"),
        ("a: [1, 2\n", 2, "不是合格的 YAML"),
        ("? [a]\n: 1\n", 1, "键只能是一个名称"),
        ("a:\n  <<: {b: 1}\n", 2, "不能用 <<"),
        ("a: 2024-02-30\n", 1, "没有 2024-02-30 这一天"),
        ("a: \x00\n", 1, "不能读的字符"),
        ("[" * 30 + "]" * 30, 1, "层次太深"),
        ("a\tb: {\n", 2, "不是合格的 YAML"),
    ],
)
def test_refused(text: str, line: int, says: str) -> None:
    part, findings = read_document("f.yaml", text)
    assert part is None
    assert [(f.file, f.line, f.code) for f in findings] == [("f.yaml", line, "yaml")]
    assert says in findings[0].message


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_document("f.yaml", text)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, len(BENEFITS) - 1),
    st.sampled_from(["", "'", '"', "{", "}", ":", ",", "\n", "  ", "-", "[", "x", "1", "null", "政"]),
    st.integers(0, 12),
)
def test_a_damaged_file_is_judged_and_never_breaks_the_check(at: int, put: str, cut: int) -> None:
    damaged = BENEFITS[:at] + put + BENEFITS[at + cut :]
    for finding in check_pack(files(benefits=damaged), "city"):
        assert finding.file
        assert finding.line >= 1
        assert finding.message
        assert finding.fix


@pytest.mark.parametrize(
    "text", ["[]", "1", "a: 1", "a: []", "a: {}", "- 1", "- []", "a: {b: {c: {}}}", "null", "", "'x'", "a: null"]
)
@pytest.mark.parametrize(
    "name",
    [
        "pack",
        "parameters",
        "definitions",
        "benefits",
        "groups",
        "services",
        "admission",
        "standards",
        "targets",
        "tasks",
        "baseline",
        "cases",
    ],
)
def test_files_of_another_shape_are_judged_too(name: str, text: str) -> None:
    for finding in check_pack(files(**{name: text}), "city"):
        assert finding.message
        assert finding.fix
