"""A pack of five rules for exact answers, so that a change of a real city's rules breaks no test of pages."""

from __future__ import annotations

import datetime as dt

from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook
from tests.web.city import PACKS

DAY = dt.date(2026, 11, 21)
CITY = "smallcity"

_PACK = """
id: smallcity
title: 小城养老服务政策包
place: {name: 小城市, code: "999901", level: county}
version: 2026.11.0
valid: {from: 2023-01-01, to: null}
extends: national
members: alive
applies_to: {if: "alive and age >= 60", cite: {doc: d1, clause: 第一条}}
sources:
  d1: {title: 小城市养老办法, number: null, issuer: 小城市民政局, issued: 2023-01-01, status: issued}
contact: {counter: 镇便民服务中心, phone: "12345", cite: {doc: d1, clause: 第九条}}
"""
_PARAMETERS = """
old_amount:
  title: 高龄津贴标准
  type: money
  unit: 元/月
  values:
    - {from: 2023-01-01, value: "100.00", source: assumed, note: 文件未载明标准}
    - {from: 2026-01-01, value: "1280.00", cite: {doc: d1, clause: 第三条}}
care_amount:
  title: 护理补贴标准
  type: money
  unit: 元/月
  values:
    - {from: 2023-01-01, value: "200.00", source: assumed, note: 文件未载明标准}
"""
_BENEFITS = """
old_age:
  title: 高龄津贴
  status: in_force
  rules: []
  for: person
  cite: {doc: d1, clause: 第二条}
  in_force: {from: 2023-01-01, to: null}
  birthday: on_the_day
  period: month
  who:
    - {id: age, if: "age >= 80", cite: {doc: d1, clause: 第二条}, yes: 已满80周岁, no: 还没有满80周岁, ask: 请核对出生日期}
    - {id: local, if: registered_here, cite: {doc: d1, clause: 第二条}, yes: 本市户籍, no: 不是本市户籍, ask: 请核对户口}
  pay: p.old_amount
  gives: 每月发给津贴
  where: 所在社区
  application: none
care:
  title: 护理补贴
  status: in_force
  rules: []
  for: person
  cite: {doc: d1, clause: 第四条}
  in_force: {from: 2023-01-01, to: null}
  birthday: on_the_day
  period: month
  who:
    - {id: grade, if: "ability_grade >= 2", cite: {doc: d1, clause: 第四条}, yes: 达到中度失能, no: 没有达到中度失能, ask: 请先做能力评估}
    - {id: local, if: registered_here, cite: {doc: d1, clause: 第四条}, yes: 本市户籍, no: 不是本市户籍, ask: 请核对户口}
  pay: p.care_amount
  gives: 每月补助护理费用
  where: 镇便民服务中心
  application: required
elder_home:
  title: 老年家庭探访
  status: in_force
  rules: []
  for: person
  kind: service
  cite: {doc: d1, clause: 第五条}
  in_force: {from: 2023-01-01, to: null}
  birthday: on_the_day
  period: month
  who:
    - {id: all_old, if: "hh_all(age >= 60)", cite: {doc: d1, clause: 第五条}, yes: 家里都是老人, no: 家里有年轻人, ask: 请核对家里有谁}
  gives: 每月上门看望
  where: 所在社区
  application: none
quiet_help:
  title: 安宁疗护
  status: in_force
  rules: []
  for: person
  kind: service
  cite: {doc: d1, clause: 第六条}
  in_force: {from: 2023-01-01, to: null}
  birthday: on_the_day
  period: time
  who:
    - {id: end, if: terminal_illness, cite: {doc: d1, clause: 第六条}, yes: 疾病终末期, no: 不是疾病终末期, ask: 请医生确认病情}
  gives: 减轻疼痛
  where: 医院
  application: required
insurance:
  title: 长期护理保险
  status: announced
  rules: []
  for: person
  cite: {doc: d1, clause: 第七条}
  note: 只说要推进
"""
_GROUPS = """
exclusive:
  one_of_two:
    title: 津贴与补贴只领一项
    keep: highest
    among: [old_age, care]
    unknown_mate: provisional
    cite: {doc: d1, clause: 第八条}
"""


def files(*, exclusive: bool = False) -> dict[str, str]:
    """The pack's files, with the national data dictionary."""
    found = {
        "national/variables.yaml": (PACKS / "national" / "variables.yaml").read_text(encoding="utf-8"),
        f"{CITY}/pack.yaml": _PACK,
        f"{CITY}/parameters.yaml": _PARAMETERS,
        f"{CITY}/benefits.yaml": _BENEFITS,
    }
    return found | ({f"{CITY}/groups.yaml": _GROUPS} if exclusive else {})


def small_pack(*, exclusive: bool = False) -> Pack:
    """The pack."""
    return load_pack(files(exclusive=exclusive), CITY)


def small_rules(pack: Pack) -> Rulebook:
    """Its rules on DAY."""
    return resolve(pack, DAY)
