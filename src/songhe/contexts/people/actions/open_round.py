"""A census round begins: who is asked what, from when to when, and how long an answer holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from songhe.contexts.people.actions.count_round import count_round
from songhe.contexts.people.models import CensusRound
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.words import NOT_STATED
from songhe.contexts.places import queries as places
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

SHORTEST_TITLE = 2
OLDEST, LONGEST_REFRESH = 120, 3660


@transaction.atomic
def open_round(
    actor: Actor, *, title: str, area_path: str, variables: Sequence[str], starts_on: dt.date, ends_on: dt.date,
    from_age: int = 60, refresh_days: int = 365,
) -> int:  # fmt: skip
    """The round is open and its communities are counted; its number. Raises InvalidInput with the field, AreaUnknown, AccessDenied."""
    require(actor, Right.RUN_CENSUS, area_path)
    places.area_by_path(area_path)
    if len(title.strip()) < SHORTEST_TITLE:
        raise InvalidInput("请给这一轮普查起个名字。", next_step="例如：2026年老年人普查。", field="title")
    if not variables:
        raise InvalidInput("还没有选要问的资料。", next_step="请至少选一项。", field="variables")
    for name in variables:
        if find_variable(name) is None or name in NOT_STATED:
            raise InvalidInput("有一项资料不能在普查里问。", next_step="请从列出的资料里选择。", field="variables")
    if ends_on < starts_on:
        raise InvalidInput("结束的日子早于开始的日子。", next_step="请核对两个日期。", field="ends_on")
    if not 0 <= from_age <= OLDEST:
        raise InvalidInput("年龄要在0到120周岁之间。", next_step="例如 60。", field="from_age")
    if not 1 <= refresh_days <= LONGEST_REFRESH:
        raise InvalidInput("有效天数要在1到3660天之间。", next_step="例如 365，就是一年。", field="refresh_days")
    round = CensusRound.objects.create(
        title=title.strip(), area_path=area_path, variables=list(dict.fromkeys(variables)), from_age=from_age, starts_on=starts_on,
        ends_on=ends_on, refresh_days=refresh_days, opened_by=actor.id, opened_at=clock.now(),
    )  # fmt: skip
    count_round(round)
    detail = {"title": round.title, "variables": round.variables, "from": starts_on, "to": ends_on}
    audit.record(actor, "people.open_round", subject_type="census_round", subject_id=round.id, area_path=area_path, detail=detail)
    return round.id
