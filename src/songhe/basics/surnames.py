"""The surname of a name, where a message may say that much and no more."""

from __future__ import annotations

_DOUBLE = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙"
    "宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌"
    "微生公户公玉梁丘左丘东门西门"
)
DOUBLE = frozenset(_DOUBLE[place : place + 2] for place in range(0, len(_DOUBLE), 2))


def surname_of(name: str) -> str:
    """The surname: two characters where it is one of the double ones and a given name follows, otherwise the first character.

    Empty for a name that is not built that way (with a middle dot, or with letters).
    """
    bare = name.strip()
    if not bare or any(not "\u3400" <= character <= "\U0003ffff" for character in bare):
        return ""
    return bare[:2] if len(bare) > 2 and bare[:2] in DOUBLE else bare[0]
