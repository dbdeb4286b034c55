"""The pages of a plan document: upload, review, findings, versions, confirmation; who may do what; what cannot be taken in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from songhe.contexts.plan_tracking.models import PlanDocument, ReadItem
from songhe.foundation.access import Role
from songhe.foundation.models import StoredFile
from tests.contexts.plan_tracking.documents import BAD, RAW, taken_in, word_document

SignIn = Callable[[Role], Client]
MEBIBYTE = 1024 * 1024


def _send(client: Client, name: str, content: bytes, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/city/plans/new/", {"stage": "issued", "content": SimpleUploadedFile(name, content)} | more)


def test_from_upload_to_the_zip(client_for: SignIn) -> None:
    client = client_for(Role.CITY_OFFICER)
    sent = _send(client, "云岭.docx", word_document())
    document = PlanDocument.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/city/plans/{document.pk}/")
    page = client.get(f"/city/plans/{document.pk}/").content.decode()
    assert "云岭市“十五五”养老服务发展规划" in page
    item = ReadItem.objects.get(kind="target", read__indicator="家庭养老床位")
    review = client.get(f"/city/plans/{document.pk}/review/?at={item.start}").content.decode()
    assert f'id="item-{item.pk}"' in review
    assert f'<span class="at" id="at-{item.pk}"></span>' in review
    decided = client.post(f"/city/plans/{document.pk}/items/{item.pk}/decide/?part=2", {"decision": "accept"})
    assert decided["Location"] == f"/city/plans/{document.pk}/review/?part=2#item-{item.pk}"
    assert client.post(f"/city/plans/{document.pk}/confirm/submit/").status_code == 409
    client.post(f"/city/plans/{document.pk}/accept/")
    assert client.post(f"/city/plans/{document.pk}/confirm/submit/").status_code == 302
    document.refresh_from_db()
    assert document.status == "confirmed"
    with zipfile.ZipFile(io.BytesIO(client.get(f"/city/plans/{document.pk}/draft/").content)) as archive:
        assert sorted(name.rsplit("/", 1)[1] for name in archive.namelist()) == [
            "baseline.yaml",
            "sources.yaml",
            "targets.yaml",
            "tasks.yaml",
        ]
    one = client.get(f"/city/plans/{document.pk}/draft/?file=targets.yaml")
    assert "家庭养老床位" in one.content.decode()


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_plan_is_said_on_the_form_and_leaves_nothing(client_for: SignIn, what: str) -> None:
    name, content, sentence = BAD[what]
    before = StoredFile.objects.count()
    page = _send(client_for(Role.CITY_OFFICER), name, content)
    assert page.status_code == 422
    assert (
        page.content.decode().count(sentence) == 2
        if content
        else sentence in page.content.decode() or "请选择文件" in page.content.decode()
    )
    assert (PlanDocument.objects.count(), ReadItem.objects.count(), StoredFile.objects.count()) == (0, 0, before)


def test_two_hundred_megabytes_are_refused_while_they_come_in(
    client_for: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path))
    page = _send(client_for(Role.CITY_OFFICER), "大.pdf", b"%PDF" + b"0" * (200 * MEBIBYTE))
    assert page.status_code == 422
    assert "文件有201兆，超过了40兆的上限，没有接收。" in page.content.decode()
    assert list(tmp_path.iterdir()) == []
    assert not PlanDocument.objects.exists()
    page = _send(client_for(Role.CITY_OFFICER), "中.pdf", b"%PDF" + b"0" * (45 * MEBIBYTE))
    assert (page.status_code, list(tmp_path.iterdir())) == (422, [])


def test_the_form_keeps_what_was_typed(client_for: SignIn) -> None:
    name, content, _ = BAD["unrelated"]
    page = _send(client_for(Role.CITY_OFFICER), name, content, title="云岭方案", stage="draft").content.decode()
    assert 'value="云岭方案"' in page
    assert page.index('value="draft"') < page.index("checked")


def test_who_may(client_for: SignIn) -> None:
    document = taken_in()
    item = ReadItem.objects.filter(document=document).first()
    assert item is not None
    clerk = client_for(Role.STREET_CLERK)
    page = clerk.get(f"/city/plans/{document}/review/").content.decode()
    assert "更正" not in page.split('class="two-panes"')[1]
    for address in ("accept/", "confirm/submit/", f"items/{item.pk}/decide/", "findings/1/"):
        assert clerk.post(f"/city/plans/{document}/{address}", {"decision": "accept"}).status_code == 403
    assert clerk.get("/city/plans/new/").status_code == 403
    assert client_for(Role.AUDIT_ADMIN).get(f"/city/plans/{document}/").status_code == 403
    assert client_for(Role.CITY_OFFICER).get("/city/plans/999999/").status_code == 404
    item.refresh_from_db()
    assert item.state == "read"


def test_a_wrong_correction_comes_back_with_its_sentence(client_for: SignIn) -> None:
    document = taken_in()
    client = client_for(Role.CITY_OFFICER)
    item = ReadItem.objects.get(kind="target", read__indicator__contains="持证养老护理员占比")
    form = client.get(f"/city/plans/{document}/items/{item.pk}/?edit=1").content.decode()
    assert f'id="f{item.pk}-value" name="value" value="90"' in form
    said = {"decision": "correct", "indicator": "持证率", "kind": "target", "value": "很多", "comparator": ">=", "unit": "%"}
    page = client.post(f"/city/plans/{document}/items/{item.pk}/decide/?at={item.start}", said)
    assert page.status_code == 422
    assert "数值：要写成数，例如60或5.5。" in page.content.decode()
    assert 'value="很多"' in page.content.decode()
    part = client.post(f"/city/plans/{document}/items/{item.pk}/decide/", said, headers={"HX-Request": "true"})
    assert "数值：要写成数，例如60或5.5。" in part.content.decode()
    item.refresh_from_db()
    assert item.state == "read"
    said |= {"value": "95", "responsible": "市民政局、市人社局", "deadline": "2030", "direction": "up"}
    shown = client.post(f"/city/plans/{document}/items/{item.pk}/decide/", said, headers={"HX-Request": "true"}).content.decode()
    assert "数值由“90”更正为“95”" in shown
    assert 'hx-swap-oob="true"' in shown


def test_the_text_of_a_document_is_escaped(client_for: SignIn) -> None:
    document = taken_in(RAW.replace("持证养老护理员占比", "<script>alert(1)</script>持证养老护理员占比"))
    client = client_for(Role.CITY_OFFICER)
    item = ReadItem.objects.get(kind="target", read__value=90)
    page = client.get(f"/city/plans/{document}/review/?at={item.start}").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_findings_and_versions(client_for: SignIn) -> None:
    first = taken_in(RAW.replace("其中护理型床位3534张，占比57%", "其中护理型床位3534张，占比75%"), stage="draft")
    second = taken_in(RAW, version_of=first)
    client = client_for(Role.CITY_OFFICER)
    page = client.get(f"/city/plans/{first}/findings/").content.decode()
    assert "350÷30×100＝1167户以下由最小面积决定" in page
    finding = page.split('id="finding-')[1].split('"')[0]
    assert client.post(f"/city/plans/{first}/findings/{finding}/", {"note": ""}).status_code == 422
    assert client.post(f"/city/plans/{first}/findings/{finding}/", {"note": "已改"}).status_code == 302
    rows = client.get(f"/city/plans/{first}/findings/export/").content.decode("utf-8-sig").splitlines()
    assert any("已处理,已改" in row for row in rows)
    versions = client.get(f"/city/plans/{second}/versions/").content.decode()
    assert "改动1项" in versions
    assert "<td>75%</td><td>57%</td>" in versions
    lines = client.get(f"/city/plans/{second}/versions/export/").content.decode("utf-8-sig").splitlines()
    assert next(line for line in lines if line.startswith("改动")).endswith("数值,75%,57%")
    assert client.get(f"/city/plans/{first}/versions/").status_code == 200
