"""Documents are checked over the API and by command as on the page; elsewhere the published certificate is enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.foundation import certificates, clock, signing
from songhe.foundation.printing import compile_pdf
from songhe.foundation.signing import Face, Signed
from songhe.project import signature_check
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db
FACE = Face("待遇通知", "试验市", (("每月", "100.00 元"),))


@pytest.fixture
def made() -> Signed:
    return signing.sign(
        compile_pdf(b'#set document(title: "t", date: auto)\nA letter.', {}, made_on=clock.today()),
        code="ABCDEFGH2345",
        face=FACE,
    )


def test_a_code_and_a_file_are_checked(rules_caller: Caller, made: Signed) -> None:
    by_code = rules_caller.post("/documents/checks/code", {"code": "abcd-efgh-2345"}).json()
    assert (by_code["verdict"], by_code["kind"], by_code["issuer"], by_code["self_issued"]) == (
        "genuine",
        "待遇通知",
        "试验市",
        True,
    )
    assert by_code["told"] == [{"label": "每月", "words": "100.00 元"}]
    assert rules_caller.post("/documents/checks/code", {"code": "A"}).json()["verdict"] == "unknown"

    def upload(content: bytes) -> dict[str, object]:
        sent = {"file": SimpleUploadedFile("x.pdf", content, "application/pdf")}
        answer = rules_caller.client.post(
            "/api/v1/documents/checks/file", sent, headers={"Authorization": f"Bearer {rules_caller.token}"}
        )
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found

    assert upload(made.content) == by_code
    assert upload(made.content + b" ")["verdict"] == "changed"
    (published,) = rules_caller.get("/documents/certificates").json()
    assert published["pem"] == certificates.current().certificate.pem and "PRIVATE" not in published["pem"]


def test_the_command_says_it_with_and_without_the_database(
    made: Signed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, pem = tmp_path / "letter.pdf", tmp_path / "songhe.pem"
    file.write_bytes(made.content)
    assert signature_check.verify_file(file) == 0
    assert "genuine and unchanged" in (said := capsys.readouterr().out) and "ABCD-EFGH-2345" in said
    assert signature_check.list_certificates(pem=True) == 0
    pem.write_text(capsys.readouterr().out)
    assert signature_check.verify_elsewhere(file, pem) == 0
    assert "self-issued" in capsys.readouterr().out
    file.write_bytes(made.content[:-1] + b"x")
    assert (signature_check.verify_file(file), signature_check.verify_elsewhere(file, pem)) == (1, 1)
    assert signature_check.rotate() == 0
    file.write_bytes(made.content)
    assert signature_check.verify_file(file) == 0
    with pytest.raises(ValueError, match="not a certificate"):
        signature_check.verify_elsewhere(file, file)
