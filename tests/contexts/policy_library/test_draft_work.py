"""A draft that waits for a yes is work in the lists of those who may give it, and of nobody else."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library.words import PACK_APPROVAL
from songhe.foundation import work_items
from songhe.foundation.access import Actor, Grant, Role
from tests.contexts.policy_library.conftest import DAY, Three, drafted, officer, simulated

pytestmark = pytest.mark.django_db


def waiting(actor: Actor) -> list[str]:
    """The titles of what waits in the actor's list; the number beside it says the same."""
    found = work_items.list_items(actor, kind=PACK_APPROVAL).items
    assert work_items.count_open(actor, kind=PACK_APPROVAL) == len(found)
    assert {each.kind: each.open for each in work_items.count_by_kind(actor)} == ({PACK_APPROVAL: len(found)} if found else {})
    return [each.title for each in found]


def outcomes(actor: Actor) -> list[str]:
    return sorted(each.outcome for each in work_items.list_items(actor, kind=PACK_APPROVAL, closed=True).items)


def test_it_waits_for_the_first_then_for_the_second_and_is_closed_by_approving(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    lists = [waiting(each) for each in (three.maker, three.first, three.second)]
    asked = "政策草稿“调整参数：80—89周岁高龄津贴”等您批准，还差2位"
    assert lists == [[], [asked], [asked]]
    (item,) = work_items.list_items(three.second, kind=PACK_APPROVAL).items
    assert (item.subject_type, item.subject_id, item.due_on) == ("pack_draft", draft.id, DAY)
    actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    left = "政策草稿“调整参数：80—89周岁高龄津贴”等您批准，还差1位"
    assert [waiting(each) for each in (three.maker, three.first, three.second)] == [[], [], [left]]
    actions.approve_draft(three.second, draft_id=draft.id, seal=draft.seal)
    assert waiting(three.second) == []
    assert outcomes(officer(14)) == ["已批准", "已有1位批准"]


@pytest.mark.parametrize(
    ("how", "outcome"), [("edit", "草稿改过，要重新检查和试算"), ("back", "已退回：再看看"), ("withdraw", "草稿已撤回")]
)
def test_what_ends_the_waiting_closes_it(in_use: int, three: Three, how: str, outcome: str) -> None:
    draft = simulated(drafted(three.maker))
    if how == "edit":
        actions.edit_draft(three.maker, draft_id=draft.id, reason="另一个理由", in_force_on=dt.date(2027, 1, 1))
    elif how == "back":
        actions.send_back(three.first, draft_id=draft.id, reason="再看看")
    else:
        actions.withdraw_draft(three.maker, draft_id=draft.id, reason="不改了")
    assert waiting(three.second) == []
    assert outcomes(officer(14)) == [outcome]


def test_overtaken_by_another_version_nobody_is_asked(in_use: int, three: Three) -> None:
    simulated(drafted(three.maker))
    other = simulated(drafted(three.maker, value="130.00"))
    assert len(waiting(three.second)) == 2
    for actor in (three.first, three.second):
        actions.approve_draft(actor, draft_id=other.id, seal=other.seal)
    assert waiting(officer(14)) == []
    assert outcomes(officer(14)) == ["另一个版本先施行了", "已批准", "已有1位批准"]


def test_a_clerk_of_a_town_is_not_asked(in_use: int, three: Three) -> None:
    simulated(drafted(three.maker))
    clerk = Actor(id=15, name="镇街", kind="user", grants=(Grant(Role.STREET_CLERK, "640381/640381001/"),))
    assert waiting(clerk) == []
