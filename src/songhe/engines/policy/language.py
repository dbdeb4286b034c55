"""The expression language of packs: text → a small syntax tree, by a strict whitelist.

sqlglot only parses; everything it returns is copied into the classes below or refused, so nothing of SQL reaches a back end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from songhe.basics.yaml_sections import NAME as NAME
from songhe.engines.policy.findings import LanguageError

MAX_LENGTH = 2000
MAX_DEPTH = 30
MAX_NODES = 400
FUNCTIONS = {
    "within_months": (2, "within_months(日期, 月数)"),
    "years_since": (1, "years_since(日期)"),
    "known": (1, "known(事实)"),
    "or_else": (2, "or_else(事实, 代替值)"),
    "share": (4, "share(金额, 分子, 分母, 'down')"),
    "money": (1, "money('1280.00')"),
    "hh_all": (1, "hh_all(条件)"),
    "hh_any": (1, "hh_any(条件)"),
    "hh_count": (1, "hh_count(条件)"),
    "hh_sum": (1, "hh_sum(数值)"),
    "hh_min": (1, "hh_min(数值)"),
    "hh_max": (1, "hh_max(数值)"),
    "hh_size": (0, "hh_size()"),
}
_TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)|(?P<word>[A-Za-z][A-Za-z0-9_]*)|(?P<number>[0-9]+)(?![A-Za-z0-9_.])|(?P<text>'[A-Za-z0-9_.\-]{0,40}'(?!'))"
    r"|(?P<sign><=|>=|<>|=(?!=)|[<>+*(),.]|-(?!-))"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, definition, `age`, or with a qualifier `p.x` and `household.x`."""

    name: str
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    value: int


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    of: Syntax


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` or `or` over two or more."""

    word: str
    of: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    sign: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Sum:
    """One of `+ - *`."""

    sign: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Range:
    of: Syntax
    low: Syntax
    high: Syntax


@dataclass(frozen=True, slots=True)
class Membership:
    of: Syntax
    values: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple[tuple[Syntax, Syntax], ...]
    default: Syntax


Syntax = Name | Number | Text | Truth | Call | Negation | Junction | Relation | Sum | Range | Membership | Choice

_RELATIONS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_SUMS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_SIGNS = {
    "/": "语言里没有除法，请写 share(金额, 分子, 分母, 'down')",
    "%": "语言里没有取余，请改写成比较或 share(…)",
    "!": "不等于请写 <>",
    '"': "文字只用单引号，例如 'dibao';名称不加引号",
    "`": "名称不加引号",
    ";": "一处只写一个式子，请去掉分号",
    "|": "没有 ||,请用 or",
    "&": "没有 &&,请用 and",
    "-": "不能写注释，说明请写在 YAML 的 # 后面",
    "=": "等于只写一个 =",
    ":": "没有类型转换，请用 money('…') 或 '2024-01-01' 这样的日期",
    "'": "引号里只能是代码、日期或金额(字母、数字、下划线、点、短横)",
}
_ELSEWHERE = "能写的有:and or not、= <> < <= > >=、between、in、+ - *、case when,以及 " + "、".join(FUNCTIONS)


@lru_cache(maxsize=8192)
def parse(text: str) -> Syntax:
    """The syntax tree of `text`; raises LanguageError for anything outside the language."""
    _check_text(text)
    try:
        trees = sqlglot.parse(text)
    except (SqlglotError, RecursionError) as error:
        raise LanguageError("式子写得不完整或嵌套太深", "请检查括号、引号和 and/or 两边是否都写全") from error
    if len(trees) != 1 or trees[0] is None:
        raise LanguageError("这里要写一个式子", "例如 age >= 80 and registered_here")
    return _Copier().copy(trees[0], 0)


def names_in(syntax: Syntax) -> frozenset[tuple[str | None, str]]:
    """All (qualifier, name) that the expression mentions."""
    found: set[tuple[str | None, str]] = set()
    queue: list[Syntax] = [syntax]
    while queue:
        part = queue.pop()
        if isinstance(part, Name):
            found.add((part.qualifier, part.name))
        queue.extend(children(part))
    return frozenset(found)


def children(part: Syntax) -> tuple[Syntax, ...]:
    """The direct parts of a syntax node, in the order written."""
    match part:
        case Call():
            return part.arguments
        case Negation():
            return (part.of,)
        case Junction():
            return part.of
        case Relation() | Sum():
            return (part.left, part.right)
        case Range():
            return (part.of, part.low, part.high)
        case Membership():
            return (part.of, *part.values)
        case Choice():
            return (*(side for branch in part.branches for side in branch), part.default)
        case _:
            return ()


def _check_text(text: str) -> None:
    if not text.strip():
        raise LanguageError("式子是空的", "请写条件，例如 age >= 80")
    if len(text) > MAX_LENGTH:
        raise LanguageError(
            f"式子有 {len(text)} 个字符，最多 {MAX_LENGTH} 个", "请把其中几段写成 definitions.yaml 里的定义再引用"
        )
    at, depth, deepest, tokens = 0, 0, 0, 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            sign = text[at]
            fix = _SIGNS.get(sign, "请只用英文半角的字母、数字和运算符号" if not sign.isascii() else _ELSEWHERE)
            if sign.isdigit():
                fix = "数只写整数；金额写 money('12.50')"
            raise LanguageError(f"第 {at + 1} 个字符“{sign}”不能用在式子里", fix)
        if token["number"] and len(token["number"]) > 12:
            raise LanguageError("数太大", "整数最多 12 位")
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
        tokens += token["space"] is None
        at = token.end()
    if deepest > MAX_DEPTH or tokens > MAX_NODES * 2:
        raise LanguageError("式子太大或括号嵌套太深", "请把其中几段写成 definitions.yaml 里的定义再引用")


