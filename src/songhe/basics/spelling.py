"""Names as letters: their syllables without tones, whole and as initials, for search and for comparing what sounds alike."""

from __future__ import annotations

import os
from functools import lru_cache

# Read when the library is imported: names are spelt character by character, so its 47,000 phrases would cost every process 44 MB for nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin

# Characters that read differently as a surname than elsewhere.
_AS_SURNAME = {
    "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "曾": "zeng", "区": "ou", "朴": "piao", "盖": "ge", "缪": "miao", "翟": "zhai",
    "任": "ren", "华": "hua", "纪": "ji", "宁": "ning", "召": "shao", "尉": "wei", "乐": "yue", "黑": "he", "员": "yun", "种": "chong",
    "冼": "xian", "覃": "qin", "折": "she", "牟": "mu", "逄": "pang", "洗": "xian", "晟": "cheng", "郇": "xun", "逯": "lu", "麴": "qu",
}  # fmt: skip
_COMPOUND = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"),
}


@lru_cache(maxsize=20_000)
def _letters(character: str) -> str:
    return "".join(
        lazy_pinyin(character, style=Style.NORMAL, errors=lambda rest: rest if rest.isalpha() and rest.isascii() else "")
    ).lower()


def syllables(name: str) -> list[str]:
    """["zhang", "gui", "lan"]. Character by character, as names are; surnames with a reading of their own are known."""
    compound = _COMPOUND.get(name[:2])
    if compound:
        return [*compound, *(_letters(c) for c in name[2:])]
    return [_AS_SURNAME.get(name[:1]) or _letters(name[:1]), *(_letters(c) for c in name[1:])]


def spell(name: str) -> tuple[str, str]:
    """(zhangguilan, zgl)."""
    spelled = syllables(name)
    return "".join(spelled), "".join(s[:1] for s in spelled)
