"""What the expression language takes, and that it refuses everything else with advice."""

import pytest

from songhe.engines.policy.findings import LanguageError
from songhe.engines.policy.language import (
    Call,
    Choice,
    Junction,
    Membership,
    Name,
    Negation,
    Number,
    Range,
    Relation,
    Sum,
    Text,
    names_in,
    parse,
)

HOSTILE = [
    "", "   ", "\n", "select 1", "(select 1)", "alive; drop table person", "alive;", "alive --", "alive -- comment", "alive /* x */",
    "exists (select 1 from person)", "grade in (select 1)", "grade = (select max(grade) from person)", "grade is null", "grade is not null",
    "null", "grade = null", "grade / 2 = 1", "grade // 2", "grade % 2 = 0", "cast(grade as int) = 1", "grade::int = 1", "try_cast(grade as int)",
    "assistance like 't%'", "assistance like 'tekun'", "assistance || 'x' = 'y'", "upper(assistance) = 'X'", "read_csv('x')", "pg_sleep(10)",
    "count(*) > 1", "sum(grade) > 1", "row_number() over ()", "max(grade) over (partition by sex) > 1", "current_date", "now()", "random()",
    "\"alive\"", "`alive`", "[alive]", "alive == true", "grade != 1", "grade <=> 1", "alive && local", "alive | local", "!alive", "~grade",
    "grade = 1.5", "grade = 1e3", "grade = 0x10", "grade = 80a", "grade = $1", "grade = ?", "grade = :x", "grade = @x", "grade = {x}",
    "alive\x00", "ａｌｉｖｅ", "grade ＞ 1", "грade = 1", "alive and", "and alive", "(alive", "alive)", "not", "case when alive then 1 end",
    "case grade when 1 then 2 else 3 end", "case end", "a.b", "p.a.b", "person.alive", "information_schema.tables", "household.*", "*", "p.*",
    "grade = 'a''b'", "grade = 'x y'", "grade = '政'", "date '2020-01-01' = birth_date", "interval '1' day", "grade as x", "alive, local",
    "grade between 1", "Alive", "ALIVE", "_alive", "grade = 1234567890123", "-grade < 1", "hh_all()", "hh_all(alive, local)", "hh_size(alive)",
    "HH_ALL(alive)", "money()", "known()", "or_else(grade)", "share(grade, 1, 2)", "within_months(birth_date)", "if(alive, 1, 2)", "coalesce(grade, 0)",
    "nullif(grade, 0)", "greatest(1, 2)", "least(1, 2)", "alive collate x", "grade in ()", "grade is distinct from 1", "any(alive)", "alive union select 1",
    "(" * 400 + "alive" + ")" * 400, "alive and " * 300 + "alive", "not " * 400 + "alive", "x" * 3000, "- " * 200 + "1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_everything_outside_the_language_is_refused_with_advice(text: str) -> None:
    with pytest.raises(LanguageError) as refused:
        parse(text)
    assert refused.value.message
    assert refused.value.fix


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("grade is null", "known(事实)"),
        ("grade / 2 = 1", "share("),
        ("grade != 1", "不等于请写 <>"),
        ("grade = 1.5", "money('12.50')"),
        ("alive -- x", "YAML 的 # 后面"),
        ("hh_all()", "hh_all(条件)"),
        ("case when alive then 1 end", "case when … then … else … end"),
        ("person.alive", "household.名称"),
        ("max(grade)", "hh_max"),
    ],
)
def test_the_advice_says_what_to_write_instead(text: str, advice: str) -> None:
    with pytest.raises(LanguageError) as refused:
        parse(text)
    assert advice in refused.value.fix


def test_syntax_trees() -> None:
    assert parse("age >= 80 and not local") == Junction("and", (Relation(">=", Name("age"), Number(80)), Negation(Name("local"))))
    assert parse("a or b or c") == Junction("or", (Name("a"), Name("b"), Name("c")))
    assert parse("assistance in ('tekun', 'dibao')") == Membership(Name("assistance"), (Text("tekun"), Text("dibao")))
    assert parse("grade not in (1)") == Negation(Membership(Name("grade"), (Number(1),)))
    assert parse("grade between 1 and 2") == Range(Name("grade"), Number(1), Number(2))
    assert parse("p.base - money('0.01') * -2") == Sum(
        "-", Name("base", "p"), Sum("*", Call("money", (Text("0.01"),)), Number(-2))
    )
    assert parse("case when local then 1 else household.n end") == Choice(((Name("local"), Number(1)),), Name("n", "household"))
    assert parse("hh_size() > 1") == Relation(">", Call("hh_size", ()), Number(1))
    assert parse("a <> 1 OR b") == Junction("or", (Relation("<>", Name("a"), Number(1)), Name("b")))


def test_names_in() -> None:
    assert names_in(parse("hard_up and household.income <= p.line and hh_any(age >= 60)")) == {
        (None, "hard_up"),
        ("household", "income"),
        ("p", "line"),
        (None, "age"),
    }


def test_long_but_allowed() -> None:
    text = " or ".join(f"grade = {n}" for n in range(60))
    assert isinstance(parse(text), Junction)
    assert len(parse(text).of) == 60  # type: ignore[union-attr]
