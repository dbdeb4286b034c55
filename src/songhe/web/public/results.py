"""What a visitor's answers give: benefits in three groups, each with its reasons, and one sentence on top."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.explaining import Explanation, explain
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import Period, Rulebook, Status
from songhe.web.decisions import TO_VISITOR, DecisionShown, decision_shown
from songhe.web.public.questionnaire import Answers, household_of

_YES = (Status.ELIGIBLE, Status.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class Result:
    """The three groups; `money` says what the monthly amounts add up to, `money_mark` whether one of them is assumed."""

    sentence: str
    money: str
    money_mark: str
    yes: tuple[DecisionShown, ...]
    open: tuple[DecisionShown, ...]
    no: tuple[DecisionShown, ...]


def result_of(pack: Pack, rules: Rulebook, answers: Answers) -> Result:
    """Every benefit in force explained for the person asked about."""
    explained = [one for one in explain(rules, household_of(rules, answers), 0) if one.status is not Status.NOT_IN_FORCE]
    shown = {one.benefit: decision_shown(pack, one, TO_VISITOR) for one in explained}
    yes = tuple(shown[one.benefit] for one in explained if one.status in _YES)
    undecided = tuple(shown[one.benefit] for one in explained if one.status is Status.CANNOT_TELL)
    no = tuple(shown[one.benefit] for one in explained if one.status not in (*_YES, Status.CANNOT_TELL))
    outside = all(one.applies is False for one in explained)
    return Result(_sentence(len(yes), len(undecided), outside), _money(explained), _mark(yes), yes, undecided, no)


def _sentence(yes: int, undecided: int, outside: bool) -> str:
    if outside:
        return "按您的回答，您现在还不在这些待遇的范围里"
    if yes:
        return f"按您的回答，您符合 {yes} 项待遇的条件"
    return "按您的回答，有些待遇还要再核实" if undecided else "按您的回答，目前没有符合条件的待遇"


def _money(explained: list[Explanation]) -> str:
    monthly = [one.amount for one in explained if one.amount and one.status in _YES and one.period == Period.MONTH]
    return f"其中按月发钱的 {len(monthly)} 项，每月合计 {fen_to_yuan(sum(monthly))} 元。" if monthly else ""


def _mark(yes: tuple[DecisionShown, ...]) -> str:
    return "assumed" if any(decision.amount_mark == "assumed" for decision in yes) else ""
