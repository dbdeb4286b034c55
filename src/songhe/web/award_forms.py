"""The facts of an award's claim as a form: fields with their choices, and what was typed as the data dictionary writes it."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.errors import ClaimIncomplete
from songhe.contexts.payments.queries import AwardKind
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.errors import NotFound, SongheError
from songhe.web.lists import FieldProblem


def kind_named(name: str) -> AwardKind:
    """The award of this id, in force today; NotFound where there is none."""
    found = next((kind for kind in payments.award_kinds() if kind.id == name), None)
    if found is None:
        raise NotFound("没有这一项奖补，或者现在还不能申请。", next_step="请从列表里选择。")
    return found


def fields_of(kind: AwardKind, typed: Mapping[str, str]) -> list[tuple[Variable, list[tuple[str, str]], str]]:
    """Each fact that counts, what can be chosen (nothing for a number), and what was typed before."""
    return [(one, _options(one), typed.get(f"f-{one.name}", "")) for one in kind.asked]


def facts_typed(kind: AwardKind, typed: Mapping[str, str]) -> dict[str, object]:
    """The typed facts as the data dictionary writes them; what is empty is not known."""
    found: dict[str, object] = {}
    for variable in kind.asked:
        text = typed.get(f"f-{variable.name}", "").strip()
        if not text:
            continue
        if variable.type is Type.BOOL:
            found[variable.name] = text == "true"
        elif variable.type is Type.CODE:
            found[variable.name] = text
        else:
            found[variable.name] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    return found


def problems_of(kind: AwardKind, refused: SongheError) -> tuple[FieldProblem, ...]:
    """Everything that is to be put right, each beside its field."""
    facts = {one.name for one in kind.asked}
    if isinstance(refused, ClaimIncomplete):
        found = [(one.field, f"{one.sentence}{one.next_step}") for one in refused.problems]
    else:
        found = [(refused.field or "", f"{refused.sentence}{refused.next_step}")]
    return tuple(FieldProblem(f"f-{field}" if field in facts else field, sentence) for field, sentence in found)


def _options(variable: Variable) -> list[tuple[str, str]]:
    if variable.type is Type.BOOL:
        return [("true", "是"), ("false", "否")]
    return list(variable.values) if variable.type is Type.CODE else []
