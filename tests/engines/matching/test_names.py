from __future__ import annotations

import pytest

from songhe.engines.matching.names import plain_name, sounds


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("王秀英", "王秀英"),
        (" 王 秀　英 ", "王秀英"),
        ("王秀英（已故）", "王秀英"),
        ("王秀英[低保]", "王秀英"),
        ("买买提·艾力", "买买提艾力"),
        ("买买提•艾力", "买买提艾力"),
        ("Ｌｉ Ｍｉｎｇ", "LIMING"),
        ("", None),
        ("（已故）", None),
        (None, None),
    ],
)
def test_only_the_name_is_left(written: str | None, plain: str | None) -> None:
    assert plain_name(written) == plain


@pytest.mark.parametrize(
    ("name", "heard", "by_dialects"),
    [
        ("单秀英", "shan xiu ying", "san xiu yin"),
        ("王建国", "wang jian guo", "wan jian guo"),
        ("尉迟恭", "yu chi gong", "yu ci gon"),
        ("刘兰", "liu lan", "niu nan"),
        ("曾长生", "zeng zhang sheng", "zen zan sen"),
    ],
)
def test_a_name_sounds_as_a_surname_does_and_as_dialects_hear_it(name: str, heard: str, by_dialects: str) -> None:
    assert sounds(name) == (heard, by_dialects)
