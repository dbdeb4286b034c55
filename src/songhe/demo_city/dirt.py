"""The mistakes that real department files contain, put in at stated rates: per mille of a file's rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.str_]
HOMOPHONES: Mapping[str, str] = {
    "秀": "绣",
    "英": "瑛",
    "华": "花",
    "兰": "岚",
    "珍": "真",
    "芳": "方",
    "梅": "玫",
    "莲": "连",
    "建": "健",
    "国": "囯",
    "明": "铭",
    "文": "纹",
    "荣": "容",
    "祥": "翔",
    "林": "琳",
    "海": "洚",
    "玉": "钰",
    "振": "镇",
    "生": "升",
    "宝": "保",
    "长": "常",
    "山": "珊",
    "云": "芸",
    "香": "湘",
    "霞": "侠",
    "玲": "铃",
    "爱": "艾",
    "菊": "局",
}
HOMOPHONE, OLD_NUMBER, NO_NUMBER, WRONG_DIGIT, SCIENTIFIC, BAD_DATE, VAGUE, REPEATED = 18, 9, 8, 3, 1, 1, 4, 1


def hit(rng: np.random.Generator, n: int, per_mille: float) -> NDArray[np.int64]:
    """The rows that a mistake falls on."""
    return np.flatnonzero(rng.random(n) < per_mille / 1000)


OUTDATED = 6  # per mille of what a community wrote down long ago
OUTDATED_IN: Mapping[str, frozenset[str]] = {"community": frozenset({"mobility_difficulty", "in_institution"})}
"""Layout -> yes-or-no facts of which it is behind the department that keeps them: nothing else is decided by it, and both can be seen."""


def outdated(cells: Text, kind: str) -> Text:
    """Some answers turned round. Its own random numbers, so that everything else of the city stays as it was."""
    out = cells.copy()
    rows = hit(np.random.default_rng([len(cells), *kind.encode()]), len(cells), OUTDATED)
    out[rows] = np.where(cells[rows] == "是", "否", np.where(cells[rows] == "否", "是", cells[rows]))
    return out


def misheard(rng: np.random.Generator, names: Text) -> Text:
    """Some names written with another character of the same sound."""
    out = names.copy()
    for i in hit(rng, len(names), HOMOPHONE):
        out[i] = "".join(HOMOPHONES.get(character, character) for character in str(names[i]))
    return out


def damaged_numbers(rng: np.random.Generator, numbers: Text, may_be_empty: bool) -> Text:
    """Fifteen-digit numbers, missing ones, wrong check digits, and numbers a spreadsheet turned into 1.9E+17."""
    out, n = numbers.copy(), len(numbers)
    for i in hit(rng, n, OLD_NUMBER):
        if out[i][6:8] == "19":
            out[i] = out[i][:6] + out[i][8:17]
    if may_be_empty:
        out[hit(rng, n, NO_NUMBER)] = ""
    for i in hit(rng, n, WRONG_DIGIT):
        if len(out[i]) == 18:
            out[i] = out[i][:17] + ("0" if out[i][17] != "0" else "1")
    for i in hit(rng, n, SCIENTIFIC):
        if len(out[i]) == 18:
            out[i] = f"{float(int(out[i][:17] + '0')):.5E}"
    return out


def impossible_dates(rng: np.random.Generator, dates: Text) -> Text:
    """A few dates that no calendar has."""
    out = dates.copy()
    at = hit(rng, len(dates), BAD_DATE)
    out[at] = rng.choice(["1951-02-30", "1949-13-05", "19450229"], len(at))
    return out


def left_out(rng: np.random.Generator, column: Text, per_mille: float) -> Text:
    """Some cells nobody filled in, some filled with a word that says nothing."""
    out = column.astype("U32")
    out[hit(rng, len(column), per_mille)] = ""
    out[hit(rng, len(column), VAGUE / 4)] = "不详"
    return out
