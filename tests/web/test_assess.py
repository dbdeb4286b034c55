"""The assessors' desk: appointments, the form as a page and as a device sends it, settling, bodies, objections."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.test import Client

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Objection, Result, Signature
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from songhe.foundation.models import AuditEntry
from tests.engines.scales.national import ABILITY, best, nothing_else
from tests.web.assessed import Assessed, Seat, build_assessed, settle, submit
from tests.web.city import PASSWORD, SmallCity

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]


@pytest.fixture
def made(city: SmallCity) -> Assessed:
    return build_assessed(city)


def client_of(seat: Seat) -> Client:
    client = Client()
    user = get_user_model().objects.get(pk=seat.user_id)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def typed(public_id: str | uuid.UUID, do: str = "save", without: tuple[str, ...] = (), **answers: str) -> dict[str, str]:
    """What the form sends: the best answers but for these, nothing noted."""
    chosen = best(ABILITY) | answers
    sent = {f"a-{item}": str(option) for item, option in chosen.items() if item not in without}
    for name, value in nothing_else(ABILITY).items():
        sent[f"c-{name}"] = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    sent.pop("c-coma", None)
    return sent | {"public_id": str(public_id), "do": do}


def test_todays_visit_is_on_the_first_page_and_the_form_holds_no_id_number(made: Assessed) -> None:
    client = client_of(made.lead)
    page = client.get("/assess/").content.decode()
    assert "张建明" in page and f"/assess/cases/{made.case}/form/" in page and "data-keep" in page
    form = client.get(f"/assess/cases/{made.case}/form/").content.decode()
    assert form.count('data-asks="item"') == 26 and "国家标准，尚未与原文核对" in form
    assert "全部评完了，可以提交" in form and "还有 <span data-open-count>33</span> 项没有评" in form
    assert "身份证" not in form.split("<main")[1] and "13900001234" not in form
    assert "no-store" in client.get(f"/assess/cases/{made.case}/form/").headers["Cache-Control"]


def test_a_draft_is_kept_and_shown_again(made: Assessed) -> None:
    client, number = client_of(made.lead), uuid.uuid4()
    answer = client.post(f"/assess/cases/{made.case}/form/", typed(number, without=("eating", "memory")), follow=True)
    assert answer.redirect_chain == [(f"/assess/cases/{made.case}/form/", 302)]
    kept = Form.objects.get()
    assert (kept.public_id, kept.state, len(kept.answers), kept.offline) == (number, "draft", 24, False)
    page = answer.content.decode()
    assert f'value="{number}"' in page and "已存下" in page and "还有 <span data-open-count>2</span> 项没有评" in page


def test_what_is_missing_is_said_at_once_and_nothing_is_handed_in(made: Assessed) -> None:
    client = client_of(made.lead)
    sent = typed(uuid.uuid4(), "submit", without=("eating", "memory"))
    page = client.post(f"/assess/cases/{made.case}/form/", sent | {"c-falls": "many"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "有 3 处要改" in text and 'href="#item-eating"' in text and 'href="#circumstance-falls"' in text
    assert 'value="many"' in text
    assert Form.objects.count() == 0


def test_the_plain_form_is_handed_in(made: Assessed) -> None:
    client = client_of(made.lead)
    sent = typed(uuid.uuid4(), "submit", walking="much_help") | {"p-living_with": "alone", "p-height_cm": "165"}
    done = client.post(f"/assess/cases/{made.case}/form/", sent)
    assert done.url == f"/assess/cases/{made.case}/sign/"
    kept = Form.objects.get()
    assert (kept.state, kept.answers["walking"], kept.particulars) == (
        "final",
        "much_help",
        {"living_with": ["alone"], "height_cm": 165},
    )
    assert client.get(f"/assess/cases/{made.case}/form/").url == f"/assess/cases/{made.case}/"


def device(client: Client, case: int, sent: dict[str, str]) -> tuple[int, dict[str, object]]:
    answer = client.post(f"/assess/cases/{case}/form/", sent, headers={"X-Songhe-Device": "1"})
    return answer.status_code, answer.json()


def test_a_device_is_told_what_became_of_the_form_and_sending_it_twice_is_one_form(made: Assessed) -> None:
    client, number = client_of(made.lead), uuid.uuid4()
    status, said = device(client, made.case, typed(number) | {"offline": "yes"})
    assert (status, said["state"], said["at"]) == (200, "draft", f"{clock.now():%H:%M}")
    for _ in range(2):
        status, said = device(client, made.case, typed(number, "submit") | {"offline": "yes"})
        assert (status, said["state"]) == (200, "final")
    kept = Form.objects.get()
    assert (kept.state, kept.offline, kept.grade) == ("final", True, 0)
    status, said = device(client, made.case, typed(number, "submit", walking="much_help"))
    assert (status, said["code"]) == (409, "assessment_form_final") and "不能再改" in str(said["sentence"])
    assert Form.objects.get().answers["walking"] == "alone"


def test_a_device_is_told_each_fault_by_its_field(made: Assessed) -> None:
    status, said = device(client_of(made.lead), made.case, typed(uuid.uuid4(), "submit", without=("eating",)))
    assert status == 422
    problems = said["problems"]
    assert isinstance(problems, list) and [one["where"] for one in problems] == ["eating"]
    assert device(client_of(made.lead), made.case, {"do": "save"})[0] == 422
    assert Form.objects.count() == 0


def test_a_form_that_comes_too_late_is_kept_out_with_a_sentence(made: Assessed) -> None:
    actions.withdraw_case(SYSTEM, case_id=made.case, because="老人不愿评估")
    status, said = device(client_of(made.lead), made.case, typed(uuid.uuid4(), "submit"))
    assert (status, said["code"]) == (409, "assessment_form_too_late") and "来晚了" in str(said["sentence"])
    assert Form.objects.count() == 0


def test_the_worker_and_the_token_are_for_assessors(client_for: SignIn, made: Assessed) -> None:
    client = client_of(made.lead)
    worker = client.get("/assess/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/assess/" and worker.headers["Cache-Control"] == "no-cache"
    assert "SONGHE_SHELL=" in worker.content.decode() and "dist/assess.js" in worker.content.decode()
    assert client.get("/assess/device/").json()["user"] == str(made.lead.user_id)
    assert {client_for(Role.PROVIDER_MANAGER).get(path).status_code for path in ("/assess/sw.js", "/assess/device/")} == {403}


def test_only_its_two_assessors_open_the_form(client_for: SignIn, made: Assessed) -> None:
    assert client_of(made.third).get(f"/assess/cases/{made.case}/form/").status_code == 404
    assert client_for(Role.CITY_OFFICER).get(f"/assess/cases/{made.case}/form/").status_code == 403
    assert device(client_of(made.third), made.case, typed(uuid.uuid4()))[0] == 404
    assert Form.objects.count() == 0


def test_differing_forms_are_shown_side_by_side_previewed_and_agreed(made: Assessed) -> None:
    submit(made.lead, made.case, walking="some_help")
    submit(made.second, made.case, walking="much_help")
    client, path = client_of(made.lead), f"/assess/cases/{made.case}/settle/"
    page = client.get(path).content.decode()
    assert page.count('class="differs"') == 1 and "还没商定完" in page and "可能是 86—90 分" in page
    preview = client.post(path, {"do": "preview", "agreed-walking": "much_help"}).content.decode()
    assert "合计 <strong>87</strong> 分" in preview and "1级（轻度失能）" in preview
    assert Result.objects.count() == 0
    refused = client.post(
        path, {"do": "settle", "agreed-walking": "much_help", "why-walking": "", "signed_for": "本人", "secret": PASSWORD}
    )
    assert refused.status_code == 422 and "还有没商定好的：平地行走" in refused.content.decode()
    sent = {
        "do": "settle",
        "agreed-walking": "much_help",
        "why-walking": "又看着走了一遍",
        "signed_for": "本人",
        "secret": "wrong",
    }
    wrong = client.post(path, sent)
    assert (
        wrong.status_code == 422 and "密码不对，没有签名" in wrong.content.decode() and "又看着走了一遍" in wrong.content.decode()
    )
    assert (Result.objects.count(), Signature.objects.count()) == (0, 2)
    sent["secret"] = PASSWORD
    done = client.post(path, sent, follow=True)
    result = Result.objects.get()
    assert done.redirect_chain == [(f"/assess/results/{result.pk}/", 302)]
    shown = done.content.decode()
    assert "轻度失能（1级）" in shown and "又看着走了一遍" in shown and "结果已定" in shown
    report = client.get(f"/assess/results/{result.pk}/report/")
    assert report.headers["Content-Type"] == "application/pdf" and report.content.startswith(b"%PDF-")
    assert client.get(path).status_code == 409


def test_an_assessor_signs_with_the_password_and_the_elder_on_the_screen(made: Assessed) -> None:
    client, path = client_of(made.lead), f"/assess/cases/{made.case}/sign/"
    assert client.get(path).status_code == 409
    elder = {"e-way": "drawn", "e-signer": "本人", "e-strokes": "[[10,10,200,150],[400,100]]"}
    refused = client.post(f"/assess/cases/{made.case}/form/", typed(uuid.uuid4(), "submit") | elder | {"e-strokes": "[[1,2,"})
    assert refused.status_code == 422 and "屏幕上的签名收不下来" in refused.content.decode()
    assert Form.objects.count() == 0
    client.post(f"/assess/cases/{made.case}/form/", typed(uuid.uuid4(), "submit") | elder)
    page = client.get(path).content.decode()
    assert 'd="M10 10L200 150M400 100L400 100"' in page and "本人（在屏幕上签名）" in page and "您签的是这些" in page
    for secret, said in (("", "签名前要再输一次密码"), ("wrong", "密码不对"), ("123456", "密码不对")):
        wrong = client.post(path, {"secret": secret})
        assert (wrong.status_code, said in wrong.content.decode()) == (422, True)
    assert Signature.objects.count() == 0
    done = client.post(path, {"secret": PASSWORD}, follow=True)
    assert "还要等另一位评估员" in done.content.decode()
    assert [(row.signed_by, row.means) for row in Signature.objects.all()] == [(made.lead.user_id, "password")]
    assert client.get(path).status_code == 409


def test_a_one_time_code_signs_too_and_five_wrong_passwords_rest_the_account(made: Assessed) -> None:
    submit_unsigned(made)
    client, path = client_of(made.second), f"/assess/cases/{made.case}/sign/"
    user = get_user_model().objects.get(pk=made.second.user_id)
    TOTP.activate(user, (secret := generate_totp_secret()))
    wrong = client.post(path, {"secret": "000000"})
    assert (wrong.status_code, "动态口令不对" in wrong.content.decode()) == (422, True)
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
    assert client.post(path, {"secret": code}).status_code == 302
    assert [row.means for row in Signature.objects.all()] == ["code"]
    lead, place = client_of(made.lead), f"/assess/cases/{made.case}/sign/"
    for _ in range(5):
        answer = lead.post(place, {"secret": "wrong"})
    assert answer.status_code == 429
    assert lead.post(place, {"secret": PASSWORD}).status_code == 429
    assert Signature.objects.count() == 1


def submit_unsigned(made: Assessed) -> None:
    for who in (made.lead, made.second):
        client_of(who).post(f"/assess/cases/{made.case}/form/", typed(uuid.uuid4(), "submit"))


def test_who_is_not_the_lead_cannot_settle(made: Assessed) -> None:
    for who in (made.lead, made.second):
        submit(who, made.case)
    path = f"/assess/cases/{made.case}/settle/"
    assert client_of(made.second).get(path).status_code == 409
    assert client_of(made.second).post(path, {"do": "settle", "signed_for": "本人"}).status_code == 409
    assert Result.objects.count() == 0


def test_a_manager_arranges_a_visit_and_hears_everything_against_it(client_for: SignIn, made: Assessed) -> None:
    case = actions.request_assessment(SYSTEM, person_id=made.town.husband.id).case_id
    client = client_for(Role.ASSESSMENT_MANAGER)
    assert "李国华" in client.get("/assess/waiting/").content.decode()
    path = f"/assess/cases/{case}/appoint/"
    form = client.get(f"{path}?body={made.body}").content.decode()
    assert "评估员1（医护背景），手上1件" in form
    sent = {
        "body": str(made.body),
        "lead": str(made.second.id),
        "second": str(made.second.id),
        "visit_at": "2020-01-01T09:00",
        "place": "家里",
    }
    refused = client.post(path, sent)
    assert (
        refused.status_code == 422
        and "两名评估员是同一个人" in refused.content.decode()
        and "上门日期已经过去" in refused.content.decode()
    )
    assert CaseAssessor.objects.filter(case=case).count() == 0
    day = clock.today().replace(year=clock.today().year + 1)
    done = client.post(path, sent | {"lead": str(made.lead.id), "visit_at": f"{day}T09:00"})
    assert done.url == f"/assess/cases/{case}/" and Case.objects.get(pk=case).state == "appointed"


def test_bodies_assessors_and_interests_are_kept(client_for: SignIn, made: Assessed) -> None:
    client = client_for(Role.CITY_OFFICER)
    listed = client.get("/city/abilities/bodies/").content.decode()
    assert "试验评估中心1" in listed and "登记机构" in listed
    bad = client.post(
        "/city/abilities/bodies/new/",
        {"name": "新中心", "credit_code": "1", "licensed_from": "2026-01-01", "area_path": "640381/", "state": "active"},
    )
    assert bad.status_code == 422 and "统一社会信用代码不对" in bad.content.decode() and "新中心" in bad.content.decode()
    page = client.get(f"/city/abilities/bodies/{made.body}/assessors/{made.lead.id}/").content.decode()
    assert "assessor（" not in page and "selected>李文静（assessor）" in page
    sent = {"name": "王新", "certificate_no": "P9", "certified_from": "2026-01-01", "medical": "yes", "state": "active"}
    assert client.post(f"/city/abilities/bodies/{made.body}/assessors/new/", sent).url == f"/city/abilities/bodies/{made.body}/"
    assert "王新" in client.get(f"/city/abilities/bodies/{made.body}/").content.decode()
    own = client_of(made.lead)
    declared = own.post(f"/assess/assessors/{made.lead.id}/interests/declare/", {"case": str(made.case), "reason": "是我叔叔"})
    assert declared.url == f"/assess/assessors/{made.lead.id}/interests/"
    assert Case.objects.get(pk=made.case).state == "requested"
    assert "1次预约要换人" in own.get(declared.url).content.decode()


def test_an_objection_is_filed_on_the_elders_behalf_and_listed(client_for: SignIn, made: Assessed) -> None:
    settled = settle(made)
    client = client_for(Role.STREET_CLERK)
    page = client.get(f"/street/abilities/results/{settled.result_id}/").content.decode()
    assert "替老人提异议" in page
    path = f"/street/abilities/results/{settled.result_id}/object/"
    refused = client.post(path, {"by_name": "王芳", "relation": "女儿", "reason": ""})
    assert refused.status_code == 422 and 'value="王芳"' in refused.content.decode() and Objection.objects.count() == 0
    sent = {"by_name": "王芳", "relation": "女儿", "reason": "那天他精神特别好"}
    assert client.post(path, sent).url == f"/street/abilities/results/{settled.result_id}/"
    listed = client.get("/street/abilities/objections/").content.decode()
    assert "那天他精神特别好" in listed and "复评中" in listed
    assert (
        "这是复评"
        in client_for(Role.ASSESSMENT_MANAGER)
        .get(f"/assess/cases/{Case.objects.get(kind='second').pk}/appoint/?body={made.other}")
        .content.decode()
    )


def test_agreement_uses_and_city_overview(client_for: SignIn, made: Assessed) -> None:
    settled = settle(made)
    client = client_for(Role.CITY_OFFICER)
    with clock.frozen(clock.now() + dt.timedelta(days=10)):
        actions.put_results_in_force(SYSTEM, day=clock.today())
        assert (
            client.post(
                f"/city/abilities/results/{settled.result_id}/use/", {"department": "残联", "purpose": "核定护理补贴"}
            ).status_code
            == 302
        )
        assert "核定护理补贴" in client.get("/city/abilities/uses/").content.decode()
        overview = client.get("/city/abilities/").context
        assert (overview["whole"].waiting, overview["whole"].settled, overview["whole"].grades) == (0, 1, (0, 1, 0, 0, 0))
        agreement = client.get("/city/abilities/agreement/").context
        assert (agreement["view"].cases, agreement["grades"].same) == (1, "100")
        for path in ("cases", "objections", "bodies", "agreement", "uses"):
            exported = client.get(f"/city/abilities/{path}/export/?format=csv")
            assert exported.status_code == 200, path
        assert client.get("/city/abilities/export/").content.decode("utf-8-sig").splitlines()[-1] == "合计,0,0,0,1,0,1,0,0,0,1"
    assert AuditEntry.objects.filter(action="list.export").count() == 6
    assert queries.result(SYSTEM, result_id=settled.result_id).uses[0].department == "残联"


def test_the_person_page_shows_grades_side_by_side_and_asks_for_an_assessment(client_for: SignIn, made: Assessed) -> None:
    client = client_for(Role.COMMUNITY_WORKER)
    person = made.town.husband
    page = client.get(f"/street/people/{person.public_id}/").content.decode()
    assert f"/street/people/{person.public_id}/assessment/" in page and "能力评估" in page
    path = f"/street/people/{person.public_id}/assessment/"
    refused = client.post(path, {"origin": "person", "changed": "yes", "reason": ""})
    assert refused.status_code == 422 and "情况有什么变化" in refused.content.decode() and Case.objects.count() == 1
    done = client.post(path, {"origin": "person", "reason": ""})
    case = Case.objects.get(person_id=person.id)
    assert done.url == f"/street/abilities/cases/{case.pk}/" and case.kind == "first"
    assert client.get(done.url).status_code == 200
    assert "看正在办的评估" in client.get(f"/street/people/{person.public_id}/").content.decode()
    withdrawn = client.post(f"/street/abilities/cases/{case.pk}/withdraw/", {"reason": "不愿评"})
    assert withdrawn.status_code == 302 and Case.objects.get(pk=case.pk).state == "withdrawn"


def test_the_public_page_says_how_to_ask_and_what_comes_next(city: SmallCity) -> None:
    page = Client().get("/assessment/").content.decode()
    assert "公示7天" in page.replace("\n", "") and "24个月内有效" in page and "演示取值" in page and "完全失能" in page
