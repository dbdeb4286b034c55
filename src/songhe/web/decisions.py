"""A decision as every page shows it: the answer first, then conditions, what would change it, where to go, how to object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.explaining import ConditionExplained, Explanation, MissingFact, ShownFact
from songhe.engines.policy.flipping import Answer, DecidesIf
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import ParameterValue, Period, Status
from songhe.engines.policy.tree import Type
from songhe.web.rules import citation_text, value_text
from songhe.web.words import CHIPS, GRADE_WORDS, PERIOD_UNITS, PERIOD_WORDS, STATUS_KEYS

_RESULTS = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Voice:
    """To whom a decision speaks. `subject` is whom it is about; `source` stands where a fact has no department."""

    subject: str
    basis: str
    source: str


TO_VISITOR = Voice("您", "按您的回答", "您的回答")
TO_CLERK = Voice("这位老人", "按现有资料", "没有记录来源")


@dataclass(frozen=True, slots=True)
class ValueShown:
    """One fact that a condition looked at, with the household member if it is not the person's own."""

    label: str
    shown: str
    source: str = ""
    stated_on: dt.date | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """One condition: `result` is yes, no or unknown; `sentence` says what is asked; `mark` is assumed, unverified or empty."""

    sentence: str
    result: str
    values: tuple[ValueShown, ...]
    cite: str
    mark: str = ""

    @property
    def sources(self) -> tuple[tuple[str, dt.date | None], ...]:
        """Source and date beside each value; one for all where they are the same."""
        found = tuple((value.source, value.stated_on) for value in self.values)
        return found[:1] if len(set(found)) == 1 else found


