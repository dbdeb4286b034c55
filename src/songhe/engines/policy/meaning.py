"""From syntax to the typed, resolved tree: names found, types checked, ages turned into birth-date cut-offs, parameters folded."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from songhe.basics.ages import BirthdayRule, birth_cutoff, months_before, to_days
from songhe.basics.money import yuan_to_fen
from songhe.engines.policy import language as lang
from songhe.engines.policy.findings import LanguageError
from songhe.engines.policy.rulebook import ParameterValue, Variable
from songhe.engines.policy.tree import (
    AgeTest,
    Aggregate,
    AggregateKind,
    And,
    Arith,
    Arithmetic,
    Case,
    Column,
    Compare,
    Comparison,
    Const,
    In,
    Known,
    Node,
    Not,
    Or,
    OrElse,
    Ref,
    Rounding,
    Share,
    Type,
)

TYPE_NAMES = {Type.BOOL: "是否", Type.INT: "整数", Type.MONEY: "金额", Type.DATE: "日期", Type.CODE: "代码"}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_ORDERED = (Type.INT, Type.MONEY, Type.DATE)


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A definition as other expressions see it. `inline` replaces the reference where a benefit counts birthdays its own way."""

    type: Type
    aggregates: bool
    inline: Node | None = None


@dataclass(frozen=True)
class Scope:
    """What names mean. `parameters` are in force on `as_of`; `known_parameters` have a type but maybe no value that day."""

    as_of: dt.date
    entity: str
    variables: Mapping[str, Variable]
    parameters: Mapping[str, ParameterValue]
    known_parameters: Mapping[str, Type]
    definitions: Mapping[str, NamedValue] = field(default_factory=dict)
    birthday: BirthdayRule = BirthdayRule.ON_THE_DAY


def lower(syntax: lang.Syntax, scope: Scope, expected: Type | None = None) -> Node:
    """The typed node of an expression; raises LanguageError, also where its type is not `expected`."""
    node = _Lowering(scope).node(syntax)
    if expected is not None and node.type is not expected:
        raise LanguageError(
            f"这里要写{TYPE_NAMES[expected]}，写成了{TYPE_NAMES[node.type]}", _advice(expected, node.type), "type"
        )
    return node


def has_aggregate(node: Node, definitions: Mapping[str, NamedValue]) -> bool:
    """Whether the value depends on other members of the household, also through definitions."""
    from_ref = isinstance(node, Ref) and definitions[node.definition].aggregates
    return from_ref or isinstance(node, Aggregate) or any(has_aggregate(part, definitions) for part in operands(node))


def operands(node: Node) -> tuple[Node, ...]:
    """The direct operands of a node."""
    match node:
        case And() | Or():
            return node.of
        case Compare() | Arith():
            return (node.left, node.right)
        case Case():
            return (*(side for branch in node.branches for side in branch), node.default)
        case Not() | In() | Known() | OrElse() | Share():
            return (node.of,)
        case Aggregate():
            return () if node.of is None else (node.of,)
        case _:
            return ()


