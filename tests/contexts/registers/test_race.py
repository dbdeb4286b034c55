"""Two clerks at once: one open entry of a register and key, whoever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connections

from songhe.contexts.registers import actions
from songhe.contexts.registers.errors import AlreadyEntered, FileNotReady
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.foundation import clock
from tests.contexts.registers.trial_city import CLERK_A, DAY, OFFICER, elder, load_places, load_trial, number_of, table


@pytest.mark.django_db(transaction=True)
def test_of_several_clerks_who_enter_the_same_person_one_succeeds(tmp_path: Path) -> None:
    with clock.frozen(DAY):
        load_places()
        load_trial(tmp_path)
        person = elder(1, "张桂兰").id
        start = Barrier(4)

        def enter(place: int) -> str:
            start.wait()
            try:
                actions.add_entry(CLERK_A if place % 2 else OFFICER, register="visits", person_id=person, values={})
                return "added"
            except AlreadyEntered:
                return "refused"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            answers = sorted(pool.map(enter, range(4)))
        assert answers == ["added", "refused", "refused", "refused"]
        assert Entry.objects.count() == 1
        assert EntryChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_and_a_clerk_at_once_leave_one_entry(tmp_path: Path) -> None:
    with clock.frozen(DAY):
        load_places()
        load_trial(tmp_path)
        person = elder(1, "张桂兰").id
        rows = [{"姓名": "张桂兰", "身份证号": number_of(1), "上门间隔": "每周"}]
        file_id = actions.check_file(OFFICER, register="visits", name="f.csv", content=table(rows)).file_id
        start = Barrier(2)

        def by_file() -> str:
            start.wait()
            try:
                actions.accept_file(OFFICER, file_id=file_id)
                return "in"
            except FileNotReady:
                return "refused"
            finally:
                connections.close_all()

        def by_hand() -> str:
            start.wait()
            try:
                actions.add_entry(CLERK_A, register="visits", person_id=person, values={"every": "week"})
                return "in"
            except AlreadyEntered:
                return "refused"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(by_file), pool.submit(by_hand)]
            assert sorted(answer.result() for answer in answers) == ["in", "refused"]
        assert Entry.objects.count() == 1
        assert EntryChange.objects.count() == 1
