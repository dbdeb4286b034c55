"""Killed anywhere, an import leaves nothing and can be started again; two at once do it once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections

from songhe.contexts.people import actions
from songhe.contexts.people.actions import AcceptResult
from songhe.contexts.people.errors import BatchNotReady, ImportRunning
from songhe.contexts.people.models import (
    FormerNumber,
    Household,
    ImportBatch,
    ImportRow,
    LifeEvent,
    Person,
    Record,
    SenderMapping,
    SheetRequest,
)
from songhe.contexts.people.words import DERIVED
from songhe.foundation.errors import SongheError
from songhe.foundation.models import AuditEntry, OutboxEvent, WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, WANG, ZHANG, check, person_of, resident, table
from tests.contexts.people.workbooks import cells_of, sheet_of

pytestmark = pytest.mark.django_db(transaction=True)

_CHILD = """
import sys, time, django
django.setup()
from songhe.contexts.people import actions
from songhe.foundation.access import SYSTEM

def stop(done, total, step):
    if step == sys.argv[3]:
        print("here", flush=True)
        time.sleep(60)

getattr(actions, sys.argv[1])(SYSTEM, batch_id=int(sys.argv[2]), progress=stop)
print("not stopped", flush=True)
"""


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def killed_during(action: str, batch_id: int, step: str) -> None:
    """Another process runs the action and is killed with SIGKILL at the step."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        "DATABASE_URL": url,
        "SONGHE_VAR": str(settings.VAR),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, action, str(batch_id), step], env=env, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert said == "here"


def sent() -> int:
    """How many statements departments have made; what is derived from them is not counted."""
    return Record.objects.exclude(department=DERIVED).count()


def three_rows() -> list[dict[str, str]]:
    """Two households of the first file."""
    return [resident(ZHANG, "张桂兰", "H1"), resident(LI, "李建国", "H1"), resident(WANG, "王秀英", "H2")]


@pytest.mark.parametrize("step", ["写入人员和户", "汇总各部门说法", "更新户", "完成"])
def test_killed_while_accepting_leaves_nothing_and_accepting_again_finishes(step: str) -> None:
    batch = check("公安", table(three_rows())).batch_id
    audited = AuditEntry.objects.count()
    killed_during("accept_batch", batch, step)
    assert (Person.objects.count(), Household.objects.count(), sent()) == (0, 0, 0)
    assert ImportBatch.objects.get(id=batch).status == "checked"
    assert (OutboxEvent.objects.count(), AuditEntry.objects.count(), WorkItem.objects.count()) == (0, audited, 0)
    done = actions.accept_batch(OFFICER, batch_id=batch)
    assert done.households == 2 and done.batch.counts["new"] == 3
    assert (Person.objects.count(), Household.objects.count(), sent()) == (3, 2, 3)


def test_killed_while_checking_can_be_checked_again() -> None:
    batch = actions.upload_file(OFFICER, department="公安", name="f.csv", content=table(three_rows()), stated_on=DAY)
    killed_during("check_batch", batch, "与人口资料比对")
    assert ImportBatch.objects.get(id=batch).status == "checking" and ImportRow.objects.count() == 0
    with pytest.raises(BatchNotReady):
        actions.accept_batch(OFFICER, batch_id=batch)
    assert actions.check_batch(OFFICER, batch_id=batch).counts["new"] == 3
    assert ImportRow.objects.count() == 3


def test_killed_while_accepting_a_mapped_file_remembers_nothing_and_accepting_again_does() -> None:
    said = {"证件": "id_number", "老人": "name", "户籍编号": "household_no"}
    rows = [{"证件": ZHANG, "老人": "张桂兰", "户籍编号": "H1", "村(社区)代码": "990101001"}]
    batch = check("公安", table(rows)).batch_id
    actions.say_columns(OFFICER, batch_id=batch, columns=said)
    actions.check_batch(OFFICER, batch_id=batch)
    killed_during("accept_batch", batch, "完成")
    assert (Person.objects.count(), SenderMapping.objects.count()) == (0, 0)
    assert ImportBatch.objects.get(id=batch).columns == said
    actions.accept_batch(OFFICER, batch_id=batch)
    assert (Person.objects.count(), SenderMapping.objects.get().columns) == (1, said)


@pytest.mark.parametrize("step", ["汇总各部门说法", "完成"])
def test_killed_while_accepting_a_whole_list_nobody_has_lost_anything_and_accepting_again_says_it(step: str) -> None:
    actions.accept_batch(OFFICER, batch_id=check("公安", table(three_rows())).batch_id)
    aid = [{"身份证号": number, "姓名": name, "救助类别": "低保"} for number, name in ((ZHANG, "张桂兰"), (WANG, "王秀英"))]
    actions.accept_batch(OFFICER, batch_id=check("民政", table(aid)).batch_id)
    batch = check("民政", table(aid[:1])).batch_id
    assert actions.declare_complete(OFFICER, batch_id=batch, list_id="assistance").losing == 1
    before = sent()
    killed_during("accept_batch", batch, step)
    assert (sent(), person_of(WANG).facts["assistance"]) == (before, "dibao")
    actions.accept_batch(OFFICER, batch_id=batch)
    assert (sent(), person_of(WANG).facts["assistance"], person_of(LI).facts["assistance"]) == (before + 2, "none", "none")
    assert person_of(ZHANG).facts["assistance"] == "dibao"


@pytest.mark.parametrize("step", ["写入人员和户", "汇总各部门说法", "更新户", "完成"])
def test_killed_while_a_number_changes_the_old_one_counts_and_accepting_again_changes_it_once(step: str) -> None:
    actions.accept_batch(OFFICER, batch_id=check("公安", table(three_rows())).batch_id)
    new, known = city.id_number("19450301", 8), person_of(ZHANG)
    row = resident(new, "张桂兰", "H1", 原身份证号=ZHANG, 号码变更日期="2026-06-01")
    batch = check("公安", table([row])).batch_id
    killed_during("accept_batch", batch, step)
    assert (FormerNumber.objects.count(), LifeEvent.objects.count(), person_of(ZHANG).id) == (0, 0, known.id)
    actions.accept_batch(OFFICER, batch_id=batch)
    assert (person_of(new).id, person_of(new).public_id) == (known.id, known.public_id)
    assert [(f.person_id, bytes(f.id_index)) for f in FormerNumber.objects.all()] == [(known.id, bytes(known.id_index or b""))]
    assert list(LifeEvent.objects.values_list("kind", "happened_on")) == [("number_changed", dt.date(2026, 6, 1))]
    assert actions.accept_batch(OFFICER, batch_id=batch).households == 0
    assert (FormerNumber.objects.count(), LifeEvent.objects.count(), Person.objects.count()) == (1, 1, 3)


def test_killed_while_accepting_a_returned_sheet_leaves_the_request_open() -> None:
    actions.accept_batch(OFFICER, batch_id=check("公安", table(three_rows())).batch_id)
    asked = actions.request_sheet(OFFICER, person_ids=[person_of(ZHANG).id], fields=["needs_meals"], reason="核对")[0].request_id
    lines = cells_of(actions.download_sheet(OFFICER, request_id=asked).content)["社区老年人走访登记表"]
    batch = actions.return_sheet(OFFICER, request_id=asked, name="f.xlsx", content=sheet_of(lines[0], [*lines[1][:-1], "是"]))
    actions.check_batch(OFFICER, batch_id=batch)
    killed_during("accept_batch", batch, "完成")
    assert SheetRequest.objects.get().closed_at is None and "needs_meals" not in person_of(ZHANG).facts
    actions.accept_batch(OFFICER, batch_id=batch)
    assert SheetRequest.objects.get().closed_at is not None and person_of(ZHANG).facts["needs_meals"] is True


def in_threads(*deeds: Callable[[], object]) -> list[object]:
    """What each deed gave, or the refusal it met; all started at one moment, each on a connection of its own."""
    gate = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = deeds[place]()
        except SongheError as refusal:
            results[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_accept_one_batch_at_once_and_it_is_let_in_once() -> None:
    batch = check("公安", table(three_rows())).batch_id
    results = in_threads(*[lambda: actions.accept_batch(OFFICER, batch_id=batch)] * 2)
    assert sorted(r.households for r in results if isinstance(r, AcceptResult)) == [0, 2]
    assert (Person.objects.count(), sent(), OutboxEvent.objects.count()) == (3, 3, 1)


def test_two_batches_with_the_same_people_at_once_bring_them_in_once() -> None:
    first, second = check("公安", table(three_rows())).batch_id, check("公安", table([*three_rows()[::-1]])).batch_id
    results = in_threads(
        lambda: actions.accept_batch(OFFICER, batch_id=first), lambda: actions.accept_batch(OFFICER, batch_id=second)
    )
    assert sorted(r.batch.counts["new"] for r in results if isinstance(r, AcceptResult)) == [0, 3]
    assert (Person.objects.count(), sent()) == (3, 3)


def test_two_checks_of_one_batch_at_once_leave_one_set_of_verdicts() -> None:
    batch = actions.upload_file(OFFICER, department="公安", name="f.csv", content=table(three_rows()), stated_on=DAY)
    results = in_threads(*[lambda: actions.check_batch(OFFICER, batch_id=batch)] * 2)
    assert all(isinstance(r, BatchNotReady | actions.BatchResult) for r in results)
    assert ImportRow.objects.count() == 3 and ImportBatch.objects.get().status == "checked"


def test_no_correction_is_lost_while_a_batch_is_let_in() -> None:
    actions.accept_batch(OFFICER, batch_id=check("公安", table(three_rows())).batch_id)
    zhang = person_of(ZHANG).id
    batch = check("社区", table([{"身份证号": ZHANG, "姓名": "张桂兰", "独居": "是"}])).batch_id
    met: list[object] = []

    def meanwhile(done: int, total: int, step: str) -> None:
        if step == "汇总各部门说法":
            met.extend(
                in_threads(
                    lambda: actions.correct_fact(OFFICER, person_id=zhang, variable="lives_alone", value=False, reason="入户核实")
                )
            )

    actions.accept_batch(OFFICER, batch_id=batch, progress=meanwhile)
    assert [type(refusal) for refusal in met] == [ImportRunning]
    assert person_of(ZHANG).facts["lives_alone"] is True
    actions.correct_fact(OFFICER, person_id=zhang, variable="lives_alone", value=False, reason="入户核实")
    assert person_of(ZHANG).facts["lives_alone"] is False
