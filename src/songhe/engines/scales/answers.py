"""Judging the answers of one form: everything that is wrong or missing at once, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from songhe.engines.scales.scale import Answered, AtLeast, Change, Circumstance, Holds, Item, Kind, Scale, Use


class NotScored(Exception):
    """The scale is for taking over results only; nothing is scored with it."""


class AnswersInvalid(Exception):
    """The answers cannot be scored; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("；".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. `where` is the id of an item or circumstance; severity error, missing, or question (to be looked at again)."""

    code: str
    where: str
    label: str
    message: str
    remedy: str
    severity: str = "error"


def problems(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> tuple[Problem, ...]:
    """All problems in the form's order; empty: complete and without contradiction. A rule that ends the matter makes the rest unnecessary."""
    if scale.use is not Use.ASSESS:
        raise NotScored(scale.id)
    found = [*_unknown(scale, answers, circumstances)]
    ended = is_ended(scale, answers, circumstances)
    for item in scale.items:
        found.extend(_item(item, answers.get(item.id), ended))
    for one in scale.circumstances:
        found.extend(_circumstance(one, circumstances.get(one.id), ended))
    found.extend(_agreements(scale, answers, circumstances))
    return tuple(found)


def errors(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> tuple[Problem, ...]:
    """What cannot be scored at all; what is missing or to be looked at again does not count."""
    return tuple(problem for problem in problems(scale, answers, circumstances) if problem.severity == "error")


def is_ended(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> bool:
    """Whether a rule already settles the grade, whatever else would be answered."""
    return any(change.ends and _surely(change, answers, circumstances) for change in scale.changes)


def _surely(change: Change, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> bool:
    """Whether a trigger holds by what is given; more answers cannot undo it."""
    for trigger in change.when:
        if isinstance(trigger, AtLeast):
            given = [circumstances.get(name) for name in trigger.circumstances]
            if sum(count for count in given if isinstance(count, int)) >= trigger.least:
                return True
        if isinstance(trigger, Answered) and answers.get(trigger.item) in trigger.options:
            return True
        if isinstance(trigger, Holds) and circumstances.get(trigger.circumstance) is True:
            return True
    return False


def _unknown(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> Iterator[Problem]:
    for name in answers:
        if scale.item(name) is None:
            yield Problem("unknown_item", name, name, f"“{scale.title}”没有条目“{name}”", "请刷新页面，按现在的表重新填这一项")
    for name in circumstances:
        if scale.circumstance(name) is None:
            yield Problem("unknown_item", name, name, f"“{scale.title}”不问“{name}”", "请刷新页面，按现在的表重新填这一项")


def _item(item: Item, answer: object, ended: bool) -> Iterator[Problem]:
    if answer is None:
        if not ended:
            yield Problem("missing", item.id, item.label, f"“{item.label}”还没有评", "请看一看、问一问，选一项", "missing")
    elif not isinstance(answer, str):
        yield Problem("wrong_type", item.id, item.label, f"“{item.label}”的答案写法不对", "请从列出的选项里选一项")
    elif item.option(answer) is None:
        known = "、".join(option.label for option in item.options)
        yield Problem("unknown_option", item.id, item.label, f"“{item.label}”没有选项“{answer}”", f"请从这些里选一项：{known}")


def _circumstance(one: Circumstance, value: object, ended: bool) -> Iterator[Problem]:
    if value is None:
        if not ended and one.kind is not Kind.TICK:
            remedy = f"请填{one.unit or '次'}数，没有填0" if one.kind is Kind.COUNT else "请选“有”或“没有”"
            yield Problem("missing", one.id, one.label, f"“{one.label}”还没有填", remedy, "missing")
    elif one.kind is Kind.COUNT:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("wrong_type", one.id, one.label, f"“{one.label}”要填次数", "请填整数，没有填0")
        elif not 0 <= value <= one.high:
            yield Problem("out_of_range", one.id, one.label, f"“{one.label}”填了{value}", f"请填0—{one.high}之间的整数")
    elif not isinstance(value, bool):
        yield Problem("wrong_type", one.id, one.label, f"“{one.label}”只能答有或没有", "请选“有”或“没有”")


def _agreements(scale: Scale, answers: Mapping[str, object], circumstances: Mapping[str, object]) -> Iterator[Problem]:
    for agreement in scale.agreements:
        item, answer = scale.item(agreement.item), answers.get(agreement.item)
        if item is None or circumstances.get(agreement.circumstance) is not True or not isinstance(answer, str):
            continue
        if answer not in agreement.options:
            yield Problem("contradiction", item.id, item.label, agreement.say, "请再核对一次，两处改成一致", "question")
