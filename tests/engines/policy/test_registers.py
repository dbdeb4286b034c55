"""What a declared register is read as, and what the check finds wrong with one, with file, line and remedy."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.engines.policy.candidates import candidates
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.registers import broken_checks, variables_of_register
from songhe.engines.policy.tree import Type
from tests.engines.policy.small_pack import BENEFITS, benefit, files

DAY = dt.date(2026, 11, 21)
REGISTER = """\
id: visits
title: 探访台账
about: 谁多久没有人上门。
entity: person
owner: 民政
candidates: "age >= 80 and local"
source: assumed
note: 试验
key: [team]
fields:
  - {id: team, label: 队, type: text, required: true}
  - {id: every, label: 间隔, type: code, values: {week: 每周, month: 每月}, default: month}
  - {id: asked, label: 应去次数, type: int, low: 0}
  - {id: made, label: 已去次数, type: int, low: 0}
  - {id: last, label: 上次, type: date}
  - {id: phone, label: 电话, type: text, sensitive: true}
states: {open: 在册, paused: 暂停, over: 退出}
moves:
  - {id: pause, label: 暂停, from: [open], to: paused, reason: true}
  - {id: resume, label: 恢复, from: [paused], to: open}
  - {id: leave, label: 退出, from: [open, paused], to: over, needs: [last], by: [street]}
clocks:
  - {state: open, days: 7, since: last, where: {every: week}, title: 该上门了, owner: 社区}
checks:
  - {if: made <= asked, say: 去的次数多于应去的次数}