class _Lowering:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.in_aggregate = False

    def node(self, syntax: lang.Syntax) -> Node:
        match syntax:
            case lang.Name():
                return self.name(syntax)
            case lang.Number():
                return Const(syntax.value, Type.INT)
            case lang.Truth():
                return Const(syntax.value, Type.BOOL)
            case lang.Text():
                raise LanguageError(
                    f"'{syntax.value}' 单独写不知道是什么", "代码和日期要和一项事实比较；金额写 money('12.50')", "type"
                )
            case lang.Negation():
                return Not(self.of_type(syntax.of, Type.BOOL, "not 后面"))
            case lang.Junction():
                return self.junction(syntax)
            case lang.Relation():
                return self.relation(syntax)
            case lang.Sum():
                return self.sum(syntax)
            case lang.Range():
                low = self.relation(lang.Relation(">=", syntax.of, syntax.low))
                return And((low, self.relation(lang.Relation("<=", syntax.of, syntax.high))))
            case lang.Membership():
                return self.membership(syntax)
            case lang.Choice():
                return self.choice(syntax)
            case lang.Call():
                return self.call(syntax)

    def of_type(self, syntax: lang.Syntax, expected: Type, where: str) -> Node:
        node = self.node(syntax)
        if node.type is not expected:
            message = f"{where}要写{TYPE_NAMES[expected]}，写成了{TYPE_NAMES[node.type]}"
            raise LanguageError(message, _advice(expected, node.type), "type")
        return node

    # names

    def name(self, syntax: lang.Name) -> Node:
        if syntax.qualifier == "p":
            return self.parameter(syntax.name)
        if syntax.qualifier == "household":
            return self.column(syntax.name, of_household=True)
        if syntax.name in self.scope.definitions:
            return self.reference(syntax.name)
        if syntax.name == "age":
            raise LanguageError("age 只能和整数比较", "请写 age >= 80,或 age between 60 and 79", "type")
        return self.column(syntax.name)

    def reference(self, name: str) -> Node:
        value = self.scope.definitions[name]
        if self.in_aggregate and value.aggregates:
            raise LanguageError(
                f"户内汇总里用了“{name}”，它本身又是户内汇总", "请把内层改写成只看一个人的条件", "nested_aggregate"
            )
        return value.inline if value.inline is not None else Ref(name, value.type)

    def column(self, name: str, *, of_household: bool = False) -> Node:
        variable = self.scope.variables.get(name)
        if (
            variable is not None
            and variable.entity != self.scope.entity
            and not (self.scope.entity == "person" and variable.entity == "household")
        ):
            variable = None
        if variable is None:
            raise self.unknown_name(name)
        if of_household is not (variable.entity == "household"):
            fix = f"请直接写 {name}" if of_household else f"请写 household.{name}"
            raise LanguageError(f"“{name}”是{'人' if of_household else '户'}的事实", fix, "unknown_variable")
        return Column(name, variable.type, of_household)

    def unknown_name(self, name: str) -> LanguageError:
        names = [key for key, variable in self.scope.variables.items() if variable.entity in (self.scope.entity, "household")]
        close = difflib.get_close_matches(name, [*names, *self.scope.definitions], 1)
        fix = f"是不是想写 {close[0]}?" if close else "请先在 variables.yaml 或 definitions.yaml 里写明它"
        return LanguageError(f"没有叫“{name}”的事实或定义", fix, "unknown_variable")

    def parameter(self, name: str) -> Const:
        value = self.scope.parameters.get(name)
        if value is not None:
            return Const(value.value, value.type, name)
        if name in self.scope.known_parameters:
            message = f"参数“{name}”在 {self.scope.as_of.isoformat()} 没有值"
            raise LanguageError(message, "请在 parameters.yaml 里补上这一天有效的值", "parameter_without_value")
        close = difflib.get_close_matches(name, list(self.scope.known_parameters), 1)
        fix = f"是不是想写 p.{close[0]}?" if close else "请先在 parameters.yaml 里写明它"
        raise LanguageError(f"没有叫“{name}”的参数", fix, "unknown_parameter")

    # logic

    def junction(self, syntax: lang.Junction) -> Node:
        parts: list[Node] = []
        kind = And if syntax.word == "and" else Or
        for part in syntax.of:
            node = self.of_type(part, Type.BOOL, f"{syntax.word} 两边")
            parts.extend(node.of if isinstance(node, kind) else (node,))
        return kind(tuple(parts))

    def relation(self, syntax: lang.Relation) -> Node:
        left, sign, right = syntax.left, syntax.sign, syntax.right
        if _is_literal(left) or (_is_age(right) and not _is_age(left)):
            left, sign, right = right, _FLIPPED[sign], left
        if _is_age(left):
            return self.age(left, Comparison(sign), right)
        node = self.node(left)
        other = self.literal(right, node, left)
        op = Comparison(sign)
        if node.type is not other.type:
            message = f"{TYPE_NAMES[node.type]}不能和{TYPE_NAMES[other.type]}比较"
            raise LanguageError(message, _advice(node.type, other.type), "type")
        if node.type is Type.BOOL:
            return self.bool_relation(node, op, other)
        if node.type is Type.CODE and op not in (Comparison.EQ, Comparison.NE):
            raise LanguageError("代码没有大小", "代码只能用 =、<> 或 in 比较", "type")
        if node.type is Type.CODE and not isinstance(other, Const):
            raise LanguageError("代码只能和写明的代码比较", "请写 事实 = '代码'", "type")
        return Compare(op, node, other)

    def bool_relation(self, node: Node, op: Comparison, other: Node) -> Node:
        if not isinstance(other, Const) or op not in (Comparison.EQ, Comparison.NE):
            raise LanguageError("两个条件不能这样比较", "请用 and、or、not 连接", "type")
        return node if bool(other.value) is (op is Comparison.EQ) else Not(node)

    def literal(self, syntax: lang.Syntax, beside: Node, beside_syntax: lang.Syntax) -> Node:
        """The node of a right-hand side; a quoted text becomes the date or code that the left side asks for."""
        if not isinstance(syntax, lang.Text):
            return self.node(syntax)
        if beside.type is Type.DATE:
            return Const(_date(syntax.value), Type.DATE)
        if beside.type is Type.CODE and isinstance(beside, Column):
            return Const(self.code(beside, syntax.value), Type.CODE)
        if beside.type is Type.CODE and isinstance(beside, OrElse) and isinstance(beside.of, Column):
            return Const(self.code(beside.of, syntax.value), Type.CODE)
        raise LanguageError(f"{TYPE_NAMES[beside.type]}不能和文字 '{syntax.value}' 比较", _advice(beside.type, Type.CODE), "type")

    def code(self, column: Column, value: str) -> int:
        codes = [code for code, _ in self.scope.variables[column.name].values]
        if value not in codes:
            close = difflib.get_close_matches(value, codes, 1)
            fix = f"是不是想写 '{close[0]}'?" if close else "可写的有：" + "、".join(codes)
            raise LanguageError(f"“{column.name}”没有代码 '{value}'", fix, "unknown_code")
        return codes.index(value)

    def membership(self, syntax: lang.Membership) -> Node:
        if _is_age(syntax.of):
            raise LanguageError("age 不能用 in", "请写 age between 60 and 69,或分别比较", "type")
        node = self.node(syntax.of)
        if node.type is Type.BOOL:
            raise LanguageError("是否类的事实不能用 in", "请直接写这项事实，或 not 这项事实", "type")
        values: list[int] = []
        for item in syntax.values:
            value = self.literal(item, node, syntax.of)
            if not isinstance(value, Const) or value.parameter is not None:
                raise LanguageError("in 的括号里只能写死的值", "请写代码、整数、日期或 money('…');与参数比较请用 = 和 or", "type")
            if value.type is not node.type:
                message = f"{TYPE_NAMES[node.type]}不能和{TYPE_NAMES[value.type]}比较"
                raise LanguageError(message, _advice(node.type, value.type), "type")
            values.append(int(value.value))
        return In(node, tuple(dict.fromkeys(values)))

    # numbers

    def sum(self, syntax: lang.Sum) -> Node:
        left, right, op = self.node(syntax.left), self.node(syntax.right), Arithmetic(syntax.sign)
        types = {left.type, right.type}
        if types == {Type.INT}:
            return Arith(op, left, right, Type.INT)
        if types == {Type.MONEY} and op is not Arithmetic.MUL:
            return Arith(op, left, right, Type.MONEY)
        if types == {Type.MONEY, Type.INT} and op is Arithmetic.MUL:
            return Arith(op, left, right, Type.MONEY)
        message = f"{TYPE_NAMES[left.type]} {syntax.sign} {TYPE_NAMES[right.type]} 没有意义"
        raise LanguageError(message, "能算的有：整数之间加减乘，金额之间加减，金额乘整数", "type")

    def choice(self, syntax: lang.Choice) -> Node:
        branches = tuple((self.of_type(when, Type.BOOL, "when 后面"), self.node(then)) for when, then in syntax.branches)
        default = self.node(syntax.default)
        types = {then.type for _, then in branches} | {default.type}
        if len(types) != 1:
            raise LanguageError(
                "case 各个分支的类型不一样：" + "、".join(sorted(TYPE_NAMES[t] for t in types)),
                "请让每个 then 和 else 都是同一类",
                "type",
            )
        if default.type is Type.CODE:
            raise LanguageError("case 不能给出代码", "请让每个 then 和 else 给出金额、整数、日期或条件", "type")
        return Case(branches, default, default.type)

    # functions

    def call(self, syntax: lang.Call) -> Node:
        arguments = syntax.arguments
        match syntax.function:
            case "money":
                return Const(_money(arguments[0]), Type.MONEY)
            case "known":
                return Known(self.reading(arguments[0]))
            case "or_else":
                return self.or_else(arguments[0], arguments[1])
            case "share":
                return self.share(arguments)
            case "within_months":
                return self.within_months(arguments[0], arguments[1])
            case "years_since":
                raise LanguageError("years_since 只能和整数比较", "请写 years_since(日期) >= 2", "type")
            case _:
                return self.aggregate(AggregateKind(syntax.function.removeprefix("hh_")), arguments)

    def reading(self, syntax: lang.Syntax) -> Node:
        return self.column("birth_date") if _is_age(syntax) and isinstance(syntax, lang.Name) else self.node(syntax)

    def or_else(self, of: lang.Syntax, default: lang.Syntax) -> Node:
        node = self.node(of)
        value = self.literal(default, node, of)
        if not isinstance(value, Const) or value.type is not node.type:
            raise LanguageError("or_else 的第二项要是同一类的固定值", "例如 or_else(ability_grade, 0)", "type")
        return OrElse(node, value, node.type)

    def share(self, arguments: tuple[lang.Syntax, ...]) -> Node:
        of = self.of_type(arguments[0], Type.MONEY, "share 的第一项")
        numerator, denominator = self.whole(arguments[1], "share 的分子"), self.whole(arguments[2], "share 的分母")
        if numerator < 0 or denominator <= 0:
            raise LanguageError("share 的分子不能小于 0,分母要大于 0", "例如 share(p.standard, 1, 2, 'down')")
        rounding = arguments[3].value if isinstance(arguments[3], lang.Text) else ""
        if rounding not in {word.value for word in Rounding}:
            raise LanguageError("share 的第四项要写怎么取整", "请写 'down'(舍去)、'half_up'(四舍五入)或 'up'(进一)")
        return Share(of, numerator, denominator, Rounding(rounding))

    def whole(self, syntax: lang.Syntax, where: str) -> int:
        node = self.node(syntax) if not isinstance(syntax, lang.Text) else None
        if not isinstance(node, Const) or node.type is not Type.INT:
            raise LanguageError(f"{where}只能是整数或整数参数", "例如 80 或 p.minimum_age", "type")
        return int(node.value)

    def aggregate(self, kind: AggregateKind, arguments: tuple[lang.Syntax, ...]) -> Node:
        if self.in_aggregate:
            raise LanguageError("户内汇总里面不能再写户内汇总", "请把内层先改写成只看一个人的条件", "nested_aggregate")
        if self.scope.entity != "person":
            raise LanguageError("只有按人算的规则才有户内汇总", "请只用本类对象自己的事实", "type")
        self.in_aggregate = True
        try:
            of = self.node(arguments[0]) if arguments else None
        finally:
            self.in_aggregate = False
        if of is None:
            return Aggregate(kind, None, Type.INT)
        wants_bool = kind in (AggregateKind.ALL, AggregateKind.ANY, AggregateKind.COUNT)
        if wants_bool and of.type is not Type.BOOL:
            raise LanguageError(f"hh_{kind} 里要写条件，写成了{TYPE_NAMES[of.type]}", f"例如 hh_{kind}(age >= 60)", "type")
        allowed = (Type.INT, Type.MONEY) if kind is AggregateKind.SUM else _ORDERED
        if not wants_bool and of.type not in allowed:
            raise LanguageError(
                f"hh_{kind} 里不能写{TYPE_NAMES[of.type]}", "请写" + "或".join(TYPE_NAMES[t] for t in allowed), "type"
            )
        result = Type.INT if kind is AggregateKind.COUNT else Type.BOOL if wants_bool else of.type
        return Aggregate(kind, of, result)

    # time

    def age(self, syntax: lang.Syntax, op: Comparison, right: lang.Syntax) -> Node:
        if isinstance(syntax, lang.Name):
            column, kind, rule = self.column("birth_date"), "age", self.scope.birthday
        else:
            assert isinstance(syntax, lang.Call)
            column, kind, rule = (
                self.of_type(syntax.arguments[0], Type.DATE, "years_since 里"),
                "years_since",
                BirthdayRule.ON_THE_DAY,
            )
        number = self.whole(right, "age 右边" if kind == "age" else "years_since 右边")
        parameter = right.name if isinstance(right, lang.Name) else None
        if not 0 <= number <= 200:
            raise LanguageError(f"年数 {number} 不在 0 到 200 之间", "请写实际的周岁数", "type")

        def reached(years: int, sign: Comparison) -> Compare:
            """`years` reached (sign `<=`) or not yet (sign `>`)."""
            cutoff = Const(to_days(birth_cutoff(years, self.scope.as_of, rule)), Type.DATE, parameter)
            words = (Comparison.GE if sign is Comparison.LE else Comparison.LT, years)
            if op in (Comparison.GT, Comparison.LE):
                words = (op, number)
            return Compare(sign, column, cutoff, AgeTest(kind, *words))

        match op:
            case Comparison.GE:
                return reached(number, Comparison.LE)
            case Comparison.LT:
                return reached(number, Comparison.GT)
            case Comparison.GT:
                return reached(number + 1, Comparison.LE)
            case Comparison.LE:
                return reached(number + 1, Comparison.GT)
            case Comparison.EQ:
                return And((reached(number, Comparison.LE), reached(number + 1, Comparison.GT)))
            case Comparison.NE:
                return Or((reached(number, Comparison.GT), reached(number + 1, Comparison.LE)))

    def within_months(self, date: lang.Syntax, months: lang.Syntax) -> Node:
        column = self.of_type(date, Type.DATE, "within_months 的第一项")
        number = self.whole(months, "within_months 的第二项")
        if not 0 <= number <= 1200:
            raise LanguageError(f"月数 {number} 不在 0 到 1200 之间", "请写实际的月数", "type")
        parameter = months.name if isinstance(months, lang.Name) else None
        cutoff = Const(to_days(months_before(self.scope.as_of, number)), Type.DATE, parameter)
        return Compare(Comparison.GE, column, cutoff, AgeTest("within_months", Comparison.LE, number))


