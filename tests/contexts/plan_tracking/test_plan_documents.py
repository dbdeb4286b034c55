"""A plan document from upload to a confirmed draft pack: every refusal, decision, version and file."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from songhe.contexts.plan_tracking import actions, queries
from songhe.contexts.plan_tracking.errors import DocumentNotFound, DocumentRefused, ItemNotFound, NotReadYet, StillUndecided
from songhe.contexts.plan_tracking.models import FindingKept, PlanDocument, ReadItem
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.loading import load_pack
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, OutboxEvent, StoredFile
from tests.contexts.plan_tracking.documents import BAD, LOOKER, NOBODY, OFFICER, RAW, taken_in, word_document

uploading = importlib.import_module("songhe.contexts.plan_tracking.actions.upload_plan")
PACKS = Path(__file__).resolve().parents[3] / "packs"
PACK_YAML = """\
id: yunling
title: 云岭市养老服务政策包
place: {name: 云岭市, code: "990100", level: prefecture}
version: 2026.11.0
valid: {from: 2026-01-01, to: 2030-12-31}
extends: national
members: alive
applies_to: {if: "alive and age >= 60", source: assumed, note: 试验}
contact: {counter: 便民服务中心, phone: "12345", source: assumed, note: 试验}
"""


def _item(document: int, kind: str, name: str) -> queries.ItemView:
    found = queries.items(OFFICER, document_id=document, kind=kind, limit=500).items
    return next(one for one in found if name in one.name)


def _nothing_kept() -> bool:
    stored = list((Path(settings.VAR) / "files").rglob("*")) if (Path(settings.VAR) / "files").exists() else []
    return not (
        PlanDocument.objects.exists() or ReadItem.objects.exists() or StoredFile.objects.exists() or OutboxEvent.objects.exists()
        or AuditEntry.objects.exists() or any(path.is_file() for path in stored)
    )  # fmt: skip


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR", tmp_path)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_plan_is_refused_with_one_sentence_and_leaves_nothing(what: str) -> None:
    name, content, sentence = BAD[what]
    with pytest.raises(DocumentRefused) as refused:
        actions.upload_plan(OFFICER, name=name, content=content)
    assert (refused.value.sentence, refused.value.field) == (sentence, "content")
    assert refused.value.next_step
    assert _nothing_kept()


@pytest.mark.django_db
@pytest.mark.usefixtures("own_folder")
def test_a_file_too_large_is_refused_by_its_size_alone() -> None:
    with pytest.raises(DocumentRefused, match="文件有200兆，超过了40兆的上限，没有接收。"):
        actions.refuse_too_large(200 * 1024 * 1024)
    with pytest.raises(DocumentRefused, match="文件有41兆"):
        actions.upload_plan(OFFICER, name="a.txt", content=b"x" * (40 * 1024 * 1024 + 1))
    assert _nothing_kept()


@pytest.mark.django_db
def test_who_may_upload_look_and_decide() -> None:
    with pytest.raises(AccessDenied):
        actions.upload_plan(LOOKER, name="a.txt", content=RAW.encode())
    assert not PlanDocument.objects.exists()
    document = taken_in()
    item = _item(document, "task", "实施清单管理")
    assert queries.plan_document(LOOKER, document_id=document).total == 40
    with pytest.raises(AccessDenied):
        actions.decide_item(LOOKER, document_id=document, item_id=item.id, decision="accept")
    with pytest.raises(AccessDenied):
        queries.plan_documents(NOBODY)
    assert ReadItem.objects.filter(state="accepted").count() == 0


@pytest.mark.django_db
def test_a_word_document_is_read_with_its_table() -> None:
    taken = actions.upload_plan(OFFICER, name="云岭.docx", content=word_document())
    found = queries.plan_document(OFFICER, document_id=taken.id)
    assert (taken.known, taken.waiting, found.status, found.kind) == (False, False, "read", "docx")
    assert found.title == "云岭市“十五五”养老服务发展规划"
    assert {kind.value: sum(states.values()) for kind, states in found.counts.items()} == {
        "task": 7,
        "target": 22,
        "baseline": 11,
    }
    row = _item(taken.id, "target", "家庭养老床位")
    assert (row.read["value"], row.read["unit"], row.read["responsible"]) == (2400, "张", ["市民政局", "市医保局"])
    text = PlanDocument.objects.get(pk=taken.id).text
    assert text[row.at : row.at_end] == "2400张"
    assert [part.start for part in found.sections[1:]] == [part.end for part in found.sections[:-1]]
    assert (found.sections[0].start, found.sections[-1].end) == (0, len(text))


@pytest.mark.django_db
def test_the_same_content_is_the_same_document() -> None:
    first = taken_in()
    again = actions.upload_plan(OFFICER, name="另一个名字.txt", content=RAW.encode(), title="别的名称")
    assert (again.id, again.known) == (first, True)
    assert PlanDocument.objects.count() == StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_one_file_make_one_document() -> None:
    found: list[int] = []

    def send() -> None:
        found.append(taken_in())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 4
    assert ReadItem.objects.values("document", "kind", "number").distinct().count() == ReadItem.objects.count()


@pytest.mark.django_db
def test_a_long_document_is_read_by_a_job_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "AT_ONCE", 100)
    taken = actions.upload_plan(OFFICER, name="方案.txt", content=RAW.encode())
    assert taken.waiting
    assert queries.plan_document(OFFICER, document_id=taken.id).status == "uploaded"
    with pytest.raises(NotReadYet):
        actions.accept_all_unchanged(OFFICER, document_id=taken.id)
    read = actions.read_plan_document(SYSTEM, document_id=taken.id)
    assert read is not None
    count = ReadItem.objects.count()
    assert count == read.tasks + read.targets + read.baselines
    assert actions.read_plan_document(SYSTEM, document_id=taken.id) is None
    assert ReadItem.objects.count() == count


@pytest.mark.django_db
def test_a_long_document_that_is_no_plan_says_so_and_can_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "AT_ONCE", 10)
    name, content, sentence = BAD["unrelated"]
    taken = actions.upload_plan(OFFICER, name=name, content=content)
    assert actions.read_plan_document(SYSTEM, document_id=taken.id) is None
    found = queries.plan_document(OFFICER, document_id=taken.id)
    assert found.status == "failed"
    assert found.problem.startswith(sentence)
    assert (found.characters, ReadItem.objects.count(), FindingKept.objects.count()) == (0, 0, 0)
    assert actions.upload_plan(OFFICER, name=name, content=content).id == taken.id


@pytest.mark.django_db
def test_items_are_accepted_corrected_rejected_and_opened_again() -> None:
    document = taken_in()
    target = _item(document, "target", "持证养老护理员占比")
    said = {"value": "95", "responsible": "市民政局、市人社局", "deadline": "2029-06"}
    decided = actions.decide_item(
        OFFICER, document_id=document, item_id=target.id, decision="correct", corrected=said, reason="核对原件"
    )
    assert decided.changed == ("deadline", "responsible", "value")
    found = queries.item(OFFICER, document_id=document, item_id=target.id)
    assert (found.state, found.counts["value"], found.read["value"]) == ("corrected", 95, 90)
    assert found.counts["responsible"] == ["市民政局", "市人社局"]
    same = actions.decide_item(
        OFFICER, document_id=document, item_id=target.id, decision="correct", corrected={"value": "90", "scope": ""}
    )
    assert (same.state, same.changed) == ("accepted", ())
    assert actions.decide_item(OFFICER, document_id=document, item_id=target.id, decision="reject").state == "rejected"
    assert actions.decide_item(OFFICER, document_id=document, item_id=target.id, decision="reopen").state == "read"
    deeds = list(AuditEntry.objects.filter(action="plan_tracking.decide_item").values_list("detail__state", flat=True))
    assert deeds == ["corrected", "accepted", "rejected", "read"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"value": "很多"}, "value"), ({"value": "1e99"}, "value"), ({"value": "NaN"}, "value"), ({"deadline": "2030-13"}, "deadline"),
        ({"deadline": "明年"}, "deadline"), ({"comparator": "!="}, "comparator"), ({"comparator": "range"}, "value_max"),
        ({"comparator": "range", "value_max": "1"}, "value_max"), ({"indicator": " "}, "indicator"), ({"indicator": "长" * 200}, "indicator"),
        ({"direction": "left"}, "direction"), ({"value": ""}, "value"), ({"offset": "1"}, "offset"), ({"attribute": "别的"}, "attribute"),
    ],
)  # fmt: skip
def test_a_correction_of_the_wrong_type_is_refused(said: dict[str, object], field: str) -> None:
    document = taken_in()
    target = _item(document, "target", "持证养老护理员占比")
    with pytest.raises(InvalidInput) as refused:
        actions.decide_item(OFFICER, document_id=document, item_id=target.id, decision="correct", corrected=said)
    assert refused.value.field == field
    row = ReadItem.objects.get(pk=target.id)
    assert (row.state, row.corrected) == ("read", None)


@pytest.mark.django_db
def test_a_task_keeps_its_deadlines_unless_they_are_changed() -> None:
    document = taken_in()
    task = _item(document, "task", "实施清单管理")
    lines = "\n".join(f"{d['date']} {d['what']}" for d in task.read["deadlines"])  # type: ignore[attr-defined]
    same = actions.decide_item(OFFICER, document_id=document, item_id=task.id, decision="correct", corrected={"deadlines": lines})
    assert same.changed == ()
    actions.decide_item(
        OFFICER, document_id=document, item_id=task.id, decision="correct", corrected={"deadlines": "2027-06 细则印发"}
    )
    assert queries.item(OFFICER, document_id=document, item_id=task.id).counts["deadlines"] == [
        {"text": "2027-06", "date": "2027-06", "what": "细则印发"}
    ]


@pytest.mark.django_db
def test_a_finding_is_settled_with_a_note() -> None:
    document = taken_in(RAW.replace("占总人口的23.4%", "占总人口的23.4%（总人口100万人）"))
    FindingKept.objects.create(
        document_id=document,
        number=99,
        code="share",
        severity="A",
        sentence="占比算不拢",
        computation="31.6÷100=31.6%",
        places=[[0, 5]],
        state="open",
    )
    found = next(f for f in queries.findings(OFFICER, document_id=document) if f.number == 99)
    assert found.places[0].words == "云岭市“十"
    with pytest.raises(InvalidInput):
        actions.settle_finding(OFFICER, document_id=document, finding_id=found.id, note=" ")
    actions.settle_finding(OFFICER, document_id=document, finding_id=found.id, note="以表中的数为准")
    settled = next(f for f in queries.findings(OFFICER, document_id=document) if f.number == 99)
    assert (settled.state, settled.note, settled.settled_by) == ("settled", "以表中的数为准", 1)
    with pytest.raises(ItemNotFound):
        actions.settle_finding(OFFICER, document_id=document, finding_id=found.id + 999, note="无")


@pytest.mark.django_db
def test_confirming_waits_for_every_item_and_a_change_opens_it_again() -> None:
    document = taken_in()
    with pytest.raises(StillUndecided):
        actions.confirm_plan(OFFICER, document_id=document)
    assert actions.accept_all_unchanged(OFFICER, document_id=document) == ReadItem.objects.count()
    assert actions.confirm_plan(OFFICER, document_id=document)
    assert not actions.confirm_plan(OFFICER, document_id=document)
    task = _item(document, "task", "实施清单管理")
    actions.decide_item(OFFICER, document_id=document, item_id=task.id, decision="reject")
    assert queries.plan_document(OFFICER, document_id=document).status == "read"


@pytest.mark.django_db
def test_corrections_are_applied_again_to_the_next_version() -> None:
    first = taken_in(stage="draft")
    nurses, clubs = _item(first, "target", "持证养老护理员占比"), _item(first, "target", "改造提升")
    beds = _item(first, "target", "每千名老年人养老床位数")
    for item, said in ((nurses, {"scope": "全市养老机构"}), (beds, {"value": "39"})):
        actions.decide_item(OFFICER, document_id=first, item_id=item.id, decision="correct", corrected=said, reason="已核实")
    actions.decide_item(OFFICER, document_id=first, item_id=clubs.id, decision="reject")
    lost = _item(first, "task", "支持连锁运营")
    actions.decide_item(OFFICER, document_id=first, item_id=lost.id, decision="reject")
    head, tail = RAW.split("五、支持连锁运营")
    text = (
        head.replace("达到38张", "达到40张").replace("到2030年，基本", "二〇二六年起，到2030年，基本")
        + tail[tail.index("第四章") :]
    )
    second = taken_in(text, version_of=first)
    assert _item(second, "target", "持证养老护理员占比").counts["scope"] == "全市养老机构"
    assert _item(second, "target", "改造提升").state == "rejected"
    moved = _item(second, "target", "每千名老年人养老床位数")
    assert (moved.state, moved.misfits, moved.counts["value"]) == ("read", ("value",), 40)
    over = queries.carried_over(OFFICER, document_id=second)
    assert [one.id for one in over.partly] == [moved.id]
    assert [one.name for one in over.lost] == [lost.name]
    assert {one.name for one in over.applied} == {nurses.name, clubs.name}
    untouched = actions.accept_all_unchanged(OFFICER, document_id=second)
    assert untouched == ReadItem.objects.filter(document_id=second).count() - 3
    assert queries.plan_document(OFFICER, document_id=second).undecided == 1


@pytest.mark.django_db
def test_two_versions_beside_each_other() -> None:
    first = taken_in(stage="draft")
    text = RAW.replace("不低于73%，每千名", "不低于75%，每千名").replace("——服务质量", "——新增康养小镇8个。服务质量")
    text = text.replace("三、发展老年助餐", "三、发展老年餐饮").replace(
        "（责任部门：市民政局、市商务局、市市场监管局）", "（责任部门：市民政局、市商务局）"
    )
    second = taken_in(text, version_of=first)
    found = queries.compare(OFFICER, document_id=second)
    changed = {(one.after.name, change.field): (change.before, change.after) for one in found.changed for change in one.changes}
    assert changed["养老机构护理型床位占比", "value"] == (73, 75)
    assert changed["发展老年餐饮", "title"] == ("发展老年助餐", "发展老年餐饮")
    assert changed["发展老年餐饮", "responsible"][1] == ["市民政局", "市商务局"]
    assert [one.counts["value"] for one in found.added] == [8]
    assert found.removed == ()
    back = queries.compare(OFFICER, document_id=first, against=second)
    assert [one.counts["value"] for one in back.removed] == [8]
    with pytest.raises(DocumentNotFound):
        queries.compare(OFFICER, document_id=first)


@pytest.mark.django_db
def test_the_draft_pack_loads_without_a_finding() -> None:
    document = taken_in()
    nurses = _item(document, "target", "持证养老护理员占比")
    task = _item(document, "task", "实施清单管理")
    actions.decide_item(
        OFFICER, document_id=document, item_id=nurses.id, decision="correct", corrected={"value": "92.5"}, reason="原件如此"
    )
    actions.decide_item(OFFICER, document_id=document, item_id=task.id, decision="reject")
    actions.accept_all_unchanged(OFFICER, document_id=document)
    draft = queries.draft_pack(OFFICER, document_id=document, source="yunling2026")
    sources = "".join(f"  {line}\n" for line in draft.files["sources.yaml"].splitlines() if not line.startswith("#"))
    files = {str(path.relative_to(PACKS)): path.read_text() for path in (PACKS / "national").rglob("*.yaml")}
    bare = check_pack({**files, "yunling/pack.yaml": PACK_YAML + "sources: {}\n"}, "yunling")
    files |= {"yunling/pack.yaml": PACK_YAML + "sources:\n" + sources}
    files |= {f"yunling/{name}": text for name, text in draft.files.items() if name != "sources.yaml"}
    more = [f for f in check_pack(files, "yunling") if f not in bare]
    assert {(f.severity, f.code) for f in more} <= {("warning", "unmeasured")}  # which indicator measures it is a person's word
    pack = load_pack(files, "yunling")
    assert (len(pack.targets), len(pack.tasks), len(pack.figures)) == (draft.targets, draft.tasks, draft.figures)
    assert draft.tasks == ReadItem.objects.filter(kind="task").count() - 1
    by_id = {target.id: target for target in pack.targets}
    kept = by_id[nurses.key]
    assert (kept.value, kept.unit, kept.comparator, kept.deadline, kept.cited.note) == (
        92.5,
        "%",
        ">=",
        "2030",
        "核对时更正：原件如此",
    )
    assert (kept.cited.cite.document, kept.cited.cite.clause) == ("yunling2026", nurses.clause)
    table = next(t for t in pack.targets if t.indicator == "养老机构护理型床位占比" and t.attribute == "约束性")
    first = next(t for t in pack.targets if t.indicator == "养老机构护理型床位占比" and t.attribute is None)
    assert table.restates == first.id
    assert first.deadline_inferred or first.deadline == "2030"
    for task_kept in pack.tasks:
        assert all(deadline.what == task_kept.title for deadline in task_kept.deadlines)
    with pytest.raises(InvalidInput):
        queries.draft_pack(OFFICER, document_id=document, source="Bad Name")
