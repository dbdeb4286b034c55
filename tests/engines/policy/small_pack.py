"""A small pack for tests of the engine: `files()` gives its texts, with single files replaced or lines changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook, Status

DAY = dt.date(2026, 11, 21)

VARIABLES = """\
person:
  birth_date: {type: date, label: 出生日期, owner: 公安}
  alive: {type: bool, label: 健在, owner: 公安}
  local: {type: bool, label: 本市户籍, owner: 公安}
  assistance: {type: code, label: 社会救助类别, owner: 民政, values: {none: 无, tekun: 特困供养, dibao: 低保}}
  grade: {type: int, label: 能力等级, unit: 级, owner: 民政}
  checked_on: {type: date, label: 最近体检, owner: 卫健}
  pension: {type: money, label: 养老金, unit: 元/月, owner: 人社}
household:
  income: {type: money, label: 家庭人均月收入, unit: 元/月, owner: 民政}
  rented: {type: bool, label: 租房, owner: 社区}
facility:
  beds: {type: int, label: 床位数, unit: 张, owner: 民政}
"""
NATIONAL = """\
id: national
title: 全国
version: 1
members: alive
applies_to: {if: alive, cite: {doc: law, clause: 一}}
sources:
  law: {title: 全国办法, number: null, issuer: 国务院, issued: 2020-01-01}
"""
PACK = """\
id: city
title: 小城
place: {name: 小城, code: "000001", level: county}
version: 2026.1
valid: {from: 2020-01-01, to: null}
members: alive
applies_to: {if: "alive and age >= 50", cite: {doc: plan, clause: 一}}
sources:
  plan: {title: 小城办法, number: null, issuer: 小城民政局, issued: 2020-01-01}
"""
PARAMETERS = """\
base:
  title: 津贴标准
  type: money
  unit: 元/月
  values:
    - {from: 2020-01-01, value: "100.00", cite: {doc: plan, clause: 二}}
    - {from: 2026-01-01, value: "120.00", source: assumed, note: 按演示取值}
cap:
  title: 合计上限
  type: money
  unit: 元/月
  values:
    - {from: 2020-01-01, value: "300.00", cite: {doc: plan, clause: 三}}
line:
  title: 收入线
  type: money
  unit: 元/月
  values:
    - {from: 2020-01-01, value: "1000.00", cite: {doc: plan, clause: 三}, verified: false}
"""
DEFINITIONS = """\
hard_up: {title: 经济困难, if: "assistance in ('tekun', 'dibao') or household.income <= p.line", cite: {doc: plan, clause: 四}}
all_old: {title: 纯老年人家庭, if: "hh_all(age >= 60)", cite: {doc: plan, clause: 四}}
"""
BENEFITS = """\
allowance:
  title: 高龄津贴
  rules: []
  cite: {doc: plan, clause: 五}
  in_force: {from: 2020-01-01, to: null}
  who:
    - {id: age, if: "age >= 80", cite: {doc: plan, clause: 五}, yes: 已满80周岁, no: 还没有满80周岁, ask: 请核对出生日期}
    - {id: local, if: local, cite: {doc: plan, clause: 五}, yes: 本市户籍, no: 不是本市户籍, ask: 请核对户口}
  pay: "case when age >= 90 then p.base * 2 else p.base end"
  gives: 每月发给津贴
  where: 社区
"""
BENEFIT = """\
{id}:
  title: {id}
  rules: []
  cite: {{doc: plan, clause: 六}}
  in_force: {{from: 2020-01-01, to: null}}
  who:
    - {{id: it, if: "{who}", cite: {{doc: plan, clause: 六}}, yes: 是, no: 否, ask: 请核对}}
  {pay}
  gives: 发给
  where: 社区
"""


def benefit(name: str, who: str, pay: str | None = None, more: str = "") -> str:
    """A benefit with one condition; `pay` None makes it a service."""
    text = BENEFIT.format(id=name, who=who, pay="kind: service" if pay is None else f'pay: "{pay}"')
    return text + (f"  {more}\n" if more else "")


def files(**changes: str) -> dict[str, str]:
    """The pack's files; a keyword replaces a city file ("pack", "benefits", "groups", …), or "variables" and "national"."""
    texts = {"pack": PACK, "parameters": PARAMETERS, "definitions": DEFINITIONS, "benefits": BENEFITS} | changes
    found = {"national/pack.yaml": texts.pop("national", NATIONAL), "national/variables.yaml": texts.pop("variables", VARIABLES)}
    return found | {f"city/{name}.yaml": text for name, text in texts.items()}


def pack(**changes: str) -> Pack:
    return load_pack(files(**changes), "city")


def rulebook(as_of: dt.date = DAY, **changes: str) -> Rulebook:
    return resolve(pack(**changes), as_of)


def household(*persons: Mapping[str, object], **facts: object) -> HouseholdInput:
    """Persons are alive and born in 1940 unless they say otherwise (None: unknown)."""
    whole = tuple({"alive": True, "birth_date": "1940-01-01", **person} for person in persons)
    return HouseholdInput(whole, facts, tuple(range(1, len(persons) + 1)), tuple(f"人{i + 1}" for i in range(len(persons))))


def decide(rules: Rulebook, *persons: Mapping[str, object], **facts: object) -> tuple[MemberDecision, ...]:
    return compile_household(rules)(household(*persons, **facts))


def answer(rules: Rulebook, *persons: Mapping[str, object], of: int = 0, **facts: object) -> dict[str, tuple[Status, int]]:
    """Benefit id -> (status, fen) of one member."""
    decision = decide(rules, *persons, **facts)[of]
    return {b.id: (decision.statuses[b.index], decision.amounts[b.index]) for b in rules.benefits}
