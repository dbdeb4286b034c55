"""Names as they are compared: the characters, how they sound, and how they sound to an ear that mixes up what dialects mix up."""

from __future__ import annotations

import re
import unicodedata

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
    folded = _BRACKETED.sub("", unicodedata.normalize("NFKC", text))
    return _BETWEEN.sub("", folded).upper() or None


def sound(name: str) -> str:
    """The syllables without tones, a surname in its own reading: "单秀英" is "shan xiu ying"."""
    return " ".join(syllables(name))


def loose_sound(name: str) -> str:
    """As `sound`, with zh and z, ch and c, sh and s, l and n at the beginning, ng and n at the end made equal."""
    return " ".join(_loose(syllable) for syllable in syllables(name))


def _loose(syllable: str) -> str:
    for hard, soft in _LOOSE:
        if syllable.startswith(hard):
            syllable = soft + syllable[len(hard) :]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable
