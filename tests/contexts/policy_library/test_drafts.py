"""A change of the pack on its way into force: checks, simulation, two approvals by others, its day; and the way back."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from songhe.contexts.policy_library import actions, queries
from songhe.contexts.policy_library.errors import (
    ApprovedAlready,
    DraftChanged,
    DraftClosed,
    DraftNotReady,
    MakerMayNotApprove,
    OnlyPeopleApprove,
    PackRefused,
    SameValue,
    UnknownDraft,
    UnknownParameter,
    UnknownReading,
    UnknownVersion,
)
from songhe.contexts.policy_library.models import DraftApproval, DraftCheck, DraftSimulation, PackDraft, PackVersion
from songhe.contexts.policy_library.queries import DraftState, Step
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Right, Role
from songhe.foundation.errors import AccessDenied, InvalidInput, SongheError
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.policy_library.conftest import DAY, NAME, Three, drafted, officer, simulated, simulation

pytestmark = pytest.mark.django_db


def _value_on(day: dt.date) -> int:
    found = queries.pack_in_use().pack.parameters[NAME].on(day)
    assert found is not None
    return found.value


def _approved(three: Three, draft: queries.DraftBrief) -> queries.DraftBrief:
    actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    return actions.approve_draft(three.second, draft_id=draft.id, seal=draft.seal)


def test_the_first_files_decide_at_once_and_the_history_says_so(in_use: int) -> None:
    only = queries.versions(SYSTEM)
    assert [(each.id, each.direct, each.draft_id, each.in_use, each.in_force_on) for each in only] == [
        (in_use, True, None, True, DAY)
    ]
    assert only[0].reason == "直接载入政策包文件，没有经过批准"


def test_a_draft_decides_nothing(in_use: int, three: Three) -> None:
    draft = drafted(three.maker)
    assert (draft.state, draft.title, draft.in_force_on) == (DraftState.DRAFT, "调整参数：80—89周岁高龄津贴", DAY)
    assert (queries.pack_in_use().version_id, _value_on(DAY)) == (in_use, 10_000)
    packs = queries.draft_packs(three.maker, draft_id=draft.id)
    assert packs.after.parameters[NAME].on(DAY).value == 12_000  # type: ignore[union-attr]
    assert OutboxEvent.objects.filter(name="policy_library.draft_sealed").count() == 1


def test_a_change_of_one_value_is_checked_simulated_approved_by_two_and_in_force(in_use: int, three: Three) -> None:
    draft = drafted(three.maker)
    checked = actions.check_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert checked.state == DraftState.CHECKED
    found = queries.draft(three.first, draft_id=draft.id)
    assert {each.severity for each in found.findings} == {"case"}
    assert found.checked is True
    waiting = actions.record_simulation(SYSTEM, draft_id=draft.id, seal=draft.seal, result=simulation())
    assert waiting.state == DraftState.SIMULATED
    once = actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal, note="同意")
    assert (once.state, once.approvals, queries.pack_in_use().version_id) == (DraftState.SIMULATED, 1, in_use)
    done = actions.approve_draft(three.second, draft_id=draft.id, seal=draft.seal)
    assert (done.state, done.approvals) == (DraftState.IN_FORCE, 2)
    assert _value_on(DAY) == 12_000
    newest = queries.versions(SYSTEM)[0]
    assert (newest.draft_id, newest.direct, newest.in_use, newest.in_force_on) == (draft.id, False, True, DAY)
    view = queries.draft(three.maker, draft_id=draft.id)
    assert [step.step for step in view.steps] == [
        Step.MADE, Step.CHECKED, Step.SIMULATED, Step.APPROVED, Step.APPROVED, Step.IN_FORCE,
    ]  # fmt: skip
    assert view.simulation == simulation()
    assert OutboxEvent.objects.filter(name="policy_library.pack_put_in_use").count() == 2


def test_approved_for_a_later_day_it_waits_and_comes_into_force_once(in_use: int, three: Three) -> None:
    later = dt.date(2027, 1, 1)
    draft = simulated(drafted(three.maker, in_force_on=later))
    assert _approved(three, draft).state == DraftState.APPROVED
    assert actions.put_due_in_force(SYSTEM) == ()
    assert queries.pack_in_use().version_id == in_use
    with clock.frozen(dt.date(2026, 12, 31)):
        assert actions.put_due_in_force(SYSTEM) == ()
    with clock.frozen(later):
        (version,) = actions.put_due_in_force(SYSTEM)
        assert actions.put_due_in_force(SYSTEM) == ()
        assert (queries.pack_in_use().version_id, _value_on(later)) == (version, 12_000)
    assert queries.versions(SYSTEM)[0].in_force_on == later
    assert queries.versions(SYSTEM)[1].until == later


def test_a_value_that_holds_later_is_drafted_for_that_day(in_use: int, three: Three) -> None:
    start = dt.date(2027, 3, 1)
    draft = actions.draft_parameter(three.maker, name=NAME, value="130", valid_from=start, note="明年起")
    assert draft.in_force_on == start


@pytest.mark.parametrize("who", ["maker", "editor"])
def test_who_made_or_edited_a_draft_does_not_approve_it(in_use: int, three: Three, who: str) -> None:
    draft = drafted(three.maker)
    if who == "editor":
        draft = actions.edit_draft(three.first, draft_id=draft.id, reason="另一个理由", in_force_on=DAY)
    draft = simulated(draft)
    forbidden = three.maker if who == "maker" else three.first
    with pytest.raises(MakerMayNotApprove):
        actions.approve_draft(forbidden, draft_id=draft.id, seal=draft.seal)
    assert DraftApproval.objects.count() == 0
    with pytest.raises(IntegrityError, match="a maker does not approve"), transaction.atomic():
        DraftApproval.objects.create(
            draft_id=draft.id, seal=draft.seal, approver=forbidden.id, approver_name="", approved_at=clock.now()
        )


def test_one_person_s_yes_counts_once(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(ApprovedAlready):
        actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(IntegrityError, match="pack_draft_approved_once_each"), transaction.atomic():
        DraftApproval.objects.create(
            draft_id=draft.id, seal=draft.seal, approver=three.first.id, approver_name="", approved_at=clock.now()
        )
    assert (DraftApproval.objects.count(), queries.pack_in_use().version_id) == (1, in_use)


@pytest.mark.parametrize("stranger", [SYSTEM, Actor(id=-3, name="外部系统", kind="consumer", grants=officer(1).grants)])
def test_a_program_approves_nothing(in_use: int, three: Three, stranger: Actor) -> None:
    draft = simulated(drafted(three.maker))
    with pytest.raises(OnlyPeopleApprove):
        actions.approve_draft(stranger, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(IntegrityError, match="pack_draft_approved_by_people"), transaction.atomic():
        DraftApproval.objects.create(
            draft_id=draft.id, seal=draft.seal, approver=stranger.id, approver_name="", approved_at=clock.now()
        )


def test_nothing_is_approved_before_checks_and_simulation(in_use: int, three: Three) -> None:
    draft = drafted(three.maker)
    for _ in ("drafted", "checked"):
        with pytest.raises(DraftNotReady):
            actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
        with pytest.raises(IntegrityError, match="checked and simulated"), transaction.atomic():
            DraftApproval.objects.create(
                draft_id=draft.id, seal=draft.seal, approver=12, approver_name="", approved_at=clock.now()
            )
        actions.check_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    assert DraftApproval.objects.count() == 0


def test_an_edit_voids_checks_simulation_and_approvals(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker, in_force_on=dt.date(2027, 1, 1)))
    _approved(three, draft)
    edited = actions.edit_draft(three.maker, draft_id=draft.id, reason="改到二月", in_force_on=dt.date(2027, 2, 1))
    view = queries.draft(three.first, draft_id=draft.id)
    assert (edited.state, edited.approvals, view.checked, view.simulation) == (DraftState.DRAFT, 0, None, None)
    assert [each.counts for each in view.approvals] == [False, False]
    with clock.frozen(dt.date(2027, 2, 1)):
        assert actions.put_due_in_force(SYSTEM) == ()
    with pytest.raises(DraftChanged):
        actions.check_draft(SYSTEM, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(DraftChanged):
        actions.record_simulation(SYSTEM, draft_id=draft.id, seal=draft.seal, result=simulation())
    with pytest.raises(DraftChanged):
        actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    assert queries.pack_in_use().version_id == in_use


def test_the_same_reason_and_day_are_no_edit(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    same = actions.edit_draft(three.first, draft_id=draft.id, reason="按文件调整", in_force_on=DAY)
    assert (same.seal, same.state) == (draft.seal, DraftState.SIMULATED)
    assert queries.draft(three.first, draft_id=draft.id).may_approve


def test_a_draft_is_extended_and_a_change_taken_out(in_use: int, three: Three) -> None:
    draft = drafted(three.maker)
    actions.draft_reading(three.maker, definition="hard_up", reading="all_kinds", reason="一并调整", draft_id=draft.id)
    longer = drafted(three.maker, "140.00", draft_id=draft.id)
    view = queries.draft(three.maker, draft_id=draft.id)
    assert (longer.title, [(each.kind, each.value) for each in view.changes]) == (
        "2项改动", [("reading", "all_kinds"), ("parameter", "140.00")],
    )  # fmt: skip
    after = queries.draft_packs(three.maker, draft_id=draft.id).after
    assert (after.definitions["hard_up"].chosen, after.parameters[NAME].on(DAY).value) == ("all_kinds", 14_000)  # type: ignore[union-attr]
    actions.drop_change(three.maker, draft_id=draft.id, place=1)
    after = queries.draft_packs(three.maker, draft_id=draft.id).after
    assert (after.definitions["hard_up"].chosen, after.parameters[NAME].on(DAY).value) == ("all_kinds", 10_000)  # type: ignore[union-attr]
    with pytest.raises(InvalidInput):
        actions.drop_change(three.maker, draft_id=draft.id, place=0)


def test_a_draft_made_for_another_version_is_looked_at_again(in_use: int, three: Three) -> None:
    """Both start from the same version: the one that comes second must not undo the first."""
    first = simulated(drafted(three.maker))
    other = actions.draft_reading(
        three.maker, definition="hard_up", reading="all_kinds", reason="换一种理解", in_force_on=dt.date(2027, 1, 1)
    )
    _approved(three, simulated(other))
    _approved(three, first)
    assert queries.draft(three.maker, draft_id=other.id).brief.state == DraftState.OVERTAKEN
    with clock.frozen(dt.date(2027, 1, 1)):
        assert actions.put_due_in_force(SYSTEM) == ()
        moved = actions.rebase_draft(three.maker, draft_id=other.id)
        assert (moved.state, moved.approvals) == (DraftState.DRAFT, 0)
        _approved(three, simulated(moved))
        pack = queries.pack_in_use().pack
        assert (pack.definitions["hard_up"].chosen, pack.parameters[NAME].on(DAY).value) == ("all_kinds", 12_000)  # type: ignore[union-attr]


def test_an_earlier_version_is_restored_by_a_new_one(in_use: int, three: Three) -> None:
    _approved(three, simulated(drafted(three.maker)))
    back = actions.draft_rollback(three.maker, version_id=in_use, reason="有人投诉")
    _approved(three, simulated(back))
    history = queries.versions(SYSTEM)
    assert [(each.in_use, each.restores) for each in history] == [(True, in_use), (False, None), (False, None)]
    assert history[0].content_hash == history[2].content_hash
    assert history[0].id != history[2].id
    assert _value_on(DAY) == 10_000
    with pytest.raises(SameValue):
        actions.draft_rollback(three.maker, version_id=in_use, reason="再来一次")
    with pytest.raises(UnknownVersion):
        actions.draft_rollback(three.maker, version_id=10_000, reason="没有这个")


def test_a_draft_is_sent_back_with_the_reason(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    back = actions.send_back(three.second, draft_id=draft.id, reason="请写明文号")
    assert (back.state, back.approvals) == (DraftState.DRAFT, 0)
    assert queries.draft(three.maker, draft_id=draft.id).steps[-1].note == "请写明文号"
    with pytest.raises(DraftNotReady):
        actions.send_back(three.second, draft_id=draft.id, reason="再退一次")


def test_a_withdrawn_draft_stays_as_it_is(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    actions.withdraw_draft(three.maker, draft_id=draft.id, reason="不改了")
    deeds: tuple[Callable[[], object], ...] = (
        lambda: actions.edit_draft(three.maker, draft_id=draft.id, reason="又要了", in_force_on=DAY),
        lambda: actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal),
        lambda: actions.withdraw_draft(three.maker, draft_id=draft.id, reason="再撤一次"),
    )
    for deed in deeds:
        with pytest.raises(DraftClosed):
            deed()
    with pytest.raises(IntegrityError, match="never altered"), transaction.atomic():
        PackDraft.objects.filter(id=draft.id).update(state="approved")


def test_what_cannot_be_drafted_leaves_nothing(in_use: int, three: Three) -> None:
    audited = AuditEntry.objects.count()
    tries: tuple[tuple[type[SongheError], Callable[[], object]], ...] = (
        (UnknownParameter, lambda: actions.draft_parameter(three.maker, name="nothing", value="1", valid_from=DAY, note="试试")),
        (PackRefused, lambda: drafted(three.maker, "很多")),
        (PackRefused, lambda: drafted(three.maker, "1.234")),
        (
            SameValue,
            lambda: actions.draft_parameter(three.maker, name=NAME, value="100", valid_from=dt.date(2023, 11, 13), note="试试"),
        ),
        (InvalidInput, lambda: drafted(three.maker, in_force_on=DAY - dt.timedelta(days=1))),
        (InvalidInput, lambda: actions.draft_parameter(three.maker, name=NAME, value="120", valid_from=DAY, note=" ")),
        (UnknownReading, lambda: actions.draft_reading(three.maker, definition="hard_up", reading="none", reason="试试")),
        (SameValue, lambda: actions.draft_reading(three.maker, definition="hard_up", reading="three_kinds", reason="试试")),
        (AccessDenied, lambda: drafted(officer(20, Role.STREET_CLERK))),
        (UnknownDraft, lambda: actions.withdraw_draft(three.maker, draft_id=99, reason="没有")),
    )
    for error, deed in tries:
        with pytest.raises(error), transaction.atomic():
            deed()
    assert (PackDraft.objects.count(), AuditEntry.objects.count()) == (0, audited)


def test_files_whose_own_cases_fail_do_not_pass_the_checks(in_use: int, three: Three) -> None:
    files = dict(PackVersion.objects.get(id=in_use).files)
    name = "qingtongxia/parameters.yaml"
    files[name] = files[name].replace('value: "100.00"', 'value: "101.00"')
    assert files[name] != PackVersion.objects.get(id=in_use).files[name]
    draft = actions.draft_files(three.maker, files=files, reason="新文件")
    assert actions.check_draft(SYSTEM, draft_id=draft.id, seal=draft.seal).state == DraftState.DRAFT
    assert {each.severity for each in queries.draft(three.maker, draft_id=draft.id).findings} >= {"error"}
    with pytest.raises(DraftNotReady):
        actions.record_simulation(SYSTEM, draft_id=draft.id, seal=draft.seal, result=simulation())
    assert (DraftCheck.objects.get().passed, DraftSimulation.objects.count()) == (False, 0)


def test_in_a_city_at_work_other_files_become_a_draft(in_use: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("national", "qingtongxia"):
        shutil.copytree(Path(settings.PACKS) / name, tmp_path / name)
    file = tmp_path / "qingtongxia" / "pack.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# a new edition\n", encoding="utf-8")
    monkeypatch.setattr(settings, "SONGHE_DEMO", False, raising=False)
    for _ in range(2):
        assert actions.load_folder(SYSTEM, root=tmp_path, city="qingtongxia") == in_use
    (draft,) = queries.drafts(SYSTEM)
    assert (draft.kind, draft.state, draft.reason) == ("files", DraftState.DRAFT, "软件带来的新政策包文件")
    monkeypatch.setattr(settings, "SONGHE_DEMO", True, raising=False)
    assert actions.load_folder(SYSTEM, root=tmp_path, city="qingtongxia") != in_use
    assert queries.versions(SYSTEM)[0].direct


def test_a_version_is_never_altered_and_never_without_two_approvals(in_use: int, three: Three) -> None:
    draft = simulated(drafted(three.maker))
    actions.approve_draft(three.first, draft_id=draft.id, seal=draft.seal)
    with pytest.raises(IntegrityError, match="never altered"), transaction.atomic():
        PackVersion.objects.filter(id=in_use).update(overlay={"parameters": {}})
    PackVersion.objects.filter(in_use=True).update(in_use=False)
    fresh = {
        "pack": "qingtongxia", "version": "1", "content_hash": queries.draft(SYSTEM, draft_id=draft.id).content_hash, "files": {}, "overlay": {},
        "loaded_at": clock.now(), "loaded_by": 0, "in_use": True, "in_force_on": DAY,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="two approvals"), transaction.atomic():
        PackVersion.objects.create(draft_id=draft.id, **fresh)
    with pytest.raises(IntegrityError, match="pack_version_draft_or_direct"), transaction.atomic():
        PackVersion.objects.create(**fresh)
    with pytest.raises(IntegrityError, match="an approval is never altered"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pack_draft_approval")


def test_who_may_not_see_packs_sees_no_draft(in_use: int, three: Three) -> None:
    draft = drafted(three.maker)
    stranger = officer(30, Role.SECURITY_ADMIN)
    assert not stranger.may(Right.SEE_PACKS)
    assert queries.drafts(stranger) == ()
    with pytest.raises(UnknownDraft):
        queries.draft(stranger, draft_id=draft.id)
    assert queries.draft(officer(31, Role.STREET_CLERK), draft_id=draft.id).may_approve is False
