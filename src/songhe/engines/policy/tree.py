"""The one typed, resolved expression tree that every back end of the policy engine evaluates.

Everything that differs between SQL dialects, date libraries or versions of a pack has been removed before a tree exists:
ages are birth-date cut-offs, parameters are folded to constants, `case` is strict, codes are small integers, money is
integer fen, dates are days since 1970-01-01. A back end therefore only needs comparison, integer arithmetic, Kleene logic
and the household aggregates. Every node may evaluate to *unknown* (``None``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The types of the language. `money` is fen, `date` is days since 1970-01-01, `code` an index into the variable's values."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    DATE = "date"
    CODE = "code"


class Comparison(StrEnum):
    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Arithmetic(StrEnum):
    ADD = "+"
    SUB = "-"
    MUL = "*"


class AggregateKind(StrEnum):
    """Household aggregates over the members who count (`members:` of the pack). Unknown propagates:
    `all` is unknown if no member is false and one is unknown; `count`, `sum`, `min`, `max` are unknown if one is."""

    ALL = "all"
    ANY = "any"
    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    SIZE = "size"


class Rounding(StrEnum):
    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Const:
    """A literal or a folded parameter (`parameter` names it, for explanations)."""

    value: int | bool
    type: Type
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A fact of the person (or, with `household=True`, of the household) as the data dictionary names it."""

    name: str
    type: Type
    household: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of a named definition, evaluated once per person before the conditions."""

    definition: str
    type: Type


@dataclass(frozen=True, slots=True)
class Aggregate:
    kind: AggregateKind
    of: Node | None
    type: Type


@dataclass(frozen=True, slots=True)
class Not:
    of: Node
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class And:
    of: tuple[Node, ...]
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Or:
    of: tuple[Node, ...]
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class AgeTest:
    """What a birth-date cut-off stands for: `age <op> years` on the rulebook's date, or `within_months`."""

    kind: str  # "age" | "within_months" | "years_since"
    op: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Compare:
    op: Comparison
    left: Node
    right: Node
    age: AgeTest | None = None
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class In:
    of: Node
    values: tuple[int, ...]
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Arith:
    op: Arithmetic
    left: Node
    right: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Case:
    """Strict case: if a `when` is unknown, the whole value is unknown. Branches are tried in order."""

    branches: tuple[tuple[Node, Node], ...]
    default: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Known:
    """True if the operand is known, else false; never unknown."""

    of: Node
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class OrElse:
    """The operand if known, else the constant. The pack must cite why a missing fact may be replaced."""

    of: Node
    default: Const
    type: Type


@dataclass(frozen=True, slots=True)
class Share:
    """`of * numerator / denominator` in whole fen, rounded as the pack says; the only division of the language."""

    of: Node
    numerator: int
    denominator: int
    rounding: Rounding
    type: Type = Type.MONEY


Node = Const | Column | Ref | Aggregate | Not | And | Or | Compare | In | Arith | Case | Known | OrElse | Share
