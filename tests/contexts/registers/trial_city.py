"""A made-up city with a made-up register, all of it files: two towns, four elders, a ledger of visits and one of halls."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings

from songhe.basics.identifiers import check_character
from songhe.contexts.people.models import Household, Person
from songhe.contexts.places.actions import AreaInput, load_areas
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.encryption import blind_index

CITY, TOWN_A, TOWN_B = "990100/", "990100/990101/", "990100/990102/"
ROSE, PINE = TOWN_A + "990101001/", TOWN_B + "990102001/"
DAY = dt.date(2026, 11, 21)

OFFICER = Actor(1, "市级", "user", (Grant(Role.CITY_OFFICER, CITY),))
CLERK_A = Actor(2, "甲镇", "user", (Grant(Role.STREET_CLERK, TOWN_A),))
CLERK_B = Actor(3, "乙镇", "user", (Grant(Role.STREET_CLERK, TOWN_B),))
WORKER_A = Actor(4, "红玫社区", "user", (Grant(Role.COMMUNITY_WORKER, ROSE),))
STRANGER = Actor(5, "机构", "user", (Grant(Role.PROVIDER_MANAGER, CITY),))

PACK = """\
id: trial
title: 试验市政策包
version: 2026.1
place: {name: 试验市, code: "990100", level: county}
valid: {from: 2020-01-01, to: null}
extends: national
members: alive
applies_to: {if: "alive and age >= 60", cite: {doc: plan, clause: 一}}
sources:
  plan: {title: 试验办法, number: null, issuer: 试验市民政局, issued: 2020-01-01}
contact: {counter: 窗口, phone: "12345", source: assumed, note: 试验}
"""
VISITS = """\
id: visits
title: 探访台账
about: 谁多久没有人上门。
entity: person
owner: 民政
candidates: "age >= 80 and left_behind"
source: assumed
note: 试验
fields:
  - {id: every, label: 上门间隔, type: code, values: {week: 每周, month: 每月}, default: month}
  - {id: helper, label: 结对人, type: text}
  - {id: helper_phone, label: 结对人电话, type: text, sensitive: true}
  - {id: asked, label: 应去次数, type: int, unit: 次, low: 0}
  - {id: made, label: 已去次数, type: int, unit: 次, low: 0}
  - {id: gift, label: 慰问金, type: money}
  - {id: share, label: 完成比例, type: decimal, unit: "%"}
  - {id: urgent, label: 急需, type: bool}
  - {id: last, label: 上次上门, type: date}
states: {open: 待结对, paired: 已结对, over: 已退出}
moves:
  - {id: pair, label: 结对, from: [open], to: paired, needs: [helper]}
  - {id: part, label: 解除结对, from: [paired], to: open, reason: true}
  - {id: leave, label: 退出, from: [open, paired], to: over, reason: true, by: [city, street]}
clocks:
  - {state: open, days: 30, title: 安排结对, owner: 社区}
  - {state: paired, days: 7, since: last, where: {every: week}, title: 该上门了, owner: 社区}
checks:
  - {if: made <= asked, say: 已去次数不能多于应去次数}
"""
HALLS = """\
id: halls
title: 活动室台账
about: 每个活动室一年一条。
entity: none
owner: 文旅
key: [area, name, year]
source: assumed
note: 试验
fields:
  - {id: name, label: 名称, type: text, required: true}
  - {id: year, label: 年度, type: int, required: true, low: 2000}
  - {id: seats, label: 座位, type: int, low: 0}
states: {listed: 在册, gone: 撤销}
moves:
  - {id: remove, label: 撤销, from: [listed], to: gone}
"""


def load_trial(root: Path, **registers: str) -> None:
    """The city's pack is in use: the national files and these registers of its own (name=text), besides visits and halls."""
    if not (root / "national").exists():
        shutil.copytree(Path(settings.PACKS) / "national", root / "national")
    own = root / "trial" / "registers"
    own.mkdir(parents=True, exist_ok=True)
    (root / "trial" / "pack.yaml").write_text(PACK, encoding="utf-8")
    for name, text in {"visits": VISITS, "halls": HALLS, **registers}.items():
        (own / f"{name}.yaml").write_text(text, encoding="utf-8")
    load_folder(SYSTEM, root=root, city="trial")


def load_places() -> None:
    """The areas are there."""
    load_areas(
        SYSTEM,
        areas=[
            AreaInput("990100", "试验市", "city"),
            AreaInput("990101", "玫瑰镇", "town", "990100"),
            AreaInput("990102", "松树镇", "town", "990100"),
            AreaInput("990101001", "红玫社区", "community", "990101", rural=False),
            AreaInput("990102001", "青松村", "community", "990102", rural=True),
        ],
    )


def number_of(order: int, born: str = "19400601") -> str:
    """A valid ID number of the unassigned region."""
    seventeen = f"000000{born}{order:03d}"
    return seventeen + check_character(seventeen)


def elder(order: int, name: str, path: str = ROSE, **facts: object) -> Person:
    """A woman of 86 with an ID number; facts that are None are unknown."""
    area = Area.objects.get(path=path)
    home = Household.objects.create(key=f"H{order}", area=area, area_path=path, facts={"size": 1}, changed_at=clock.now())
    known = {"alive": True, "birth_date": "1940-06-01", "sex": "female", "left_behind": True, **facts}
    return Person.objects.create(
        household=home, area=area, area_path=path, name=name, pinyin="", initials="", birth_date=dt.date(1940, 6, 1), sex="female",
        id_index=blind_index(number_of(order), kind="id_number"), changed_at=clock.now(),
        facts={key: value for key, value in known.items() if value is not None},
    )  # fmt: skip


def table(rows: Sequence[Mapping[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """A csv file with these rows; headers in order of first appearance."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