class _Copier:
    """Copies a parsed tree into the classes of this module, counting nodes."""

    def __init__(self) -> None:
        self.nodes = 0

    def copy(self, node: exp.Expr, depth: int) -> Syntax:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise LanguageError("式子太大或嵌套太深", "请把其中几段写成 definitions.yaml 里的定义再引用")
        match node:
            case exp.Paren():
                return self.copy(node.this, depth + 1)
            case exp.Column():
                return _name(node)
            case exp.Literal():
                return Text(str(node.this)) if node.is_string else Number(int(node.this))
            case exp.Boolean():
                return Truth(bool(node.this))
            case exp.Not():
                return Negation(self.copy(node.this, depth + 1))
            case exp.And() | exp.Or():
                return Junction("and" if isinstance(node, exp.And) else "or", self._chain(node, type(node), depth))
            case exp.Neg() if isinstance(node.this, exp.Literal) and not node.this.is_string:
                return Number(-int(node.this.this))
            case exp.Between() if not _extra(node, {"this", "low", "high"}):
                return Range(*(self.copy(node.args[key], depth + 1) for key in ("this", "low", "high")))
            case exp.In() if node.expressions and not _extra(node, {"this", "expressions"}):
                return Membership(self.copy(node.this, depth + 1), self._all(node.expressions, depth))
            case exp.Case():
                return self._case(node, depth)
            case exp.Anonymous():
                return self._call(node, depth)
        if type(node) in _RELATIONS:
            return Relation(_RELATIONS[type(node)], self.copy(node.this, depth + 1), self.copy(node.expression, depth + 1))
        if type(node) in _SUMS:
            return Sum(_SUMS[type(node)], self.copy(node.this, depth + 1), self.copy(node.expression, depth + 1))
        raise LanguageError(f"不能写“{type(node).__name__.lower()}”这样的式子", _instead(node))

    def _all(self, nodes: list[exp.Expr], depth: int) -> tuple[Syntax, ...]:
        return tuple(self.copy(node, depth + 1) for node in nodes)

    def _chain(self, node: exp.Expr, kind: type[exp.Expr], depth: int) -> tuple[Syntax, ...]:
        """The operands of a left-deep chain of one connector, in the order written."""
        parts: list[exp.Expr] = []
        while isinstance(node, kind):
            parts.append(node.args["expression"])
            node = node.this
        parts.append(node)
        return self._all(parts[::-1], depth)

    def _case(self, node: exp.Case, depth: int) -> Syntax:
        if node.this is not None:
            raise LanguageError("case 后面不能直接跟事实", "请写 case when 等级 = 1 then … else … end")
        if node.args.get("default") is None:
            raise LanguageError("case 没有写 else", "请写明其余情况:case when … then … else … end")
        branches = tuple((self.copy(part.this, depth + 1), self.copy(part.args["true"], depth + 1)) for part in node.args["ifs"])
        return Choice(branches, self.copy(node.args["default"], depth + 1))

    def _call(self, node: exp.Anonymous, depth: int) -> Syntax:
        function = node.this if isinstance(node.this, str) else ""
        if function not in FUNCTIONS:
            raise LanguageError(f"没有“{function}”这个函数", _ELSEWHERE)
        count, usage = FUNCTIONS[function]
        if len(node.expressions) != count:
            raise LanguageError(f"{function} 要写 {count} 个参数，这里写了 {len(node.expressions)} 个", f"请写 {usage}")
        return Call(function, self._all(node.expressions, depth))


def _extra(node: exp.Expr, allowed: set[str]) -> bool:
    return any(value for key, value in node.args.items() if key not in allowed)


def _name(node: exp.Column) -> Name:
    parts = [part for part in node.parts if isinstance(part, exp.Identifier)]
    words = [str(part.this) for part in parts]
    if len(parts) != len(node.parts) or any(part.quoted for part in parts) or not all(NAME.fullmatch(word) for word in words):
        raise LanguageError(f"“{'.'.join(words)}”不是一个名称", "名称用小写字母、数字和下划线，以字母开头")
    if len(words) == 1:
        return Name(words[0])
    if len(words) == 2 and words[0] in ("p", "household"):
        return Name(words[1], words[0])
    raise LanguageError(
        f"“{'.'.join(words)}”前面只能是 p. 或 household.", "参数写 p.名称，户的事实写 household.名称，人的事实直接写名称"
    )


def _instead(node: exp.Expr) -> str:
    if isinstance(node, exp.Null | exp.Is):
        return "没有 NULL:要问一项事实是否已知，请写 known(事实)"
    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        return "没有除法，请写 share(金额, 分子, 分母, 'down')"
    if isinstance(node, exp.Cast | exp.TryCast):
        return "没有类型转换，请用 money('…') 或 '2024-01-01' 这样的日期"
    if isinstance(node, exp.Min | exp.Max | exp.Sum | exp.Count):
        return "户内汇总请写 hh_count、hh_sum、hh_min、hh_max"
    if isinstance(node, exp.Neg):
        return "负号只能写在数字前面"
    return _ELSEWHERE
