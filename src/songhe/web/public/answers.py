"""A visitor's answers: how each kind of fact is asked, read and shown, and the signed cookie that keeps them for a while."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing
from django.http import HttpResponse, QueryDict

from songhe.basics.money import fen_to_yuan, yuan_to_fen
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest
from songhe.web.public.questionnaire import UNSURE, Answers
from songhe.web.words import GRADE_WORDS

COOKIE = "answers"
PATH = "/eligibility/"
_SALT = "songhe.eligibility"
_UNSURE_KEY = "unsure"
_OLDEST = dt.date(1895, 1, 1)
_UNSURE_WORDS: Mapping[str, str] = {"ability_grade": "没有做过，或不清楚", "birth_date": "不确定"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be pressed; `look` is yes, no, unsure or plain."""

    key: str
    label: str
    look: str
    chosen: bool


def choices(variable: Variable, answers: Answers) -> tuple[Choice, ...]:
    """The answers to press for a fact; only "not sure" where a date or a number has to be typed."""
    given = answers.get(variable.name, "")
    found: list[tuple[str, str, str]] = []
    if variable.type is Type.BOOL:
        found = [("true", "是", "yes"), ("false", "否", "no")]
    elif variable.type is Type.CODE:
        found = [(code, "都不是" if code == "none" else label, "plain") for code, label in variable.values]
    elif variable.name in GRADE_WORDS:
        found = [(str(number), label, "plain") for number, label in GRADE_WORDS[variable.name]]
    found.append((_UNSURE_KEY, _UNSURE_WORDS.get(variable.name, "不确定"), "unsure"))
    current = (
        _UNSURE_KEY
        if variable.name in answers and given is UNSURE
        else str(given).lower()
        if isinstance(given, bool)
        else str(given)
    )
    return tuple(Choice(key, label, look, variable.name in answers and key == current) for key, label, look in found)


def read_answer(variable: Variable, form: QueryDict) -> object:
    """The answer in a sent form as a JSON value; raises InvalidInput with a sentence where it is none."""
    key = form.get("answer", "")
    if key == _UNSURE_KEY:
        return UNSURE
    if variable.type is Type.BOOL and key in ("true", "false"):
        return key == "true"
    if variable.type is Type.CODE and key in {code for code, _ in variable.values}:
        return key
    if variable.name in GRADE_WORDS and key in {str(number) for number, _ in GRADE_WORDS[variable.name]}:
        return int(key)
    if variable.type is Type.DATE:
        return _date(form)
    if variable.type in (Type.INT, Type.MONEY) and variable.name not in GRADE_WORDS:
        return _number(variable, form.get("number", "").strip())
    raise InvalidInput("请选一个答案。", field="answer")


def _date(form: QueryDict) -> str:
    try:
        day = dt.date(*(int(form.get(part, "").strip()) for part in ("year", "month", "day")))
    except ValueError:
        raise InvalidInput("请写清楚哪一年、哪一月、哪一日，例如 1946 年 3 月 12 日。", field="year") from None
    if not _OLDEST <= day <= dt.date.today():  # noqa: DTZ011  only a bound against slips of the finger
        raise InvalidInput("这个日期不对，请看看年份有没有写错。", field="year")
    return day.isoformat()


def _number(variable: Variable, text: str) -> int:
    try:
        number = yuan_to_fen(text) if variable.type is Type.MONEY else int(text)
    except ValueError:
        raise InvalidInput("请写一个数，例如 1280。", field="number") from None
    if not 0 <= number <= 10**12:
        raise InvalidInput("这个数不对，请看看有没有写错。", field="number")
    return number


def answer_text(variable: Variable, value: object) -> str:
    """An answer in words."""
    if value is UNSURE:
        return "不确定"
    if isinstance(value, bool):
        return "是" if value else "否"
    if variable.type is Type.CODE:
        return dict(variable.values).get(str(value), str(value))
    if variable.type is Type.DATE:
        day = dt.date.fromisoformat(str(value))
        return f"{day.year}年{day.month}月{day.day}日"
    if variable.name in GRADE_WORDS:
        return dict(GRADE_WORDS[variable.name]).get(int(str(value)), str(value))
    return f"{fen_to_yuan(int(str(value)))} 元" if variable.type is Type.MONEY else str(value)


def load_answers(request: PageRequest, variables: Mapping[str, Variable]) -> dict[str, object]:
    """The answers so far in the order given; none if the cookie is missing, forged or of another pack."""
    try:
        pairs = json.loads(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT))
    except (signing.BadSignature, ValueError):
        return {}
    return {name: value for name, value in pairs if name in variables and variables[name].ask}


def keep_answers(response: HttpResponse, answers: Answers) -> HttpResponse:
    """The answers ride in a signed cookie that ends with the browser window; nothing is stored with us."""
    text = signing.dumps(json.dumps(list(answers.items())), salt=_SALT, compress=True)
    response.set_cookie(COOKIE, text, path=PATH, httponly=True, samesite="Lax")
    return response


def forget_answers(response: HttpResponse) -> HttpResponse:
    """No answer is left on this device."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response
