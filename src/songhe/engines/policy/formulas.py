"""Arithmetic over printed figures, as a pack writes it beside a contradiction: ({B1} - {B2}) / 10 * 100. Numbers, + - * / ^, brackets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation

from songhe.engines.policy.findings import LanguageError, Place

_TOKEN = re.compile(r"\s*(?:(?P<figure>\{[A-Za-z0-9_-]{1,40}\})|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/^()]))")
MOST_TOKENS = 60
_HINT = "只能写数、花括号里的数字编号、加减乘除、乘方(^)和括号，例如 {B000-01} / {B000-02} * 100"


@dataclass(frozen=True, slots=True)
class Computation:
    """One way to a number: arithmetic over printed figures, which it names in braces."""

    title: str
    formula: str
    at: Place


def figures_in(formula: str) -> tuple[str, ...]:
    """The ids that a formula names, in order, each once; raises LanguageError for anything that is not a formula."""
    return tuple(dict.fromkeys(word[1:-1] for word in _tokens(formula) if word.startswith("{")))


def computed(formula: str, value_of: Callable[[str], Decimal]) -> Decimal:
    """The formula's value with 28 digits; raises LanguageError where it is malformed or divides by zero."""
    reader = _Reader(_tokens(formula), value_of)
    try:
        value = reader.sum()
    except (DivisionByZero, InvalidOperation) as error:
        raise LanguageError("算式里除以了零", "请改算式", "formula") from error
    if reader.at != len(reader.tokens):
        raise LanguageError(f"算式“{formula}”写得不完整", _HINT, "formula")
    return value


def _tokens(formula: str) -> list[str]:
    found: list[str] = []
    at, text = 0, formula.rstrip()
    while at < len(text):
        word = _TOKEN.match(text, at)
        if word is None or len(found) >= MOST_TOKENS:
            raise LanguageError(f"算式“{formula}”里有不能用的写法", _HINT, "formula")
        found.append(word[0].strip())
        at = word.end()
    return found


class _Reader:
    """Reads tokens left to right; products before sums."""

    def __init__(self, tokens: list[str], value_of: Callable[[str], Decimal]) -> None:
        self.tokens, self.value_of, self.at = tokens, value_of, 0

    def next(self, *wanted: str) -> str:
        word = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if word and (not wanted or word in wanted):
            self.at += 1
            return word
        return ""

    def sum(self) -> Decimal:
        value = self.product()
        while sign := self.next("+", "-"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> Decimal:
        value = self.power()
        while sign := self.next("*", "/"):
            value = value * self.power() if sign == "*" else value / self.power()
        return value

    def power(self) -> Decimal:
        value = self.one()
        if not self.next("^"):
            return value
        exponent = self.next()
        if not exponent.isdigit() or len(exponent) > 2:
            raise LanguageError("^ 后面要写两位以内的整数", _HINT, "formula")
        return value ** int(exponent)

    def one(self) -> Decimal:
        word = self.next()
        if word.startswith("{"):
            return self.value_of(word[1:-1])
        if word[:1].isdigit():
            return Decimal(word)
        value = self.sum() if word == "(" else None
        if value is None or not self.next(")"):
            raise LanguageError("算式写得不完整", _HINT, "formula")
        return value
