"""An expression of the pack in Chinese words, for people who read rules and do not write them."""

from __future__ import annotations

import re

from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import Variable

_TOKEN = re.compile(r"'[^']*'|p\.\w+|household\.\w+|[a-z_][a-z0-9_]*|\d+(?:\.\d+)?|<=|>=|<>|[=<>+*(),-]")
_WORDS = {
    "and": "并且", "or": "或者", "not": "不是", "in": "属于", "between": "在", "true": "是", "false": "否",
    "case": "", "when": "；如果", "then": "，就是", "else": "；其他情况是", "end": "", "age": "周岁年龄",
    "hh_any": "户内有人", "hh_all": "户内每人都", "hh_count": "户内人数", "hh_sum": "户内合计", "hh_min": "户内最低",
    "hh_max": "户内最高", "hh_size": "户内人数", "within_months": "在最近几个月以内", "years_since": "距今年数",
    "known": "已经知道", "or_else": "不知道时按", "share": "按比例", "money": "", "down": "舍去零头", "up": "进位",
    "half_up": "四舍五入",
}  # fmt: skip
_SIGNS = {
    "<=": "≤",
    ">=": "≥",
    "<>": "≠",
    "=": "＝",
    "<": "＜",
    ">": "＞",
    "*": "×",
    "+": "＋",
    "-": "－",
    "(": "（",
    ")": "）",
    ",": "、",
}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def in_words(pack: Pack, text: str) -> str:
    """The expression with every name, code and sign in Chinese; a name that the pack does not have stays as written."""
    known = {name: variable for entity in pack.variables.values() for name, variable in entity.items()}
    parts: list[str] = []
    seen: Variable | None = None
    between = False
    for piece in _TOKEN.findall(text):
        name = piece.removeprefix("household.")
        seen = known.get(name, seen)
        if piece == "and" and between:
            parts.append("到")
            between = False
            continue
        between = between or piece == "between"
        parts.append(_word(pack, piece, name, known, seen))
    return _tidied("".join(parts))


def _word(pack: Pack, token: str, name: str, known: dict[str, Variable], seen: Variable | None) -> str:
    if token.startswith("'"):
        return _literal(token.strip("'"), seen)
    if token.startswith("p."):
        parameter = pack.parameters.get(token[2:])
        return f"“{parameter.title}”" if parameter else token
    if token in pack.definitions:
        return f"“{pack.definitions[token].title}”"
    if name in known:
        return known[name].label
    return _WORDS.get(token, _SIGNS.get(token, token))


def _literal(text: str, seen: Variable | None) -> str:
    if day := _DATE.fullmatch(text):
        return f"{day[1]}年{int(day[2])}月{int(day[3])}日"
    return dict(seen.values).get(text, _WORDS.get(text, text)) if seen else text


def _tidied(text: str) -> str:
    return text.lstrip("；").replace("（）", "").replace("或者（", "，或者（").replace("并且（", "，并且（")