"""


def _texts(register: str = REGISTER, name: str = "visits") -> dict[str, str]:
    texts = files()
    texts["city/benefits.yaml"] = BENEFITS + benefit("uses", "hard_up and pension <= p.cap")
    texts[f"city/registers/{name}.yaml"] = register
    return texts


def _found(register: str, name: str = "visits") -> list[tuple[str, int, str]]:
    found = check_pack(_texts(register, name), "city")
    return [(f.file.removeprefix("city/"), f.line, f.code) for f in found if f.severity == "error"]


def test_a_sound_register_has_no_findings_and_is_read_whole() -> None:
    assert check_pack(_texts(), "city") == []
    register = load_pack(_texts(), "city").registers["visits"]
    assert [field.id for field in register.fields] == ["team", "every", "asked", "made", "last", "phone"]
    assert register.closed == ("over",)  # the one state that no move leaves
    assert register.moves[2].by == ("street",)
    assert register.clocks[0].where == (("every", "week"),)
    assert register.key == ("team",)


def test_an_expression_over_entries_sees_typed_fields_and_the_state_but_nothing_sealed() -> None:
    register = load_pack(_texts(), "city").registers["visits"]
    variables = variables_of_register(register)
    assert {name: variable.type for name, variable in variables.items()} == {
        "state": Type.CODE, "every": Type.CODE, "asked": Type.INT, "made": Type.INT, "last": Type.DATE,
    }  # fmt: skip
    assert broken_checks(register, {"made": 3, "asked": 2, "state": "open"}) == ("去的次数多于应去的次数",)
    assert broken_checks(register, {"made": 2, "asked": 2, "team": "甲"}) == ()
    assert broken_checks(register, {"made": 3}) == ()  # nobody said how many were asked for


def test_candidates_are_those_of_the_condition_who_count_at_all() -> None:
    found = candidates(load_pack(_texts(), "city"), DAY)
    assert found is not None
    assert found.registers == ("visits",)
    old = {"alive": True, "birth_date": "1940-01-01"}
    people = (
        {**old, "local": True},
        {**old, "local": False},
        old,
        {**old, "local": True, "alive": False},
        {"alive": True, "local": True},
    )
    assert [each["visits"] for each in found.verdicts(HouseholdInput(people, {}, (1, 2, 3, 4, 5)))] == [
        True,
        False,
        None,
        False,
        None,
    ]


def test_a_pack_without_conditions_has_no_candidates() -> None:
    assert candidates(load_pack(_texts(REGISTER.replace('candidates: "age >= 80 and local"\n', "")), "city"), DAY) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("from: [open], to: paused", "from: [opened], to: paused", ("registers/visits.yaml", 19, "unknown_state")),
        ("from: [open], to: paused", "from: [open], to: asleep", ("registers/visits.yaml", 19, "unknown_state")),
        ("over: 退出}", "over: 退出, lost: 失联}", ("registers/visits.yaml", 1, "unreachable_state")),
        ("state: open, days", "state: opened, days", ("registers/visits.yaml", 23, "unknown_state")),
        ("state: open, days", "state: over, days", ("registers/visits.yaml", 23, "shape")),
        ("days: 7, since: last", "days: 0", ("registers/visits.yaml", 23, "shape")),
        ("key: [team]", "key: [team]\ncolumns: [phone]", ("registers/visits.yaml", 1, "unknown_field")),
        ("since: last", "since: every", ("registers/visits.yaml", 23, "unknown_field")),
        ("where: {every: week}", "where: {every: daily}", ("registers/visits.yaml", 23, "unknown_code")),
        ("where: {every: week}", "where: {team: week}", ("registers/visits.yaml", 23, "unknown_field")),
        ("key: [team]", "key: [teem]", ("registers/visits.yaml", 1, "unknown_field")),
        ("key: [team]", "key: [every]", ("registers/visits.yaml", 12, "shape")),
        ("type: text, required: true}", "type: text, required: true, sensitive: true}", ("registers/visits.yaml", 11, "shape")),
        ("{id: made, label: 已去次数", "{id: asked, label: 已去次数", ("registers/visits.yaml", 14, "id")),
        ("label: 已去次数", "label: 应去次数", ("registers/visits.yaml", 14, "id")),
        ("label: 上次,", "label: 状态,", ("registers/visits.yaml", 15, "reserved")),
        ("{id: last,", "{id: state,", ("registers/visits.yaml", 15, "reserved")),
        ("type: code, values: {week: 每周, month: 每月}, default: month", "type: code", ("registers/visits.yaml", 12, "shape")),
        ("default: month", "default: year", ("registers/visits.yaml", 12, "unknown_code")),
        ("label: 上次, type: date", "label: 上次, type: date, low: 3", ("registers/visits.yaml", 15, "shape")),
        ("label: 应去次数, type: int, low: 0", "label: 应去次数, type: int, low: 3, high: 1", ("registers/visits.yaml", 13, "shape")),
        ("type: date}", "type: day}", ("registers/visits.yaml", 15, "choice")),
        ("needs: [last]", "needs: [first]", ("registers/visits.yaml", 21, "unknown_field")),
        ("by: [street]", "by: [province]", ("registers/visits.yaml", 21, "choice")),
        ("{id: resume,", "{id: pause,", ("registers/visits.yaml", 19, "id")),
        ("age >= 80 and local", "agee >= 80", ("registers/visits.yaml", 6, "unknown_variable")),
        ("age >= 80 and local", "grade", ("registers/visits.yaml", 6, "type")),
        ("age >= 80 and local", "age >=", ("registers/visits.yaml", 6, "expression")),
        ("made <= asked", "made <= team", ("registers/visits.yaml", 25, "unknown_variable")),
        ("entity: person", "entity: none", ("registers/visits.yaml", 6, "shape")),
        ("entity: person", "entity: planet", ("registers/visits.yaml", 4, "choice")),
        ("source: assumed\nnote: 试验\n", "", ("registers/visits.yaml", 1, "missing_citation")),
        ("owner: 民政\n", "owner: 民政\ncolour: red\n", ("registers/visits.yaml", 6, "unknown_key")),
        ("moves:\n", "closed: [gone]\nmoves:\n", ("registers/visits.yaml", 1, "unknown_state")),
        ("moves:\n", "closed: [open]\nmoves:\n", ("registers/visits.yaml", 1, "shape")),
        ("label: 电话, type: text, sensitive: true", "label: 电话, type: text, sensitive: true, public: true", ("registers/visits.yaml", 16, "shape")),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_stands(old: str, new: str, expected: tuple[str, int, str]) -> None:
    assert old in REGISTER
    assert expected in _found(REGISTER.replace(old, new))


def test_a_register_without_key_must_be_about_persons() -> None:
    text = REGISTER.replace("key: [team]\n", "")
    assert _found(text) == []
    assert ("registers/visits.yaml", 1, "missing_key") in _found(text.replace("entity: person", "entity: none"))


def test_two_files_of_one_register_and_a_file_named_otherwise_are_told() -> None:
    texts = _texts() | {"city/registers/another.yaml": REGISTER}
    found = [(f.file, f.line, f.code) for f in check_pack(texts, "city")]
    assert ("city/registers/another.yaml", 1, "id") in found  # named otherwise
    assert ("city/registers/visits.yaml", 1, "id") in found  # the second of the two
    assert _found(REGISTER, "calls") == [("registers/calls.yaml", 1, "id")]


def test_a_city_replaces_the_national_register_whole() -> None:
    texts = _texts() | {
        "national/registers/visits.yaml": REGISTER.replace("探访台账", "全国探访台账").replace("days: 7", "days: 30")
    }
    assert check_pack(texts, "city") == []
    assert load_pack(texts, "city").registers["visits"].title == "探访台账"
    assert load_pack(texts, "city").registers["visits"].clocks[0].days == 7
