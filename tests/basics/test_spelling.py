from __future__ import annotations

import pytest

from songhe.basics.spelling import spell, syllables


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("张桂兰", ("zhangguilan", "zgl")),
        ("单秀英", ("shanxiuying", "sxy")),  # as a surname; elsewhere it is dan
        ("王单", ("wangdan", "wd")),
        ("曾国强", ("zengguoqiang", "zgq")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("Li Ming", ("liming", "liming")),
        ("", ("", "")),
    ],
)
def test_names_as_letters(name: str, spelled: tuple[str, str]) -> None:
    assert spell(name) == spelled


def test_a_syllable_a_character() -> None:
    assert syllables("吕布") == ["lv", "bu"]
