"""Names as they are compared: the characters, how they sound, and how they sound to an ear that mixes up what dialects mix up."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from songhe.basics.spelling import syllables

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BETWEEN = re.compile(r"[\s·•‧・.。、,'\-_*]+")
_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def plain_name(text: str | None) -> str | None:
    """The name without spaces, dots between its parts, remarks in brackets and full-width forms; None if nothing is left.

    "买买提·艾力" and "买买提艾力" become one, "王秀英（已故）" becomes "王秀英".
    """
    if text is None:
        return None
    if text.isalpha() and unicodedata.is_normalized("NFKC", text):  # nearly every name, at a fifth of the time
        return text.upper()
    folded = _BRACKETED.sub("", unicodedata.normalize("NFKC", text))
    return _BETWEEN.sub("", folded).upper() or None


def sounds(name: str) -> tuple[str, str]:
    """The syllables without tones, a surname in its own reading ("shan xiu ying" for 单秀英), and the same as dialects hear them.

    To them zh and z, ch and c, sh and s, l and n at the beginning, ng and n at the end are one.
    """
    spelled = syllables(name)
    return " ".join(spelled), " ".join(map(_loose, spelled))


@lru_cache(maxsize=2_000)
def _loose(syllable: str) -> str:
    for hard, soft in _LOOSE:
        if syllable.startswith(hard):
            syllable = soft + syllable[len(hard) :]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable
