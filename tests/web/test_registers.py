"""The pages of registers, and a made-up register of a made-up city used from end to end: nothing but a file was added."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.people.models import Person
from songhe.contexts.registers import actions, facts
from songhe.contexts.registers.models import Entry
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Role
from tests.contexts.registers.trial_city import CITY, DAY, PINE, ROSE, TOWN_A, elder, load_places, load_trial, number_of, table

HOMES = {Role.CITY_OFFICER: CITY, Role.STREET_CLERK: TOWN_A, Role.COMMUNITY_WORKER: ROSE, Role.PROVIDER_MANAGER: CITY}
BOATS = """\
id: boats
title: 送餐船台账
about: 水乡用船送餐的老人，一人一条。
entity: person
owner: 民政
candidates: "age >= 80 and needs_meals"
source: assumed
note: 试验
fields:
  - {id: boat, label: 船号, type: text, required: true, hint: 船身上的号, default: 未定}
  - {id: meals, label: 每周份数, type: int, unit: 份, low: 1, high: 21, default: "7"}
  - {id: price, label: 每份价格, type: money}
  - {id: pier, label: 停靠点, type: code, values: {east: 东埠头, west: 西埠头}}
  - {id: phone, label: 船工电话, type: text, sensitive: true}
states: {waiting: 等开通, served: 已开通, stopped: 已停送}
moves:
  - {id: start, label: 开通, from: [waiting], to: served, needs: [pier]}
  - {id: stop, label: 停送, from: [waiting, served], to: stopped, reason: true}
clocks:
  - {state: waiting, days: 10, title: 开通送餐, owner: 社区}
"""


@pytest.fixture
def trial(db: None, tmp_path: Path) -> Iterator[Path]:
    with clock.frozen(DAY):
        load_places()
        load_trial(tmp_path, boats=BOATS)
        for role, home in HOMES.items():
            user = accounts.create_user(
                SYSTEM, username=str(role), display_name="李文静", area_path=home, password="Songhe-cedar-2026"
            ).user
            accounts.grant_role(SYSTEM, user_id=user.id, role=role, area_path=home)
        yield tmp_path


@pytest.fixture
def sign_in(trial: Path) -> Callable[[Role], Client]:
    def client(role: Role) -> Client:
        made = Client()
        user = get_user_model().objects.get(username=str(role))
        made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return made

    return client


def _text(response: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))  # type: ignore[attr-defined]


def test_a_register_that_is_only_a_file_is_used_from_end_to_end(sign_in: Callable[[Role], Client]) -> None:
    clerk = sign_in(Role.STREET_CLERK)
    chen, lin = elder(1, "陈阿婆", needs_meals=True), elder(2, "林阿公", needs_meals=True)
    elder(3, "外镇人", PINE, needs_meals=True)
    actions.refresh_candidates(SYSTEM)
    chooser = clerk.get("/street/registers/")
    assert "送餐船台账" in _text(chooser)
    # who should be there
    expected = clerk.get("/street/registers/of/boats/expected/")
    assert "陈阿婆" in _text(expected)
    assert "外镇人" not in _text(expected)
    added = clerk.post("/street/registers/of/boats/expected/add/", {"person": [str(chen.public_id)]}, follow=True)
    assert "已登记1人。" in _text(added)
    entry = Entry.objects.get()
    assert (entry.register, entry.values, entry.state) == ("boats", {"boat": "未定", "meals": 7}, "waiting")
    # by hand, with an error first
    form = f"/street/registers/of/boats/new/?person={lin.public_id}"
    assert "林阿公：登记到《送餐船台账》" in _text(clerk.get(form))
    refused = clerk.post(form, {"boat": "", "meals": "40", "price": "十元", "pier": "", "phone": ""})
    assert refused.status_code == 422
    assert "“每周份数”不能是40。请填在1到21之间的数。" in _text(refused)
    assert 'value="十元"' in refused.content.decode()
    assert Entry.objects.count() == 1
    done = clerk.post(form, {"boat": "7号", "meals": "14", "price": "8.5", "pier": "东埠头", "phone": "13900001234"}, follow=True)
    assert "13900001234" not in done.content.decode()
    second = Entry.objects.get(person=lin)
    assert second.values == {"boat": "7号", "meals": 14, "price": 850, "pier": "east"}
    # the move needs a pier, the end a reason
    page = f"/street/registers/entries/{entry.id}/"
    assert "“开通”前要填“停靠点”。" in _text(clerk.post(f"{page}move/start/", {"pier": ""}))
    assert "已办理：开通。" in _text(clerk.post(f"{page}move/start/", {"pier": "西埠头"}, follow=True))
    assert "请写明“停送”的原因。" in _text(clerk.post(f"{page}move/stop/", {"reason": "", "on": "2026-11-21"}))
    assert Entry.objects.get(id=entry.id).state == "served"
    # reveal
    told = clerk.post(f"/street/registers/entries/{second.id}/reveal/", {"field": "phone", "reason": "联系船工"})
    assert "13900001234" in told.content.decode()
    assert told["Cache-Control"] == "no-store"
    # change, history
    change = f"/street/registers/entries/{second.id}/change/"
    clerk.post(change, {"boat": "8号", "meals": "14", "price": "8.50", "pier": "东埠头", "phone": "", "reason": "换船"})
    assert "7号 → 8号" in _text(clerk.get(f"/street/registers/entries/{second.id}/"))
    assert Entry.objects.get(id=second.id).sealed is not None  # the empty sensitive field left what was there
    # a file from the export, changed and sent back
    out = clerk.get("/street/registers/of/boats/export/?format=csv").content.decode("utf-8-sig")
    sent = out.replace("西埠头", "东埠头")
    checked = clerk.post(
        "/street/registers/of/boats/files/", {"content": SimpleUploadedFile("f.csv", sent.encode())}, follow=True
    )
    assert "看过了，1 条入库" in _text(checked)
    accepted = clerk.post(re.search(r'action="([^"]*/accept/)"', checked.content.decode())[1], follow=True)  # type: ignore[index]
    assert "已入库：新增0条，更新1条。" in _text(accepted)
    assert Entry.objects.get(id=entry.id).values["pier"] == "east"
    # indicators, clock
    assert facts.register_rows("boats")["meals"].to_pylist() == [7, 14]
    with clock.frozen(DAY.replace(month=12, day=10)):
        actions.settle_clocks(SYSTEM)
        titles = [item.title for item in work_items.list_items(SYSTEM, kind="register_clock").items]
        assert titles == ["送餐船台账：开通送餐"]
        assert f"/street/registers/entries/{second.id}/" in clerk.get("/street/").content.decode()


def test_the_city_desk_keeps_its_reader(sign_in: Callable[[Role], Client]) -> None:
    officer = sign_in(Role.CITY_OFFICER)
    actions.import_entries(
        SYSTEM, register="halls", name="f.csv", content=table([{"名称": "一号", "年度": "2026", "座位": "12"}])
    )
    page = officer.get("/city/registers/of/halls/")
    assert "一号" in _text(page)
    assert "/street/registers" not in page.content.decode()
    entry = Entry.objects.get()
    shown = officer.get(f"/city/registers/entries/{entry.id}/")
    assert f'action="/city/registers/entries/{entry.id}/move/remove/"' in shown.content.decode()
    created = officer.post(
        "/city/registers/of/halls/new/", {"name": "二号", "year": "2026", "seats": "", "area": TOWN_A}, follow=True
    )
    assert created.redirect_chain[-1][0].startswith("/city/registers/entries/")
    again = officer.post("/city/registers/of/halls/new/", {"name": "二号", "year": "2026", "seats": "", "area": TOWN_A})
    assert again.status_code == 422
    assert "《活动室台账》里已经有这一条" in _text(again)
    nowhere = officer.post("/city/registers/of/halls/new/", {"name": "三号", "year": "2026", "seats": "", "area": ""})
    assert "请选择所在区划。" in _text(nowhere)
    assert Entry.objects.count() == 2


def test_a_list_is_filtered_by_its_address(sign_in: Callable[[Role], Client]) -> None:
    officer = sign_in(Role.CITY_OFFICER)
    rows = [{"名称": f"{n}号厅", "年度": "2026", "所在区划": "玫瑰镇" if n % 2 else "松树镇"} for n in range(60)]
    actions.import_entries(SYSTEM, register="halls", name="f.csv", content=table(rows))
    first = officer.get("/city/registers/of/halls/")
    assert first.content.decode().count("号厅</a>") == 50
    assert "after=" in first.content.decode()
    assert officer.get(f"/city/registers/of/halls/?area={TOWN_A}").content.decode().count("号厅</a>") == 30
    assert officer.get("/city/registers/of/halls/?text=17号").content.decode().count("号厅</a>") == 1
    assert "没有这样的记录" in _text(officer.get("/city/registers/of/halls/?over=yes"))


def test_a_bad_file_says_what_is_wrong_and_its_result_comes_back(sign_in: Callable[[Role], Client]) -> None:
    clerk = sign_in(Role.STREET_CLERK)
    elder(1, "陈阿婆")
    content = table([{"姓名": "陈阿婆", "身份证号": number_of(1), "上门间隔": "每天"}])
    page = clerk.post("/street/registers/of/visits/files/", {"content": SimpleUploadedFile("f.csv", content)}, follow=True)
    assert "有 1 行有错，不会入库。" in _text(page)
    assert "请填：每周、每月。" in _text(page)
    file = page.redirect_chain[-1][0]
    book = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(f"{file}result/?format=xlsx").content))
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[1][1:3] == ["陈阿婆", number_of(1)]
    assert lines[1][-2] == "不能入库"
    nonsense = clerk.post("/street/registers/of/visits/files/", {"content": SimpleUploadedFile("f.csv", b"a,b\n1,2\n")})
    assert nonsense.status_code == 422
    assert "没有找到表头" in _text(nonsense)
    template = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get("/street/registers/of/visits/template/").content))
    assert template.sheet_names == ["探访台账", "填写说明"]
    assert template.get_sheet_by_index(0).to_python()[0][:4] == ["台账编号", "姓名", "身份证号", "上门间隔"]
    assert clerk.get("/street/registers/of/visits/template/?format=csv").content.decode("utf-8-sig").startswith("台账编号,姓名")


def test_nobody_opens_what_lies_outside_their_area(sign_in: Callable[[Role], Client]) -> None:
    person: Person = elder(1, "松树人", PINE)
    entry = actions.add_entry(SYSTEM, register="visits", person_id=person.id, values={}).id
    clerk, provider = sign_in(Role.STREET_CLERK), sign_in(Role.PROVIDER_MANAGER)
    for address in (f"/street/registers/entries/{entry}/", f"/street/registers/entries/{entry}/change/"):
        assert clerk.get(address).status_code == 404
        assert provider.get(address).status_code == 403
    assert clerk.post(f"/street/registers/entries/{entry}/move/leave/", {"reason": "搬走了"}).status_code == 404
    assert "松树人" not in _text(clerk.get("/street/registers/of/visits/"))
    assert clerk.get("/street/registers/of/nothing/").status_code == 404
    assert provider.get("/street/registers/").status_code == 403
    assert Entry.objects.get().state == "open"


def test_a_community_worker_is_offered_only_the_moves_that_are_theirs(sign_in: Callable[[Role], Client]) -> None:
    person = elder(1, "陈阿婆")
    entry = actions.add_entry(SYSTEM, register="visits", person_id=person.id, values={}).id
    page = sign_in(Role.COMMUNITY_WORKER).get(f"/street/registers/entries/{entry}/").content.decode()
    assert "/move/pair/" in page
    assert "/move/leave/" not in page
    assert "/move/leave/" in sign_in(Role.STREET_CLERK).get(f"/street/registers/entries/{entry}/").content.decode()


def test_the_list_costs_the_same_however_long_it_is(
    sign_in: Callable[[Role], Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    clerk = sign_in(Role.STREET_CLERK)
    for n in range(1, 12):
        actions.add_entry(SYSTEM, register="visits", person_id=elder(n, f"老人{n}").id, values={})
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        clerk.get("/street/registers/of/visits/")
