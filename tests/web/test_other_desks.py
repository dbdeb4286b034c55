"""The desks of providers, assessors and inspectors: the rules that concern them, and nobody's data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Role
from songhe.foundation.models import AuditEntry
from songhe.web.assess import rules as assess
from songhe.web.desks import desks_of
from songhe.web.inspect import rules as inspect_rules
from songhe.web.provider import rules as provider
from tests.web.city import SmallCity

RoleClient = Callable[[Role], Client]
DESKS = (("/provider/", Role.PROVIDER_MANAGER), ("/assess/rules/", Role.ASSESSOR), ("/inspect/", Role.INSPECTOR))


@pytest.mark.parametrize(("address", "role"), DESKS)
def test_each_has_its_rules_with_their_clauses_and_no_name_of_a_person(
    client_for: RoleClient, city: SmallCity, address: str, role: Role
) -> None:
    client = client_for(role)
    page = client.get(address)
    assert page.status_code == 200
    assert all(table.rows for table in page.context["tables"])
    assert all(row[-1].text for table in page.context["tables"] for row in table.rows)
    assert "王桂兰" not in page.content.decode()
    assert client.get(f"{address}?q=没有这个词").content.decode().count("这一部分没有找到") == len(page.context["tables"])


@pytest.mark.parametrize(("address", "role"), DESKS)
def test_they_hold_no_right_to_people(client_for: RoleClient, address: str, role: Role) -> None:
    client = client_for(role)
    assert {client.get(page).status_code for page in ("/street/", "/street/people/", "/ops/imports/", "/ops/audit/")} == {403}


@pytest.mark.parametrize("address", [address for address, _ in DESKS])
def test_the_administrators_of_accounts_and_audit_hold_no_right_to_rules(client_for: RoleClient, address: str) -> None:
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert {client_for(role).get(page).status_code for page in (address, f"{address}export/")} == {403}


def test_providers_read_every_standard_once_and_the_order_of_admission(city: SmallCity) -> None:
    pack = policy.pack_in_use().pack
    facilities, organisations, staff, admission = provider.tables(pack)
    assert len(facilities.rows) + len(organisations.rows) + len(staff.rows) == len(pack.standards)
    assert "护理员持证" in {row[0].text for row in staff.rows} and "对象" not in staff.heads
    assert [row[1].text for row in admission.rows] == ["第1类", "第2类", "第3类", "条件相同时优先"]


def test_assessors_read_what_depends_on_the_grade_through_definitions_too(city: SmallCity) -> None:
    pack = policy.pack_in_use().pack
    benefits, definitions, standards = assess.tables(pack)
    direct = {
        entry.title
        for entry in pack.benefits.values()
        for rules in entry.versions
        for condition in rules.who
        if "ability_grade" in condition.expression.text
    }
    shown = {row[0].text for row in benefits.rows}
    assert shown and shown < {entry.title for entry in pack.benefits.values()}
    assert direct <= shown | {entry.title for entry in pack.benefits.values() if entry.announced}
    assert pack.definitions["disabled"].title in {row[0].text for row in definitions.rows}
    assert {"能力评估人员", "能力等级分界"} <= {row[0].text for row in standards.rows}


def test_inspectors_read_standards_in_force_and_what_is_about_supervision(city: SmallCity) -> None:
    pack = policy.pack_in_use().pack
    standards, targets, tasks = inspect_rules.tables(pack)
    announced = {entry.title for entry in pack.standards.values() if entry.announced}
    assert announced.isdisjoint(row[0].text for row in standards.rows)
    assert "民政部门现场检查" in {row[0].text for row in standards.rows}
    assert "护理型床位占比" in {row[0].text for row in targets.rows}
    assert 0 < len(tasks.rows) < len(pack.tasks)


def test_search_and_file_hold_the_same_rows(client_for: RoleClient) -> None:
    client = client_for(Role.PROVIDER_MANAGER)
    shown = sum(len(table.rows) for table in client.get("/provider/?q=押金").context["tables"])
    rows = list(csv.reader(io.StringIO(client.get("/provider/export/?q=押金").content.decode("utf-8-sig"))))
    assert rows[0] == ["部分", "规定", "内容", "依据", "说明"]
    assert shown == len(rows) - 1 > 0
    assert AuditEntry.objects.get(action="list.export").detail["rows"] == shown


def test_a_desk_of_rules_is_offered_to_its_own_role(city: SmallCity) -> None:
    offered = {role: {desk.id for desk in desks_of(accounts.actor_of_user(city.users[role]))} for role in Role}
    assert offered[Role.PROVIDER_MANAGER] == {"city", "provider"}
    assert offered[Role.ASSESSOR] == {"city", "assess"}
    assert offered[Role.INSPECTOR] == {"city", "inspect"}
    assert offered[Role.CITY_OFFICER] == {"street", "city", "ops"}
    assert offered[Role.SECURITY_ADMIN] == {"ops"}