@dataclass(frozen=True, slots=True)
class ParameterShown:
    """A parameter that the amount or a condition used."""

    title: str
    shown: str
    cite: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One benefit for one person. `status` is a key of words.CHIPS; `amount` is "120.00" or empty, `unit` "元/月".

    `reason` is the shortest why, for a folded line.
    """

    benefit: str
    title: str
    status: str
    tone: str
    amount: str
    unit: str
    answer: str
    next_steps: tuple[str, ...]
    conditions: tuple[ConditionShown, ...]
    changes: tuple[str, ...]
    parameters: tuple[ParameterShown, ...]
    where: str
    objection: str
    cite: str
    amount_mark: str = ""
    as_of: dt.date | None = None
    reason: str = ""
    ruling: str = ""


def decision_shown(pack: Pack, explained: Explanation, voice: Voice = TO_CLERK, *, ruling: str = "") -> DecisionShown:
    """The view of one explained benefit, in the words of a voice. `ruling` says by which decision the benefit is given against the rules."""
    status, missing = STATUS_KEYS[explained.status], _asked(pack, explained.missing)
    paid = explained.amount is not None
    return DecisionShown(
        benefit=explained.benefit,
        title=explained.title,
        status=status,
        tone=CHIPS[status].tone,
        amount=fen_to_yuan(explained.amount) if explained.amount is not None else "",
        unit=PERIOD_UNITS[Period(explained.period)] if paid else "",
        answer=_answer(explained, missing, voice),
        next_steps=_next_steps(pack, explained, missing),
        conditions=tuple(_condition(pack, condition, voice) for condition in explained.conditions),
        changes=_changes(explained, voice),
        parameters=tuple(_parameter(pack, parameter) for parameter in explained.parameters),
        where=explained.where,
        objection=_objection(pack),
        cite=citation_text(pack, explained.cite),
        amount_mark=_worst_mark(explained.parameters) if paid else "",
        as_of=explained.as_of,
        reason=_reason(explained, missing),
        ruling=ruling,
    )


def _answer(explained: Explanation, missing: Sequence[MissingFact], voice: Voice) -> str:
    who, basis = voice.subject, voice.basis
    match explained.status:
        case Status.ELIGIBLE:
            return f"{basis}，{who}符合条件{_gets(explained)}。{_reduced(explained)}"
        case Status.PROVISIONAL:
            return f"{basis}，{who}暂按符合条件{_gets(explained)}。{_named(missing)}查清以后，结果可能会变。"
        case Status.CANNOT_TELL:
            return f"还不能确定{who}能不能享受{'：还要知道' + _named(missing) if missing else ''}。"
        case Status.DISPLACED if explained.displaced_by:
            return f"同类的待遇只能享受一项，{who}已按“{explained.displaced_by.title}”计算。"
        case Status.OTHER_MEMBER if explained.displaced_by:
            return f"这一项一户只给一人，已经给了{explained.displaced_by.member}。"
        case Status.NOT_IN_FORCE:
            return "这项规定现在没有施行。"
        case _:
            return f"{basis}，{who}目前还不符合条件：{_reason(explained, missing)}。"


def _gets(explained: Explanation) -> str:
    if explained.amount is None:
        return f"：{explained.gives}" if explained.gives else ""
    return f"，{PERIOD_WORDS[Period(explained.period)]}可以领 {fen_to_yuan(explained.amount)} 元"


def _reduced(explained: Explanation) -> str:
    if explained.reduced is None:
        return ""
    return f"几项待遇合起来有上限，这一项从 {fen_to_yuan(explained.reduced.was)} 元减到了上面的数。"


def _reason(explained: Explanation, missing: Sequence[MissingFact]) -> str:
    if explained.status is Status.CANNOT_TELL:
        return f"还要知道{_named(missing)}" if missing else ""
    if explained.status is Status.DISPLACED and explained.displaced_by:
        return f"已按“{explained.displaced_by.title}”计算"
    if explained.status is Status.OTHER_MEMBER and explained.displaced_by:
        return f"已给{explained.displaced_by.member}"
    if not explained.conditions and explained.status is Status.NOT_ELIGIBLE:
        return "不在本市养老待遇的范围里"
    return "；".join(
        dict.fromkeys(condition.no for condition in explained.conditions if condition.result is False and condition.no)
    )


def _asked(pack: Pack, facts: Iterable[MissingFact]) -> tuple[MissingFact, ...]:
    """The facts with labels that ask: of a yes-no fact whether it is so."""
    known = pack.variables_of("person")
    return tuple(
        MissingFact(fact.variable, f"是否{fact.label}", fact.owner, fact.member, fact.member_index)
        if known[fact.variable].type is Type.BOOL
        else fact
        for fact in facts
    )


def _named(facts: Sequence[MissingFact]) -> str:
    """Facts in a sentence; of another member only that something is missing, the list stands below."""
    own = [fact.label for fact in facts if not fact.member]
    return "、".join(dict.fromkeys(own + [f"{fact.member}的情况" for fact in facts if fact.member]))


def _fact_name(member: str, label: str) -> str:
    return f"{member}的{label}" if member else label


def _owners(facts: Sequence[MissingFact]) -> list[str]:
    """Who can settle what: one line a department, one line a family member."""
    departments: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    for fact in facts:
        (members.setdefault(fact.member, []) if fact.member else departments.setdefault(fact.owner, [])).append(fact.label)
    lines = [f"{'、'.join(dict.fromkeys(labels))}：由{owner}核实" for owner, labels in departments.items()]
    return lines + [f"{member}的情况，到窗口时一起核实：{'、'.join(dict.fromkeys(labels))}" for member, labels in members.items()]


def _next_steps(pack: Pack, explained: Explanation, missing: Sequence[MissingFact]) -> tuple[str, ...]:
    if explained.status in (Status.CANNOT_TELL, Status.PROVISIONAL):
        asks = [condition.ask for condition in explained.conditions if condition.result is None and condition.ask]
        return tuple(f"{step}。" for step in dict.fromkeys(asks + _owners(missing)))
    if explained.status is Status.ELIGIBLE:
        benefit = pack.benefits.get(explained.benefit)
        how = "不用申请，符合条件就给" if benefit is not None and benefit.application == "none" else "需要申请"
        return (f"{how}。{explained.where}。" if explained.where else f"{how}。",)
    return ()


def _condition(pack: Pack, condition: ConditionExplained, voice: Voice) -> ConditionShown:
    known = tuple(
        ValueShown(fact.label, _in_words(fact), fact.source or voice.source, fact.stated_on, fact.member)
        for fact in condition.values
    )
    missing = tuple(ValueShown(fact.label, "没有资料", f"应由{fact.owner}提供", None, fact.member) for fact in condition.missing)
    mark = "" if condition.cite.status == "stated" else condition.cite.status
    return ConditionShown(condition.yes, _RESULTS[condition.result], known + missing, citation_text(pack, condition.cite), mark)


def _in_words(fact: ShownFact) -> str:
    """The value; of a grade its name, as people know the name and not the number."""
    names = {f"{number}级": name for number, name in GRADE_WORDS.get(fact.variable, ())}
    return names.get(fact.shown, fact.shown)


def _changes(explained: Explanation, voice: Voice) -> tuple[str, ...]:
    if explained.status in (Status.CANNOT_TELL, Status.PROVISIONAL):
        return tuple(_change(fact, explained) for fact in explained.decides_if)
    if explained.status is Status.NOT_ELIGIBLE and explained.conditions:
        wanted = [condition.yes for condition in explained.conditions if condition.result is False]
        return (f"{voice.subject}以后如果“{'”“'.join(wanted)}”，就要重新判断。",) if wanted else ()
    return ("年龄、户口、家庭情况或者标准有变化时，会重新判断。",)


def _change(fact: DecidesIf, explained: Explanation) -> str:
    name = _fact_name(fact.member, fact.label)
    return f"{name}：{'；'.join(_outcome(answer, explained) for answer in fact.answers)}。"


def _outcome(answer: Answer, explained: Explanation) -> str:
    word = CHIPS[STATUS_KEYS[answer.status]].word
    amount = f"，{fen_to_yuan(answer.amount)} {PERIOD_UNITS[Period(explained.period)]}" if answer.amount else ""
    return f"{answer.values}，就{word}{amount}" if answer.status is not Status.CANNOT_TELL else f"{answer.values}，还不能确定"


def _parameter(pack: Pack, parameter: ParameterValue) -> ParameterShown:
    mark = "" if parameter.cite.status == "stated" else parameter.cite.status
    shown = f"{value_text(parameter.value, parameter.type)} {parameter.unit}".strip()
    return ParameterShown(parameter.title, shown, citation_text(pack, parameter.cite), mark)


def _worst_mark(parameters: Iterable[ParameterValue]) -> str:
    marks = {parameter.cite.status for parameter in parameters}
    return "assumed" if "assumed" in marks else "unverified" if "unverified" in marks else ""


def _objection(pack: Pack) -> str:
    if pack.contact is None:
        return "请向就近的便民服务中心提出，工作人员会重新核对每一项资料。"
    return f"请向{pack.contact.counter}提出，或拨打{pack.contact.phone}。工作人员会重新核对每一项资料。"
