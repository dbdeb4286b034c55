"""What a city does once before its first clerk signs in: database and pages prepared, its areas loaded, the first account opened."""

from __future__ import annotations

import csv
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.accounts import queries as account_queries
from songhe.contexts.places import actions as places
from songhe.contexts.policy_library import actions as policy
from songhe.contexts.policy_library import queries as policy_queries
from songhe.foundation.access import SYSTEM, Right, Role
from songhe.foundation.errors import SongheError
from songhe.project import starting
from songhe.project.city import Choice
from songhe.project.paths import PACKS
from songhe.project.progress import say, step

COLUMNS = ("代码", "名称", "层级", "上级代码", "农村")
LEVELS = {"市": "city", "县": "county", "镇街": "town", "社区村": "community"}
RURAL = {"是": True, "否": False, "": None}


def prepare_city(choice: Choice) -> int:
    """Tables, pages and the city's pack are there; the same command again after an upgrade. No demonstration is built."""
    with step("数据库 database"):
        starting.create_database()
        call_command("migrate", verbosity=0, interactive=False)
    with step("页面文件 front end"):
        starting.collect_static()
    with step("政策包 policy packs"):
        policy.load_folder(SYSTEM, root=PACKS, city=choice.city)
    return 0


def load_areas(file: Path) -> int:
    """The areas of a csv file (代码, 名称, 层级 市|县|镇街|社区村, 上级代码, 农村 是|否) stand as given; the same file again changes nothing."""
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing or not rows:
        raise ValueError(f"文件要有这些列:{'、'.join(COLUMNS)} · the file needs the columns {', '.join(COLUMNS)}")
    areas = []
    for line, row in enumerate(rows, start=2):
        level, rural = LEVELS.get(row["层级"].strip()), row["农村"].strip()
        if level is None or rural not in RURAL:
            raise ValueError(
                f"第{line}行的层级或农村写得不对 · line {line}: 层级 is one of {'、'.join(LEVELS)}, 农村 是, 否 or empty"
            )
        areas.append(
            places.AreaInput(row["代码"].strip(), row["名称"].strip(), level, row["上级代码"].strip() or None, RURAL[rural])
        )
    try:
        done = places.load_areas(SYSTEM, areas=areas)
    except SongheError as error:
        raise ValueError(f"{error.sentence}{error.next_step}") from error
    say(f"区划:新增 {done.created},更新 {done.updated},没变 {done.unchanged} · areas: new, changed, as they were")
    return 0


def open_first_account(username: str, display_name: str) -> int:
    """The city's first security administrator exists, who then opens everybody else's account; refused where there is one already."""
    for user in get_user_model().objects.filter(is_active=True).values_list("pk", flat=True):
        if account_queries.actor_of_user(user).may(Right.MANAGE_USERS):
            raise ValueError("已经有安全管理员,请由他开账号 · there is a security administrator already, who opens accounts")
    city = f"{policy_queries.pack_in_use().pack.place.code}/"
    try:
        made = accounts.create_user(SYSTEM, username=username, display_name=display_name, area_path=city)
        accounts.grant_role(SYSTEM, user_id=made.user.id, role=Role.SECURITY_ADMIN, area_path=city)
    except SongheError as error:
        raise ValueError(f"{error.sentence}{error.next_step}") from error
    say(f"账号 account: {made.user.username}\n密码 password (只显示这一次 shown once): {made.password}")
    return 0
