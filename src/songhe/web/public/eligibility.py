"""我能享受什么: one question a page, then the benefits with their reasons. No account, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Rulebook, Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, public
from songhe.web.public import questionnaire, results
from songhe.web.public.answers import (
    Choice,
    answer_text,
    choices,
    forget_answers,
    keep_answers,
    load_answers,
    read_answer,
)
from songhe.web.words import GRADE_WORDS


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question as shown. `kind` is choices, date or number; `left` is how many may follow at most."""

    variable: Variable
    kind: str
    choices: tuple[Choice, ...]
    pair: bool
    why: tuple[str, ...]
    number: int
    left: int
    previous: str
    given: str
    problem: str = ""

    @property
    def date_parts(self) -> tuple[str, ...]:
        """Year, month and day of a date already given, without leading zeros."""
        return tuple(part.lstrip("0") for part in self.given.split("-")) if self.kind == "date" and self.given else ("", "", "")


@never_cache
@public
def page_start(request: PageRequest) -> HttpResponse:
    """What will be asked and what happens with the answers."""
    _, rules = policy.rulebook()
    answered = load_answers(request, rules.variables)
    found = {"section": "eligibility", "started": bool(answered), "count": sum(benefit.in_force for benefit in rules.benefits)}
    return render(request, "public/start.html", found)


@never_cache
@public
def page_question(request: PageRequest, variable: str = "") -> HttpResponse:
    """The next question (or, with a fact's name, that question again); a sent answer leads on."""
    _, rules = policy.rulebook()
    answers = load_answers(request, rules.variables)
    if request.method == "POST":
        return _take(request, rules, answers)
    asked = rules.variables.get(variable) if variable else None
    if variable and (asked is None or not asked.ask):
        raise NotFound("没有这个问题。", next_step="请从头开始回答。")
    if asked is None:
        waiting = questionnaire.open_questions(rules, answers)
        if not waiting:
            return redirect("result")
        asked = waiting[0].variable
    return render(request, "public/question.html", {"section": "eligibility", "page": _question(rules, answers, asked)})


def _take(request: PageRequest, rules: Rulebook, answers: dict[str, object]) -> HttpResponse:
    asked = rules.variables.get(request.POST.get("variable", ""))
    if asked is None or not asked.ask:
        raise NotFound("没有这个问题。", next_step="请从头开始回答。")
    try:
        answers[asked.name] = read_answer(asked, request.POST)
    except InvalidInput as refusal:
        page = _question(rules, answers, asked, problem=refusal.sentence)
        return render(
            request, "public/question.html", {"section": "eligibility", "page": page, "typed": request.POST}, status=422
        )
    return keep_answers(redirect("question"), answers)


def _question(rules: Rulebook, answers: Mapping[str, object], asked: Variable, problem: str = "") -> QuestionPage:
    names = list(answers)
    place = names.index(asked.name) if asked.name in answers else len(names)
    titles = {benefit.id: benefit.title for benefit in rules.benefits}
    waiting = questionnaire.open_questions(rules, answers)
    typed = asked.type in (Type.DATE, Type.INT, Type.MONEY) and asked.name not in GRADE_WORDS
    given = answers.get(asked.name)
    return QuestionPage(
        variable=asked,
        kind=("date" if asked.type is Type.DATE else "number") if typed else "choices",
        choices=choices(asked, answers),
        pair=asked.type is Type.BOOL,
        why=tuple(titles[benefit] for benefit in questionnaire.bears_on(rules, asked.name)),
        number=place + 1,
        left=len([question for question in waiting if question.variable.name != asked.name]),
        previous=names[place - 1] if place else "",
        given=str(given) if given is not None else "",
        problem=problem,
    )


@never_cache
@public
def page_result(request: PageRequest) -> HttpResponse:
    """What the answers so far give, in three groups with reasons; prints on paper as it stands."""
    current = policy.pack_in_use()
    _, rules = policy.rulebook()
    answers = load_answers(request, rules.variables)
    if not answers:
        return redirect("eligibility")
    found = {
        "section": "eligibility",
        "result": results.result_of(current.pack, rules, answers),
        "answers": [(rules.variables[name], answer_text(rules.variables[name], value)) for name, value in answers.items()],
        "waiting": len(questionnaire.open_questions(rules, answers)),
        "contact": current.pack.contact,
        "open": "all" in request.GET,
        "day": rules.as_of,
    }
    return render(request, "public/result.html", found)


@require_POST
@public
def submit_forget(request: PageRequest) -> HttpResponse:
    """The answers are gone from this device."""
    return forget_answers(redirect("eligibility"))
