"""Accounts for trying Songhe: one for each role of the desks that need signing in. The public desk needs none.

Passwords are drawn once and kept in `var/demo_accounts.json`, readable by the owner alone, so that every start can show the same
ones. A real city never calls this.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from songhe.contexts.accounts.actions.grants import grant_role, revoke_role
from songhe.contexts.accounts.actions.users import create_user, new_password, set_password
from songhe.contexts.accounts.models import RoleGrant, User
from songhe.contexts.accounts.queries.users import grant_view
from songhe.contexts.accounts.words import DESKS
from songhe.foundation.access import ROLE_LABELS, Actor, Right, Role, require

MOST_TOWNS = 3


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to show at the end of a start: `desk` is the first part of its address, `label` the role in Chinese."""

    desk: str
    role: Role
    label: str
    username: str
    password: str = field(repr=False)
    display_name: str
    area_path: str


@transaction.atomic
def create_demo_accounts(
    actor: Actor, *, city_path: str, town_paths: Sequence[str], community_paths: Sequence[str] = ()
) -> tuple[DemoAccount, ...]:
    """Each role has an account with the kept password: clerks in the first towns, a worker in the first community, others
    city-wide.

    Running it again, or for another city, leaves the same accounts with exactly the grants that belong to this city.
    """
    require(actor, Right.MANAGE_USERS, city_path)
    wanted = _wanted(city_path, town_paths[:MOST_TOWNS], community_paths[:1])
    existing = {row.username: row for row in User.objects.filter(username__in=[name for name, _, _, _ in wanted])}
    kept = _kept_passwords()
    passwords = dict(kept) | {name: new_password() for name, _, _, _ in wanted if name not in kept}
    if passwords != kept:
        _keep(passwords)
    shown = []
    for username, display_name, role, area_path in wanted:
        row = existing.get(username)
        if row is None:
            made = create_user(
                actor,
                username=username,
                display_name=display_name,
                area_path=area_path,
                organisation="演示",
                password=passwords[username],
            )
            user_id = made.user.id
        else:
            user_id = row.pk
            _bring_back(actor, row, area_path, None if username in kept else passwords[username])
        _grant_exactly(actor, user_id, role, area_path)
        shown.append(DemoAccount(DESKS[role], role, ROLE_LABELS[role], username, passwords[username], display_name, area_path))
    return tuple(shown)


def _wanted(city: str, towns: Sequence[str], communities: Sequence[str]) -> list[tuple[str, str, Role, str]]:
    """User name, name shown, role, area."""
    return [
        ("city", "市级演示", Role.CITY_OFFICER, city),
        *((f"city{n}", f"市级演示{n}", Role.CITY_OFFICER, city) for n in (2, 3)),  # what one drafts, two others approve
        *((f"street{n}", f"镇街演示{n}", Role.STREET_CLERK, path) for n, path in enumerate(towns, start=1)),
        *((f"community{n}", f"社区演示{n}", Role.COMMUNITY_WORKER, path) for n, path in enumerate(communities, start=1)),
        ("provider", "机构演示", Role.PROVIDER_MANAGER, city),
        ("assess", "评估演示", Role.ASSESSOR, city),
        ("assess_manager", "评估机构演示", Role.ASSESSMENT_MANAGER, city),
        ("finance", "财务演示", Role.FINANCE_OFFICER, city),
        ("inspect", "监管演示", Role.INSPECTOR, city),
        ("system", "系统管理演示", Role.SYSTEM_ADMIN, city),
        ("security", "安全管理演示", Role.SECURITY_ADMIN, city),
        ("audit", "审计管理演示", Role.AUDIT_ADMIN, city),
    ]


def _bring_back(actor: Actor, row: User, area_path: str, password: str | None) -> None:
    if row.area_path != area_path:
        row.area_path = area_path
        row.save(update_fields=["area_path"])
    if password is not None:
        set_password(actor, user_id=row.pk, password=password)


def _grant_exactly(actor: Actor, user_id: int, role: Role, area_path: str) -> None:
    held = [grant_view(grant) for grant in RoleGrant.objects.filter(user_id=user_id).order_by("pk")]
    in_force = [grant for grant in held if grant.in_force]
    for grant in in_force:
        if (grant.role, grant.area_path) != (role, area_path):
            revoke_role(actor, grant_id=grant.id, reason="演示城市已更换")
    if not any((grant.role, grant.area_path) == (role, area_path) for grant in in_force):
        grant_role(actor, user_id=user_id, role=role, area_path=area_path)


def _file() -> Path:
    return Path(settings.VAR) / "demo_accounts.json"


def _kept_passwords() -> Mapping[str, str]:
    path = _file()
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _keep(passwords: Mapping[str, str]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
    with os.fdopen(handle, "w") as out:
        json.dump(dict(passwords), out, indent=1)
    os.replace(temporary, path)
