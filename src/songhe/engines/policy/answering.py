"""Every question of a rulebook answered for one person by generated Python, as `closure.py` decides: straight lines, no loops.

Nothing of a pack's text reaches the generated code: names checked by the language, numbers and string literals of names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from songhe.engines.policy.explanation import Answered, MissingFact, ShownFact
from songhe.engines.policy.language import NAME
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Node

Facts = Mapping[str, object]
Shown = tuple[dict[Any, tuple[ShownFact, ...]], ...]  # for each fact by its value: what was shown for it before
Show = Callable[[int, object], tuple[ShownFact, ...]]  # place of a fact, its value (None for a fact of all members)
Lack = Callable[[int], tuple[MissingFact, ...]]  # place of a question that cannot be told
Answering = Callable[[Facts, Facts, int, int, Shown, Show, Lack], Sequence[Answered]]


class FactOutline(NamedTuple):
    """A fact behind a condition; `kind` is own, age, years_since, household, or one of these after "members "."""

    place: int  # among all facts behind conditions
    kind: str
    variable: Variable


class Question(NamedTuple):
    """What one or several conditions ask. `bit` is that of the first; `only` names the fact where it depends on one own fact alone."""

    bit: int
    node: Node
    facts: tuple[FactOutline, ...]
    only: str | None


def answering(facts: Sequence[FactOutline], questions: Sequence[Question]) -> Answering:
    """A function (person, household, true mask, unknown mask, shown before, show, lack) -> the answers in the questions' order."""
    lines = [f"({''.join(f'm{fact.place}, ' for fact in facts)}) = shown"] if facts else []
    for fact in facts:
        lines += _fact(fact)
    answers: list[str] = []
    together: dict[str, str] = {}
    for key, question in enumerate(questions):
        text = " + ".join(f"f{fact.place}" for fact in question.facts) or "()"
        if len(question.facts) > 1 and text not in together:
            together[text] = f"v{key}"
            lines.append(f"v{key} = {text}")
        values = together.get(text, text)
        no = f"(None, {values}, lack({key})) if unknown & {question.bit} else (False, {values}, ())"
        answers.append(f"(True, {values}, ()) if true & {question.bit} else {no},")
    lines += ["return (", *answers, ")"]
    source = "def answer(person, household, true, unknown, shown, show, lack):\n" + "".join(f"    {line}\n" for line in lines)
    space: dict[str, Any] = {}
    exec(compile(source, "<questions>", "exec"), space)  # noqa: S102 - written from the resolved tree, see the module's docstring
    answer: Answering = space["answer"]
    return answer


def _fact(fact: FactOutline) -> list[str]:
    place, name = fact.place, fact.variable.name
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name: {name!r}")
    if fact.kind.startswith("members "):
        return [f"f{place} = show({place}, None)"]
    owner = "household" if fact.kind == "household" else "person"
    return [f"g = {owner}.get({name!r})", f"f{place} = () if g is None else m{place}.get(g) or show({place}, g)"]