def _is_age(syntax: lang.Syntax) -> bool:
    return syntax == lang.Name("age") or (isinstance(syntax, lang.Call) and syntax.function == "years_since")


def _is_literal(syntax: lang.Syntax) -> bool:
    return isinstance(syntax, lang.Text | lang.Number | lang.Truth)


def _date(text: str) -> int:
    try:
        if len(text) != 10:
            raise ValueError(text)
        return to_days(dt.date.fromisoformat(text))
    except ValueError as error:
        raise LanguageError(f"'{text}' 不是日期", "日期写成 '2024-01-01'", "type") from error


def _money(syntax: lang.Syntax) -> int:
    try:
        if not isinstance(syntax, lang.Text):
            raise ValueError
        return yuan_to_fen(syntax.value)
    except ValueError as error:
        raise LanguageError("money 里要写带引号的元数，最多两位小数", "例如 money('1280.00')", "type") from error


def _advice(expected: Type, got: Type) -> str:
    if expected is Type.MONEY:
        return "金额写 money('1280.00'),或用 type: money 的参数"
    if expected is Type.DATE:
        return "日期写 '2024-01-01'"
    if expected is Type.CODE:
        return "代码写成带单引号的代码，例如 'dibao'"
    if expected is Type.BOOL:
        return "请写成条件，例如 age >= 80 或一项是否类的事实"
    return "整数直接写，不加引号" if got is Type.CODE else "请写整数"
